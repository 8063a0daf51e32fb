//! Nothing: the manifest of this package selects features for all builds of the workspace.
#![forbid(unsafe_code)]
