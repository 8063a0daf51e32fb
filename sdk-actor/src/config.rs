//! `capwire:config`: values of the binding, and secrets among them.
//!
//! ```
//! use capwire_actor::prelude::*;
//! use capwire_actor::testing::FakeHost;
//!
//! actor! {
//!     op("Greet") => greet,
//! }
//!
//! fn greet(name: String) -> Result<String> {
//!     let greeting = config::default().get("GREETING")?;
//!     let greeting = greeting.as_ref().map_or("Hello", |value| value.as_str());
//!     Ok(format!("{greeting}, {name}"))
//! }
//!
//! let host = FakeHost::new().config("GREETING", "Bonjour");
//! let greeting: String = host.call(&ACTOR, "Greet", "Ada")?;
//! assert_eq!(greeting, "Bonjour, Ada");
//! # Ok::<(), Error>(())
//! ```

use crate::target::{CallError, Target, capability};
use capwire_contracts::config::{
    self as contract, GetRequest, GetResponse, ListRequest, ListResponse,
};
use core::fmt;

/// Returns the values of the binding `default`.
#[must_use]
pub fn default() -> Config {
    Config(capability(contract::CONTRACT))
}

/// Returns the values of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Config {
    Config(capability(contract::CONTRACT).named(name))
}

/// A client for the values of a binding.
///
/// Each method returns a [`CallError`] if the actor may not read values, or the host cannot reach the
/// provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl Config {
    /// Returns a value, or `None` if the binding has none of this name.
    pub fn get(&self, name: &str) -> Result<Option<Value>, CallError> {
        let name = name.to_owned();
        let answer: GetResponse = self.0.call(contract::OP_GET, &GetRequest { name })?;
        Ok(answer.value.map(|text| Value {
            text,
            is_secret: answer.secret,
        }))
    }

    /// Returns the names of the values that begin with `prefix`, in their order.
    pub fn list(&self, prefix: &str) -> Result<Vec<String>, CallError> {
        let prefix = prefix.to_owned();
        let ListResponse { names } = self.0.call(contract::OP_LIST, &ListRequest { prefix })?;
        Ok(names)
    }
}

/// A value. `Debug` does not show a secret one, and there is no `Display`.
///
/// ```
/// use capwire_actor::config;
/// use capwire_actor::testing::FakeHost;
///
/// let host = FakeHost::new().config("USER", "ada").secret("PASSWORD", "hunter2");
/// host.run(|| {
///     let user = config::default().get("USER")?.unwrap();
///     assert_eq!(format!("{user:?}"), r#"Value("ada")"#);
///     let password = config::default().get("PASSWORD")?.unwrap();
///     assert_eq!(format!("{password:?}"), "Value([secret])");
///     assert_eq!(password.as_str(), "hunter2");
///     assert_eq!(config::default().get("TOKEN")?, None);
///     Ok::<(), capwire_actor::Error>(())
/// })?;
/// # Ok::<(), capwire_actor::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    text: String,
    is_secret: bool,
}

impl Value {
    /// Returns the text, which may be secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns `true` if the value is secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.is_secret
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_tuple("Value");
        match self.is_secret {
            true => shown.field(&format_args!("[secret]")).finish(),
            false => shown.field(&self.text).finish(),
        }
    }
}
