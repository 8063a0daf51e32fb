/* Actors answer calls, and make calls through clients. */

#define CAPWIRE_IMPLEMENTATION
#include <capwire/testing.h>

/* A message of the actor's own. */
typedef struct greeting {
    cw_text name;
} greeting;

CW_SHAPE(greeting, CW_MEMBER(greeting, name, "name", CW_TEXT, CW_REQUIRED))

/* A message that contains messages of its own kind. */
typedef struct tree {
    struct {
        const struct tree *items;
        size_t count;
    } children;
} tree;

extern const cw_shape tree_shape;
CW_SHAPE(tree, CW_RECORD_MEMBER(tree, children, "c", CW_DEFAULT | CW_LIST, &tree_shape))

CW_HANDLER(greet, "Greet", greeting, greeting) {
    if (request->name.size == 0) return cw_fail(call, "no name after %s", "hello");
    response->name = cw_print(call, "hello %.*s", (int)request->name.size, request->name.data);
    return CW_OK;
}

CW_RAW(echo, "Echo") {
    (void)call;
    cw_console(cw_str("to the console"));
    *response = *request;
    return CW_OK;
}

CW_RAW(helpers, "Helpers") {
    cw_text guid;
    uint32_t number;
    uint64_t next;
    cw_http_response site;
    (void)request;
    if (cw_guid(call, &guid) || cw_random(call, 1, 7, &number) || cw_sequence(call, &next)) return CW_FAILED;
    if (cw_http_get(call, cw_str("https://example.com/"), &site)) return CW_FAILED;
    const cw_text type = cw_http_header(site.header, "CONTENT-type");
    const cw_text text = cw_print(call, "%.*s %u %llu %.*s %c%%", (int)guid.size, guid.data, number, (unsigned long long)next,
                                  (int)type.size, type.data, site.body.data[0]);
    response->data = (const uint8_t *)text.data;
    response->size = text.size;
    return CW_OK;
}

CW_RAW(store, "Store") {
    const cw_text keys[] = {{"x", 1}, {"y", 1}};
    const cw_text_array list = {keys, 2};
    cw_text written;
    cw_keyvalue_get_response value;
    cw_text_array items;
    (void)request;
    if (cw_keyvalue_set(call, "other", cw_str("a"), cw_str("b"), 0, &written)) return CW_FAILED;
    if (cw_keyvalue_get(call, "other", cw_str("a"), &value)) return CW_FAILED;
    if (!value.exists || !cw_is(value.value, "b")) return cw_fail(call, "no value");
    if (cw_keyvalue_set_union(call, "other", list, &items)) return CW_FAILED;
    response->data = (const uint8_t *)items.items[1].data;
    response->size = items.items[1].size;
    return CW_OK;
}

CW_RAW(greedy, "Greedy") {
    (void)request;
    *response = *request;
    return cw_alloc(call, SIZE_MAX) == NULL ? CW_OK : cw_fail(call, "there is memory");
}

CW_RAW(quiet, "Log") {
    (void)request;
    (void)response;
    const cw_status status = cw_fail(call, "the error %d %ld %zu", -7, -2147483647L, (size_t)5);
    cw_log(call, CW_WARN, cw_str("a line"));
    return status;
}

CW_ON_DELIVER_MESSAGE(deliver) { return cw_messaging_publish(call, NULL, request->reply_to, cw_str(""), request->body); }

CW_ACTOR(&greet, &echo, &helpers, &store, &greedy, &quiet, &deliver)

static bool is_error(const char *text) { return cw_fake.error.data != NULL && strcmp(cw_fake.error.data, text) == 0; }

static bool is_answer(cw_bytes answer, const char *text) {
    return answer.size == strlen(text) && memcmp(answer.data, text, answer.size) == 0;
}

static cw_status call_raw(const char *operation, const char *payload, cw_bytes *answer) {
    const cw_bytes bytes = {(const uint8_t *)payload, strlen(payload)};
    return cw_fake_call_raw(operation, bytes, answer);
}

static void answers_and_errors(void) {
    greeting message = {{"you", 3}}, answer;
    cw_bytes bytes;
    CW_CHECK(cw_fake_call("Greet", &greeting_shape, &message, &greeting_shape, &answer) == CW_OK);
    CW_CHECK(cw_is(answer.name, "hello you"));
    message.name.size = 0;
    CW_CHECK(cw_fake_call("Greet", &greeting_shape, &message, &greeting_shape, &answer) == CW_FAILED);
    CW_CHECK(is_error("no name after hello"));
    CW_CHECK(call_raw("Greet", "\x80", &bytes) == CW_FAILED);
    CW_CHECK(is_error("cannot decode a message: missing member `name` at byte 1"));
    CW_CHECK(call_raw("Greet", "", &bytes) == CW_FAILED);
    CW_CHECK(call_raw("Echo", "some bytes", &bytes) == CW_OK && is_answer(bytes, "some bytes"));
    CW_CHECK(call_raw("Echo", "", &bytes) == CW_OK && bytes.size == 0);
    CW_CHECK(strcmp(cw_fake.line.data, "to the console") == 0);
    CW_CHECK(call_raw("HealthRequest", "\x80", &bytes) == CW_OK && is_answer(bytes, "\xc0"));
    CW_CHECK(call_raw("Nothing", "\x80", &bytes) == CW_FAILED);
    CW_CHECK(is_error("no handler for operation `Nothing`; this actor handles "
                      "Greet, Echo, Helpers, Store, Greedy, Log, DeliverMessage"));
    CW_CHECK(call_raw("Greedy", "", &bytes) == CW_FAILED);
    CW_CHECK(is_error("the actor has not enough memory for the call"));
}

static void clients(void) {
    const cw_entry type = {{"Content-Type", 12}, {"text/x", 6}};
    cw_extras_generator_result result = {true, {"some-guid", 9}, (uint64_t)1 << 63, 4};
    cw_http_response site = cw_http_text(cw_str("a site"));
    cw_bytes answer;
    site.header.items = &type;
    cw_fake_respond("wascc:extras", "RequestGuid", &cw_extras_generator_result_shape, &result);
    cw_fake_respond("wascc:extras", "RequestRandom", &cw_extras_generator_result_shape, &result);
    cw_fake_respond("wascc:extras", "RequestSequence", &cw_extras_generator_result_shape, &result);
    cw_fake_respond("wascc:http_client", "PerformRequest", &cw_http_response_shape, &site);
    CW_CHECK(call_raw("Helpers", "", &answer) == CW_OK);
    CW_CHECK(is_answer(answer, "some-guid 4 9223372036854775808 text/x a%"));
    result.has_guid = false;
    cw_fake_respond("wascc:extras", "RequestGuid", &cw_extras_generator_result_shape, &result);
    CW_CHECK(call_raw("Helpers", "", &answer) == CW_FAILED && is_error("the answer contains no GUID"));
    cw_fake_refuse("wascc:extras", "RequestGuid", "out of reach");
    CW_CHECK(call_raw("Helpers", "", &answer) == CW_FAILED);
    CW_CHECK(is_error("wascc:extras RequestGuid failed: out of reach"));
}

static void store_and_events(void) {
    const cw_text keys[] = {{"x", 1}, {"y", 1}};
    const cw_keyvalue_values_response values = {{keys, 2}};
    const cw_messaging_broker_message message = {{"s", 1}, {"r", 1}, {(const uint8_t *)"\x09", 1}};
    const cw_bytes none = {NULL, 0};
    cw_bytes answer;
    cw_fake_with_keyvalue();
    cw_fake_respond("wascc:keyvalue", "SetUnion", &cw_keyvalue_values_response_shape, &values);
    CW_CHECK(call_raw("Store", "", &answer) == CW_OK && is_answer(answer, "y"));
    CW_CHECK(strcmp(cw_fake.binding.data, "other") == 0);
    cw_fake_respond_raw("wascc:messaging", "Publish", none);
    CW_CHECK(cw_fake_call("DeliverMessage", &cw_messaging_broker_message_shape, &message, NULL, NULL) == CW_OK);
    static const char expected[] = "\x83\xa7subject\xa1r\xa7replyTo\xa0\xa4" "body\xc4\x01\x09";
    CW_CHECK(cw_fake.payload.size == sizeof(expected) - 1 && memcmp(cw_fake.payload.data, expected, cw_fake.payload.size) == 0);
    CW_CHECK(call_raw("Log", "", &answer) == CW_FAILED && is_error("the error -7 -2147483647 5"));
    static const char line[] = "\x82\xa5level\x02\xa4" "body\xa6" "a line";
    CW_CHECK(cw_fake.payload.size == sizeof(line) - 1 && memcmp(cw_fake.payload.data, line, sizeof(line) - 1) == 0);
}

/* Messages that contain themselves are nested at most 64 times. */
static cw_status nested(size_t depth) {
    cw_call call = {{NULL, 0}, false};
    char *bytes = (char *)malloc(4 * depth + 1);
    tree message;
    for (size_t i = 0; i < depth; i++) memcpy(bytes + 4 * i, "\x81\xa1" "c\x91", 4);
    bytes[4 * depth] = (char)0x80;
    const cw_bytes payload = {(const uint8_t *)bytes, 4 * depth + 1};
    const cw_status status = cw_decode(&call, &tree_shape, payload, &message);
    free(bytes);
    return status;
}

int main(void) {
    answers_and_errors();
    clients();
    store_and_events();
    CW_CHECK(nested(30) == CW_OK && nested(1000) == CW_FAILED && nested(100000) == CW_FAILED);
    cw_release_all();
    cw_fake_reset();
    return 0;
}
