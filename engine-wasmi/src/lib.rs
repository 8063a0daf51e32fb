//! The wasmi interpreter as an engine of capwire-wapc.
