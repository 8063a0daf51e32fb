//! The paths of requests, and the patterns of routes.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The rest of a path, which a route has by `*name`: its segments, decoded one by one.
///
/// ```
/// use capwire_actor::http::Tail;
///
/// let tail: Tail = "a%2Fb/c%20d".parse()?;
/// assert_eq!(tail.segments(), ["a/b", "c d"]);
/// assert_eq!("".parse::<Tail>()?.segments().len(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail(Vec<String>);

/// The error of a path that is not percent-encoded UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEncoded;

impl fmt::Display for NotEncoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path is not percent-encoded UTF-8")
    }
}

impl std::error::Error for NotEncoded {}

impl Tail {
    /// Returns the segments. Each may contain any character, even `/`.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.0
    }
}

impl FromStr for Tail {
    type Err = NotEncoded;

    fn from_str(text: &str) -> Result<Self, NotEncoded> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let segments = text.split('/').map(|it| decoded(it).map(Cow::into_owned));
        let segments: Option<Vec<String>> = segments.collect();
        segments.map(Self).ok_or(NotEncoded)
    }
}

/// Returns the number of the parameters of a pattern.
///
/// # Panics
/// Panics if the pattern is wrong, which is an error of the compiler.
pub(super) const fn parameters(pattern: &str) -> usize {
    let mut rest = pattern.as_bytes();
    assert!(
        matches!(rest, [b'/', ..]),
        "the pattern of a route begins with `/`"
    );
    let (mut count, mut has_tail, mut before, mut is_name) = (0, false, 0, false);
    while let [byte, more @ ..] = rest {
        assert!(
            !matches!(byte, b'?' | b'#' | b'%' | 0..=b' '),
            "a pattern has neither query nor fragment nor white space, and is not percent-encoded"
        );
        if *byte == b'/' {
            assert!(before != b'/', "a pattern has no empty segments");
            assert!(!has_tail, "`*name` is the end of a pattern");
            assert!(!is_name, "a parameter of a pattern has a name");
        }
        is_name = before == b'/' && matches!(byte, b':' | b'*');
        if is_name {
            count += 1;
            has_tail = *byte == b'*';
        }
        before = *byte;
        rest = more;
    }
    assert!(!is_name, "a parameter of a pattern has a name");
    count
}

/// Returns the values of the parameters if `path` fits `pattern`.
pub(super) fn fit<'a>(pattern: &str, path: &'a str) -> Option<Vec<Cow<'a, str>>> {
    let mut values = Vec::new();
    let mut rest = Some(path.strip_prefix('/')?);
    for part in pattern.strip_prefix('/')?.split('/') {
        let here = rest?;
        if part.starts_with('*') {
            let is_free = here.split('/').all(|segment| !is_dots(segment));
            values.push(Cow::Borrowed(here));
            return is_free.then_some(values);
        }
        let (segment, after) = match here.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (here, None),
        };
        let value = decoded(segment)?;
        match part.starts_with(':') {
            true if value.is_empty() || is_dots(segment) => return None,
            true => values.push(value),
            false if value != part => return None,
            false => {}
        }
        rest = after;
    }
    rest.is_none().then_some(values)
}

/// Returns `true` if all segments of a path can be decoded.
pub(super) fn is_readable(path: &str) -> bool {
    path.split('/').all(|segment| decoded(segment).is_some())
}

/// Returns `true` if a server of files would leave the folder.
fn is_dots(segment: &str) -> bool {
    decoded(segment).is_some_and(|segment| segment == "." || segment == "..")
}

/// Decodes one segment, if it is percent-encoded UTF-8.
fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    let mut parts = segment.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2)?;
        // A number may also have a sign.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}
