//! Suggestions for misspelt words.

/// Returns the word of `known` that `word` most likely stands for, or `None` if none is similar.
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
