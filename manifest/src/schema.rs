//! The JSON Schema of manifests.

use capwire_limits::{Limit, Unit};

/// The schema without the limits and the keys of providers, for which it has placeholders.
const TEMPLATE: &str = include_str!("../schema.json");
const LIMITS: &str = "\"LIMITS\"";
const PROVIDERS: &str = ",\n      \"allOf\": \"PROVIDERS\"";

/// The keys that the bindings of a provider configure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderKeys {
    /// The names of the provider's contract.
    pub contracts: Vec<String>,
    /// The name and the description of each key. Descriptions are in ASCII. A star at the end of a name
    /// stands for a text that is not empty.
    pub keys: Vec<(String, String)>,
}

/// Returns a JSON Schema (draft 2020-12) of manifests, for editors, with the keys of `providers`. It accepts what
/// [`Manifest::parse`] accepts, but cannot express that keys are unique and that limits have
/// ranges.
///
/// [`Manifest::parse`]: crate::Manifest::parse
#[must_use]
pub fn schema(providers: &[ProviderKeys]) -> String {
    let limits: Vec<String> = Limit::ALL.iter().map(|limit| property(*limit)).collect();
    let limits = format!("{{\n{}\n      }}", limits.join(",\n"));
    let keys: Vec<String> = providers.iter().map(values).collect();
    let keys = match keys.is_empty() {
        true => String::new(),
        false => format!(",\n      \"allOf\": [\n{}\n      ]", keys.join(",\n")),
    };
    let schema = TEMPLATE.replacen(LIMITS, &limits, 1);
    schema.replacen(PROVIDERS, &keys, 1)
}

/// Returns the schema of the values of bindings to one provider.
fn values(provider: &ProviderKeys) -> String {
    let property = |name: &str, about: &str| {
        format!("              {name:?}: {{ \"description\": {about:?} }}")
    };
    let (named, keys): (Vec<_>, Vec<_>) = provider
        .keys
        .iter()
        .partition(|(name, _)| name.ends_with('*'));
    let keys: Vec<String> = keys
        .iter()
        .map(|(name, about)| property(name, about))
        .collect();
    let named = named
        .iter()
        .map(|(name, about)| property(&pattern(name), about));
    let named: Vec<String> = named.collect();
    let named = match named.is_empty() {
        true => String::new(),
        false => format!(
            "\n            \"patternProperties\": {{\n{}\n            }},",
            named.join(",\n")
        ),
    };
    format!(
        r#"        {{
          "if": {{ "properties": {{ "capability": {{ "enum": {:?} }} }} }},
          "then": {{ "properties": {{ "values": {{
            "additionalProperties": false,{named}
            "properties": {{
{}
            }}
          }} }} }}
        }}"#,
        provider.contracts,
        keys.join(",\n"),
    )
}

/// Returns the regular expression of a key with a star at its end, which stands for a text that is not
/// empty.
fn pattern(key: &str) -> String {
    let start = key.trim_end_matches('*').replace('.', "\\.");
    format!("^{start}.+$")
}

/// Returns the schema of one limit. Descriptions have no characters that JSON would escape.
fn property(limit: Limit) -> String {
    let kind = match (limit.unit(), limit.range().start()) {
        (Unit::Bytes, _) => "size",
        (Unit::Time, _) => "time",
        (Unit::Count, 0) => "count",
        (Unit::Count, _) => "positive",
    };
    format!(
        r##"        "{}": {{
          "description": "{} Range: {}. Default: {}.",
          "$ref": "#/$defs/{kind}"
        }}"##,
        limit.key(),
        limit.about(),
        limit.range_text(),
        limit.default_text(),
    )
}
