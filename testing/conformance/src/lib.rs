//! The conformance suite that every capwire engine passes.
