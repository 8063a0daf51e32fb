//! The messages of each capability, spoken by actors and providers alike.

#![forbid(unsafe_code)]

pub mod codec;
pub mod core;
