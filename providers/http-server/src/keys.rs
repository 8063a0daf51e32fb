//! The keys of a binding's configuration, in one table for the code and for the documentation.

use capwire_provider::Key;

/// Defines a constant for each key, and the table and the names of all keys in the order of the
/// documentation.
macro_rules! keys {
    ($($name:ident: $default:literal, $about:literal;)*) => {
        $(pub(crate) const $name: &str = stringify!($name);)*

        pub(crate) const TABLE: &[Key] = &[$(Key::new($name, $default, $about)),*];

        pub(crate) const NAMES: &[&str] = &[$($name),*];
    };
}

keys! {
    PORT:
        "`8080`",
        "The port. 0 selects any free port.";
    ADDRESS:
        "`127.0.0.1`",
        "The IP address to listen on. `0.0.0.0` and `::` stand for all addresses.";
    HOST:
        "any",
        "The hosts of the requests for this binding, with commas between them. `*.example.com` stands for all \
                subdomains. An exact host goes before them.";
    PATH:
        "`/`",
        "The paths of the requests for this binding, with everything below them, and with commas between them.";
    METHODS:
        "all",
        "The methods of the requests for this binding, with commas between them. `GET` includes `HEAD`.";
    STRIP_PATH:
        "`false`",
        "`true` if the actor gets paths without `PATH`.";
    MAX_BODY:
        "`1048576`, or what fits into a message of the actor",
        "The maximum size of a request's body, in bytes. A longer body gets 413. \
                It must leave 512 bytes of the actor's limit `message` for the head.";
    MAX_HEAD:
        "`65536`",
        "The maximum size of a request's head, in bytes, from 1024 to 1048576. \
                A longer head gets 431.";
    MAX_FIELDS:
        "`100`",
        "The maximum number of header fields of a request, from 1 to 1000. More get 431.";
    MAX_CONNECTIONS:
        "`4096`, or what the limit of open descriptors leaves",
        "The maximum number of connections. Idle ones give way to new ones. \
                If none is idle, a new one gets 503.";
    MAX_MEMORY:
        "`16777216`, or four times `MAX_BODY` if that is more",
        "The maximum memory for the bodies of all requests and responses, in bytes. \
                Slow clients give way. If none is slow, a request gets 503.";
    TLS_CERTIFICATE:
        "none: clear text",
        "The PEM files of certificate chains, with commas between them. A client gets the first one that is \
                for the name that it asks for, or else the first one.";
    TLS_KEY:
        "none",
        "The PEM files of the private keys of `TLS_CERTIFICATE`, in the same order.";
    TLS_CLIENT_CA:
        "none",
        "A PEM file of certificate authorities. Clients must have a certificate of one of them.";
    TRUSTED_PROXIES:
        "none",
        "The addresses of proxies, or networks such as `10.0.0.0/8`, with commas between them. Only they can say for whom \
                they ask.";
    PROXY_FIELDS:
        "`x-forwarded`",
        "The fields in which the proxies say for whom they ask: `x-forwarded` (`X-Forwarded-For`, `-Proto` and `-Host`) or \
                `forwarded` (`Forwarded`).";
    CLIENT_FIELDS:
        "`true` with `TRUSTED_PROXIES`, or else `false`",
        "`true` if the server sets `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` for the actor, and drops \
                those of clients.";
    CORS_ORIGINS:
        "none",
        "The origins whose pages may use responses, such as `https://example.com`, with commas between them, or `*` for all.";
    CORS_METHODS:
        "`GET, HEAD, POST`",
        "The methods that these pages may use, or `*` for all.";
    CORS_HEADERS:
        "none",
        "The headers that these pages may send, other than simple ones, or `*` for all.";
    CORS_EXPOSE:
        "none",
        "The headers of responses that these pages may read, other than simple ones, or `*` for all.";
    CORS_CREDENTIALS:
        "`false`",
        "`true` if these pages may send cookies and other credentials. There must be no `*` then.";
    CORS_MAX_AGE:
        "the browser's",
        "The time for which browsers may remember these keys, such as `10m`.";
    COMPRESS:
        "`off`",
        "`gzip` if responses are compressed for clients that take them so.";
    COMPRESS_MIN:
        "`1024`",
        "The size of the smallest body that is compressed, in bytes, from 1 to 1073741824.";
    ACCESS_LOG:
        "`off`",
        "`on` for a line in the log for each request, without its query, or `query` for lines with it.";
}

/// The keys that bindings on one port must have in common.
pub(crate) const OF_SERVER: &[&str] = &[
    MAX_HEAD,
    MAX_FIELDS,
    MAX_CONNECTIONS,
    MAX_MEMORY,
    TLS_CERTIFICATE,
    TLS_KEY,
    TLS_CLIENT_CA,
];

/// The keys whose values are names of files with commas between them, or PEM.
pub(crate) const FILES: &[&str] = &[TLS_CERTIFICATE, TLS_KEY, TLS_CLIENT_CA];

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn the_document_has_the_table_of_keys() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/providers/http-server.md"
        );
        let page = std::fs::read_to_string(path).unwrap();
        let rows = TABLE.iter().map(|key| {
            let (name, default, about) = (key.name, key.default, key.about);
            format!("| `{name}` | {default} | {about} |\n")
        });
        let table: String = rows.collect();
        let head = "| key | default | meaning |\n|---|---|---|\n";
        assert!(
            page.contains(&format!("{head}{table}\n")),
            "docs/providers/http-server.md needs this table:\n{head}{table}"
        );
    }
}
