//! The hosts that a binding allows.

use capwire_contracts::http::{Scheme, Url};
use std::str::FromStr;

/// The sites that requests may name: the key `ALLOW`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sites(Vec<Site>);

/// An entry of `ALLOW`: `[scheme://]host[:port]`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Site {
    /// Both schemes if `None`.
    scheme: Option<Scheme>,
    host: Host,
    port: Port,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Any,
    /// The name or the address, in the form of a [`Url`].
    Exact(String),
    /// All names that end with this text, which begins with a dot.
    Below(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    /// The default of the URL's scheme.
    Default,
    Any,
    Exact(u16),
}

impl Sites {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if an entry allows requests to the site of `url`.
    pub(crate) fn allow(&self, url: &Url) -> bool {
        self.0.iter().any(|site| site.allows(url))
    }
}

impl Site {
    fn allows(&self, url: &Url) -> bool {
        let scheme = self.scheme.is_none_or(|scheme| scheme == url.scheme());
        let host = match &self.host {
            Host::Any => true,
            Host::Exact(host) => host == url.host(),
            Host::Below(end) => url.host().ends_with(end.as_str()),
        };
        let port = match self.port {
            Port::Any => true,
            Port::Default => url.port() == url.scheme().default_port(),
            Port::Exact(port) => url.port() == port,
        };
        scheme && host && port
    }
}

impl FromStr for Sites {
    type Err = String;

    /// Parses entries between commas or white space.
    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split([',', ' ', '\t', '\r', '\n']);
        let entries = entries.filter(|entry| !entry.is_empty());
        let sites: Result<Vec<Site>, String> = entries
            .map(|entry| {
                let wrong = |reason| format!("its entry {entry:?} is wrong: {reason}");
                entry.parse::<Site>().map_err(wrong)
            })
            .collect();
        sites.map(Self)
    }
}

impl FromStr for Site {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = match text.split_once("://") {
            None => (None, text),
            Some(("http", rest)) => (Some(Scheme::Http), rest),
            Some(("https", rest)) => (Some(Scheme::Https), rest),
            Some(_) => return Err("the scheme is neither `http` nor `https`"),
        };
        if rest.contains(['/', '?', '#']) {
            return Err("an entry has no path: write `[scheme://]host[:port]`");
        }
        let (rest, any_port) = match rest.strip_suffix(":*") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let pattern = rest.starts_with("*.") || rest == "*" || rest.starts_with("*:");
        // A name takes the place of the star, so that one parser reads names, addresses and ports.
        let name = if pattern {
            rest.replacen('*', "star", 1)
        } else {
            rest.to_owned()
        };
        let url = format!("{}://{name}/", scheme.unwrap_or(Scheme::Http).name());
        let url: Url = match url.parse() {
            Ok(url) => url,
            Err(_) if rest.contains('*') => {
                return Err(
                    "`*` stands alone, as in `*:8080`, or before a dot, as in `*.example.com`",
                );
            }
            Err(_) => {
                return Err(
                    "the host is a name of letters, digits, `-`, `_` and dots, or an address such as `192.0.2.1` or `[2001:db8::1]`",
                );
            }
        };
        let has_port = name
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.ends_with(']'));
        let port = match (any_port, has_port) {
            (true, true) => return Err("it has two ports"),
            (true, false) => Port::Any,
            (false, true) => Port::Exact(url.port()),
            (false, false) => Port::Default,
        };
        let host = match (pattern, url.host().strip_prefix("star")) {
            (true, Some("")) => Host::Any,
            (true, Some(end)) => Host::Below(end.to_owned()),
            _ => Host::Exact(url.host().to_owned()),
        };
        Ok(Self { scheme, host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::Sites;

    /// Entries, with URLs that they allow and others.
    const ENTRIES: &[(&str, &[&str], &[&str])] = &[
        (
            "example.com",
            &[
                "http://example.com/",
                "https://example.com/x",
                "https://EXAMPLE.com:443/",
            ],
            &[
                "https://www.example.com/",
                "https://example.com:8443/",
                "http://example.com:443/",
                "https://example.com.evil.com/",
                "https://notexample.com/",
            ],
        ),
        (
            "https://example.com",
            &["https://example.com/"],
            &["http://example.com/"],
        ),
        (
            "*.example.com",
            &["https://a.example.com/", "https://a.b.example.com/"],
            &[
                "https://example.com/",
                "https://evilexample.com/",
                "https://a.example.com.evil.com/",
            ],
        ),
        (
            "http://example.com:8080",
            &["http://example.com:8080/"],
            &["http://example.com/", "https://example.com:8080/"],
        ),
        (
            "example.com:*",
            &["http://example.com/", "https://example.com:1/"],
            &["http://a.example.com/"],
        ),
        (
            "*",
            &["http://a.b/", "https://8.8.8.8/"],
            &["http://a.b:81/"],
        ),
        ("*:*", &["http://a.b:81/", "https://[::1]:2/"], &[]),
        ("*:8080", &["http://a.b:8080/"], &["http://a.b/"]),
        ("127.0.0.1", &["http://127.0.0.1/"], &["http://127.0.0.2/"]),
        ("[0:0::1]:81", &["http://[::1]:81/"], &["http://[::1]/"]),
        (
            "a.com, b.com\n c.com",
            &["http://b.com/", "http://c.com/"],
            &["http://d.com/"],
        ),
        ("", &[], &["http://a.com/"]),
    ];

    #[test]
    fn an_entry_allows_its_site_and_no_other() {
        for (entry, allowed, refused) in ENTRIES {
            let sites: Sites = entry.parse().unwrap();
            for url in *allowed {
                assert!(sites.allow(&url.parse().unwrap()), "{entry:?}: {url}");
            }
            for url in *refused {
                assert!(!sites.allow(&url.parse().unwrap()), "{entry:?}: {url}");
            }
        }
    }

    #[test]
    fn entries_with_a_mistake_are_refused() {
        for wrong in [
            "ftp://a.com",
            "a.com/",
            "http://a.com/x",
            "a*.com",
            "a.*.com",
            "*a.com",
            "**.com",
            "a.com:",
            "a.com:99999",
            "a.com:1:*",
            "a@b.com",
            "a.com.",
            "127.1",
            "b\u{fc}cher.example",
            "2130706433",
            "::1",
            "a..b",
            "*.",
            "a.com:*:1",
        ] {
            let error = wrong.parse::<Sites>().unwrap_err();
            assert!(error.contains("is wrong"), "{wrong}: {error}");
        }
    }
}
