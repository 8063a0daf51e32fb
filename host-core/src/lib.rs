//! The capwire host: actors, providers, bindings, authorisation, pools.
