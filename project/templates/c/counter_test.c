/* Tests of the actor, which run natively. */

#include <capwire/testing.h>

static void counts(const char *target, const char *expected) {
    cw_http_response response;
    CW_CHECK(cw_fake_http("GET", target, &response) == CW_OK);
    const cw_text body = {(const char *)response.body.data, response.body.size};
    CW_CHECK(cw_is(body, expected));
}

int main(void) {
    cw_fake_with_keyvalue();
    counts("/hits", "{\"counter\":1}");
    counts("/hits", "{\"counter\":2}");
    counts("/other", "{\"counter\":1}");
    cw_fake_reset();
    return 0;
}
