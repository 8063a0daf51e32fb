//! The format, for programs that help to write it.

/// A JSON Schema (draft 2020-12) of manifests. It accepts what [`Manifest::parse`] accepts, up to
/// what a schema cannot say: keys that are given twice, and the limits.
///
/// [`Manifest::parse`]: crate::Manifest::parse
pub const SCHEMA: &str = include_str!("../schema.json");
