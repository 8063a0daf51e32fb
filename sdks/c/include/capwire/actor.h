/* The choice of a handler for each call, and host calls. A part of the implementation. */
#ifndef CAPWIRE_ACTOR_H
#define CAPWIRE_ACTOR_H

#ifdef __cplusplus
extern "C" {
#endif

static const uint8_t CW_NIL[1] = {0xc0};

cw_status cw_send_raw(cw_call *call, cw_target target, const char *operation, cw_bytes payload, cw_bytes *answer) {
    cw_text binding = cw_str(target.binding == NULL ? "default" : target.binding);
    cw_text name = cw_str(target.name), called = cw_str(operation);
    if (cw_wapc_host_call(binding.data, binding.size, name.data, name.size, called.data, called.size, payload.data,
                          payload.size) != 1) {
        size_t size = cw_wapc_host_error_len();
        char *text = (char *)cw_alloc(call, size);
        if (text == NULL) return CW_FAILED;
        cw_wapc_host_error(text);
        size = size > INT32_MAX ? INT32_MAX : size;
        return cw_fail(call, "%s %s failed: %.*s", target.name, operation, (int)size, text);
    }
    size_t size = cw_wapc_host_response_len();
    uint8_t *data = (uint8_t *)cw_alloc(call, size);
    if (data == NULL) return CW_FAILED;
    cw_wapc_host_response(data);
    answer->data = data;
    answer->size = size;
    return CW_OK;
}

cw_status cw_send(cw_call *call, cw_target target, const char *operation, const cw_shape *shape,
                  const void *message, const cw_shape *answer_shape, void *answer) {
    cw_bytes payload, bytes;
    if (cw_encode(call, shape, message, &payload)) return CW_FAILED;
    if (cw_send_raw(call, target, operation, payload, &bytes)) return CW_FAILED;
    return answer_shape == NULL ? CW_OK : cw_decode(call, answer_shape, bytes, answer);
}

static cw_status cw_run(cw_call *call, const cw_handler *handler, cw_bytes payload, cw_bytes *answer) {
    if (handler->request == NULL) return handler->run(call, &payload, answer);
    const size_t size = handler->response == NULL ? 0 : handler->response->size;
    void *request = cw_alloc(call, handler->request->size), *response = cw_alloc(call, size);
    if (request == NULL || response == NULL) return CW_FAILED;
    if (cw_decode(call, handler->request, payload, request)) return CW_FAILED;
    __builtin_memset(response, 0, size);
    if (handler->run(call, request, response)) return CW_FAILED;
    return handler->response == NULL ? CW_OK : cw_encode(call, handler->response, response, answer);
}

static cw_status cw_unknown(cw_call *call, cw_text operation) {
    cw_text known = cw_str("");
    for (const cw_handler *const *it = cw_actor_handlers; *it != NULL; it++) {
        const char *comma = known.size == 0 ? "" : ", ";
        known = cw_print(call, "%.*s%s%s", (int)known.size, known.data, comma, (*it)->operation);
        if (known.data == NULL) return CW_FAILED;
    }
    const size_t size = operation.size > INT32_MAX ? INT32_MAX : operation.size;
    return cw_fail(call, "no handler for operation `%.*s`; this actor handles %.*s", (int)size, operation.data,
                   (int)known.size, known.data);
}

static cw_status cw_answer(cw_call *call, size_t operation_size, size_t payload_size, cw_bytes *answer) {
    char *operation = (char *)cw_alloc(call, operation_size);
    uint8_t *payload = (uint8_t *)cw_alloc(call, payload_size);
    if (operation == NULL || payload == NULL) return CW_FAILED;
    cw_wapc_guest_request(operation, payload);
    const cw_text name = {operation, operation_size};
    const cw_bytes bytes = {payload, payload_size};
    for (const cw_handler *const *it = cw_actor_handlers; *it != NULL; it++) {
        if (cw_is(name, (*it)->operation)) return cw_run(call, *it, bytes, answer);
    }
    /* An actor is healthy unless it says otherwise. */
    return cw_is(name, "HealthRequest") ? CW_OK : cw_unknown(call, name);
}

int32_t cw_guest_call(size_t operation_size, size_t payload_size) {
    cw_call call = {{NULL, 0}, false};
    cw_bytes answer = {CW_NIL, sizeof(CW_NIL)};
    cw_release_all();
    call.error = cw_str("the handler failed without a text");
    if (cw_answer(&call, operation_size, payload_size, &answer) || call.is_out_of_memory) {
        if (call.is_out_of_memory) call.error = cw_str(CW_NO_MEMORY);
        cw_wapc_guest_error(call.error.data, call.error.size);
        return 0;
    }
    cw_wapc_guest_response(answer.data, answer.size);
    return 1;
}

#ifdef __cplusplus
}
#endif

#endif
