//! Converts the actor's answer to an HTTP response. Actors are not trusted to follow the rules of
//! HTTP.

use crate::compress::Compress;
use crate::failure::Failure;
use bytes::Bytes;
use capwire_contracts::http::Response;
use capwire_serving::Peer;
use http_body_util::Full;
use hyper::StatusCode;
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

/// The headers about the connection and the framing, which only the server sets (RFC 9110, section
/// 7.6.1).
const NOT_THE_ACTORS: [HeaderName; 8] = [
    CONNECTION,
    CONTENT_LENGTH,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Returns the response, or a failure if the answer is not a valid response. Its body holds memory
/// of the server until the client has read it.
///
/// `compress` has the rules for compressed responses if there are any, and true if the client takes them.
pub(crate) async fn checked(
    mut answer: Response,
    peer: &Peer,
    compress: Option<(Compress, bool)>,
) -> Result<capwire_serving::Response, Failure> {
    let mut body = std::mem::take(&mut answer.body);
    let mut response = head(answer)?;
    let has_body = has_body(response.status());
    if !has_body {
        body.clear();
    }
    if let Some((compress, is_taken)) = compress {
        body = compress.apply(&mut response, body, is_taken).await;
    }
    let body = if has_body {
        peer.body(body).await?
    } else {
        Bytes::new()
    };
    Ok(response.map(|()| Full::new(body)))
}

/// Returns the response without its body.
fn head(answer: Response) -> Result<hyper::Response<()>, Failure> {
    let mut response = hyper::Response::new(());
    *response.status_mut() = status(answer.status_code)?;
    for (name, value) in answer.header {
        let (name, value) = header(&name, value)?;
        if !NOT_THE_ACTORS.contains(&name) {
            let appended = response.headers_mut().try_append(name, value);
            appended.map_err(|_| Failure::BadAnswer("it has too many headers".to_owned()))?;
        }
    }
    Ok(response)
}

/// Returns a final status. After a status 1xx, the client would wait for another response.
fn status(code: u32) -> Result<StatusCode, Failure> {
    u16::try_from(code)
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok())
        .filter(|status| !status.is_informational())
        .ok_or_else(|| Failure::BadAnswer(format!("{code} is no status code of a response")))
}

fn header(name: &str, value: String) -> Result<(HeaderName, HeaderValue), Failure> {
    let parsed = HeaderName::try_from(name);
    let parsed = parsed.map_err(|_| Failure::BadAnswer(format!("{name:?} is no header name")))?;
    let value = HeaderValue::try_from(value)
        .map_err(|_| Failure::BadAnswer(format!("the value of header `{name}` is no such")))?;
    Ok((parsed, value))
}

fn has_body(status: StatusCode) -> bool {
    ![
        StatusCode::NO_CONTENT,
        StatusCode::RESET_CONTENT,
        StatusCode::NOT_MODIFIED,
    ]
    .contains(&status)
}

#[cfg(test)]
mod tests {
    use super::head;
    use capwire_contracts::http::Response;

    #[test]
    fn status_codes_that_are_none_are_refused() {
        for code in [0, 99, 100, 101, 199, 1000, 65_736, u32::MAX] {
            let answer = Response {
                status_code: code,
                ..Response::default()
            };
            assert!(head(answer).is_err(), "{code}");
        }
        for code in [200, 418, 599, 999] {
            assert!(head(Response::new(code)).is_ok(), "{code}");
        }
    }

    #[test]
    fn headers_cannot_smuggle_a_line() {
        for (name, value) in [
            ("x-a", "1\r\nx-b: 2"),
            ("x-a: 1\r\nx-b", "2"),
            ("", "1"),
            ("x a", "1"),
        ] {
            let answer = Response::ok().with_header(name, value);
            assert!(head(answer).is_err(), "{name:?}");
        }
    }

    #[test]
    fn headers_without_end_are_refused() {
        let answer = |headers: u32| Response {
            header: (0..headers)
                .map(|index| (format!("x-{index}"), String::new()))
                .collect(),
            ..Response::ok()
        };
        assert!(head(answer(1_000)).is_ok());
        assert!(head(answer(50_000)).is_err());
    }

    #[test]
    fn framing_headers_of_an_actor_are_dropped() {
        let answer = Response::text("hello")
            .with_header("Content-Length", "999")
            .with_header("Transfer-Encoding", "chunked")
            .with_header("connection", "close")
            .with_header("x-own", "1");
        let response = head(answer).unwrap();
        let names: Vec<_> = response
            .headers()
            .keys()
            .map(|name| name.as_str())
            .collect();
        assert_eq!(names, ["content-type", "x-own"]);
    }
}
