//! The JSON Schema of manifests.

use capwire_limits::{Limit, Unit};

/// The schema without the limits, for which it has a placeholder.
const TEMPLATE: &str = include_str!("../schema.json");
const PLACEHOLDER: &str = "\"LIMITS\"";

/// Returns a JSON Schema (draft 2020-12) of manifests, for editors. It accepts what
/// [`Manifest::parse`] accepts, but cannot express that keys are unique and that limits have
/// ranges.
///
/// [`Manifest::parse`]: crate::Manifest::parse
#[must_use]
pub fn schema() -> String {
    let limits: Vec<String> = Limit::ALL.iter().map(|limit| property(*limit)).collect();
    let limits = format!("{{\n{}\n      }}", limits.join(",\n"));
    TEMPLATE.replacen(PLACEHOLDER, &limits, 1)
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
