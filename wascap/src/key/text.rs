//! The text form of keys: base32 of prefix, key and checksum.
//!
//! Format: the reference implementation at <https://github.com/nats-io/nkeys>.

use super::{KeyError, KeyKind, PublicKey};
use alloc::string::String;
use alloc::vec::Vec;
use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

const PUBLIC: &str = "a public key";
const PUBLIC_CHARS: usize = 56;
const SEED: &str = "a seed";
const SEED_CHARS: usize = 58;

pub(super) fn encode_public(key: &PublicKey) -> String {
    BASE32_NOPAD.encode(&with_checksum(&[key.kind().prefix()], key.as_bytes()))
}

pub(super) fn decode_public(text: &str) -> Result<PublicKey, KeyError> {
    let ([prefix], key) = decode(text, PUBLIC, PUBLIC_CHARS)?;
    let kind = KeyKind::from_prefix(prefix).ok_or(KeyError::Prefix { what: PUBLIC })?;
    Ok(PublicKey::new(kind, *key))
}

pub(super) fn encode_seed(kind: KeyKind, secret: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(BASE32_NOPAD.encode(&with_checksum(&seed_prefix(kind), secret)))
}

pub(super) fn decode_seed(text: &str) -> Result<(KeyKind, Zeroizing<[u8; 32]>), KeyError> {
    let (prefix, secret) = decode(text, SEED, SEED_CHARS)?;
    let kind = KeyKind::ALL
        .into_iter()
        .find(|kind| seed_prefix(*kind) == prefix)
        .ok_or(KeyError::Prefix { what: SEED })?;
    Ok((kind, secret))
}

/// The prefix of a seed: `S` in the upper five bits of the first byte, then the kind's five bits.
const fn seed_prefix(kind: KeyKind) -> [u8; 2] {
    const SEED_LETTER: u8 = (b'S' - b'A') << 3;
    [SEED_LETTER | (kind.prefix() >> 5), kind.prefix() << 3]
}

pub(super) fn with_checksum(prefix: &[u8], key: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let mut raw = Zeroizing::new(Vec::with_capacity(prefix.len() + 32 + 2));
    raw.extend_from_slice(prefix);
    raw.extend_from_slice(key);
    let sum = checksum(&raw);
    raw.extend_from_slice(&sum);
    raw
}

/// Decodes a prefix of `N` bytes and a key of 32 bytes, and checks their checksum.
fn decode<const N: usize>(
    text: &str,
    what: &'static str,
    expected: usize,
) -> Result<([u8; N], Zeroizing<[u8; 32]>), KeyError> {
    if text.len() != expected {
        return Err(KeyError::Length {
            what,
            expected,
            found: text.len(),
        });
    }
    let raw = BASE32_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| KeyError::Encoding { what })?;
    let raw = Zeroizing::new(raw);
    let (body, sum) = raw
        .split_last_chunk::<2>()
        .ok_or(KeyError::Checksum { what })?;
    if checksum(body) != *sum {
        return Err(KeyError::Checksum { what });
    }
    let (prefix, key) = body
        .split_first_chunk::<N>()
        .ok_or(KeyError::Prefix { what })?;
    let mut secret = Zeroizing::new([0; 32]);
    if key.len() != secret.len() {
        return Err(KeyError::Length {
            what,
            expected,
            found: text.len(),
        });
    }
    secret.copy_from_slice(key);
    Ok((*prefix, secret))
}

/// CRC-16/XMODEM (polynomial 0x1021, nothing reflected, initial value 0), low byte first.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    const POLYNOMIAL: u16 = 0x1021;
    let step = |crc: u16| {
        if crc & 0x8000 == 0 {
            crc << 1
        } else {
            (crc << 1) ^ POLYNOMIAL
        }
    };
    let crc = bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| step(crc))
    });
    crc.to_le_bytes()
}
