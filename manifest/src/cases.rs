//! The content of a file of cases.

use crate::error::ManifestError;
use crate::model::{At, Position};
use crate::read;
use std::collections::BTreeMap;

/// Black-box tests of an actor: calls, what capabilities answer, and the expected answers.
///
/// ```
/// use capwire_manifest::CaseFile;
///
/// let file = CaseFile::parse(
///     r#"
/// cases:
///   - name: counts
///     http: GET /hits
///     answers:
///       - call: wascc:keyvalue Add
///         payload: '{ "value": 7 }'
///     expect: { status: 200, body: '{"counter":7}' }
/// "#,
/// )
/// .map_err(|mut faults| faults.remove(0))?;
/// assert_eq!(file.cases[0].name.value, "counts");
/// assert_eq!(file.cases[0].answers.len(), 1);
/// # Ok::<(), capwire_manifest::ManifestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFile {
    /// The cases in the order of the text.
    pub cases: Vec<Case>,
}

/// A call and its expected answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The name, for people.
    pub name: At<String>,
    /// The call.
    pub call: CaseCall,
    /// The answers to the actor's own calls, in their order.
    pub answers: Vec<CaseAnswer>,
    /// The expected answer.
    pub expected: Expected,
}

/// A call of an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseCall {
    /// An HTTP request.
    Http {
        /// The method and the target, such as `GET /hits`.
        request: At<String>,
        /// The headers.
        headers: BTreeMap<String, At<String>>,
        /// The body.
        body: Option<At<String>>,
    },
    /// Any operation.
    Operation {
        /// The name.
        name: At<String>,
        /// The message as JSON.
        payload: Option<At<String>>,
    },
}

/// The answer to a call of the actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseAnswer {
    /// The contract and the operation, such as `wascc:keyvalue Add`.
    pub call: At<String>,
    /// The answer as JSON, or an error.
    pub answer: Result<Option<At<String>>, At<String>>,
}

/// The expected answer of an actor. What is not given is not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The place.
    pub position: Position,
    /// The status of an HTTP response.
    pub status: Option<At<String>>,
    /// Headers of an HTTP response.
    pub headers: BTreeMap<String, At<String>>,
    /// The body of an HTTP response.
    pub body: Option<At<String>>,
    /// The message of another answer, as JSON.
    pub payload: Option<At<String>>,
    /// A part of the error.
    pub error: Option<At<String>>,
}

impl CaseFile {
    /// Reads cases from YAML or JSON.
    ///
    /// # Errors
    /// All faults, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, Vec<ManifestError>> {
        let (file, faults) = read::cases(text);
        match faults.is_empty() {
            true => Ok(file),
            false => Err(faults),
        }
    }
}
