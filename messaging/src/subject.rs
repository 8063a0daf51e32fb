//! Subjects, and the patterns of subscriptions.

use std::fmt;
use std::str::FromStr;

/// The maximum length of a subject, a pattern or the name of a group, in bytes.
pub const MAX_SUBJECT: usize = 1024;

/// The reason why a subject, a pattern or the name of a group is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// The text is empty.
    #[error("must not be empty")]
    Empty,
    /// The text is too long.
    #[error("must have at most {MAX_SUBJECT} bytes")]
    TooLong,
    /// A dot is the first or the last character, or follows a dot.
    #[error("must have a text before, after and between its dots")]
    EmptyToken,
    /// The text has white space or control characters.
    #[error("must have neither white space nor control characters")]
    Character,
    /// A wildcard is a part of a subject to which a message is sent.
    #[error("must have no wildcard `*` or `>`: wildcards are for subscriptions")]
    Wildcard,
    /// `>` is not the last part of a pattern.
    #[error("may have `>` only at its end")]
    RestInside,
}

/// Checks a subject to which a message is sent.
///
/// ```
/// use capwire_messaging::{SubjectError, check_subject};
///
/// assert_eq!(check_subject("orders.7"), Ok(()));
/// assert_eq!(check_subject("orders..7"), Err(SubjectError::EmptyToken));
/// assert_eq!(check_subject("orders.*"), Err(SubjectError::Wildcard));
/// ```
///
/// # Errors
/// Returns the reason why it is malformed.
pub fn check_subject(subject: &str) -> Result<(), SubjectError> {
    check_tokens(subject)?;
    match subject.split('.').any(|token| matches!(token, "*" | ">")) {
        true => Err(SubjectError::Wildcard),
        false => Ok(()),
    }
}

/// Checks the name of a queue group.
///
/// # Errors
/// Returns the reason why it is malformed.
pub fn check_group(name: &str) -> Result<(), SubjectError> {
    check_text(name)
}

fn check_text(text: &str) -> Result<(), SubjectError> {
    if text.is_empty() {
        return Err(SubjectError::Empty);
    }
    if text.len() > MAX_SUBJECT {
        return Err(SubjectError::TooLong);
    }
    match text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        true => Err(SubjectError::Character),
        false => Ok(()),
    }
}

fn check_tokens(text: &str) -> Result<(), SubjectError> {
    check_text(text)?;
    match text.split('.').any(str::is_empty) {
        true => Err(SubjectError::EmptyToken),
        false => Ok(()),
    }
}

/// The subjects of a subscription. `*` stands for one part, and `>` at the end for one part or more.
///
/// ```
/// use capwire_messaging::Pattern;
///
/// let pattern: Pattern = "orders.>".parse()?;
/// assert!(pattern.matches("orders.7.paid"));
/// assert!(!pattern.matches("orders"));
/// # Ok::<(), capwire_messaging::SubjectError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Returns the pattern as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` if the subscription receives messages to `subject`, which is well-formed.
    #[must_use]
    pub fn matches(&self, subject: &str) -> bool {
        let mut tokens = subject.split('.');
        for wanted in self.0.split('.') {
            match (wanted, tokens.next()) {
                (_, None) => return false,
                (">", Some(_)) => return true,
                ("*", Some(_)) => {}
                (wanted, Some(token)) if wanted == token => {}
                _ => return false,
            }
        }
        tokens.next().is_none()
    }
}

impl FromStr for Pattern {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        check_tokens(text)?;
        let before_the_last = text.rsplit('.').skip(1);
        match before_the_last.into_iter().any(|token| token == ">") {
            true => Err(SubjectError::RestInside),
            false => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_SUBJECT, Pattern, SubjectError, check_subject};

    fn matches(pattern: &str, subject: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(subject)
    }

    #[test]
    fn wildcards_stand_for_whole_parts() {
        for (pattern, subject) in [
            ("a.b", "a.b"),
            ("a.*", "a.b"),
            ("*.*", "a.b"),
            ("*.b", "a.b"),
            (">", "a"),
            (">", "a.b.c"),
            ("a.>", "a.b.c"),
            ("a.*.>", "a.b.c"),
            ("a*", "a*"),
            ("a.b>", "a.b>"),
        ] {
            assert!(matches(pattern, subject), "{pattern} {subject}");
        }
        for (pattern, subject) in [
            ("a.b", "a"),
            ("a", "a.b"),
            ("a.*", "a"),
            ("a.*", "a.b.c"),
            ("a.>", "a"),
            ("a.>", "b.a"),
            ("a.*.>", "a.b"),
            ("a*", "ab"),
            ("A", "a"),
        ] {
            assert!(!matches(pattern, subject), "{pattern} {subject}");
        }
    }

    #[test]
    fn malformed_texts_are_refused() {
        use SubjectError::{Character, Empty, EmptyToken, RestInside, TooLong, Wildcard};
        let long = "a".repeat(MAX_SUBJECT + 1);
        for (text, reason) in [
            ("", Empty),
            (".", EmptyToken),
            (".a", EmptyToken),
            ("a.", EmptyToken),
            ("a..b", EmptyToken),
            ("a b", Character),
            ("a\0", Character),
            ("a\r\nPUB b 0", Character),
            ("a\u{2028}", Character),
            (&*long, TooLong),
        ] {
            assert_eq!(check_subject(text), Err(reason), "{text:?}");
            assert_eq!(text.parse::<Pattern>(), Err(reason), "{text:?}");
        }
        assert_eq!("a.>.b".parse::<Pattern>(), Err(RestInside));
        for wild in ["*", ">", "a.*.b", "a.>"] {
            assert_eq!(check_subject(wild), Err(Wildcard), "{wild}");
        }
    }
}
