/* A part of the implementation: helpers.h describes the functions. */
#ifndef CAPWIRE_HELPERS_IMPLEMENTATION_H
#define CAPWIRE_HELPERS_IMPLEMENTATION_H

#ifdef __cplusplus
extern "C" {
#endif

static const char *cw_http_reason(uint32_t code) {
    switch (code) {
        case 200: return "OK";
        case 201: return "Created";
        case 204: return "No Content";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 500: return "Internal Server Error";
        case 502: return "Bad Gateway";
        default: return "";
    }
}

cw_http_response cw_http_status(uint32_t code) {
    cw_http_response response;
    __builtin_memset(&response, 0, sizeof(response));
    response.status_code = code;
    response.status = cw_str(cw_http_reason(code));
    return response;
}

static cw_http_response cw_http_content(const cw_entry *type, cw_text body) {
    cw_http_response response = cw_http_status(200);
    response.header.items = type;
    response.header.count = 1;
    response.body.data = (const uint8_t *)body.data;
    response.body.size = body.size;
    return response;
}

cw_http_response cw_http_text(cw_text body) {
    static const cw_entry type = {{"content-type", 12}, {"text/plain; charset=utf-8", 25}};
    return cw_http_content(&type, body);
}

cw_http_response cw_http_json(cw_text body) {
    static const cw_entry type = {{"content-type", 12}, {"application/json", 16}};
    return cw_http_content(&type, body);
}

static char cw_lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

cw_text cw_http_header(cw_entries header, const char *name) {
    const cw_text wanted = cw_str(name);
    for (size_t i = header.count; i-- > 0;) {
        const cw_text found = header.items[i].name;
        size_t same = 0;
        while (same < found.size && same < wanted.size && cw_lower(found.data[same]) == cw_lower(name[same])) same++;
        if (same == found.size && same == wanted.size) return header.items[i].value;
    }
    const cw_text none = {NULL, 0};
    return none;
}

cw_status cw_http_get(cw_call *call, cw_text url, cw_http_response *response) {
    cw_http_request request;
    __builtin_memset(&request, 0, sizeof(request));
    request.method = cw_str("GET");
    request.path = url;
    return cw_http_client_perform_request(call, NULL, &request, response);
}

void cw_log(cw_call *call, cw_level level, cw_text line) {
    /* The text of an earlier failure remains. */
    const cw_text error = call->error;
    (void)cw_logging_write_log(call, NULL, (uint32_t)level, line);
    call->error = error;
}

cw_status cw_guid(cw_call *call, cw_text *guid) {
    const cw_extras_generator_request request = {true, false, false, 0, 0};
    cw_extras_generator_result result;
    if (cw_extras_request_guid(call, NULL, &request, &result)) return CW_FAILED;
    if (!result.has_guid) return cw_fail(call, "the answer contains no GUID");
    *guid = result.guid;
    return CW_OK;
}

cw_status cw_random(cw_call *call, uint32_t min, uint32_t max, uint32_t *number) {
    const cw_extras_generator_request request = {false, false, true, min, max};
    cw_extras_generator_result result;
    if (cw_extras_request_random(call, NULL, &request, &result)) return CW_FAILED;
    *number = result.random_number;
    return CW_OK;
}

cw_status cw_sequence(cw_call *call, uint64_t *number) {
    const cw_extras_generator_request request = {false, true, false, 0, 0};
    cw_extras_generator_result result;
    if (cw_extras_request_sequence(call, NULL, &request, &result)) return CW_FAILED;
    *number = result.sequence_number;
    return CW_OK;
}

#ifdef __cplusplus
}
#endif

#endif
