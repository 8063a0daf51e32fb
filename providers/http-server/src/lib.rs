//! The wascc:http_server capability: HTTP requests become calls of an actor.
