//! The values of bindings: texts, and secrets that are read from their sources.

use super::location::Folders;
use super::provider::PlannedProvider;
use crate::error::Error;
use crate::files;
use crate::place::Place;
use crate::secrets::Secrets;
use capwire::ActorOptions;
use capwire::provider::{Config, Key, ProviderError};
use capwire_manifest::{Binding, SecretRef, Value, nearest};
use std::net::SocketAddr;
use std::path::Path;
use zeroize::Zeroizing;

/// Reads the values of one manifest.
pub(super) struct Values<'a> {
    manifest: &'a Path,
    folders: Folders,
    secrets: &'a Secrets,
}

impl<'a> Values<'a> {
    /// Returns a reader for `manifest`, which adds each secret to `secrets`.
    pub(super) fn of(manifest: &'a Path, secrets: &'a Secrets) -> Self {
        Self {
            manifest,
            folders: Folders::of(manifest),
            secrets,
        }
    }

    /// Returns all values of `binding` to `provider`, or `None` if one is wrong. The names of files are
    /// resolved.
    pub(super) fn read(
        &self,
        binding: &Binding,
        provider: &PlannedProvider,
        faults: &mut Vec<Error>,
    ) -> Option<Config> {
        let mut texts = Some(Vec::with_capacity(binding.values.len()));
        for (key, value) in &binding.values {
            let place = Place::of(self.manifest, value);
            let are_files = provider.files().contains(&key.as_str());
            let text = match (&value.value, are_files) {
                (Value::Text(names), true) => self.files(names, &place),
                (value, _) => self.text(value, &place),
            };
            match text {
                Ok(text) => {
                    if let Some(texts) = &mut texts {
                        texts.push((key, text));
                    }
                }
                Err(fault) => {
                    faults.push(fault);
                    texts = None;
                }
            }
        }
        let secrets = binding.values.iter();
        let secrets = secrets.filter(|(_, value)| matches!(value.value, Value::Secret(_)));
        let secrets: Vec<_> = secrets.map(|(key, _)| key.as_str()).collect();
        texts.map(|texts| Config::from_iter(texts).with_secrets(secrets))
    }

    /// Returns the address on which a binding of `provider` with this configuration would listen, or
    /// `None` if the configuration is wrong. `actor` has the options of the bound actor.
    pub(super) fn check(
        &self,
        config: &Config,
        binding: &Binding,
        (provider, actor): (&PlannedProvider, Option<&ActorOptions>),
        place: &Place,
        faults: &mut Vec<Error>,
    ) -> Option<Option<SocketAddr>> {
        let keys = provider.keys();
        let known =
            |key: &str| keys.is_none_or(|keys| keys.iter().any(|known| Key::covers(known, key)));
        let mut right = true;
        for (key, value) in &binding.values {
            if !known(key) {
                let place = Place::of(self.manifest, value);
                faults.push(unknown_key(provider, key).at(&place));
                right = false;
            }
        }
        let mut rest = without(config, |key| !known(key));
        // A provider tells the first wrong value only.
        loop {
            let error = match provider.check(&rest, actor) {
                Ok(listens) => return right.then_some(listens),
                Err(error) => error,
            };
            right = false;
            let value = match &error {
                ProviderError::Config { key, .. } => binding.values.get_key_value(key),
                _ => None,
            };
            // Without its wrong value, a key that is needed is missing, which says nothing new.
            if value.is_some_and(|(key, _)| rest.get(key).is_none()) {
                return None;
            }
            let place = value.map_or(place.clone(), |(_, value)| Place::of(self.manifest, value));
            let fault = place.error(format_args!("{}: {error}", provider.contract()));
            faults.push(fault.hiding(self.secrets));
            let (wrong, _) = value?;
            // Files are checked together, so one of them can make others seem wrong.
            let is_file = |key: &str| provider.files().contains(&key);
            rest = without(&rest, |key| {
                key == wrong || (is_file(wrong) && is_file(key))
            });
        }
    }

    /// Returns the paths of the files that `names` lists. PEM is left as it is.
    fn files(&self, names: &str, place: &Place) -> Result<String, Error> {
        if names.trim_start().starts_with("-----") {
            return Ok(names.to_owned());
        }
        let names = names.split(',').map(str::trim);
        let paths = names.map(|name| {
            let path = self.folders.require(place, name)?;
            Ok(path.display().to_string())
        });
        let paths: Result<Vec<String>, Error> = paths.collect();
        paths.map(|paths| paths.join(","))
    }

    fn text(&self, value: &Value, place: &Place) -> Result<String, Error> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            Value::Secret(secret) => {
                let text = self.secret(secret, place)?;
                self.secrets.add(&text);
                Ok(text.to_string())
            }
            _ => Err(place.error("this kind of value is not supported yet")),
        }
    }

    fn secret(&self, secret: &SecretRef, place: &Place) -> Result<Zeroizing<String>, Error> {
        match secret {
            SecretRef::Env(name) => std::env::var(name).map(Zeroizing::new).map_err(|error| {
                let problem = format_args!("cannot read the secret `{secret}`");
                place.error(problem).because(error)
            }),
            SecretRef::File(path) => self.secret_file(path, place),
            _ => Err(place.error("this kind of secret source is not supported yet")),
        }
    }

    /// The text of a file, without the end of its last line, which editors add.
    fn secret_file(&self, path: &str, place: &Place) -> Result<Zeroizing<String>, Error> {
        let file = self.folders.require(place, path)?;
        let bytes = Zeroizing::new(files::read(&file).map_err(|error| error.at(place))?);
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let problem = format_args!("the secret in `{path}` is not UTF-8 text");
            place.error(problem).because(error)
        })?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// `config` without the keys that are `unwanted`.
fn without(config: &Config, unwanted: impl Fn(&str) -> bool) -> Config {
    config.iter().filter(|(key, _)| !unwanted(key)).collect()
}

/// Returns the error that `provider` does not know `key`.
pub(crate) fn unknown_key(provider: &PlannedProvider, key: &str) -> Error {
    let keys = provider.keys().unwrap_or_default();
    let (name, known) = (provider.name(), keys.join(", "));
    let error = Error::failure(format!("the provider `{name}` has no key `{key}`"));
    match nearest(key, keys.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => error.help("remove it: this provider has no keys"),
        None => error.help(format!("its keys are {known}")),
    }
}
