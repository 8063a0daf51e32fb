//! The secrets of a manifest, which are read once and never shown.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// Shorter texts are not hidden, because they occur in ordinary words.
const SHORTEST: usize = 4;

/// The secrets of this process. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<RwLock<Vec<Zeroizing<String>>>>);

impl Secrets {
    /// Hides `secret` and each of its lines from now on.
    pub(crate) fn add(&self, secret: &str) {
        let long = |text: &&str| text.len() >= SHORTEST;
        let texts = std::iter::once(secret).chain(secret.lines().map(str::trim));
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(texts.filter(long).flat_map(spellings));
        // One may be a part of another one.
        known.sort_by(|one, other| (other.len(), &**other).cmp(&(one.len(), &**one)));
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

/// Returns the forms of a text in logs: as it is, in quotes, and both of them inside JSON.
fn spellings(text: &str) -> [Zeroizing<String>; 4] {
    let quoted = Zeroizing::new(format!("{text:?}"));
    let quoted = Zeroizing::new(inside(&quoted).to_owned());
    let (plain, twice) = (in_json(text), in_json(&quoted));
    [Zeroizing::new(text.to_owned()), quoted, plain, twice]
}

fn in_json(text: &str) -> Zeroizing<String> {
    // A text can always be JSON.
    let json = Zeroizing::new(serde_json::to_string(text).unwrap_or_default());
    Zeroizing::new(inside(&json).to_owned())
}

fn inside(quoted: &str) -> &str {
    let opened = quoted.strip_prefix('"').unwrap_or(quoted);
    opened.strip_suffix('"').unwrap_or(opened)
}

/// Shows how many texts are hidden.
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
    fn secrets_are_hidden_however_a_log_writes_them() {
        let secrets = Secrets::default();
        let secret = "a\"b\\c\u{1b}d\te";
        secrets.add(secret);
        let written = [
            secret.to_owned(),
            format!("{secret:?}"),
            serde_json::to_string(secret).unwrap(),
            serde_json::to_string(&format!("{secret:?}")).unwrap(),
        ];
        for text in written {
            let hidden = secrets.hide(&text).into_owned();
            assert_eq!(hidden.matches("[secret]").count(), 1, "{hidden}");
            assert!(!hidden.contains("b"), "{hidden}");
        }
    }

    #[test]
    fn secrets_and_their_lines_are_hidden_wherever_they_are() {
        let secrets = Secrets::default();
        assert_eq!(secrets.hide("pass phrase"), "pass phrase");
        secrets.add("phrase");
        secrets.add("pass phrase\nsecond line");
        secrets.add("to");
        let text = "a pass phrase, a phrase, second line, to";
        assert_eq!(secrets.hide(text), "a [secret], a [secret], [secret], to");
        assert_eq!(format!("{secrets:?}"), "Secrets(6)");
    }
}
