//! The header fields of a message: a map of one text per name.
//!
//! One field, `Set-Cookie`, may be sent several times and cannot be joined into one value (RFC
//! 9110, section 5.3). The map holds each of its values under a name of its own: names of fields
//! are compared without regard to case, and keys of the map are not, so each value has another
//! mixture of upper and lower case. Every reader of the map takes such names.

use std::collections::BTreeMap;

/// The only field with several values that cannot be joined.
const SET_COOKIE: &str = "set-cookie";
/// The number of ways to write the nine letters of [`SET_COOKIE`].
const MOST_COOKIES: usize = 1 << 9;

/// Returns the first value of the field `name`, which is compared without regard to case.
pub(super) fn find<'a>(header: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    all(header, name).next()
}

/// Returns the values of the field `name`, which is compared without regard to case.
pub(super) fn all<'a>(
    header: &'a BTreeMap<String, String>,
    name: &str,
) -> impl Iterator<Item = &'a str> {
    let of_name = move |known: &str| known.eq_ignore_ascii_case(name);
    let found = header.iter().filter(move |(known, _)| of_name(known));
    found.map(|(_, value)| value.as_str())
}

/// Sets the field `name`. A value of `Set-Cookie` is added to the ones before it.
pub(super) fn set(header: &mut BTreeMap<String, String>, name: &str, value: String) {
    if name.eq_ignore_ascii_case(SET_COOKIE) {
        add_cookie(header, value);
    } else {
        header.insert(name.to_ascii_lowercase(), value);
    }
}

/// Adds a cookie. The order of the map is the order in which the cookies were added.
fn add_cookie(header: &mut BTreeMap<String, String>, value: String) {
    let is_cookie = |name: &str| name.eq_ignore_ascii_case(SET_COOKIE);
    let known = header.keys().filter(|name| is_cookie(name));
    let names: Vec<String> = known.cloned().collect();
    let removed = names.iter().filter_map(|name| header.remove(name));
    let mut values: Vec<String> = removed.collect();
    if values.len() >= MOST_COOKIES {
        values.pop();
    }
    values.push(value);
    for (index, value) in values.into_iter().rev().enumerate() {
        header.insert(spelling(index), value);
    }
}

/// Returns a name of `Set-Cookie`. Each index has its own, the first one has lower case only, and a
/// higher index sorts first.
fn spelling(index: usize) -> String {
    let mut bits = index;
    let letters = SET_COOKIE.chars().rev().map(|letter| {
        if !letter.is_ascii_alphabetic() {
            return letter;
        }
        let is_upper = bits & 1 == 1;
        bits >>= 1;
        match is_upper {
            true => letter.to_ascii_uppercase(),
            false => letter,
        }
    });
    let mut name: Vec<char> = letters.collect();
    name.reverse();
    name.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_COOKIES, all, find, set};
    use std::collections::BTreeMap;

    #[test]
    fn cookies_are_kept_in_their_order_c7() {
        let mut header = BTreeMap::from([("SET-cookie".to_owned(), "0".to_owned())]);
        for value in 1..MOST_COOKIES + 2 {
            set(&mut header, "Set-Cookie", value.to_string());
        }
        let kept: Vec<&str> = all(&header, "set-cookie").collect();
        assert_eq!((kept.len(), kept[0], kept[510]), (MOST_COOKIES, "0", "510"));
        assert_eq!(kept[511], "513", "one too many replaces the last one");
        assert_eq!(header.get("set-cookie").map(String::as_str), Some("513"));
    }

    #[test]
    fn another_field_has_one_value() {
        let mut header = BTreeMap::new();
        set(&mut header, "Content-Type", "text/plain".to_owned());
        set(&mut header, "content-type", "text/html".to_owned());
        assert_eq!(find(&header, "CONTENT-TYPE"), Some("text/html"));
        assert_eq!(header.len(), 1);
    }
}
