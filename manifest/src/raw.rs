//! From text to the model, by serde.

use crate::error::{ManifestError, Problem};
use crate::model::{At, Binding, Capability, DEFAULT_BINDING, Manifest, Position, Source};
use serde::Deserialize;
use serde_saphyr::{Error, Location, Options, Spanned};
use std::collections::BTreeMap;

/// Larger than thousands of bindings, and small enough to be held many times.
const MAX_BYTES: usize = 1 << 20;

pub(crate) fn parse(text: &str) -> Result<Manifest, ManifestError> {
    if text.len() > MAX_BYTES {
        return Err(error(
            None,
            Problem::TooLarge {
                bytes: text.len(),
                limit: MAX_BYTES,
            },
        ));
    }
    let mut field = String::new();
    serde_saphyr::with_deserializer_from_str_with_options(text, options(), |deserializer| {
        serde_path_to_error::deserialize::<_, RawManifest>(deserializer).map_err(|failure| {
            field = readable(failure.path());
            failure.into_inner()
        })
    })
    .map_err(|failure| refusal(&failure, field))?
    .try_into()
}

/// Manifests are small and plain: what they do not need is refused before it costs anything.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 8,
            flow_nesting_limit: 8,
            max_documents: 1,
            max_events: 100_000,
            max_recorded_anchor_events: 10_000,
            max_recorded_anchor_bytes: MAX_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 10_000,
            max_replay_stack_depth: 8,
        },
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    labels: Option<BTreeMap<String, Spanned<String>>>,
    actors: Option<Vec<Spanned<String>>>,
    capabilities: Option<Vec<Spanned<RawCapability>>>,
    bindings: Option<Vec<RawBinding>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCapability {
    path: Option<Spanned<String>>,
    builtin: Option<Spanned<String>>,
    binding_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBinding {
    actor: Spanned<String>,
    capability: Spanned<String>,
    binding: Option<String>,
    values: Option<BTreeMap<String, Spanned<String>>>,
}

impl TryFrom<RawManifest> for Manifest {
    type Error = ManifestError;

    fn try_from(raw: RawManifest) -> Result<Self, ManifestError> {
        Ok(Self {
            labels: texts(raw.labels),
            actors: raw.actors.into_iter().flatten().map(at).collect(),
            capabilities: raw
                .capabilities
                .into_iter()
                .flatten()
                .map(capability)
                .collect::<Result<_, _>>()?,
            bindings: raw.bindings.into_iter().flatten().map(binding).collect(),
        })
    }
}

fn capability(raw: Spanned<RawCapability>) -> Result<Capability, ManifestError> {
    let start = Some(position(raw.referenced));
    let RawCapability {
        path,
        builtin,
        binding_name,
    } = raw.value;
    let source = match (builtin.map(at), path.map(at)) {
        (Some(builtin), None) => builtin.map(Source::Builtin),
        (None, Some(path)) => path.map(Source::Path),
        (None, None) => return Err(error(start, Problem::NoSource)),
        (Some(_), Some(path)) => return Err(error(Some(path.position), Problem::TwoSources)),
    };
    Ok(Capability {
        source,
        binding_name: binding_name.unwrap_or_else(|| DEFAULT_BINDING.to_owned()),
    })
}

fn binding(raw: RawBinding) -> Binding {
    Binding {
        actor: at(raw.actor),
        capability: at(raw.capability),
        name: raw.binding.unwrap_or_else(|| DEFAULT_BINDING.to_owned()),
        values: texts(raw.values),
    }
}

fn texts(raw: Option<BTreeMap<String, Spanned<String>>>) -> BTreeMap<String, At<String>> {
    raw.into_iter()
        .flatten()
        .map(|(key, value)| (key, at(value)))
        .collect()
}

fn at<T>(spanned: Spanned<T>) -> At<T> {
    At {
        position: position(spanned.referenced),
        value: spanned.value,
    }
}

impl<T> At<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At {
            value: change(self.value),
            position: self.position,
        }
    }
}

fn position(location: Location) -> Position {
    Position {
        line: location.line(),
        column: location.column(),
    }
}

fn error(position: Option<Position>, problem: Problem) -> ManifestError {
    ManifestError {
        position,
        field: String::new(),
        problem,
    }
}

fn refusal(failure: &Error, field: String) -> ManifestError {
    let problem = problem(failure);
    let named = matches!(
        problem,
        Problem::UnknownKey { .. } | Problem::DuplicateKey { .. }
    );
    ManifestError {
        position: failure.location().map(position),
        field: if named { String::new() } else { field },
        problem,
    }
}

fn problem(failure: &Error) -> Problem {
    match failure.without_snippet() {
        Error::AliasError { error, .. } => problem(error),
        Error::SerdeUnknownField {
            field, expected, ..
        } => Problem::UnknownKey {
            key: field.clone(),
            known: expected.clone(),
        },
        Error::SerdeMissingField { field, .. } => Problem::MissingKey { key: field },
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            Problem::DuplicateKey { key: key.clone() }
        }
        Error::NullIntoString { .. } => Problem::Null,
        Error::Unexpected { expected, .. } => Problem::WrongType {
            expected: in_words(expected),
        },
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => Problem::TooComplex,
        other => Problem::Malformed(without_place(other)),
    }
}

/// The parser's names of things as their writers know them.
fn in_words(expected: &'static str) -> &'static str {
    match expected {
        "sequence start" => "a list",
        "mapping start" => "a mapping of keys to values",
        "string scalar" => "a text",
        other => other,
    }
}

/// The parser's message without the place, which is told apart.
fn without_place(failure: &Error) -> String {
    let text = failure.to_string();
    match text.rfind(" at line ") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// `bindings[0].values.PORT`: neither the step that [`Spanned`] adds, nor steps without a name.
fn readable(path: &serde_path_to_error::Path) -> String {
    let text = path.to_string();
    let text = text.strip_suffix(".value").unwrap_or(&text);
    text.trim_end_matches(['.', '?']).to_owned()
}
