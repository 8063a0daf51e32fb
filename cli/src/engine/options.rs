//! `--engine-option NAME=VALUE`: the options of engines.

use crate::error::Error;
use capwire_manifest::nearest;
use capwire_text::word;

/// An option as given on the command line.
pub(super) struct EngineOption<'a> {
    name: &'a str,
    value: &'a str,
}

/// Reads all of them.
pub(super) fn read(given: &[String]) -> Result<Vec<EngineOption<'_>>, Error> {
    let mut options: Vec<EngineOption<'_>> = Vec::new();
    for text in given {
        let option = EngineOption::read(text)?;
        if options.iter().any(|other| other.name == option.name) {
            let name = option.name;
            return Err(
                Error::unreadable(format!("the engine option `{name}` is given twice"))
                    .help("remove one of them"),
            );
        }
        options.push(option);
    }
    Ok(options)
}

impl<'a> EngineOption<'a> {
    fn read(text: &'a str) -> Result<Self, Error> {
        match text.split_once('=') {
            Some((name, value)) => Ok(Self { name, value }),
            None => Err(
                Error::unreadable(format!("`--engine-option {text}` has no value")).help(format!(
                    "write `--engine-option {}=VALUE`",
                    word(text, "NAME")
                )),
            ),
        }
    }

    #[cfg(any(feature = "wasmi", feature = "wasmtime", feature = "wasm3"))]
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// Returns the meaning of the value, from a list of the possible values.
    #[cfg(any(feature = "wasmi", feature = "wasmtime", feature = "wasm3"))]
    pub(super) fn one_of<T: Copy>(&self, possible: &[(&str, T)]) -> Result<T, Error> {
        let found = possible.iter().find(|(name, _)| *name == self.value);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let names: Vec<&str> = possible.iter().map(|(name, _)| *name).collect();
            self.wrong(&format!("one of {}", names.join(", ")), &names)
        })
    }

    #[cfg(any(feature = "wasmi", feature = "wasmtime", feature = "wasm3"))]
    pub(super) fn switch(&self) -> Result<bool, Error> {
        self.one_of(&[("on", true), ("off", false)])
    }

    #[cfg(feature = "wasmtime")]
    pub(super) fn count(&self) -> Result<u32, Error> {
        let count = self.value.parse();
        count.map_err(|_| self.wrong("a number from 0 to 4294967295", &[]))
    }

    /// Returns the error that the engine has only the options `known`.
    pub(super) fn unknown(&self, engine: &str, known: &[&str]) -> Error {
        let error = Error::unreadable(format!(
            "the engine `{engine}` has no option `{}`",
            self.name
        ));
        match (nearest(self.name, known.iter().copied()), known) {
            (Some(near), _) => error.help(format!("did you mean `{near}`?")),
            (None, known) => error.help(format!("it has {}", known.join(", "))),
        }
    }

    #[cfg(any(feature = "wasmi", feature = "wasmtime", feature = "wasm3"))]
    fn wrong(&self, expected: &str, possible: &[&str]) -> Error {
        let Self { name, value } = self;
        let error = Error::unreadable(format!(
            "the engine's option `{name}` must be {expected}, not `{value}`"
        ));
        match nearest(value, possible.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        }
    }
}
