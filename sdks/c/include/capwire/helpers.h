/* Functions on top of the clients: HTTP, log lines, identifiers and random numbers. */
#ifndef CAPWIRE_HELPERS_H
#define CAPWIRE_HELPERS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Begins the handler `name` of requests of `wascc:http_server`. */
#define CW_ON_HTTP_REQUEST(name) CW_ON_HANDLE_REQUEST(name)

/* Returns a response without headers or body. */
cw_http_response cw_http_status(uint32_t code);

/* Returns a response with the status 200 and plain text. */
cw_http_response cw_http_text(cw_text body);

/* Returns a response with the status 200 and JSON, which is already a text. */
cw_http_response cw_http_json(cw_text body);

/* Returns the value of a header, compared without regard to case. It has no data if there is none. */
cw_text cw_http_header(cw_entries header, const char *name);

/* Sends a request with the method `GET` through `wascc:http_client`. Every status is a response. */
cw_status cw_http_get(cw_call *call, cw_text url, cw_http_response *response);

/* The levels of log lines. */
typedef enum cw_level { CW_ERROR = 1, CW_WARN = 2, CW_INFO = 3, CW_DEBUG = 4, CW_TRACE = 5 } cw_level;

/* Writes a line through `wascc:logging`. A line that the host refuses is lost, because logging never
 * fails a handler. */
void cw_log(cw_call *call, cw_level level, cw_text line);

/* Gives a new UUID of version 4. */
cw_status cw_guid(cw_call *call, cw_text *guid);

/* Gives a random number from `min` to `max`, without `max`. */
cw_status cw_random(cw_call *call, uint32_t min, uint32_t max, uint32_t *number);

/* Gives the next number of the actor's sequence, which begins with 0. */
cw_status cw_sequence(cw_call *call, uint64_t *number);

#ifdef __cplusplus
}
#endif

#endif
