//! The keys of a binding that all providers on Redis have.

use capwire_provider::Key;

pub(crate) const URL: &str = "URL";
pub(crate) const PASSWORD: &str = "PASSWORD";
pub(crate) const TIMEOUT: &str = "TIMEOUT";
pub(crate) const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
pub(crate) const MAX_CALLS: &str = "MAX_CALLS";
/// The key for certificates, which can be the name of a file.
pub const ROOTS: &str = "ROOTS";

/// The keys of a binding that all providers on Redis have, in the order of the documentation.
pub const KEYS: &[Key] = &[
    Key::new(
        URL,
        "`redis://127.0.0.1:6379/0`",
        "The server, as `redis://[user[:password]@]host[:port][/database]`, or `rediss://` for TLS. It can be a secret.",
    ),
    Key::new(
        PASSWORD,
        "none",
        "The password, which can be a secret. It replaces the one in `URL`.",
    ),
    Key::new(
        TIMEOUT,
        "`5s`",
        "The maximum time of an operation. The caller's deadline ends it, too.",
    ),
    Key::new(
        CONNECT_TIMEOUT,
        "`2s`",
        "The time to find the server, connect to it, agree on TLS and log in.",
    ),
    Key::new(
        MAX_CALLS,
        "`256`",
        "The maximum number of operations at once, from 1 to 4096. Others wait, within their time.",
    ),
    Key::new(
        ROOTS,
        "Mozilla's",
        "The certificates of the authorities that sign the server's certificate: a file in PEM, or its text. It replaces the default.",
    ),
];
