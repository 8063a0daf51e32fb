//! The hosts of requests that a binding serves.

use hyper::http::uri::Authority;

/// The hosts of a route. The order is that of the search: exact hosts, then longer wildcards, then
/// any host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Host {
    /// One host, in lower case.
    Exact(String),
    /// All subdomains of a domain.
    Below(Domain),
    Any,
}

/// A domain in lower case, with the dot before it. Longer ones come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Domain(std::cmp::Reverse<usize>, String);

impl Host {
    /// Parses a host without a port, or `*.` and a domain. Returns `None` if `text` is neither.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_wildcard, name) = match text.strip_prefix("*.") {
            Some(domain) => (true, domain),
            None => (false, text),
        };
        let authority = Authority::try_from(name).ok()?;
        if authority.host() != name || name.contains('*') {
            return None;
        }
        let name = lower(name);
        Some(match is_wildcard {
            true => Self::Below(Domain(std::cmp::Reverse(name.len()), format!(".{name}"))),
            false => Self::Exact(name),
        })
    }

    /// Returns `true` if these hosts include `host`, which is [normal](normal).
    pub(super) fn includes(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => name == host,
            Self::Below(Domain(_, domain)) => host.len() > domain.len() && host.ends_with(domain),
            Self::Any => true,
        }
    }
}

/// Returns a host as it is compared: in lower case, and without a port or a final dot.
pub(super) fn normal(host: &str) -> String {
    let end = match host.rfind(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    lower(host.get(..end).unwrap_or(host))
}

fn lower(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{Host, normal};

    #[test]
    fn hosts_are_exact_or_below_a_domain() {
        let includes =
            |pattern: &str, host: &str| Host::parse(pattern).unwrap().includes(&normal(host));
        for (pattern, host) in [
            ("a.example", "A.Example:80"),
            ("a.example", "a.example."),
            ("*.example", "a.example"),
            ("*.example", "a.b.example:443"),
            ("[::1]", "[::1]:8080"),
            ("127.0.0.1", "127.0.0.1:8080"),
        ] {
            assert!(includes(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("a.example", "b.example"),
            ("*.example", "example"),
            ("*.example", ".example"),
            ("*.example", "aexample"),
            ("*.example", "a.example.org"),
        ] {
            assert!(!includes(pattern, host), "{pattern} {host}");
        }
    }

    #[test]
    fn other_texts_are_no_hosts() {
        for text in [
            "",
            "*",
            "*.",
            "a:80",
            "me@a",
            "a/b",
            "a.*.example",
            "a b",
            "*a.example",
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }
}
