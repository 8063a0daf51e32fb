//! An actor that counts the requests of each path.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;

actor! {
    http => count,
}

fn count(request: http::Request) -> Result<http::Response> {
    let key = request.path.replace('/', ":");
    let counter = keyvalue::default().add(&key, 1)?;
    http::Response::json(&json!({ "counter": counter }))
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::http::Request;
    use capwire_actor::testing::FakeHost;

    #[test]
    fn each_path_counts_for_itself() {
        let host = FakeHost::new();
        let get = |path| host.http(&ACTOR, Request::new("GET", path)).unwrap().body;
        assert_eq!(get("/hits"), br#"{"counter":1}"#);
        assert_eq!(get("/hits"), br#"{"counter":2}"#);
        assert_eq!(get("/other"), br#"{"counter":1}"#);
    }
}
