//! Rules that narrow capabilities to operations and resources.

use crate::error::{SignError, TokenError};
use crate::json::Fields;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use serde::{Serialize, Serializer};

/// Rules by capability.
pub(crate) type Narrow = BTreeMap<String, Vec<Rule>>;

/// A rule that allows some operations of a capability on some resources.
///
/// # Format
/// The `wascap` object of an actor may have a member `narrow` beside `caps`: an object whose names
/// are capabilities, spelt as in `caps`, and whose values are lists of rules. A rule is an object
/// with two optional members: `ops`, a list of operations, and `on`, a list of patterns for
/// resources.
///
/// ```json
/// "caps": ["wascc:keyvalue", "wascc:http_server"],
/// "narrow": { "wascc:keyvalue": [ { "ops": ["Get", "KeyExists"], "on": ["session:*"] } ] }
/// ```
///
/// # Meaning
/// * A capability in `caps` without an entry in `narrow` is granted completely. With an entry, each
///   use must be allowed by one of the rules. A capability that is not in `caps` is not granted, and
///   an entry for it is an error.
/// * If a host knows several names of a capability, the rules for one name hold for all of them: see
///   [`ActorMetadata::canonical`](crate::ActorMetadata::canonical).
/// * A rule allows an operation on a resource if `ops` is missing or contains the operation, and
///   `on` is missing or contains a pattern that matches the resource. An empty list matches
///   nothing, so such a rule allows nothing.
/// * A rule with `on` allows nothing if the resource is unknown.
/// * Operations match if their bytes are equal. A pattern without `*` matches the resource with
///   equal bytes. A `*` at the end matches resources that begin with the bytes before it, a `*` at
///   the start matches resources that end with the bytes after it, and `*` alone matches every
///   resource. Other positions and a second `*` are errors. Matching does not fold case, normalise
///   or decode: callers pass the resource in the form in which it will be used.
/// * An unknown member of a rule is an error, because it might restrict the rule.
///
/// Tools that do not know `narrow` ignore it, and grant the complete capability.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rule {
    /// The operations that the rule allows; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ops: Option<Vec<String>>,
    /// The resources on which the rule allows the operations; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Vec<Pattern>>,
}

impl Rule {
    /// Returns a rule that allows everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows only these operations.
    #[must_use]
    pub fn operations<S: Into<String>>(mut self, operations: impl IntoIterator<Item = S>) -> Self {
        self.ops = Some(operations.into_iter().map(Into::into).collect());
        self
    }

    /// Allows only resources that one of these patterns matches.
    #[must_use]
    pub fn resources(mut self, patterns: impl IntoIterator<Item = Pattern>) -> Self {
        self.on = Some(patterns.into_iter().collect());
        self
    }

    fn has_operation(&self, operation: &str) -> bool {
        self.ops
            .as_ref()
            .is_none_or(|ops| ops.iter().any(|op| op == operation))
    }

    fn has_resource(&self, resource: Option<&str>) -> bool {
        let Some(patterns) = &self.on else {
            return true;
        };
        resource.is_some_and(|resource| patterns.iter().any(|pattern| pattern.matches(resource)))
    }

    fn read(mut fields: Fields) -> Result<Self, TokenError> {
        let rule = Self {
            ops: fields.restriction("ops")?,
            on: fields.restriction("on")?,
        };
        fields.finish()?;
        Ok(rule)
    }
}

/// A pattern for resources: one resource, or all with a common start or end.
///
/// ```
/// use capwire_wascap::Pattern;
///
/// let sessions: Pattern = "session:*".parse()?;
/// assert!(sessions.matches("session:42"));
/// assert!(!sessions.matches("Session:42"));
/// # Ok::<(), capwire_wascap::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(Shape);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Shape {
    Exact(String),
    Prefix(String),
    Suffix(String),
}

impl Pattern {
    /// Returns whether the pattern matches `resource`, byte by byte.
    #[must_use]
    pub fn matches(&self, resource: &str) -> bool {
        match &self.0 {
            Shape::Exact(text) => resource == text,
            Shape::Prefix(start) => resource.starts_with(start.as_str()),
            Shape::Suffix(end) => resource.ends_with(end.as_str()),
        }
    }

    /// Returns whether the pattern matches every resource that `other` matches.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (_, Shape::Exact(text)) => self.matches(text),
            (Shape::Prefix(mine), Shape::Prefix(theirs)) => theirs.starts_with(mine.as_str()),
            (Shape::Suffix(mine), Shape::Suffix(theirs)) => theirs.ends_with(mine.as_str()),
            (Shape::Prefix(all) | Shape::Suffix(all), _) => all.is_empty(),
            (Shape::Exact(_), _) => false,
        }
    }

    /// Returns whether a resource can match both patterns.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // A resource can begin with any text and end with any other.
            (Shape::Prefix(_), Shape::Suffix(_)) | (Shape::Suffix(_), Shape::Prefix(_)) => true,
            _ => self.covers(other) || other.covers(self),
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let shape = match (text.strip_suffix('*'), text.strip_prefix('*')) {
            (Some(start), _) => Shape::Prefix(start.into()),
            (None, Some(end)) => Shape::Suffix(end.into()),
            (None, None) => Shape::Exact(text.into()),
        };
        let (Shape::Exact(rest) | Shape::Prefix(rest) | Shape::Suffix(rest)) = &shape;
        if rest.contains('*') {
            Err(PatternError)
        } else {
            Ok(Self(shape))
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Shape::Exact(text) => f.write_str(text),
            Shape::Prefix(start) => write!(f, "{start}*"),
            Shape::Suffix(end) => write!(f, "*{end}"),
        }
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not a [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pattern has at most one `*`, at its start or at its end")]
pub struct PatternError;

/// The grant of one capability: complete, or by rules.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    rules: Option<&'a [Rule]>,
}

impl<'a> Grant<'a> {
    pub(crate) fn new(caps: &[String], narrow: &'a Narrow, capability: &str) -> Option<Self> {
        let granted = caps.iter().any(|id| id == capability);
        granted.then(|| Self::by(narrow.get(capability).map(Vec::as_slice)))
    }

    /// Returns a grant by `rules`, or a complete grant for `None`. Policies that narrow further use
    /// the same rules.
    #[must_use]
    pub const fn by(rules: Option<&'a [Rule]>) -> Self {
        Self { rules }
    }

    /// Returns whether the grant allows `operation` on `resource`. `None` is an unknown resource,
    /// for which rules with resources allow nothing.
    #[must_use]
    pub fn allows(&self, operation: &str, resource: Option<&str>) -> bool {
        self.candidates(operation)
            .any(|rule| rule.is_none_or(|rule| rule.has_resource(resource)))
    }

    /// Returns whether the decision about `operation` can depend on the resource.
    #[must_use]
    pub fn depends_on_resource(&self, operation: &str) -> bool {
        let unlimited = |rule: Option<&Rule>| rule.is_none_or(|rule| rule.on.is_none());
        self.candidates(operation).next().is_some() && !self.candidates(operation).any(unlimited)
    }

    /// Returns the rules, or `None` for a complete grant.
    #[must_use]
    pub const fn rules(&self) -> Option<&'a [Rule]> {
        self.rules
    }

    /// Returns the rules with `operation`, or one `None` if there are no rules.
    fn candidates(&self, operation: &str) -> impl Iterator<Item = Option<&'a Rule>> {
        let whole = self.rules.is_none().then_some(None);
        let rules = self.rules.unwrap_or_default().iter();
        whole.into_iter().chain(
            rules
                .filter(move |rule| rule.has_operation(operation))
                .map(Some),
        )
    }
}

/// Reads the member `narrow`.
pub(crate) fn read(fields: &mut Fields) -> Result<Narrow, TokenError> {
    fields.not_null("narrow")?;
    let narrow = fields.optional_object("narrow")?;
    narrow.map_or_else(|| Ok(Narrow::new()), |narrow| narrow.lists_of(Rule::read))
}

/// Returns the first capability with rules that is not in `caps`. A misspelt name would leave the
/// capability that its rules should narrow completely granted.
pub(crate) fn unclaimed<'n>(caps: &[String], narrow: &'n Narrow) -> Option<&'n String> {
    narrow.keys().find(|id| !caps.contains(id))
}

/// Rejects rules for capabilities that are not in `caps`.
pub(crate) fn check(caps: &[String], narrow: &Narrow) -> Result<(), SignError> {
    match unclaimed(caps, narrow) {
        Some(id) => Err(SignError::Claim {
            what: "narrowed capability",
            value: id.to_string(),
            expected: "one of the claimed capabilities",
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
