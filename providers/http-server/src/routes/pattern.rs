//! The requests of one binding, as its configuration describes them.

use super::host::Host;
use crate::keys::{HOST, METHODS, PATH, STRIP_PATH};
use capwire_provider::{Config, ProviderError};
use hyper::Method;

/// The requests of one binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(super) hosts: Vec<Host>,
    /// Prefixes of paths, without a slash at the end.
    pub(super) paths: Vec<String>,
    /// Empty for all methods.
    pub(super) methods: Vec<Method>,
    /// `true` if the actor does not see the prefix.
    pub(super) strips: bool,
}

impl Pattern {
    /// Returns the pattern in `config`, or `None` if the binding wants its port for itself.
    pub(crate) fn read(config: &Config) -> Result<Option<Self>, ProviderError> {
        let hosts = list(config, HOST, "a host, or `*.` and a domain", Host::parse)?;
        let paths = list(config, PATH, "a path that begins with `/`", path)?;
        let mut methods = list(config, METHODS, "a method such as `GET`", method)?;
        if methods.contains(&Method::GET) && !methods.contains(&Method::HEAD) {
            methods.push(Method::HEAD);
        }
        let wrong = || ProviderError::config(STRIP_PATH, "must be `true` or `false`");
        let strips = config
            .get(STRIP_PATH)
            .map(|text| text.parse().map_err(|_| wrong()));
        let strips = strips.transpose()?;
        if strips.is_some() && paths.is_empty() {
            return Err(ProviderError::config(STRIP_PATH, format!("needs `{PATH}`")));
        }
        if hosts.is_empty() && paths.is_empty() && methods.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            hosts: or(hosts, Host::Any),
            paths: or(paths, String::new()),
            methods,
            strips: strips.unwrap_or_default(),
        }))
    }

    /// Returns all requests.
    pub(crate) fn everything() -> Self {
        Self {
            hosts: vec![Host::Any],
            paths: vec![String::new()],
            methods: Vec::new(),
            strips: false,
        }
    }

    /// Refuses `second` if a request could be for both.
    pub(crate) fn check_beside(&self, second: &Self) -> Result<(), ProviderError> {
        let host = second.hosts.iter().any(|host| self.hosts.contains(host));
        let path = second.paths.iter().find(|path| self.paths.contains(path));
        let is_any = self.methods.is_empty() || second.methods.is_empty();
        let method = is_any || second.methods.iter().any(|it| self.methods.contains(it));
        match path {
            Some(path) if host && method => {
                let path = if path.is_empty() { "/" } else { path };
                let reason = format!(
                    "another binding on this port has the same host, path `{path}` and method"
                );
                Err(ProviderError::config(PATH, reason))
            }
            _ => Ok(()),
        }
    }
}

/// Returns the entries of a value, which have commas between them.
fn list<T>(
    config: &Config,
    key: &'static str,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ProviderError> {
    let Some(value) = config.get(key) else {
        return Ok(Vec::new());
    };
    let entries = value.split(',').map(|entry| parse(entry.trim()));
    let entries: Option<Vec<T>> = entries.collect();
    let reason = || format!("each entry must be {expected}");
    entries.ok_or_else(|| ProviderError::config(key, reason()))
}

fn or<T>(list: Vec<T>, default: T) -> Vec<T> {
    match list.is_empty() {
        true => vec![default],
        false => list,
    }
}

fn path(text: &str) -> Option<String> {
    let is_path = text.starts_with('/')
        && !text.contains("//")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#*".contains(&byte));
    is_path.then(|| text.strip_suffix('/').unwrap_or(text).to_owned())
}

fn method(text: &str) -> Option<Method> {
    let is_method =
        !text.is_empty() && text.bytes().all(|it| it.is_ascii_uppercase() || it == b'-');
    Method::from_bytes(text.as_bytes())
        .ok()
        .filter(|_| is_method)
}
