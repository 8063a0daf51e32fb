//! The address of a client, as proxies write it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Parses an address of `X-Forwarded-For`, which has no defined form: proxies write IPv6 addresses with
/// and without brackets, and some add a port.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    match text.parse::<Ipv6Addr>() {
        Ok(address) => Some(IpAddr::V6(address).to_canonical()),
        Err(_) => bracketed(text),
    }
}

/// Parses a node of `Forwarded` (RFC 7239, section 6): an address, and perhaps a port. Names such as
/// `unknown` and `_hidden` are no addresses.
pub(super) fn bracketed(text: &str) -> Option<IpAddr> {
    let (address, port) = match text.strip_prefix('[') {
        Some(inside) => {
            let (address, port) = inside.split_once(']')?;
            (IpAddr::V6(address.parse::<Ipv6Addr>().ok()?), port)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let (address, port) = text.split_at_checked(end)?;
            (IpAddr::V4(address.parse::<Ipv4Addr>().ok()?), port)
        }
    };
    let is_right = match port.strip_prefix(':') {
        Some(port) => is_port(port),
        None => port.is_empty(),
    };
    is_right.then(|| address.to_canonical())
}

/// A port is a number or a name that hides it.
fn is_port(text: &str) -> bool {
    match text.strip_prefix('_') {
        Some(name) => {
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            !name.is_empty() && name.bytes().all(is_letter)
        }
        None => {
            (1..=5).contains(&text.len())
                && text.bytes().all(|digit| digit.is_ascii_digit())
                && text.parse::<u16>().is_ok()
        }
    }
}
