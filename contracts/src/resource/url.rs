//! URLs that have the same host for every parser. Of the URLs that RFC 3986 and browsers allow,
//! this module accepts those whose authority has only one spelling.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A URL in canonical form.
pub(super) struct Url {
    pub(super) scheme: Scheme,
    /// The host, with the port unless it is the scheme's default.
    pub(super) host: String,
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Parses a URL. An error describes the fault.
pub(super) fn parse(text: &str) -> Result<Url, &'static str> {
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    {
        return Err("its URL is not printable ASCII without backslashes");
    }
    let (scheme, rest) = text.split_once("://").ok_or("its URL has no scheme")?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return Err("its URL is neither http nor https"),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (site, rest) = rest.split_at(end);
    let host = authority(site, scheme)?;
    // Without the slash, a text that is appended to the URL would become a part of the host.
    let slash = if rest.starts_with('/') { "" } else { "/" };
    let text = format!("{}://{host}{slash}{rest}", scheme.name());
    Ok(Url { scheme, host, text })
}

/// Returns the canonical form of a host with an optional port.
pub(super) fn authority(text: &str, scheme: Scheme) -> Result<String, &'static str> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let host = host_name(host)?;
    match port.map(number).transpose()? {
        Some(port) if port != scheme.port() => Ok(format!("{host}:{port}")),
        _ => Ok(host),
    }
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
