//! Reads `Accept-Encoding` (RFC 9110, section 12.5.3).

use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// A weight in thousandths.
const FULL: u16 = 1_000;

/// Returns `true` if the client prefers gzip to a body that is not compressed. An item that cannot be read does not count.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut identity, mut others) = (None, None, None);
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    for item in values.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')) {
        let Some((coding, weight)) = item_of(item) else {
            continue;
        };
        let place = match coding {
            coding if is(coding, "gzip") || is(coding, "x-gzip") => &mut gzip,
            coding if is(coding, "identity") => &mut identity,
            b"*" => &mut others,
            _ => continue,
        };
        // Twice the same: the client did not mean to refuse it.
        *place = Some(place.unwrap_or(0).max(weight));
    }
    let gzip = gzip.or(others).unwrap_or(0);
    gzip > 0 && gzip >= identity.or(others).unwrap_or(0)
}

fn is(coding: &[u8], name: &str) -> bool {
    coding.eq_ignore_ascii_case(name.as_bytes())
}

/// Returns the coding of an item and its weight.
fn item_of(item: &[u8]) -> Option<(&[u8], u16)> {
    let mut parts = item.splitn(2, |byte| *byte == b';');
    let coding = parts.next()?.trim_ascii();
    let Some(parameter) = parts.next() else {
        return Some((coding, FULL));
    };
    let (name, value) = parameter.trim_ascii().split_at_checked(2)?;
    if !name.eq_ignore_ascii_case(b"q=") {
        return None;
    }
    Some((coding, weight(value)?))
}

/// Reads `0`, `1`, or one of them with up to three places after the point, at most 1.
fn weight(text: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    if places.len() > 3 || !places.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{places:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(FULL),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::takes_gzip;
    use hyper::HeaderMap;
    use hyper::header::ACCEPT_ENCODING;

    fn takes(values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT_ENCODING, value.parse().unwrap());
        }
        takes_gzip(&headers)
    }

    #[test]
    fn gzip_is_sent_to_clients_that_prefer_it() {
        for value in [
            "gzip",
            "GZIP",
            "x-gzip",
            "br, gzip;q=0.001",
            "gzip ; q=1.000",
            "gzip;Q=0.5, identity;q=0.5",
            "*",
            "identity;q=0, *;q=0.1",
            "gzip;q=0.5, *;q=0.5",
            "gzip;q=0.5, *;q=0",
            "br;q=1,, ,gzip",
            "gzip;q=0, gzip",
        ] {
            assert!(takes(&[value]), "{value}");
        }
        assert!(takes(&["br", "gzip"]));
    }

    #[test]
    fn other_clients_get_what_the_actor_sent() {
        for value in [
            "",
            "br",
            "identity",
            "gzip;q=0",
            "gzip;q=0.000",
            "gzip;q=0, *",
            "*;q=0",
            "gzip;q=0.5, identity",
            "gzip;q=0.4, *;q=0.5",
            "gzip;q=0.4, identity;q=0.5",
            "gzip;q=1.001",
            "gzip;q=0.0001",
            "gzip;q=-1",
            "gzip;q=",
            "gzip;q=+1",
            "gzip;q=0.é",
            "gzip;level=1",
            "gzip;q=1;q=0",
            "gzipped",
            "\"gzip\"",
        ] {
            assert!(!takes(&[value]), "{value}");
        }
        assert!(!takes(&[]));
    }

    #[test]
    fn thousands_of_items_are_read_once() {
        let long = "gzip;q=0,".repeat(7_000);
        assert!(!takes(&[&long]));
        assert!(takes(&[&format!("{long}gzip")]));
    }
}
