//! The cases of a project, checked before any of them runs.

use crate::args::HttpRequest;
use crate::cmd::call::json;
use crate::error::Error;
use crate::files;
use crate::place::{Place, malformed};
use capwire::contracts::{codec, http};
use capwire_manifest::{At, CaseAnswer, CaseCall, CaseFile};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A case that is ready to run.
pub(super) struct Case {
    pub(super) place: Place,
    pub(super) name: String,
    pub(super) operation: String,
    pub(super) message: Vec<u8>,
    pub(super) answers: Vec<Answer>,
    pub(super) expected: Expected,
}

/// The answer of a capability to a call of the actor.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) contract: String,
    pub(super) operation: String,
    pub(super) answer: Result<Vec<u8>, String>,
}

/// The expected answer of the actor.
pub(super) struct Expected {
    pub(super) status: Option<u32>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) payload: Option<serde_json::Value>,
    pub(super) error: Option<String>,
}

/// Reads the files `*.yaml` in `folder`, in the order of their names. There are none if there is no
/// folder.
pub(super) fn read(folder: &Path) -> Result<Vec<Case>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(files::unreadable(folder, error)),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    paths.sort();
    let (mut cases, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        let text = String::from_utf8(files::read(&path)?).map_err(|error| {
            Error::unreadable(format!("`{}` is not UTF-8 text", path.display())).because(error)
        })?;
        match CaseFile::parse(&text) {
            Ok(file) => {
                for case in file.cases {
                    match checked(&path, case) {
                        Ok(case) => cases.push(case),
                        Err(error) => faults.push(error),
                    }
                }
            }
            Err(errors) => faults.extend(errors.into_iter().map(|error| malformed(&path, error))),
        }
    }
    Error::all(faults).map_or(Ok(cases), Err)
}

fn checked(file: &Path, case: capwire_manifest::Case) -> Result<Case, Error> {
    let (operation, message) = call(file, case.call)?;
    let answers = case.answers.into_iter();
    let answers = answers.map(|one| answer(file, one));
    Ok(Case {
        place: Place::of(file, &case.name),
        name: case.name.value,
        operation,
        message,
        answers: answers.collect::<Result<_, _>>()?,
        expected: expected(file, case.expected)?,
    })
}

fn call(file: &Path, call: CaseCall) -> Result<(String, Vec<u8>), Error> {
    match call {
        CaseCall::Operation { name, payload } => {
            let message = payload.map(|payload| packed(file, &payload)).transpose()?;
            Ok((name.value, message.unwrap_or_default()))
        }
        CaseCall::Http {
            request,
            headers,
            body,
        } => {
            let line: HttpRequest = request
                .value
                .parse()
                .map_err(|error| Place::of(file, &request).error(error))?;
            let mut message = http::Request::new(&line.method, &line.target);
            for (name, value) in &headers {
                message = message.with_header(name, value.value.clone());
            }
            if let Some(body) = body {
                message = message.with_body(body.value.into_bytes());
            }
            let message =
                codec::encode(&message).map_err(|error| Place::of(file, &request).error(error))?;
            Ok((http::OP_HANDLE_REQUEST.to_owned(), message.to_vec()))
        }
    }
}

fn answer(file: &Path, answer: CaseAnswer) -> Result<Answer, Error> {
    let place = Place::of(file, &answer.call);
    let Some((contract, operation)) = answer.call.value.split_once(' ') else {
        return Err(place
            .error("expected a contract and an operation")
            .help("write `call: wascc:keyvalue Get`"));
    };
    let message = match &answer.answer {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(payload)) => Ok(packed(file, payload)?),
        Err(error) => Err(error.value.clone()),
    };
    Ok(Answer {
        contract: contract.to_owned(),
        operation: operation.trim_start().to_owned(),
        answer: message,
    })
}

fn expected(file: &Path, expected: capwire_manifest::Expected) -> Result<Expected, Error> {
    let status = expected.status.map(|status| {
        let number = status.value.parse::<u32>();
        number.map_err(|_| Place::of(file, &status).error("a status is a number, such as 200"))
    });
    let payload = expected.payload.map(|payload| {
        let value = serde_json::from_str(&payload.value);
        value.map_err(|error| not_json(file, &payload).because(error))
    });
    let headers = expected.headers.into_iter();
    Ok(Expected {
        status: status.transpose()?,
        headers: headers.map(|(name, value)| (name, value.value)).collect(),
        body: expected.body.map(|body| body.value),
        payload: payload.transpose()?,
        error: expected.error.map(|error| error.value),
    })
}

fn packed(file: &Path, payload: &At<String>) -> Result<Vec<u8>, Error> {
    json::to_message_pack(payload.value.as_bytes())
        .map_err(|error| not_json(file, payload).because(error))
}

fn not_json(file: &Path, payload: &At<String>) -> Error {
    Place::of(file, payload)
        .error("the payload is not JSON that MessagePack can express")
        .help("quote it, as in `payload: '{ \"value\": 1 }'`")
}
