/* An actor that counts the requests of each path. */

#define CAPWIRE_IMPLEMENTATION
#include <capwire.h>

CW_ON_HTTP_REQUEST(count) {
    cw_text key = cw_replace(call, request->path, '/', ':');
    int32_t counter;
    if (cw_keyvalue_add(call, NULL, key, 1, &counter)) return CW_FAILED;
    *response = cw_http_json(cw_print(call, "{\"counter\":%d}", counter));
    return CW_OK;
}

CW_ACTOR(&count)
