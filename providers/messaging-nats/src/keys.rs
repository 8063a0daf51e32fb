//! The keys of a binding: those of the server, and those that all brokers have.

use capwire_provider::Key;

pub(crate) const URL: &str = "URL";
pub(crate) const CREDSFILE: &str = "CREDSFILE";
pub(crate) const CLIENT_JWT: &str = "CLIENT_JWT";
pub(crate) const CLIENT_SEED: &str = "CLIENT_SEED";
pub(crate) const USER: &str = "USER";
pub(crate) const PASSWORD: &str = "PASSWORD";
pub(crate) const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
pub(crate) const ROOTS: &str = "ROOTS";

const OF_SERVER: [Key; 8] = [
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
        "The time to find the server, connect to it, agree on TLS and log in, and the time to subscribe.",
    ),
    Key::new(
        ROOTS,
        "Mozilla's",
        "The certificates of the authorities that sign the server's certificate: a file in PEM, or its text. It replaces the default.",
    ),
];

const COUNT: usize = OF_SERVER.len() + capwire_messaging::KEYS.len();

const TABLE: [Key; COUNT] = {
    let mut table = [OF_SERVER[0]; COUNT];
    let mut index = 0;
    while index < COUNT {
        #[expect(clippy::indexing_slicing, reason = "checked when compiled")]
        {
            table[index] = if index < OF_SERVER.len() {
                OF_SERVER[index]
            } else {
                capwire_messaging::KEYS[index - OF_SERVER.len()]
            };
        }
        index += 1;
    }
    table
};

const NAMES: [&str; COUNT] = Key::names(KEYS);

/// The keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &TABLE;

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;

/// The keys whose values are names of files, or their texts.
pub(crate) const FILE_KEYS: &[&str] = &[CREDSFILE, ROOTS];
