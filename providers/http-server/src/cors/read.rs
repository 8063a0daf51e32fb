//! The keys of CORS.

use super::{Cors, Origins};
use crate::keys::{
    CORS_CREDENTIALS, CORS_EXPOSE, CORS_HEADERS, CORS_MAX_AGE, CORS_METHODS, CORS_ORIGINS,
};
use capwire_provider::{Config, ProviderError};
use hyper::Method;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::uri::Authority;

const DEFAULT_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST");

impl Cors {
    /// Returns the rules of a binding, if it has any.
    pub(crate) fn read(config: &Config) -> Result<Option<Self>, ProviderError> {
        let wrong = || ProviderError::config(CORS_CREDENTIALS, "must be `true` or `false`");
        let has_credentials = config.get(CORS_CREDENTIALS);
        let has_credentials = has_credentials.map(|text| text.parse().map_err(|_| wrong()));
        let has_credentials = has_credentials.transpose()?.unwrap_or(false);
        let stars = [CORS_ORIGINS, CORS_METHODS, CORS_HEADERS, CORS_EXPOSE];
        let star = stars
            .into_iter()
            .find(|key| config.get(key).map(str::trim) == Some("*"));
        if let (true, Some(key)) = (has_credentials, star) {
            let reason = format!(
                "cannot be `*` with `{CORS_CREDENTIALS}`: every page could act for its visitors"
            );
            return Err(ProviderError::config(key, reason));
        }
        let origins = config.get(CORS_ORIGINS).map(read_origins).transpose()?;
        let methods = list(config, CORS_METHODS, "a method such as `GET`", is_method)?;
        let headers = list(config, CORS_HEADERS, "the name of a header", is_name)?;
        let exposed = list(config, CORS_EXPOSE, "the name of a header", is_name)?;
        let max_age = config.time(CORS_MAX_AGE)?.map(|time| time.as_secs());
        Ok(origins.map(|origins| Self {
            origins,
            has_credentials,
            methods: methods.unwrap_or(DEFAULT_METHODS),
            headers,
            exposed,
            max_age,
        }))
    }
}

fn read_origins(text: &str) -> Result<Origins, ProviderError> {
    if text.trim() == "*" {
        return Ok(Origins::All);
    }
    let origins = text.split(',').map(|entry| {
        let entry = entry.trim();
        origin(entry).ok_or_else(|| {
            let reason = format!(
                "its entry {entry:?} is wrong; expected `*` alone, or `scheme://host[:port]` without a path \
                 and without the usual port"
            );
            ProviderError::config(CORS_ORIGINS, reason)
        })
    });
    origins.collect::<Result<_, _>>().map(Origins::These)
}

/// Returns an origin as browsers write it.
fn origin(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let (scheme, host) = text.split_once("://")?;
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let authority = Authority::try_from(host).ok()?;
    let port = host.strip_prefix(authority.host())?;
    let is_port = match port.strip_prefix(':') {
        Some(digits) => digits
            .parse()
            .is_ok_and(|port: u16| port.to_string() == digits),
        None => port.is_empty(),
    };
    let is_usual = matches!((scheme, port), ("https", ":443") | ("http", ":80"));
    let is_origin = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(is_scheme)
        && !authority.host().is_empty()
        && !host.contains(['@', '*'])
        && !is_usual
        && is_port;
    is_origin.then_some(text)
}

/// Returns the entries of a value as the value of a header: `*`, or a list.
fn list(
    config: &Config,
    key: &'static str,
    expected: &str,
    is_entry: fn(&str) -> bool,
) -> Result<Option<HeaderValue>, ProviderError> {
    let Some(value) = config.get(key) else {
        return Ok(None);
    };
    let entries: Vec<&str> = value.split(',').map(str::trim).collect();
    let is_right = entries == ["*"] || entries.iter().all(|entry| is_entry(entry));
    let value = HeaderValue::try_from(entries.join(", ")).ok();
    let value = value.filter(|_| is_right);
    let reason = || format!("must be `*` alone, or each entry must be {expected}");
    let value = value.ok_or_else(|| ProviderError::config(key, reason()))?;
    Ok(Some(value))
}

fn is_method(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
    Method::from_bytes(text.as_bytes()).is_ok() && text.bytes().all(is_letter)
}

fn is_name(text: &str) -> bool {
    text != "*" && HeaderName::try_from(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Cors, origin};
    use capwire_provider::{Config, ProviderError};

    fn refused(config: &[(&str, &str)]) -> String {
        let error = Cors::read(&Config::from_iter(config.iter().copied())).unwrap_err();
        let ProviderError::Config { key, .. } = error else {
            panic!("{error}");
        };
        key
    }

    #[test]
    fn origins_are_written_as_browsers_do() {
        for (text, written) in [
            ("https://a.example", "https://a.example"),
            ("HTTPS://A.Example:8443", "https://a.example:8443"),
            ("http://a.example:443", "http://a.example:443"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("chrome-extension://abc", "chrome-extension://abc"),
        ] {
            assert_eq!(origin(text).as_deref(), Some(written));
        }
        for wrong in [
            "",
            "null",
            "a.example",
            "https://",
            "https://a.example/",
            "https://a.example:443",
            "http://a.example:80",
            "https://a.example:",
            "https://a.example:x",
            "https://a.example:65536",
            "https://me@a.example",
            "https://*.example",
            "*",
            "//a.example",
            "1s://a",
            "https://a b",
            "https://a.example?x",
            "https://a.example#x",
            "https://é.example",
            "https://:8080",
        ] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_star_with_credentials_is_refused_by_key() {
        let (origins, credentials) = (
            ("CORS_ORIGINS", "https://a.example"),
            ("CORS_CREDENTIALS", "true"),
        );
        assert_eq!(
            refused(&[("CORS_ORIGINS", "*"), credentials]),
            "CORS_ORIGINS"
        );
        for key in ["CORS_METHODS", "CORS_HEADERS", "CORS_EXPOSE"] {
            assert_eq!(refused(&[origins, credentials, (key, "*")]), key);
            let twin = Config::from_iter([origins, (key, "*")]);
            assert!(Cors::read(&twin).unwrap().is_some());
        }
    }

    #[test]
    fn wrong_values_are_refused_by_key() {
        let origins = ("CORS_ORIGINS", "*");
        for (key, wrong) in [
            ("CORS_ORIGINS", "*, https://a.example"),
            ("CORS_ORIGINS", "https://a.example/x"),
            ("CORS_METHODS", "get"),
            ("CORS_METHODS", "GET, *"),
            ("CORS_METHODS", ""),
            ("CORS_HEADERS", "x y"),
            ("CORS_HEADERS", "x, *"),
            ("CORS_EXPOSE", "x\r\ny"),
            ("CORS_CREDENTIALS", "yes"),
            ("CORS_MAX_AGE", "60"),
        ] {
            let config = if key == "CORS_ORIGINS" {
                vec![(key, wrong)]
            } else {
                vec![origins, (key, wrong)]
            };
            assert_eq!(refused(&config), key, "{wrong}");
        }
    }
}
