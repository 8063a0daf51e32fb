//! The keys of objects: a prefix, the container, and the blob.
//!
//! The rules for names leave room for keys of our own: no part of a name begins with `~`.

use capwire_blobstore_common::Name;
use object_store::path::Path;

/// The container with the empty name.
const UNNAMED: &str = "~";

/// The object that shows that a container exists.
const MARKER: &str = "~container";

/// The beginning of all keys of a binding, which is empty or ends with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(String);

impl Prefix {
    /// Returns the prefix that is written as `text`, with or without its last `/`.
    pub(crate) fn new(text: &str) -> Result<Self, object_store::path::Error> {
        if text.is_empty() {
            return Ok(Self(String::new()));
        }
        let path = Path::parse(text)?;
        Ok(Self(format!("{path}/")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the beginning of the keys of all blobs of a container, which ends with `/`.
    pub(crate) fn container(&self, container: &Name) -> String {
        let name = match container.is_empty() {
            true => UNNAMED,
            false => container.as_str(),
        };
        format!("{}{name}/", self.0)
    }

    /// Returns the key of a blob.
    pub(crate) fn blob(&self, container: &Name, id: &Name) -> Result<Path, object_store::Error> {
        Ok(Path::parse(self.container(container) + id.as_str())?)
    }

    /// Returns the key of the object that shows that a container exists.
    pub(crate) fn marker(&self, container: &Name) -> Result<Path, object_store::Error> {
        Ok(Path::parse(self.container(container) + MARKER)?)
    }
}

/// Returns the blob with this key in the container with this beginning of keys, or `None` if an object
/// is no blob.
pub(crate) fn name(container: &str, key: &Path) -> Option<Name> {
    Name::blob(key.as_ref().strip_prefix(container)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{Name, Path, Prefix, name};

    #[test]
    fn blobs_of_two_containers_have_different_keys() {
        let prefix = Prefix::new("MACTOR").unwrap();
        let key = |container, id| {
            let (container, id) = (Name::container(container), Name::blob(id));
            prefix.blob(&container.unwrap(), &id.unwrap()).unwrap()
        };
        assert_eq!(
            key("images", "a/cat.png").as_ref(),
            "MACTOR/images/a/cat.png"
        );
        assert_eq!(
            key("", "images/cat.png").as_ref(),
            "MACTOR/~/images/cat.png"
        );
        assert_eq!(key("a", "100%.png").as_ref(), "MACTOR/a/100%.png");
    }

    #[test]
    fn only_keys_with_allowed_names_are_blobs() {
        let container = "MACTOR/images/";
        let of = |key: &str| name(container, &Path::parse(key).unwrap());
        assert_eq!(of("MACTOR/images/a/b").unwrap().as_str(), "a/b");
        for other in [
            "MACTOR/images/~container",
            "MACTOR/images2/a",
            "MACTOR/images/a\\b",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_prefix_ends_with_a_slash_or_is_empty() {
        for (text, prefix) in [("", ""), ("a", "a/"), ("a/b/", "a/b/")] {
            assert_eq!(Prefix::new(text).unwrap().as_str(), prefix);
        }
        for text in ["..", "a/../b", "a//b", "a\nb"] {
            assert!(Prefix::new(text).is_err(), "{text}");
        }
    }
}
