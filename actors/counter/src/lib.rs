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
    use capwire_actor::keyvalue;
    use capwire_actor::testing::FakeHost;

    fn get(host: &FakeHost, path: &str) -> Vec<u8> {
        let response = host.http(&ACTOR, Request::new("GET", path)).unwrap();
        assert_eq!(response.status_code, 200);
        assert_eq!(response.header("content-type"), Some("application/json"));
        response.body
    }

    #[test]
    fn each_path_counts_for_itself() {
        let host = FakeHost::new();
        assert_eq!(get(&host, "/hits"), br#"{"counter":1}"#);
        assert_eq!(get(&host, "/hits"), br#"{"counter":2}"#);
        assert_eq!(get(&host, "/other"), br#"{"counter":1}"#);
    }

    #[test]
    fn the_key_is_the_path_with_colons() {
        let host = FakeHost::new();
        get(&host, "/foo/bar");
        let count = host.run(|| keyvalue::default().get(":foo:bar"));
        assert_eq!(count.unwrap().as_deref(), Some("1"));
    }

    #[test]
    fn a_store_that_fails_is_an_error_and_no_count() {
        let host = FakeHost::new().refuse("wascc:keyvalue", "Add", "out of reach");
        let error = host.http(&ACTOR, Request::new("GET", "/")).unwrap_err();
        assert!(error.to_string().contains("out of reach"), "{error}");
    }
}
