//! Randomness for keys and token ids.

use capwire::wascap::rand_core::CryptoRng;
use getrandom::{SysRng, rand_core::UnwrapErr};

/// The operating system's. If it has none, no key is safe, so the process ends there and then.
pub(crate) fn system() -> impl CryptoRng {
    UnwrapErr(SysRng)
}
