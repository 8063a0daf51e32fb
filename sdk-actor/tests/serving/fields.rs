//! The fields of queries and forms.

use capwire_actor::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Order {
    Up,
    Down,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Name(String);

#[derive(Deserialize, Debug, PartialEq)]
struct Search {
    text: Name,
    page: Option<i64>,
    #[serde(default)]
    tag: Vec<u8>,
    #[serde(default)]
    all: bool,
    order: Option<Order>,
}

fn query(query: &str) -> Result<Search> {
    http::Request::new("GET", &format!("/?{query}")).query()
}

#[test]
fn a_query_is_a_struct() {
    let search = query("text=a+b%26%C3%A9&page=-2&tag=1&tag=2&all=on&order=down&other=1&other=2");
    let expected = Search {
        text: Name("a b&é".to_owned()),
        page: Some(-2),
        tag: vec![1, 2],
        all: true,
        order: Some(Order::Down),
    };
    assert_eq!(search.unwrap(), expected);
    let search = query("text=").unwrap();
    assert_eq!((search.text, search.page), (Name(String::new()), None));
}

#[test]
fn a_wrong_query_is_the_clients_fault_and_names_the_field() {
    for (text, part) in [
        ("", "missing field `text`"),
        ("text=a&order=", "the field `order`"),
        ("text=a&page=x", "the field `page`: invalid digit"),
        ("text=a&page=", "the field `page`"),
        ("text=a&tag=256", "the field `tag`: number too large"),
        ("text=a&all=yes", "expected `true` or `false`"),
        ("text=a&order=UP", "the field `order`: unknown variant"),
        (
            "text=a&text=b",
            "the field `text`: there are several values",
        ),
        (
            "text=a&page=1&page=2",
            "the field `page`: there are several values",
        ),
    ] {
        let error = query(text).unwrap_err();
        assert!(error.to_string().contains(part), "{text}: {error}");
        assert_eq!(error.status(), Some(400), "{text}");
    }
}

#[test]
fn a_form_is_pairs_or_a_map_too() {
    let form = |kind: &str, body: &str| {
        http::Request::new("POST", "/")
            .with_header("Content-Type", kind)
            .with_body(body)
    };
    let request = form(
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
        "b=2&a=1&b=%ff&c&=&",
    );
    let pairs: Vec<(String, String)> = request.form().unwrap();
    let expected = [
        ("b", "2"),
        ("a", "1"),
        ("b", "\u{fffd}"),
        ("c", ""),
        ("", ""),
    ];
    assert_eq!(
        pairs,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let map: BTreeMap<String, Vec<String>> = request.form().unwrap();
    assert_eq!(map["b"], ["2", "\u{fffd}"]);
    let map: BTreeMap<String, String> = form("application/x-www-form-urlencoded", "a=1&b=2")
        .form()
        .unwrap();
    assert_eq!(map.len(), 2);
}

#[test]
fn another_content_type_is_no_form() {
    for kind in [
        "",
        "text/plain",
        "application/json",
        "multipart/form-data",
        "x-www-form-urlencoded",
    ] {
        let request = http::Request::new("POST", "/")
            .with_header("content-type", kind)
            .with_body("a=1");
        let error = request.form::<Vec<(String, String)>>().unwrap_err();
        assert_eq!(error.status(), Some(415), "{kind}");
    }
}
