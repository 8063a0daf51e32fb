//! Cookies: those of requests, and those that responses set.

use crate::error::{Error, Result};
use std::fmt::Write as _;
use std::time::Duration;

/// The requests from other sites with which a browser sends a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// No requests.
    Strict,
    /// Only visits: a `GET` after a click on a link. The default.
    #[default]
    Lax,
    /// All requests. The cookie must be secure.
    None,
}

/// A cookie that a response sets.
///
/// By default, scripts of the page cannot read it (`HttpOnly`), browsers send it only over TLS
/// (`Secure`) and not with requests from other sites (`SameSite=Lax`), to all paths of this host only,
/// until the browser ends.
///
/// ```
/// use capwire_actor::prelude::*;
/// use capwire_actor::http::Cookie;
/// use std::time::Duration;
///
/// let session = Cookie::new("session", "s3cr3t").max_age(Duration::from_secs(3_600));
/// let response = http::Response::ok().with_cookie(&session)?;
/// assert_eq!(
///     response.header("set-cookie"),
///     Some("session=s3cr3t; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax")
/// );
///
/// // A value with another attribute in it is an error.
/// assert!(http::Response::ok().with_cookie(&Cookie::new("a", "b; Domain=example.com")).is_err());
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a cookie does nothing until a response sets it"]
pub struct Cookie {
    name: String,
    value: String,
    path: String,
    domain: Option<String>,
    max_age: Option<u64>,
    same_site: SameSite,
    is_secure: bool,
    is_http_only: bool,
}

impl Cookie {
    /// Returns a cookie with the safe defaults. The value has visible letters of ASCII other than `"`,
    /// `,`, `;` and `\`.
    pub fn new(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            path: "/".to_owned(),
            domain: None,
            max_age: None,
            same_site: SameSite::default(),
            is_secure: true,
            is_http_only: true,
        }
    }

    /// Returns a cookie that removes the one with this name. Its path and domain must be the same.
    ///
    /// ```
    /// use capwire_actor::http::Cookie;
    ///
    /// let text = Cookie::removed("session").text()?;
    /// assert_eq!(text, "session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    /// # Ok::<(), capwire_actor::Error>(())
    /// ```
    pub fn removed(name: &str) -> Self {
        Self::new(name, "").max_age(Duration::ZERO)
    }

    /// Sets the path below which browsers send the cookie. Default: `/`.
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Lets browsers send the cookie to all subdomains of `domain`, too.
    pub fn domain(mut self, domain: &str) -> Self {
        self.domain = Some(domain.to_owned());
        self
    }

    /// Sets the time, in whole seconds, for which browsers keep the cookie. Default: until they end.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age.as_secs());
        self
    }

    /// Sets the requests from other sites with which browsers send the cookie. Default: `Lax`.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Lets browsers send the cookie without TLS, too.
    pub fn insecure(mut self) -> Self {
        self.is_secure = false;
        self
    }

    /// Lets scripts of the page read the cookie.
    pub fn for_scripts(mut self) -> Self {
        self.is_http_only = false;
        self
    }

    /// Returns the value of `Set-Cookie`.
    ///
    /// # Errors
    /// Returns an error if a part has a letter that a cookie cannot have, such as `;` or a control
    /// character, or if browsers would refuse the cookie.
    pub fn text(&self) -> Result<String> {
        let Self {
            name, value, path, ..
        } = self;
        self.check()?;
        let mut text = format!("{name}={value}; Path={path}");
        // Writing to a `String` cannot fail.
        if let Some(domain) = &self.domain {
            let _ = write!(text, "; Domain={domain}");
        }
        if let Some(age) = self.max_age {
            let _ = write!(text, "; Max-Age={age}");
        }
        if self.is_http_only {
            text.push_str("; HttpOnly");
        }
        if self.is_secure {
            text.push_str("; Secure");
        }
        text.push_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        });
        Ok(text)
    }

    fn check(&self) -> Result<()> {
        let is_host = has_prefix(&self.name, "__host-");
        let is_bound = is_host || has_prefix(&self.name, "__secure-");
        let reason = if self.name.is_empty() || !self.name.bytes().all(is_token) {
            "its name must have letters, digits and some of !#$%&'*+-.^_`|~"
        } else if !self.value.bytes().all(is_value) {
            "its value must have visible letters of ASCII other than `\"`, `,`, `;` and `\\`: encode it"
        } else if !self.path.starts_with('/') || !self.path.bytes().all(is_path) {
            "its path must begin with `/`, and have visible letters of ASCII other than `;`"
        } else if !self.domain.as_deref().is_none_or(is_domain) {
            "its domain must have letters, digits, `-` and `.`"
        } else if !self.is_secure && self.same_site == SameSite::None {
            "with `SameSite=None`, it must be secure"
        } else if !self.is_secure && is_bound {
            "with the prefix of its name, it must be secure"
        } else if is_host && (self.domain.is_some() || self.path != "/") {
            "with the prefix `__Host-`, it has the path `/` and no domain"
        } else {
            return Ok(());
        };
        Err(Error::msg(format!(
            "cannot set the cookie {:?}: {reason}",
            self.name
        )))
    }
}

/// Returns the names and values of the cookies in a header `Cookie`.
pub(super) fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim_ascii(), value.trim_ascii()))
    })
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    let start = name.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_value(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

fn is_path(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b';'
}

fn is_domain(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    !text.is_empty() && text.bytes().all(is_letter)
}
