//! Suggestions for misspelt and outdated words.

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

/// The keys of wasmCloud's manifests of 2021, each with the key that means the same here.
const OF_2021: &[(&str, &str)] = &[
    ("links", "bindings"),
    ("link_name", "binding"),
    ("link_name", "binding_name"),
    ("image_ref", "path"),
    ("contract_id", "capability"),
];

/// Returns the key of `known` for which manifests of 2021 had the key `word`.
pub(crate) fn replaced<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let meanings = OF_2021.iter().filter(|(old, _)| *old == word);
    let mut meant = meanings.filter_map(|(_, new)| known.iter().find(|known| *known == new));
    meant.next().copied()
}

/// Returns the key of `known` that `word` most likely stands for.
pub(crate) fn meant<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    replaced(word, known).or_else(|| nearest(word, known.iter().copied()))
}
