//! Cookies of requests and responses.

use capwire_actor::http::{Cookie, SameSite};
use capwire_actor::prelude::*;
use std::time::Duration;

#[test]
fn cookies_of_a_request_are_read_as_they_are() {
    let request = http::Request::new("GET", "/")
        .with_header("Cookie", "a=1;b=2;  c = \"3=4\" ; d; a=5; =6; A=7;");
    let cookies: Vec<_> = request.cookies().collect();
    let expected = [
        ("a", "1"),
        ("b", "2"),
        ("c", "\"3=4\""),
        ("a", "5"),
        ("", "6"),
        ("A", "7"),
    ];
    assert_eq!(cookies, expected);
    assert_eq!(
        (request.cookie("a"), request.cookie("d")),
        (Some("1"), None)
    );
    assert_eq!(http::Request::new("GET", "/").cookies().count(), 0);
}

#[test]
fn a_cookie_is_safe_unless_it_says_otherwise() {
    let text = |cookie: Cookie| cookie.text().unwrap();
    assert_eq!(
        text(Cookie::new("a", "b")),
        "a=b; Path=/; HttpOnly; Secure; SameSite=Lax"
    );
    let all = Cookie::new("a", "b=c")
        .path("/shop")
        .domain("example.com")
        .max_age(Duration::from_millis(60_999))
        .same_site(SameSite::Strict)
        .for_scripts()
        .insecure();
    assert_eq!(
        text(all),
        "a=b=c; Path=/shop; Domain=example.com; Max-Age=60; SameSite=Strict"
    );
    let none = Cookie::new("__Host-a", "").same_site(SameSite::None);
    assert!(text(none).ends_with("HttpOnly; Secure; SameSite=None"));
}

#[test]
fn a_cookie_cannot_smuggle_an_attribute_or_a_line() {
    let new = Cookie::new;
    for wrong in [
        new("", "b"),
        new("a b", "c"),
        new("a=b", "c"),
        new("a;b", "c"),
        new("a\r\nset-cookie: b", "c"),
        new("é", "c"),
        new("a", "b; Domain=example.com"),
        new("a", "b\r\nx: y"),
        new("a", "b\0"),
        new("a", "b\u{7f}"),
        new("a", "b c"),
        new("a", "b;Secure"),
        new("a", "b,c"),
        new("a", "\"b\""),
        new("a", "b\\"),
        new("a", "é"),
        new("a", "b").path("/; Secure"),
        new("a", "b").path("shop"),
        new("a", "b").path(""),
        new("a", "b").path("/\n"),
        new("a", "b").domain("example.com; Path=/"),
        new("a", "b").domain(""),
        new("a", "b").insecure().same_site(SameSite::None),
        new("__Secure-a", "b").insecure(),
        new("__host-a", "b").insecure(),
        new("__Host-a", "b").domain("example.com"),
        new("__Host-a", "b").path("/shop"),
    ] {
        assert!(wrong.text().is_err(), "{wrong:?}");
        assert!(http::Response::ok().with_cookie(&wrong).is_err());
    }
    for right in [
        new("a.b-c_d!", "b"),
        new("a", "b%20c"),
        new("a", "{x:[1]}/+=="),
        new("a", "b").path("/a b".replace(' ', "%20").as_str()),
        new("a", "b").domain("a-b.example.com"),
        new("a", "b").same_site(SameSite::None),
        new("__Secure-a", "b").domain("example.com"),
        new("__Host-a", "b"),
    ] {
        assert!(right.text().is_ok(), "{right:?}");
    }
}

#[test]
fn several_cookies_are_several_fields() {
    let response = http::Response::ok()
        .with_cookie(&Cookie::new("a", "1"))
        .and_then(|response| response.with_cookie(&Cookie::removed("b")))
        .unwrap();
    let set: Vec<&str> = response.header_values("set-cookie").collect();
    assert_eq!(set.len(), 2);
    assert!(set[0].starts_with("a=1; ") && set[1].starts_with("b=; Path=/; Max-Age=0; "));
}
