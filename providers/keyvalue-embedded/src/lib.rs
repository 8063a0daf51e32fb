//! The wascc:keyvalue capability in one durable file, no server needed.
