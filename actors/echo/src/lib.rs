//! An actor that answers with the request.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;

const CONTENT_TYPE: &str = "content-type";

actor! {
    http => echo_body,
    raw("echo") => Ok,
}

fn echo_body(request: http::Request) -> Result<http::Response> {
    let response = match request.header(CONTENT_TYPE) {
        Some(kind) => http::Response::ok().with_header(CONTENT_TYPE, kind),
        None => http::Response::ok(),
    };
    Ok(response.with_body(request.body))
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::http::Request;
    use capwire_actor::testing::FakeHost;

    #[test]
    fn the_body_comes_back_as_it_is() {
        let every_byte: Vec<u8> = (0..=255).collect();
        let request = Request::new("POST", "/any?thing")
            .with_header("content-type", "image/x-all")
            .with_body(every_byte.clone());
        let response = FakeHost::new().http(&ACTOR, request).unwrap();
        assert_eq!(response.status_code, 200);
        assert_eq!(response.header("content-type"), Some("image/x-all"));
        assert_eq!(response.body, every_byte);
    }

    #[test]
    fn a_body_of_no_type_and_no_bytes_stays_so() {
        let request = Request::new("GET", "/");
        let response = FakeHost::new().http(&ACTOR, request).unwrap();
        assert!(response.header.is_empty() && response.body.is_empty());
    }

    #[test]
    fn the_payload_of_echo_comes_back_as_it_is() {
        let host = FakeHost::new();
        for payload in [vec![], vec![0xc1, 0xff, 0], vec![7; 1 << 20]] {
            let answer = host.call_raw(&ACTOR, "echo", payload.clone()).unwrap();
            assert_eq!(answer, payload);
        }
    }
}
