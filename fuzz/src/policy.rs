//! Hostile patterns: a pattern that covers another matches at least as much.

use capwire_wascap::Pattern;

/// Reads three lines: two patterns and a resource.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut lines = text.splitn(3, '\n');
    let (Some(wide), Some(narrow), Some(resource)) = (lines.next(), lines.next(), lines.next())
    else {
        return;
    };
    let (Ok(wide), Ok(narrow)) = (wide.parse::<Pattern>(), narrow.parse::<Pattern>()) else {
        return;
    };
    assert_eq!(
        wide.to_string().parse().ok(),
        Some(wide.clone()),
        "another text, another pattern"
    );
    if wide.covers(&narrow) && narrow.matches(resource) {
        assert!(
            wide.matches(resource),
            "{wide} covers {narrow} but not {resource:?}"
        );
    }
}
