use super::{from_message_pack, to_message_pack};

fn compact(bytes: &[u8]) -> String {
    let pretty = from_message_pack(bytes).unwrap();
    assert!(!pretty.ends_in_zero, "{bytes:?}");
    pretty.text.split_whitespace().collect()
}

#[test]
fn every_sort_of_value_comes_back_the_same() {
    for (bytes, json) in [
        (&b"\xc0"[..], "null"),
        (b"\xc3", "true"),
        (b"\x07", "7"),
        (b"\xff", "-1"),
        (
            b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
            "18446744073709551615",
        ),
        (b"\xd3\x80\0\0\0\0\0\0\0", "-9223372036854775808"),
        (b"\xcb\x3f\xf0\0\0\0\0\0\0", "1.0"),
        (b"\xcb\x80\0\0\0\0\0\0\0", "-0.0"),
        (b"\xcb\x7f\xf0\0\0\0\0\0\0", r#"{"$f64":"inf"}"#),
        (b"\xcb\x7f\xf8\0\0\0\0\0\0", r#"{"$f64":"NaN"}"#),
        (b"\xca\x3f\xc0\0\0", r#"{"$f32":1.5}"#),
        (b"\xca\xff\x80\0\0", r#"{"$f32":"-inf"}"#),
        (b"\xa2hi", r#""hi""#),
        (b"\xa2\xff\xfe", r#"{"$text":"//4="}"#),
        (b"\xc4\x02hi", r#"{"$bytes":"aGk="}"#),
        (b"\xd4\x05x", r#"{"$ext":[5,"eA=="]}"#),
        (b"\x92\x01\xa1a", r#"[1,"a"]"#),
        (b"\x82\xa1b\x01\xa1a\xc0", r#"{"b":1,"a":null}"#),
        (b"\x81\x01\x02", r#"{"$map":[[1,2]]}"#),
        (b"\x82\xa1a\x01\xa1a\x02", r#"{"$map":[["a",1],["a",2]]}"#),
        (b"\x81\xa6$bytes\x01", r#"{"$map":[["$bytes",1]]}"#),
        (b"\x82\xa1a\x01\xa2$b\x02", r#"{"a":1,"$b":2}"#),
        (b"\x82\xa2$b\x01\xa1a\x02", r#"{"$map":[["$b",1],["a",2]]}"#),
        (b"\x80", "{}"),
    ] {
        assert_eq!(compact(bytes), json);
        assert_eq!(to_message_pack(json.as_bytes()).unwrap(), bytes, "{json}");
    }
}

#[test]
fn what_is_no_single_value_is_refused() {
    let deep = [b"\x91".repeat(40), b"\xc0".to_vec()].concat();
    for bytes in [
        &b""[..],
        b"\x92\x01",
        b"\x01\x02",
        b"\xdf\xff\xff\xff\xff",
        &deep,
    ] {
        assert!(from_message_pack(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn json_that_means_nothing_is_refused_with_a_reason() {
    for (json, reason) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("1 2", "trailing"),
        (r#"{"$byte": ""}"#, "`$byte` means nothing"),
        (r#"{"$bytes": "?"}"#, "Base64"),
        (r#"{"$bytes": "", "a": 1}"#, "the only key"),
        (r#"{"$f32": [1]}"#, "a number"),
        (r#"{"$ext": [300, ""]}"#, "i8"),
    ] {
        let error = to_message_pack(json.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(reason), "{json}: {error}");
    }
    assert!(to_message_pack("[".repeat(1000).as_bytes()).is_err());
}
