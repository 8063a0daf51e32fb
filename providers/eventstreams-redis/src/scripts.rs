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
    /// Reads entries of a stream up to a size.
    READ = "read.lua";
    /// Takes the next entry for a group.
    NEXT = "next.lua";
    /// Keeps an entry that is being handled.
    KEEP = "keep.lua";
    /// Gives an entry back.
    RELEASE = "release.lua";
}
