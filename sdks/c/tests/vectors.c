/* The messages have the encodings that all SDKs share, in `sdks/vectors.txt`. */

#define CAPWIRE_IMPLEMENTATION
#include <capwire/testing.h>

CW_RAW(nothing, "Nothing") {
    (void)call;
    *response = *request;
    return CW_OK;
}

CW_ACTOR(&nothing)

#define TEXT(characters) {characters, sizeof(characters) - 1}
#define BYTES(characters) {(const uint8_t *)characters, sizeof(characters) - 1}

static const cw_entry entry = {TEXT("k"), TEXT("v")};
static const cw_http_request request = {TEXT("GET"), TEXT("/foo"), TEXT("a=1"), {&entry, 1}, BYTES("\1\2\3")};
static const cw_http_response response = {200, TEXT("OK"), {&entry, 1}, BYTES("\1\2\3")};
static const cw_keyvalue_add_request add_request = {TEXT("k"), 1};
static const cw_keyvalue_add_response add_response = {-2};
static const cw_keyvalue_set_request set_request = {TEXT("counter1"), TEXT("12"), 100};
static const cw_keyvalue_get_response get_response = {TEXT("v"), true};
static const cw_keyvalue_range_request range_request = {TEXT("k"), 0, -1};
static const cw_keyvalue_count_response count_response = {1};
static const cw_messaging_broker_message broker_message = {TEXT("s"), TEXT(""), BYTES("\1")};
static const cw_messaging_request_message request_message = {TEXT("user.profile.175"), BYTES("raw query bytes"), 100};
static const cw_logging_write_log_request write_log = {4, TEXT("This is a debug message")};
static const cw_blobstore_file_chunk file_chunk = {
    5, TEXT("container"), TEXT("blob"), 53400, 1024, false, {NULL, 0}, BYTES("\1\2\3\4\5")};
static const cw_blobstore_stream_request stream_request = {TEXT("i"), TEXT("c"), 100, false, {NULL, 0}};
static const cw_eventstreams_event event = {TEXT(""), TEXT("s"), {&entry, 1}};
static const cw_eventstreams_stream_query stream_query = {TEXT("stream1"), true, {0, 1000}, 42};
static const cw_extras_generator_request generator_request = {true, false, false, 0, 0};
static const cw_core_health_request health_request = {false};
static cw_value parameters[9];
static const cw_sql_request sql_request = {TEXT("SELECT $1"), {parameters, 9}};
static const cw_sql_statement statement = {TEXT("x"), {NULL, 0}, 1};
static const cw_sql_transaction_request transaction = {{&statement, 1}};
static const cw_text column = TEXT("a");
static cw_value one;
static const cw_sql_row row = {{&one, 1}};
static const cw_sql_outcome outcome = {{&column, 1}, {&row, 1}, 3};

static void set_values(void) {
    const cw_text text = TEXT("t"), uuid = TEXT("67e55044-10b1-426f-9247-bb680e5fe0c8"), json = TEXT("[1]");
    const cw_bytes bytes = BYTES("\1\2");
    size_t i = 0;
    parameters[i++] = cw_null();
    parameters[i++] = cw_boolean(true);
    parameters[i++] = cw_integer(-5);
    parameters[i++] = cw_float(1.5);
    parameters[i++] = cw_of_text(text);
    parameters[i++] = cw_of_bytes(bytes);
    parameters[i++] = cw_timestamp(1700000000000000);
    parameters[i++] = cw_uuid(uuid);
    parameters[i++] = cw_json(json);
    one = cw_integer(1);
}

/* The message of each kind. */
static const struct {
    const char *name;
    const cw_shape *shape;
    const void *message;
} examples[] = {
    {"http.Request", &cw_http_request_shape, &request},
    {"http.Response", &cw_http_response_shape, &response},
    {"keyvalue.AddRequest", &cw_keyvalue_add_request_shape, &add_request},
    {"keyvalue.AddResponse", &cw_keyvalue_add_response_shape, &add_response},
    {"keyvalue.SetRequest", &cw_keyvalue_set_request_shape, &set_request},
    {"keyvalue.GetResponse", &cw_keyvalue_get_response_shape, &get_response},
    {"keyvalue.RangeRequest", &cw_keyvalue_range_request_shape, &range_request},
    {"keyvalue.CountResponse", &cw_keyvalue_count_response_shape, &count_response},
    {"messaging.BrokerMessage", &cw_messaging_broker_message_shape, &broker_message},
    {"messaging.RequestMessage", &cw_messaging_request_message_shape, &request_message},
    {"logging.WriteLogRequest", &cw_logging_write_log_request_shape, &write_log},
    {"blobstore.FileChunk", &cw_blobstore_file_chunk_shape, &file_chunk},
    {"blobstore.StreamRequest", &cw_blobstore_stream_request_shape, &stream_request},
    {"eventstreams.Event", &cw_eventstreams_event_shape, &event},
    {"eventstreams.StreamQuery", &cw_eventstreams_stream_query_shape, &stream_query},
    {"extras.GeneratorRequest", &cw_extras_generator_request_shape, &generator_request},
    {"sql.Request", &cw_sql_request_shape, &sql_request},
    {"sql.TransactionRequest", &cw_sql_transaction_request_shape, &transaction},
    {"sql.Outcome", &cw_sql_outcome_shape, &outcome},
    {"core.HealthRequest", &cw_core_health_request_shape, &health_request},
};

enum { EXAMPLES = sizeof(examples) / sizeof(*examples) };

static cw_call call;

static size_t example(const char *name) {
    size_t i = 0;
    while (i < EXAMPLES && strcmp(examples[i].name, name) != 0) i++;
    CW_CHECK(i < EXAMPLES);
    return i;
}

static bool is_same(cw_bytes a, cw_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

/* Decodes the bytes in a copy that ends where they end, so that the sanitizer sees a wrong access,
 * and encodes the result. */
static cw_status again(size_t of, cw_bytes bytes, cw_bytes *encoded) {
    uint8_t *copy = (uint8_t *)malloc(bytes.size > 0 ? bytes.size : 1);
    void *message = malloc(examples[of].shape->size);
    CW_CHECK(copy != NULL && message != NULL);
    if (bytes.size > 0) memcpy(copy, bytes.data, bytes.size);
    const cw_bytes exact = {copy, bytes.size};
    cw_status status = cw_decode(&call, examples[of].shape, exact, message);
    if (status == CW_OK) status = cw_encode(&call, examples[of].shape, message, encoded);
    free(message);
    free(copy);
    return status;
}

/* Any part of a message is refused, and a changed message is decoded or refused. */
static void change(size_t of, cw_bytes bytes) {
    cw_bytes encoded;
    uint8_t changed[512];
    uint32_t random = 7;
    for (size_t size = 0; size < bytes.size; size++) {
        const cw_bytes part = {bytes.data, size};
        CW_CHECK(again(of, part, &encoded) == CW_FAILED);
    }
    for (int round = 0; round < 2000; round++) {
        memcpy(changed, bytes.data, bytes.size);
        for (int i = 0; i < 3; i++) {
            random = random * 1664525 + 1013904223;
            changed[(random >> 16) % bytes.size] = (uint8_t)(random >> 8);
        }
        const cw_bytes other = {changed, bytes.size};
        (void)again(of, other, &encoded);
        cw_release_all();
    }
}

static void check(const char *kind, const char *name, cw_bytes bytes) {
    cw_bytes encoded = {NULL, 0}, expected = {NULL, 0};
    const size_t of = example(name);
    CW_CHECK(cw_encode(&call, examples[of].shape, examples[of].message, &expected) == CW_OK);
    call.error = cw_str("");
    const cw_status status = again(of, bytes, &encoded);
    if (strcmp(kind, "malformed") == 0) {
        const cw_text start = {call.error.data, 24};
        CW_CHECK(status == CW_FAILED && call.error.size > 24 && cw_is(start, "cannot decode a message:"));
        return;
    }
    CW_CHECK(status == CW_OK && is_same(encoded, expected));
    if (strcmp(kind, "exact") != 0) return;
    CW_CHECK(is_same(bytes, expected));
    change(of, bytes);
}

static void numbers(void) {
    static const struct {
        int32_t value;
        const char *bytes;
        size_t size;
    } cases[] = {{INT32_MIN, "\xd2\x80\0\0\0", 5}, {-129, "\xd1\xff\x7f", 3}, {-128, "\xd0\x80", 2}, {-32, "\xe0", 1},
                 {127, "\x7f", 1}, {128, "\xd1\0\x80", 3}, {32768, "\xd2\0\0\x80\0", 5}, {INT32_MAX, "\xd2\x7f\xff\xff\xff", 5}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const cw_keyvalue_add_response message = {cases[i].value};
        cw_keyvalue_add_response decoded;
        cw_bytes bytes;
        CW_CHECK(cw_encode(&call, &cw_keyvalue_add_response_shape, &message, &bytes) == CW_OK);
        CW_CHECK(bytes.size == 7 + cases[i].size && memcmp(bytes.data + 7, cases[i].bytes, cases[i].size) == 0);
        CW_CHECK(cw_decode(&call, &cw_keyvalue_add_response_shape, bytes, &decoded) == CW_OK);
        CW_CHECK(decoded.value == message.value);
    }
}

static void lengths(void) {
    static const size_t sizes[] = {0, 15, 16, 31, 32, 255, 256, 65535, 65536};
    static char text[65536];
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        const size_t size = sizes[i];
        cw_entry *entries = (cw_entry *)cw_alloc(&call, size * sizeof(cw_entry));
        for (size_t j = 0; j < size; j++) entries[j] = entry;
        const cw_http_request sent = {{text, size}, {text, size}, {text, size}, {entries, size}, {(uint8_t *)text, size}};
        cw_http_request got;
        cw_bytes bytes;
        CW_CHECK(cw_encode(&call, &cw_http_request_shape, &sent, &bytes) == CW_OK);
        CW_CHECK(cw_decode(&call, &cw_http_request_shape, bytes, &got) == CW_OK);
        CW_CHECK(got.method.size == size && got.body.size == size && got.header.count == size);
        CW_CHECK(memcmp(got.path.data, text, size) == 0 && memcmp(got.body.data, text, size) == 0);
        cw_release_all();
    }
}

static void is_malformed(const char *bytes, size_t size) {
    const cw_bytes payload = {(const uint8_t *)bytes, size};
    cw_keyvalue_key_request message;
    CW_CHECK(cw_decode(&call, &cw_keyvalue_key_request_shape, payload, &message) == CW_FAILED);
    CW_CHECK(cw_is(call.error, "cannot decode a message: a text is not UTF-8 at byte 9"));
}

int main(int count, char **arguments) {
    char line[1024], kind[16], name[64], hex[600];
    uint8_t bytes[300];
    FILE *file = fopen(count > 1 ? arguments[1] : "../vectors.txt", "r");
    int vectors = 0;
    set_values();
    CW_CHECK(file != NULL);
    for (; fgets(line, sizeof(line), file) != NULL; vectors++) {
        if (line[0] == '#') continue;
        CW_CHECK(sscanf(line, "%15s %63s %599s", kind, name, hex) == 3);
        cw_bytes decoded = {bytes, strcmp(hex, ".") == 0 ? 0 : strlen(hex) / 2};
        for (size_t i = 0; i < decoded.size; i++) {
            const char digits[] = {hex[2 * i], hex[2 * i + 1], 0};
            bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
        }
        check(kind, name, decoded);
    }
    fclose(file);
    CW_CHECK(vectors > 50);
    numbers();
    lengths();
    /* A wrong byte, an overlong form, a surrogate, and a number above U+10FFFF. */
    is_malformed("\x81\xa3key\xa3\xff  ", 9);
    is_malformed("\x81\xa3key\xa3\xe0\x80\x80", 9);
    is_malformed("\x81\xa3key\xa3\xed\xa0\x80", 9);
    is_malformed("\x81\xa3key\xa3 \xf4\x90", 9);
    cw_release_all();
    cw_fake_reset();
    return 0;
}
