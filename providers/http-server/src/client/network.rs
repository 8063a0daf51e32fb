//! Networks of addresses.

use std::net::IpAddr;

/// All addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// Parses an address, or a network such as `10.0.0.0/8`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let wrong = || "expected an IP address, or a network such as `10.0.0.0/8`".to_owned();
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        if address != address.to_canonical() {
            return Err(format!("write it as IPv4: {}", address.to_canonical()));
        }
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            None => most,
            Some(text) if text.bytes().all(|digit| digit.is_ascii_digit()) => {
                text.parse().map_err(|_| wrong())?
            }
            Some(_) => return Err(wrong()),
        };
        if length == 0 {
            return Err("it would trust every client".to_owned());
        }
        if length > most {
            return Err(format!("an address has {most} bits"));
        }
        let first = masked(address, length);
        if first != bits(address) {
            return Err(format!("its address has bits behind the first {length}"));
        }
        Ok(Self { address, length })
    }

    /// Returns `true` if `address`, which is canonical, is one of the network's.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4()
            && masked(address, self.length) == bits(self.address)
    }
}

/// Returns the bits of an address, the first one of which is the highest.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn masked(address: IpAddr, length: u8) -> u128 {
    let mask = u128::MAX.checked_shr(u32::from(length)).unwrap_or(0);
    bits(address) & !mask
}
