//! The keys of a binding that name its server.

use capwire_provider::Key;

pub(crate) const URL: &str = "URL";
pub(crate) const CREDSFILE: &str = "CREDSFILE";
pub(crate) const CLIENT_JWT: &str = "CLIENT_JWT";
pub(crate) const CLIENT_SEED: &str = "CLIENT_SEED";
pub(crate) const USER: &str = "USER";
pub(crate) const PASSWORD: &str = "PASSWORD";
pub(crate) const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
pub(crate) const ROOTS: &str = "ROOTS";

/// The keys of a binding that name its server, in the order of the documentation.
pub const KEYS: &[Key] = &[
    Key::new(
        URL,
        "`nats://127.0.0.1:4222`",
        "The server as `nats://host[:port]`, or `tls://` for TLS. Several servers of a cluster have commas between them.",
    ),
    Key::new(
        CREDSFILE,
        "none",
        "The credentials of a user, with its JWT and its seed: a file, or its text, which can be a secret.",
    ),
    Key::new(
        CLIENT_JWT,
        "none",
        "The JWT of a user. It needs `CLIENT_SEED`.",
    ),
    Key::new(
        CLIENT_SEED,
        "none",
        "The seed of a user, which can be a secret. Without `CLIENT_JWT`, the user is the public key.",
    ),
    Key::new(USER, "none", "The name of a user. It needs `PASSWORD`."),
    Key::new(
        PASSWORD,
        "none",
        "The password, which can be a secret. Without `USER`, it is a token.",
    ),
    Key::new(
        CONNECT_TIMEOUT,
        "`2s`",
        "The time to find the server, connect to it, agree on TLS and log in, and the time to prepare what the binding needs there.",
    ),
    Key::new(
        ROOTS,
        "Mozilla's",
        "The certificates of the authorities that sign the server's certificate: a file in PEM, or its text. It replaces the default.",
    ),
];

/// The keys of [`KEYS`] whose values are names of files, or their texts.
pub const FILE_KEYS: &[&str] = &[CREDSFILE, ROOTS];
