//! Write a capwire actor: handlers, typed capability clients, tests without a host.
