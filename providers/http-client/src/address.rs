//! Addresses that a request may not reach unless the binding says so.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The kind of an address that is not an ordinary address of the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Special(&'static str);

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The special IPv4 networks, from the registry of RFC 6890 and from vendors of clouds.
const SPECIAL_V4: &[(Ipv4Addr, u8, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "carrier-grade NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "metadata"),
    (Ipv4Addr::new(169, 254, 169, 254), 32, "metadata"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarking"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved or broadcast"),
];

/// The special IPv6 networks, in the order in which they are tried: the last one is everything that
/// is not global unicast.
const SPECIAL_V6: &[(Ipv6Addr, u8, &str)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (v6(0x64, 0xff9b, 1), 48, "local NAT64"),
    (v6(0x100, 0, 0), 64, "discard-only"),
    (v6(0x2001, 0, 0), 32, "Teredo"),
    (v6(0x2001, 0, 0), 23, "reserved for protocols"),
    (v6(0x2001, 0xdb8, 0), 32, "documentation"),
    (v6(0x2002, 0, 0), 16, "6to4"),
    (v6(0x3fff, 0, 0), 20, "documentation"),
    (v6(0xfc00, 0, 0), 7, "unique local"),
    (v6(0xfe80, 0, 0), 10, "link-local"),
    (v6(0xfec0, 0, 0), 10, "site-local"),
    (v6(0xff00, 0, 0), 8, "multicast"),
];

/// The networks of global unicast addresses.
const GLOBAL_V6: (Ipv6Addr, u8) = (v6(0x2000, 0, 0), 3);

/// The prefix behind which NAT64 puts an IPv4 address.
const NAT64: (Ipv6Addr, u8) = (v6(0x64, 0xff9b, 0), 96);

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// Returns the kind of `address`, or `None` if it is an ordinary address of the internet. An IPv4
/// address in an IPv6 one, mapped or behind the prefix of NAT64, is judged as itself.
pub(crate) fn special(address: IpAddr) -> Option<Special> {
    match address.to_canonical() {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<Special> {
    let contains = |(network, length, _): &&(Ipv4Addr, u8, _)| {
        same_start(
            network.to_bits().into(),
            address.to_bits().into(),
            32,
            *length,
        )
    };
    let found = SPECIAL_V4.iter().find(contains);
    found.map(|(_, _, kind)| Special(kind))
}

fn special_v6(address: Ipv6Addr) -> Option<Special> {
    let within =
        |network: Ipv6Addr, length| same_start(network.to_bits(), address.to_bits(), 128, length);
    if within(NAT64.0, NAT64.1) {
        let [.., a, b, c, d] = address.octets();
        return special_v4(Ipv4Addr::new(a, b, c, d));
    }
    let found = SPECIAL_V6
        .iter()
        .find(|(network, length, _)| within(*network, *length));
    match found {
        Some((_, _, kind)) => Some(Special(kind)),
        None if within(GLOBAL_V6.0, GLOBAL_V6.1) => None,
        None => Some(Special("reserved")),
    }
}

/// Returns true if two addresses of `width` bits have the first `length` bits in common.
fn same_start(one: u128, other: u128, width: u32, length: u8) -> bool {
    let rest = width.saturating_sub(length.into());
    let differing = one ^ other;
    differing.checked_shr(rest).unwrap_or(0) == 0
}

/// A network, or a single address: `10.1.0.0/16`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// Returns true if `address` is in the network. A mapped IPv4 address counts as IPv4.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let (network, address) = (network.to_bits().into(), address.to_bits().into());
                same_start(network, address, 32, self.length)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_start(network.to_bits(), address.to_bits(), 128, self.length)
            }
            _ => false,
        }
    }

    /// Returns true if the address has bits after the network's length.
    fn has_rest(&self) -> bool {
        let (bits, width): (u128, u32) = match self.address {
            IpAddr::V4(address) => (address.to_bits().into(), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        let rest = width.saturating_sub(self.length.into());
        let start = bits.checked_shr(rest).unwrap_or(0);
        start.checked_shl(rest).unwrap_or(0) != bits
    }
}

/// The text is not a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        if address != address.to_canonical() {
            return Err(NotANetwork);
        }
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(width), |length| length.parse().map_err(|_| NotANetwork))?;
        let network = Self { address, length };
        match length <= width && !network.has_rest() {
            true => Ok(network),
            false => Err(NotANetwork),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Network, special};

    /// The first and the last address of a kind.
    const SPECIAL: &[(&str, &str, &str)] = &[
        ("0.0.0.0", "0.255.255.255", "unspecified"),
        ("10.0.0.0", "10.255.255.255", "private"),
        ("100.64.0.0", "100.127.255.255", "carrier-grade NAT"),
        ("127.0.0.1", "127.255.255.254", "loopback"),
        ("168.63.129.16", "168.63.129.16", "metadata"),
        ("169.254.169.254", "169.254.169.254", "metadata"),
        ("169.254.0.1", "169.254.255.255", "link-local"),
        ("172.16.0.0", "172.31.255.255", "private"),
        ("192.0.0.192", "192.0.0.255", "reserved"),
        ("192.0.2.0", "192.0.2.255", "documentation"),
        ("192.168.0.0", "192.168.255.255", "private"),
        ("198.18.0.0", "198.19.255.255", "benchmarking"),
        ("224.0.0.1", "239.255.255.255", "multicast"),
        ("240.0.0.0", "255.255.255.255", "reserved or broadcast"),
        ("::", "::", "unspecified"),
        ("::1", "::1", "loopback"),
        ("::7f00:1", "::ffff:0:0:1", "reserved"),
        ("::ffff:10.0.0.1", "::ffff:10.1.2.3", "private"),
        ("64:ff9b::7f00:1", "64:ff9b::127.0.0.9", "loopback"),
        ("64:ff9b::a9fe:a9fe", "64:ff9b::169.254.169.254", "metadata"),
        ("64:ff9b:1::1", "64:ff9b:1:ffff::8.8.8.8", "local NAT64"),
        ("2001::1", "2001:0:ffff::", "Teredo"),
        ("2001:10::", "2001:1ff::", "reserved for protocols"),
        ("2001:db8::1", "2001:db8:ffff::", "documentation"),
        ("2002:7f00:1::", "2002:808:808::1", "6to4"),
        ("fc00::", "fdff:ffff::", "unique local"),
        ("fe80::1", "febf::1", "link-local"),
        ("fec0::1", "feff::1", "site-local"),
        ("ff02::1", "ffff::1", "multicast"),
        ("5f00::1", "4000::1", "reserved"),
    ];

    /// Neighbours of special addresses.
    const ORDINARY: &[&str] = &[
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.17",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:200::",
        "2001:4860:4860::8888",
        "2003::1",
        "3ffe::1",
    ];

    #[test]
    fn each_special_address_has_an_ordinary_neighbour() {
        for (first, last, kind) in SPECIAL {
            for address in [first, last] {
                let found = special(address.parse().unwrap());
                let found = found.map(|kind| kind.to_string());
                assert_eq!(found.as_deref(), Some(*kind), "{address}");
            }
        }
        for ordinary in ORDINARY {
            assert_eq!(special(ordinary.parse().unwrap()), None, "{ordinary}");
        }
    }

    #[test]
    fn a_network_contains_its_addresses_in_every_spelling() {
        let contains = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.contains(address.parse().unwrap())
        };
        assert!(contains("10.1.0.0/16", "10.1.255.255"));
        assert!(contains("10.1.0.0/16", "::ffff:10.1.0.1"));
        assert!(!contains("10.1.0.0/16", "10.2.0.0"));
        assert!(contains("0.0.0.0/0", "127.0.0.1"));
        assert!(!contains("0.0.0.0/0", "::1"));
        assert!(contains("::1", "::1"));
        assert!(!contains("::1", "::2"));
        assert!(contains("fd00::/8", "fd12::1"));
    }

    #[test]
    fn networks_with_a_mistake_are_refused() {
        for wrong in [
            "",
            "10",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.1/8",
            "::/129",
            "fd00::1/8",
            "::ffff:10.0.0.1",
            "localhost",
            "10.0.0.0/8/8",
        ] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
