//! Names and signatures of waPC, as a guest spells them.
//!
//! Source: the waPC protocol as implemented by `wapc-guest` 0.3 to 1.2 and the waSCC modules of 2020.

/// The module that guests import from.
pub const NAMESPACE: &str = "wapc";

/// The name of [`NAMESPACE`] in guests since 2021, built with `wasmbus-rpc`. It has the same functions.
pub const WASMBUS: &str = "wasmbus";

/// The export that takes a call: `(operation length, payload length) -> 1 for success`.
pub const GUEST_CALL: &str = "__guest_call";

/// The export of the guest's linear memory.
pub const MEMORY: &str = "memory";

/// The optional start functions, in the order in which a host calls them.
pub const STARTS: [&str; 3] = ["_start", "_initialize", "wapc_init"];

/// One function that a guest may import. All parameters are `i32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module that it is imported from.
    pub namespace: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The number of its parameters, all `i32`.
    pub parameters: usize,
    /// True if it returns an `i32`.
    pub returns: bool,
}

/// Writes the request into guest memory.
pub const GUEST_REQUEST: Import = import("__guest_request", 2, false);
/// Takes the guest's response.
pub const GUEST_RESPONSE: Import = import("__guest_response", 2, false);
/// Takes the guest's error text.
pub const GUEST_ERROR: Import = import("__guest_error", 2, false);
/// Calls the host.
pub const HOST_CALL: Import = import("__host_call", 8, true);
/// The length of the host's last reply.
pub const HOST_RESPONSE_LEN: Import = import("__host_response_len", 0, true);
/// Writes the host's last reply into guest memory.
pub const HOST_RESPONSE: Import = import("__host_response", 1, false);
/// The length of the host's last error text.
pub const HOST_ERROR_LEN: Import = import("__host_error_len", 0, true);
/// Writes the host's last error text into guest memory.
pub const HOST_ERROR: Import = import("__host_error", 1, false);
/// Prints a line.
pub const CONSOLE_LOG: Import = import("__console_log", 2, false);

/// The nine functions of waPC. A guest may import any subset.
pub const IMPORTS: [Import; 9] = [
    GUEST_REQUEST,
    GUEST_RESPONSE,
    GUEST_ERROR,
    HOST_CALL,
    HOST_RESPONSE_LEN,
    HOST_RESPONSE,
    HOST_ERROR_LEN,
    HOST_ERROR,
    CONSOLE_LOG,
];

/// Returns the function of waPC with this name, or `None`. A function of [`WASMBUS`] is that of
/// [`NAMESPACE`] with the same name.
///
/// ```
/// use capwire_wapc::abi;
///
/// assert_eq!(abi::find("wapc", "__console_log"), Some(&abi::CONSOLE_LOG));
/// assert_eq!(abi::find("wasmbus", "__console_log"), Some(&abi::CONSOLE_LOG));
/// assert_eq!(abi::find("wapc", "exit"), None);
/// ```
#[must_use]
pub fn find(namespace: &str, name: &str) -> Option<&'static Import> {
    let mut all = IMPORTS.iter();
    let known = [NAMESPACE, WASMBUS].contains(&namespace);
    known.then(|| all.find(|import| import.name == name))?
}

const fn import(name: &'static str, parameters: usize, returns: bool) -> Import {
    Import {
        namespace: NAMESPACE,
        name,
        parameters,
        returns,
    }
}
