//! HTTP requests to an actor without a server.

use super::show;
use crate::args::{Call, HttpRequest};
use crate::error::Error;
use crate::{files, output};
use capwire::contracts::{codec, http};
use capwire_text::escaped;
use std::path::Path;

/// Returns the message of the request that `command` describes, as a server would send it.
pub(super) fn payload(command: &Call, request: &HttpRequest) -> Result<Vec<u8>, Error> {
    let mut message = http::Request::new(&request.method, &request.target);
    for header in &command.headers {
        let separator = if header.name.eq_ignore_ascii_case("cookie") {
            "; "
        } else {
            ", "
        };
        let value = match message.header(&header.name) {
            Some(known) => format!("{known}{separator}{}", header.value),
            None => header.value.clone(),
        };
        message = message.with_header(&header.name, value);
    }
    if let Some(data) = &command.data {
        message = message.with_body(body(data)?);
    }
    codec::encode(&message)
        .map_err(|error| Error::failure("cannot encode the HTTP request").because(error))
}

/// Reads `@FILE` and `@-`; any other text is the body itself.
fn body(data: &str) -> Result<Vec<u8>, Error> {
    match data.strip_prefix('@') {
        Some("-") => super::standard_input(),
        Some(file) => files::read(Path::new(file)),
        None => Ok(data.as_bytes().to_vec()),
    }
}

/// Prints the response: the status, the headers and the body, or with `--raw` only the body.
pub(super) fn print(command: &Call, answer: &[u8]) -> Result<(), Error> {
    let response: http::Response = codec::decode(answer).map_err(|error| {
        Error::failure("the answer is not an HTTP response")
            .because(error)
            .help("does the actor answer `HandleRequest`? Show its answer with `--json`")
    })?;
    if command.raw {
        return output::bytes(&response.body);
    }
    let reason = http::Response::new(u16::try_from(response.status_code).unwrap_or(0)).status;
    let mut lines = vec![
        format!("{} {reason}", response.status_code)
            .trim_end()
            .to_owned(),
    ];
    let headers = response.header.iter();
    lines.extend(headers.map(|(name, value)| format!("{}: {value}", name.to_ascii_lowercase())));
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    output::line(&lines.join("\n"))?;
    match response.body.is_empty() {
        true => Ok(()),
        false => {
            output::bytes(b"\n")?;
            show::for_people(&response.body)
        }
    }
}
