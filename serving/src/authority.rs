//! The syntax of a host with an optional port, as in the field `Host` (RFC 3986, section 3.2).

use std::net::Ipv6Addr;

/// Returns `true` if `text` is a host with an optional port. It may be empty: then the target of the
/// request has no authority. A user name is an error (RFC 9110, section 4.2.4).
pub(crate) fn is_valid(text: &str) -> bool {
    match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, rest)) => is_ipv6(address) && is_end(rest),
            None => false,
        },
        None => {
            let (name, port) = text
                .find(':')
                .map_or((text, ""), |colon| text.split_at(colon));
            is_name(name) && is_end(port) && (!name.is_empty() || port.is_empty())
        }
    }
}

fn is_ipv6(address: &str) -> bool {
    // The parser accepts no zones, and neither does the field.
    address.parse::<Ipv6Addr>().is_ok()
}

/// Returns `true` if `text` is nothing, or a colon with an optional port.
fn is_end(text: &str) -> bool {
    match text.strip_prefix(':') {
        Some("") => true,
        Some(port) => port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok(),
        None => text.is_empty(),
    }
}

/// Returns `true` if `name` is a registered name or an IPv4 address.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    while let Some(byte) = bytes.next() {
        let is_valid = match byte {
            b'%' => {
                let mut is_digit = || bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit());
                is_digit() && is_digit()
            }
            b'-' | b'.' | b'_' | b'~' => true,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => true,
            _ => byte.is_ascii_alphanumeric(),
        };
        if !is_valid {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn hosts_are_names_and_addresses_with_an_optional_port_c4() {
        for host in [
            "",
            "a",
            "a.example",
            "a_b.example:80",
            "a.example:",
            "127.0.0.1:65535",
            "[::1]",
            "[2001:db8::1]:443",
            "%41.example",
            "xn--bcher-kva.example",
        ] {
            assert!(is_valid(host), "{host:?}");
        }
        for not in [
            "a b/c?d",
            "a/b",
            "a?b",
            "a#b",
            "user@a.example",
            "a:b",
            "a:65536",
            "a:-1",
            "a:+1",
            "a:1:2",
            ":80",
            "[::1",
            "[::1]a",
            "[a]",
            "[fe80::1%25eth0]",
            "::1",
            "%4",
            "%zz",
            "a, b.example",
            "a\\b",
            "caf\u{e9}",
            "<a>",
            "a\"b",
        ] {
            assert!(!is_valid(not), "{not:?}");
        }
    }
}
