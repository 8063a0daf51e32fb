//! The scripts that run on the server. Redis runs a script as one step: nothing else happens meanwhile.

use redis::Script;
use std::sync::LazyLock;

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(include_str!(concat!("scripts/", $file))));
    )*};
}

scripts! {
    /// Adds to a counter of 32 bits.
    ADD = "add.lua";
    /// Reads a string up to a size.
    GET = "get.lua";
    /// Reads the items of a list up to a size.
    RANGE = "range.lua";
    /// Reads the union of sets up to a size.
    UNION = "union.lua";
    /// Reads the intersection of sets up to a size.
    INTERSECTION = "intersection.lua";
}
