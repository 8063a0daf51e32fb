/* An actor that answers HTTP requests. */

#define CAPWIRE_IMPLEMENTATION
#include <capwire.h>

CW_ON_HTTP_REQUEST(greet) {
    const cw_text path = request->path;
    *response = cw_http_text(cw_print(call, "Hello from {{name}}: %.*s\n", (int)path.size, path.data));
    return CW_OK;
}

CW_ACTOR(&greet)
