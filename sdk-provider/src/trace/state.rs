//! The header `tracestate`: the state that other systems keep in a trace.

use std::collections::HashSet;
use std::sync::Arc;

/// The maximum number of members.
const MOST: usize = 32;
/// The maximum length of a key or a value.
const LONGEST: usize = 256;

/// Joins all members into one header, or returns `None` if there are none or one is malformed.
pub(super) fn join<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<Arc<str>> {
    let members = headers.into_iter().flat_map(|header| header.split(','));
    let members = members.map(|member| member.trim_matches([' ', '\t']));
    let members: Vec<&str> = members.filter(|member| !member.is_empty()).collect();
    if members.is_empty() || members.len() > MOST {
        return None;
    }
    let mut keys = HashSet::new();
    let mut is_right = |member: &&str| match member.split_once('=') {
        Some((key, value)) => is_key(key) && is_value(value) && keys.insert(key.to_owned()),
        None => false,
    };
    members
        .iter()
        .all(&mut is_right)
        .then(|| members.join(",").into())
}

fn is_key(key: &str) -> bool {
    let first = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
    let any = |byte: &u8| first(byte) || b"_-*/@".contains(byte);
    let bytes = key.as_bytes();
    bytes.len() <= LONGEST && bytes.first().is_some_and(first) && bytes.iter().all(any)
}

/// Printable; commas and equals signs have another meaning.
fn is_value(value: &str) -> bool {
    let any = |byte: &u8| matches!(byte, b' '..=b'~') && !b",=".contains(byte);
    let bytes = value.as_bytes();
    (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(any)
}

#[cfg(test)]
mod tests {
    use super::join;

    fn joined(headers: &[&str]) -> Option<String> {
        join(headers.iter().copied()).map(|state| state.to_string())
    }

    #[test]
    fn several_headers_are_one_list_in_their_order() {
        let headers = [
            "rojo=00f067aa0ba902b7 ,\tcongo=t61rcWkgMzE",
            "",
            ",t@v= a b,",
        ];
        let all = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,t@v= a b";
        assert_eq!(joined(&headers).as_deref(), Some(all));
    }

    #[test]
    fn a_list_with_anything_wrong_is_ignored() {
        let long = "x".repeat(257);
        let many: Vec<String> = (0..33).map(|number| format!("k{number}=v")).collect();
        let wrong = [
            "",
            ",",
            "a",
            "a=",
            "=b",
            "A=b",
            "a=b=c",
            "a =b",
            "a=1,a=2",
            "_a=b",
            "a=\u{e9}",
            "a=\u{7f}",
            &format!("{long}=b"),
            &format!("a={long}"),
            &many.join(","),
        ];
        for header in wrong {
            assert_eq!(joined(&[header]), None, "{header:.80}");
        }
        assert!(joined(&["a=1", "a=2"]).is_none());
        assert!(joined(&[&many[..32].join(",")]).is_some());
    }
}
