//! "Did you mean …?"

/// The one of `known` that `word` is most likely a slip of, if any is near enough.
///
/// ```
/// use capwire_manifest::nearest;
///
/// assert_eq!(nearest("bindngs", ["actors", "bindings"]), Some("bindings"));
/// assert_eq!(nearest("colour", ["actors", "bindings"]), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = |known: &str| strsim::damerau_levenshtein(word, known);
    known
        .into_iter()
        .map(|known| (slips(known), known))
        .min()
        .filter(|(slips, known)| *slips <= known.chars().count().div_ceil(3))
        .map(|(_, known)| known)
}
