//! Two-way interoperability of capwire with the original tools.
