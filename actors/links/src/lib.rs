//! An actor that checks links.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;
use serde::Serialize;

actor! {
    http => check,
}

/// The result of one request.
#[derive(Serialize)]
struct Link {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn check(request: http::Request) -> Result<http::Response> {
    let urls: Vec<String> = request.json()?;
    let links: Vec<Link> = urls.into_iter().map(link).collect();
    http::Response::json(&links)
}

fn link(url: String) -> Link {
    let (status, error) = match http::head(&url).send() {
        Ok(response) => (Some(response.status_code), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Link { url, status, error }
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::prelude::*;
    use capwire_actor::testing::FakeHost;

    #[test]
    fn each_link_has_its_status() {
        let host = FakeHost::new().on_request(|request| match &*request.path {
            "https://example.com/" => http::Response::ok(),
            _ => http::Response::not_found(),
        });
        let urls = r#"["https://example.com/", "https://example.com/none"]"#;
        let request = http::Request::new("POST", "/").with_body(urls);
        let links = host.http(&ACTOR, request).unwrap();
        assert_eq!(
            links.body,
            br#"[{"url":"https://example.com/","status":200},{"url":"https://example.com/none","status":404}]"#
        );
        assert_eq!(host.requests()[1].method, "HEAD");
    }

    #[test]
    fn a_link_that_is_refused_has_its_reason() {
        let host = FakeHost::new().refuse("wascc:http_client", "PerformRequest", "not allowed");
        let request = http::Request::new("POST", "/").with_body(r#"["http://10.0.0.1/"]"#);
        let links = host.http(&ACTOR, request).unwrap();
        let text = String::from_utf8(links.body).unwrap();
        assert!(text.contains("not allowed"), "{text}");
    }
}
