//! An actor that answers HTTP requests.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;

actor! {
    http => greet,
}

fn greet(request: http::Request) -> Result<http::Response> {
    Ok(http::Response::text(&format!("Hello from {{name}}: {}\n", request.path)))
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::http::Request;
    use capwire_actor::testing::FakeHost;

    #[test]
    fn the_path_is_in_the_greeting() {
        let response = FakeHost::new().http(&ACTOR, Request::new("GET", "/world")).unwrap();
        assert_eq!(response.status_code, 200);
        assert_eq!(response.body, b"Hello from {{name}}: /world\n");
    }
}
