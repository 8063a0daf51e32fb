//! Secrets that a manifest refers to: read once, and shown nowhere.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// Shorter texts are in every other word.
const SHORTEST: usize = 4;

/// The secrets of this process. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<RwLock<Vec<Zeroizing<String>>>>);

impl Secrets {
    /// From now on `secret` is shown no more, nor is any line of it.
    pub(crate) fn add(&self, secret: &str) {
        let long = |text: &&str| text.len() >= SHORTEST;
        let texts = std::iter::once(secret).chain(secret.lines().map(str::trim));
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(
            texts
                .filter(long)
                .map(|text| Zeroizing::new(text.to_owned())),
        );
        // One may be a part of another one.
        known.sort_by_key(|text| std::cmp::Reverse(text.len()));
        known.dedup();
    }

    /// `text` without secrets.
    pub(crate) fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut hidden = Cow::Borrowed(text);
        for secret in known.iter() {
            if hidden.contains(secret.as_str()) {
                hidden = Cow::Owned(hidden.replace(secret.as_str(), "[secret]"));
            }
        }
        hidden
    }
}

/// Shows how many there are.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Secrets({})", known.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn secrets_and_their_lines_are_hidden_wherever_they_are() {
        let secrets = Secrets::default();
        assert_eq!(secrets.hide("pass phrase"), "pass phrase");
        secrets.add("phrase");
        secrets.add("pass phrase\nsecond line");
        secrets.add("to");
        let text = "a pass phrase, a phrase, second line, to";
        assert_eq!(secrets.hide(text), "a [secret], a [secret], [secret], to");
        assert_eq!(format!("{secrets:?}"), "Secrets(4)");
    }
}
