//! Families of resources: those whose names begin alike.

use capwire_text::word;
use std::collections::BTreeMap;

/// The characters that may end a common prefix of names.
const SEPARATORS: [char; 5] = [':', '/', '.', '-', '_'];

/// The number of names with a common prefix that makes a family of them. Fewer are listed.
const MANY: usize = 3;

/// One resource, or all resources whose names begin alike.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Family<'n> {
    /// The name, or how the names begin.
    start: &'n str,
    /// The number of recorded names.
    count: usize,
}

impl<'n> Family<'n> {
    /// Returns the family of one resource.
    pub(super) fn one(name: &'n str) -> Self {
        Self {
            start: name,
            count: 1,
        }
    }

    /// Returns its pattern in claims.
    pub(super) fn pattern(&self) -> String {
        match self.count {
            1 => self.start.to_owned(),
            _ => format!("{}*", self.start),
        }
    }

    /// Returns it for people. Guests chose the names.
    pub(super) fn shown(&self) -> String {
        let start = word(self.start, "RESOURCE");
        match self.count {
            1 => start.to_owned(),
            count => format!("{start}* ({count} seen)"),
        }
    }
}

/// Groups `names`, which are different, by how they begin: up to a separator.
pub(super) fn families<'n>(names: &[&'n str]) -> Vec<Family<'n>> {
    let mut groups: BTreeMap<&str, Vec<&'n str>> = BTreeMap::new();
    for name in names {
        let first = name.find(SEPARATORS).and_then(|end| name.get(..=end));
        groups.entry(first.unwrap_or(name)).or_default().push(name);
    }
    let families = groups.into_values().flat_map(|group| {
        let start = common_start(&group);
        match group.len() >= MANY && start.ends_with(SEPARATORS) {
            true => vec![Family {
                start,
                count: group.len(),
            }],
            false => group.into_iter().map(Family::one).collect(),
        }
    });
    families.collect()
}

/// Returns the common prefix of all `names`, up to the last separator if there is one.
fn common_start<'n>(names: &[&'n str]) -> &'n str {
    let Some((first, rest)) = names.split_first() else {
        return "";
    };
    let common = |other: &&str| {
        let pairs = first.chars().zip(other.chars());
        let same = pairs.take_while(|(one, other)| one == other);
        same.map(|(one, _)| one.len_utf8()).sum()
    };
    let length: usize = rest.iter().map(common).min().unwrap_or(first.len());
    let start = first.get(..length).unwrap_or_default();
    match start.rfind(SEPARATORS) {
        Some(end) => start.get(..=end).unwrap_or(start),
        None => start,
    }
}

#[cfg(test)]
mod tests {
    use super::{common_start, families};

    #[test]
    fn a_common_start_ends_where_names_do() {
        assert_eq!(common_start(&["session:11", "session:12"]), "session:");
        assert_eq!(common_start(&["äb", "äc"]), "ä");
        assert_eq!(common_start(&["a", "b"]), "");
        assert_eq!(common_start(&["user/1/x", "user/1/y"]), "user/1/");
    }

    #[test]
    fn three_names_that_begin_alike_are_a_family_k4() {
        let patterns = |names: &[&str]| -> Vec<String> {
            families(names).iter().map(super::Family::pattern).collect()
        };
        assert_eq!(patterns(&["hits:1", "hits:2"]), ["hits:1", "hits:2"]);
        let mixed = ["codes", "hits:1", "hits:2", "hits:3", "url:a"];
        assert_eq!(patterns(&mixed), ["codes", "hits:*", "url:a"]);
        assert_eq!(patterns(&["a", "b", "c"]), ["a", "b", "c"]);
        assert_eq!(patterns(&["u/1/x", "u/1/y", "u/1/z"]), ["u/1/*"]);
    }
}
