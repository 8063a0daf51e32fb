/* Tests of the counter, which run natively. */

#include <capwire/testing.h>

static void counts(const char *target, const char *expected) {
    cw_http_response response;
    CW_CHECK(cw_fake_http("GET", target, &response) == CW_OK);
    CW_CHECK(cw_is(cw_http_header(response.header, "content-type"), "application/json"));
    const cw_text body = {(const char *)response.body.data, response.body.size};
    CW_CHECK(cw_is(body, expected));
}

int main(void) {
    cw_fake_with_keyvalue();
    counts("/a/b", "{\"counter\":1}");
    counts("/a/b?x=1", "{\"counter\":2}");
    counts("/", "{\"counter\":1}");

    cw_fake_reset();
    cw_fake_refuse("wascc:keyvalue", "Add", "out of reach");
    cw_http_response response;
    CW_CHECK(cw_fake_http("GET", "/", &response) == CW_FAILED);
    CW_CHECK(strcmp(cw_fake.error.data, "wascc:keyvalue Add failed: out of reach") == 0);
    cw_fake_reset();
    return 0;
}
