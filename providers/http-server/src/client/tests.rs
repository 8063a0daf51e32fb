use super::{Client, Clients};
use capwire_provider::Config;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

const TRUSTED: &str = "10.0.0.0/8, 2001:db8::/32, 192.0.2.1";

fn clients(config: &[(&str, &str)]) -> Clients {
    Clients::read(&Config::from_iter(config.iter().copied()), false).unwrap()
}

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::try_from(*name).unwrap();
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    map
}

/// The client of a request that came from `peer`, with its scheme and host.
fn find(kind: &str, peer: &str, fields: &[(&str, &str)]) -> (String, &'static str, String) {
    let clients = clients(&[("TRUSTED_PROXIES", TRUSTED), ("PROXY_FIELDS", kind)]);
    let client = clients.find(peer.parse().unwrap(), &headers(fields));
    let Client {
        address,
        scheme,
        host,
    } = client;
    (address.to_string(), scheme, host.unwrap_or_default())
}

fn by_list(list: &str) -> String {
    find("x-forwarded", "10.0.0.1", &[("x-forwarded-for", list)]).0
}

fn by_forwarded(line: &str) -> String {
    find("forwarded", "10.0.0.1", &[("forwarded", line)]).0
}

#[test]
fn only_a_trusted_peer_is_believed() {
    let fields = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "shop.example"),
        ("forwarded", "for=203.0.113.7;proto=https;host=shop.example"),
    ];
    for kind in ["x-forwarded", "forwarded"] {
        for peer in [
            "198.51.100.1",
            "11.0.0.1",
            "192.0.2.2",
            "2001:db9::1",
            "::a00:1",
            "a00::1",
        ] {
            let expected = (
                peer.parse::<std::net::IpAddr>().unwrap().to_string(),
                "http",
                String::new(),
            );
            assert_eq!(find(kind, peer, &fields), expected);
        }
        for peer in ["10.255.0.1", "192.0.2.1", "2001:db8::9", "::ffff:10.0.0.1"] {
            let expected = ("203.0.113.7".to_owned(), "https", "shop.example".to_owned());
            assert_eq!(find(kind, peer, &fields), expected, "{kind} {peer}");
        }
    }
}

#[test]
fn fields_of_the_other_kind_are_the_clients() {
    let fields = [
        ("x-forwarded-for", "203.0.113.7"),
        ("forwarded", "for=203.0.113.9"),
    ];
    assert_eq!(find("x-forwarded", "10.0.0.1", &fields).0, "203.0.113.7");
    assert_eq!(find("forwarded", "10.0.0.1", &fields).0, "203.0.113.9");
    assert_eq!(find("forwarded", "10.0.0.1", &fields[..1]).0, "10.0.0.1");
    assert_eq!(find("x-forwarded", "10.0.0.1", &fields[1..]).0, "10.0.0.1");
}

#[test]
fn the_list_is_read_from_the_right_to_the_first_untrusted_address() {
    let hops = vec!["10.1.1.1"; 100].join(", ");
    for (list, expected) in [
        ("203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7, 10.0.0.2, 2001:db8::3", "203.0.113.7"),
        ("10.0.0.9, 10.0.0.2", "10.0.0.9"),
        ("203.0.113.7:443", "203.0.113.7"),
        ("2001:db9::7", "2001:db9::7"),
        ("[2001:db9::7]", "2001:db9::7"),
        ("[2001:db9::7]:443", "2001:db9::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (" , 203.0.113.7 , ,", "203.0.113.7"),
        (&format!("203.0.113.7, {hops}"), "203.0.113.7"),
        (&format!("6.6.6.6, 203.0.113.7, {hops}"), "203.0.113.7"),
        (&hops, "10.1.1.1"),
    ] {
        assert_eq!(by_list(list), expected, "{list}");
    }
    let lines = [
        ("x-forwarded-for", "6.6.6.6, 203.0.113.7"),
        ("x-forwarded-for", "10.0.0.2"),
    ];
    assert_eq!(find("x-forwarded", "10.0.0.1", &lines).0, "203.0.113.7");
}

#[test]
fn what_is_no_address_ends_the_list() {
    for garbage in [
        "unknown",
        "_hidden",
        "localhost",
        "6.6.6",
        "6.6.6.6.6",
        "06.6.6.6",
        "0x6.6.6.6",
        "100926982",
        "6.6.6.6:",
        "6.6.6.6:0x1",
        "6.6.6.6:65536",
        "6.6.6.6:+1",
        "6.6.6.6:123456",
        "6.6.6.6/8",
        "6.6.6.6 7.7.7.7",
        "\"6.6.6.6\"",
        "for=6.6.6.6",
        "[6.6.6.6]",
        "[::6",
        "::6]",
        "[::6]6",
        "[::6]:x",
        "[[::6]]",
        "fe80::6%eth0",
        "[fe80::6%25eth0]",
        ":::6",
        "::6:",
        "6.6.6.6\t7",
        "é",
        "?",
        "-",
        "[]",
        "6.6.6.6;7.7.7.7",
        "*",
    ] {
        assert_eq!(
            by_list(&format!("6.6.6.6, {garbage}")),
            "10.0.0.1",
            "{garbage}"
        );
        let twin = format!("6.6.6.6, {garbage}, 203.0.113.7, 10.0.0.2");
        assert_eq!(by_list(&twin), "203.0.113.7", "{garbage}");
    }
}

#[test]
fn scheme_and_host_are_those_of_the_same_proxy() {
    let find = |proto: &str, host: &str| {
        let fields = [
            ("x-forwarded-for", "203.0.113.7, 10.0.0.2"),
            ("x-forwarded-proto", proto),
            ("x-forwarded-host", host),
        ];
        let (_, scheme, host) = find("x-forwarded", "10.0.0.1", &fields);
        (scheme, host)
    };
    let is = |scheme, host: &str| (scheme, host.to_owned());
    assert_eq!(find("HTTPS", "a.example"), is("https", "a.example"));
    assert_eq!(
        find("https, http", "a.example:8443, b.example"),
        is("https", "a.example:8443")
    );
    assert_eq!(
        find("https, http, http", "evil.example, a.example, b.example"),
        is("http", "a.example")
    );
    for wrong in ["ftp", "javascript", "https:", "https\thttp", ""] {
        assert_eq!(find(wrong, "a.example").0, "http", "{wrong}");
    }
    for wrong in [
        "a@b.example",
        "a/b",
        "a b",
        "",
        "a.example:x y",
        "é.example",
        ":80",
        &"a".repeat(256),
    ] {
        assert_eq!(find("http", wrong).1, "", "{wrong}");
    }
}

#[test]
fn forwarded_is_read_by_its_grammar() {
    for (line, expected) in [
        ("for=203.0.113.7", "203.0.113.7"),
        ("For=\"203.0.113.7:443\";proto=http;by=_x", "203.0.113.7"),
        ("for=\"[2001:db9::7]:_port\"", "2001:db9::7"),
        ("for=\"[2001:DB9::7]\" , for=10.0.0.2", "2001:db9::7"),
        (
            "for=6.6.6.6, for=203.0.113.7;ext=\"a,b;c\\\"=\", for=10.0.0.2",
            "203.0.113.7",
        ),
        ("for=_hidden, for=203.0.113.7", "203.0.113.7"),
        ("for=unknown, for=10.0.0.2", "10.0.0.2"),
        ("proto=https", "10.0.0.1"),
    ] {
        assert_eq!(by_forwarded(line), expected, "{line}");
    }
}

#[test]
fn a_forwarded_field_that_breaks_the_grammar_does_not_count() {
    for line in [
        "",
        ",",
        "for",
        "for=",
        "for=6.6.6.6,",
        "=6.6.6.6",
        "for = 6.6.6.6",
        "for=6.6.6.6;for=7.7.7.7",
        "for=\"6.6.6.6",
        "for=\"6.6.6.6\\",
        "for=\", for=6.6.6.6",
        "for=\", for=\"[::6]\"",
        "for=2001:db9::6",
        "for=\"2001:db9::6\"",
        "for=[::6]",
        "for=6.6.6.6:80",
        "for=\"6.6.6.6:\"",
        "for=\"6.6.6.6\"x",
        "for=6.6.6.6 proto=http",
        "for=\"6.6.6.6:99999\"",
        "for=é",
        "for=\"[::6%1]\"",
    ] {
        assert_eq!(by_forwarded(line), "10.0.0.1", "{line}");
    }
    let lines = [
        ("forwarded", "for=\"6.6.6.6"),
        ("forwarded", "for=203.0.113.7, for=10.0.0.2"),
    ];
    assert_eq!(find("forwarded", "10.0.0.1", &lines).0, "203.0.113.7");
    let lines = [
        ("forwarded", "for=\"6.6.6.6"),
        ("forwarded", "for=10.0.0.2"),
    ];
    assert_eq!(find("forwarded", "10.0.0.1", &lines).0, "10.0.0.2");
    let lines = [("forwarded", "for=6.6.6.6"), ("forwarded", "for=\"7.7.7.7")];
    assert_eq!(find("forwarded", "10.0.0.1", &lines).0, "10.0.0.1");
}

#[test]
fn the_actor_gets_fields_of_the_server_only() {
    let sent = [
        ("host", "a.example"),
        ("forwarded", "for=6.6.6.6"),
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-port", "1"),
        ("x-real-ip", "6.6.6.6"),
        ("x-other", "kept"),
    ];
    let tell = |config: &[(&str, &str)]| {
        let clients = clients(config);
        let mut headers = headers(&sent);
        let client = clients.find("198.51.100.1".parse().unwrap(), &headers);
        clients.tell(&client, &mut headers);
        headers
    };
    assert_eq!(tell(&[]), headers(&sent));
    let none = [("TRUSTED_PROXIES", TRUSTED), ("CLIENT_FIELDS", "false")];
    assert_eq!(tell(&none), headers(&sent));
    let expected = headers(&[
        ("host", "a.example"),
        ("x-other", "kept"),
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "a.example"),
    ]);
    assert_eq!(tell(&[("CLIENT_FIELDS", "true")]), expected);
    assert_eq!(tell(&[("TRUSTED_PROXIES", TRUSTED)]), expected);
}

#[test]
fn wrong_proxies_are_refused() {
    for wrong in [
        "",
        "proxy.example",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "0.0.0.0/0",
        "::/0",
        "::ffff:10.0.0.1",
        "[::1]",
        "10.0.0.1:80",
        "10.0.0",
        "*",
        "2001:db8::/129",
        "2001:db8::1/32",
        "10.0.0.1,",
        "10.0.0.1 10.0.0.2",
        "10.0.0.0/256",
    ] {
        let config = Config::from_iter([("TRUSTED_PROXIES", wrong)]);
        let error = Clients::read(&config, false).unwrap_err().to_string();
        assert!(error.contains("TRUSTED_PROXIES"), "{wrong}: {error}");
    }
    for right in [
        "10.0.0.1",
        "10.0.0.1/32",
        "128.0.0.0/1",
        "::1",
        "fd00::/8",
        "10.0.0.1 , ::1/128",
    ] {
        clients(&[("TRUSTED_PROXIES", right)]);
    }
}

#[test]
fn the_scheme_is_that_of_the_connection() {
    let config = Config::from_iter([("CLIENT_FIELDS", "true")]);
    for (is_tls, scheme) in [(false, "http"), (true, "https")] {
        let clients = Clients::read(&config, is_tls).unwrap();
        let peer = "198.51.100.1".parse().unwrap();
        assert_eq!(clients.find(peer, &headers(&[])).scheme, scheme);
    }
}

#[test]
fn wrong_values_are_refused_by_key() {
    let trusted = ("TRUSTED_PROXIES", TRUSTED);
    for (config, key) in [
        (vec![trusted, ("PROXY_FIELDS", "Forwarded")], "PROXY_FIELDS"),
        (vec![trusted, ("CLIENT_FIELDS", "yes")], "CLIENT_FIELDS"),
    ] {
        let error = Clients::read(&Config::from_iter(config), false).unwrap_err();
        assert!(error.to_string().contains(key), "{error}");
    }
}
