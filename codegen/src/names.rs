//! Names in the conventions of each language, from names in WIT.

/// Returns `AddRequest` for `add-request`.
pub(crate) fn pascal(name: &str) -> String {
    name.split('-').map(capital).collect()
}

/// Returns `queryString` for `query-string`: the key of a member on the wire.
pub(crate) fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    first + &words.map(capital).collect::<String>()
}

/// Returns `query_string` for `query-string`.
pub(crate) fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_convention_of_each_language() {
        assert_eq!(pascal("list-item-delete"), "ListItemDelete");
        assert_eq!(camel("query-string"), "queryString");
        assert_eq!(snake("query-string"), "query_string");
    }
}
