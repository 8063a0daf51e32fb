//! `capwire:config`: values of the binding of an actor, and secrets among them.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "capwire:config";

/// Returns a value: takes a [`GetRequest`] and returns a [`GetResponse`].
pub const OP_GET: &str = "Get";
/// Returns the names of values: takes a [`ListRequest`] and returns a [`ListResponse`].
pub const OP_LIST: &str = "List";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_GET, "Returns a value"),
    Operation::to_provider(OP_LIST, "Returns the names of values"),
];

message! {
    /// The name of a value.
    GetRequest {
        /// The name.
        name: String = "name",
    }
}

message! {
    /// A value.
    GetResponse {
        /// The value; absent if the binding has none of this name.
        value: Option<String> = "value" or default,
        /// True if the value is secret, so that nobody may log it.
        secret: bool = "secret" or default,
    }
}

message! {
    /// A request for names.
    ListRequest {
        /// The beginning of the names; empty means all.
        prefix: String = "prefix" or default,
    }
}

message! {
    /// Names of values.
    ListResponse {
        /// The names, in their order.
        names: Vec<String> = "names",
    }
}
