/* The guest's side of waPC. In a native test, the fake host defines these functions. */
#ifndef CAPWIRE_ABI_H
#define CAPWIRE_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define CW_IMPORT(name) __attribute__((import_module("wapc"), import_name(name)))
#define CW_EXPORT(name) __attribute__((export_name(name)))
#else
#define CW_IMPORT(name)
#define CW_EXPORT(name)
#endif

#ifdef __cplusplus
extern "C" {
#endif

CW_IMPORT("__guest_request") void cw_wapc_guest_request(void *operation, void *payload);
CW_IMPORT("__guest_response") void cw_wapc_guest_response(const void *bytes, size_t size);
CW_IMPORT("__guest_error") void cw_wapc_guest_error(const void *text, size_t size);
CW_IMPORT("__host_call")
int32_t cw_wapc_host_call(const void *binding, size_t binding_size, const void *name, size_t name_size,
                          const void *operation, size_t operation_size, const void *payload, size_t payload_size);
CW_IMPORT("__host_response_len") size_t cw_wapc_host_response_len(void);
CW_IMPORT("__host_response") void cw_wapc_host_response(void *target);
CW_IMPORT("__host_error_len") size_t cw_wapc_host_error_len(void);
CW_IMPORT("__host_error") void cw_wapc_host_error(void *target);
CW_IMPORT("__console_log") void cw_wapc_console_log(const void *text, size_t size);

/* The export that a host calls. */
CW_EXPORT("__guest_call") int32_t cw_guest_call(size_t operation_size, size_t payload_size);

#ifdef __cplusplus
}
#endif

#endif
