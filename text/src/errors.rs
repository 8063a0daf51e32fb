//! Errors and their causes.

use alloc::string::{String, ToString};
use core::error::Error;
use core::iter::successors;

/// Returns the causes of `error`, the nearest first.
pub fn causes<'a>(error: &'a (dyn Error + 'a)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(error.source(), |&cause| cause.source())
}

/// Returns the text of `error` and its causes, separated by `: `. Some errors repeat their causes
/// in their own text, so a cause is left out if the text before it contains it. Nothing is escaped.
///
/// ```
/// #[derive(Debug)]
/// struct Unreadable(std::io::Error);
///
/// impl std::fmt::Display for Unreadable {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         f.write_str("cannot read `a`")
///     }
/// }
///
/// impl std::error::Error for Unreadable {
///     fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
///         Some(&self.0)
///     }
/// }
///
/// let error = Unreadable(std::io::Error::other("the disk is gone"));
/// assert_eq!(capwire_text::chain(&error), "cannot read `a`: the disk is gone");
/// ```
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    causes(error).fold(error.to_string(), |mut text, cause| {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::chain;
    use alloc::boxed::Box;
    use core::error::Error;
    use core::fmt;

    #[derive(Debug)]
    struct Told(&'static str, Option<Box<Told>>);

    impl fmt::Display for Told {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Told {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    fn error(texts: &[&'static str]) -> Told {
        let innermost = None;
        texts
            .iter()
            .rev()
            .fold(innermost, |cause, text| Some(Box::new(Told(text, cause))))
            .map_or(Told("", None), |error| *error)
    }

    #[test]
    fn an_error_is_told_with_all_its_causes() {
        assert_eq!(chain(&error(&["no"])), "no");
        assert_eq!(chain(&error(&["no", "why", "because"])), "no: why: because");
    }

    #[test]
    fn a_cause_that_the_text_repeats_is_told_once() {
        assert_eq!(
            chain(&error(&["no: why", "why", "because"])),
            "no: why: because"
        );
    }
}
