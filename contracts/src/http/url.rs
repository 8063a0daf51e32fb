//! URLs that have the same host for every parser.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A URL of `http` or `https` in canonical form.
///
/// Of the URLs that RFC 3986 and browsers allow, this type accepts those whose host has only one
/// spelling: printable ASCII without `\` and without a user, with a host of letters, digits, `-`,
/// `_` and single dots, or an address in its usual form. The host is in lower case, and the
/// fragment is left out.
///
/// ```
/// use capwire_contracts::http::Url;
///
/// let url: Url = "HTTPS://Example.com:443?q=1#top".parse()?;
/// assert_eq!(url.to_string(), "https://example.com/?q=1");
/// assert_eq!((url.host(), url.port()), ("example.com", 443));
/// for doubtful in ["http://2130706433/", "http://a.com@b.com/", "http://a.com\\b/", "http://a.com./"] {
///     assert!(doubtful.parse::<Url>().is_err(), "{doubtful}");
/// }
/// # Ok::<(), capwire_contracts::http::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    scheme: Scheme,
    authority: Authority,
    /// The path and the query; begins with a slash.
    target: String,
}

/// The scheme of a [`Url`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// HTTP in the clear, by default on port 80.
    Http,
    /// HTTP over TLS, by default on port 443.
    Https,
}

/// The host and the port of a [`Url`] or of a `host` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    host: String,
    port: u16,
    is_default_port: bool,
}

/// The reason why a text is not a [`Url`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UrlError(pub(crate) &'static str);

impl Scheme {
    /// Returns the scheme's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// Returns the scheme's default port.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Url {
    /// Returns the scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the host in lower case, without its port. An IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.authority.host
    }

    /// Returns the port, which is the scheme's default unless the URL has another one.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.authority.port
    }

    /// Returns the host, with the port unless it is the scheme's default.
    #[must_use]
    pub fn authority(&self) -> String {
        self.authority.to_string()
    }

    /// Returns the path and the query. It begins with a slash.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns true if both URLs have the same scheme, host and port.
    #[must_use]
    pub fn has_origin_of(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host() == other.host() && self.port() == other.port()
    }

    /// Appends `query`, which is percent-encoded and may be empty: after a `?`, or after a `&` if
    /// the URL has a query.
    ///
    /// # Errors
    /// Returns [`UrlError`] if the query is not printable ASCII, or contains `#`.
    ///
    /// ```
    /// use capwire_contracts::http::Url;
    ///
    /// let url: Url = "http://example.com/a?b=1".parse()?;
    /// assert_eq!(url.with_query("c=2")?.to_string(), "http://example.com/a?b=1&c=2");
    /// # Ok::<(), capwire_contracts::http::UrlError>(())
    /// ```
    pub fn with_query(mut self, query: &str) -> Result<Self, UrlError> {
        if !is_printable(query) || query.contains('#') {
            return Err(UrlError("its query is not printable ASCII without `#`"));
        }
        if !query.is_empty() {
            let separator = match self.target.find('?') {
                None => "?",
                Some(at) if at + 1 == self.target.len() => "",
                Some(_) => "&",
            };
            self.target.push_str(separator);
            self.target.push_str(query);
        }
        Ok(self)
    }
}

impl std::str::FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if !is_printable(text) || text.contains('\\') {
            return Err(UrlError(
                "its URL is not printable ASCII without backslashes",
            ));
        }
        let no_scheme = UrlError("its URL has no scheme");
        let (scheme, rest) = text.split_once("://").ok_or(no_scheme)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(UrlError("its URL is neither http nor https")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (site, rest) = rest.split_at(end);
        let (target, _) = rest.split_once('#').unwrap_or((rest, ""));
        // Without the slash, a text that is appended to the URL would become a part of the host.
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Self {
            scheme,
            authority: Authority::parse(site, scheme)?,
            target: format!("{slash}{target}"),
        })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}{}",
            self.scheme.name(),
            self.authority,
            self.target
        )
    }
}

impl Authority {
    /// Parses a host with an optional port.
    pub(crate) fn parse(text: &str, scheme: Scheme) -> Result<Self, UrlError> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (text, None),
        };
        let host = host_name(host).map_err(UrlError)?;
        let port = port.map(number).transpose().map_err(UrlError)?;
        let port = port.unwrap_or(scheme.default_port());
        Ok(Self {
            host,
            port,
            is_default_port: port == scheme.default_port(),
        })
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_default_port {
            true => f.write_str(&self.host),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn number(port: &str) -> Result<u16, &'static str> {
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.then(|| port.parse().ok()).flatten();
    port.ok_or("its port is no number of a port")
}

fn host_name(text: &str) -> Result<String, &'static str> {
    if let Some(address) = text.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|text| text.parse().ok());
        let address: Ipv6Addr = address.ok_or("its host is no IPv6 address")?;
        return Ok(format!("[{address}]"));
    }
    let host = text.to_ascii_lowercase();
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !host.bytes().all(letters) || host.split('.').any(str::is_empty) {
        return Err("its host is not of letters, digits, `-` and `_` with single dots between");
    }
    // Some parsers interpret `127.1`, `0x7f000001` or `2130706433` as an address.
    let last = host.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    if numeric && host.parse::<Ipv4Addr>().is_err() {
        return Err("its host is a number, and no IPv4 address in the usual form");
    }
    Ok(host)
}
