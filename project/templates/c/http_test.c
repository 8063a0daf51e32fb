/* Tests of the actor, which run natively. */

#include <capwire/testing.h>

int main(void) {
    cw_http_response response;
    CW_CHECK(cw_fake_http("GET", "/world", &response) == CW_OK);
    const cw_text body = {(const char *)response.body.data, response.body.size};
    CW_CHECK(cw_is(body, "Hello from {{name}}: /world\n"));
    cw_fake_reset();
    return 0;
}
