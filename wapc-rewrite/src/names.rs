//! What functions are called.

use crate::module::Module;
use capwire_wapc::Frame;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use wasmparser::{BinaryReader, Name, NameSectionReader, Payload};

/// So many of the innermost functions are looked at: as many as wasmtime tells of.
pub const MOST: usize = 20;

/// What Rust's runtime calls when it begins to tell of a panic: whatever is further inside is its own.
const TELLS_OF_A_PANIC: &str = "__rust_end_short_backtrace";

/// Where a guest was, by the indices and names of the functions that were being called, the innermost
/// first: without how Rust's runtime tells of a panic, and with the symbols of Rust as they are
/// written in its source.
///
/// ```
/// let functions = [(3, Some("_ZN4shop5share17h0123456789abcdefE")), (1, None)];
/// let told = capwire_wapc_rewrite::frames(functions).map(|frame| frame.to_string());
/// assert_eq!(told.collect::<Vec<_>>(), ["shop::share", "function 1"]);
/// ```
pub fn frames<'n>(
    functions: impl IntoIterator<Item = (u32, Option<&'n str>)>,
) -> impl Iterator<Item = Frame> {
    let functions: Vec<_> = functions.into_iter().take(MOST).collect();
    let tells =
        |(_, name): &(u32, Option<&str>)| name.is_some_and(|name| name.contains(TELLS_OF_A_PANIC));
    let own = functions.iter().position(tells).map_or(0, |last| last + 1);
    let rest = functions.into_iter().skip(own).map(frame);
    rest.skip_while(|frame| frame.name().is_some_and(begins_a_panic))
}

/// Whether Rust calls the function of this name, as it is written in its source, where a panic begins.
fn begins_a_panic(name: &str) -> bool {
    name.starts_with("core::panicking::") || name.ends_with("rust_begin_unwind")
}

/// Compilers write the names of symbols, which Rust mangles.
fn frame((index, name): (u32, Option<&str>)) -> Frame {
    Frame::new(index, name.map(readable).as_deref())
}

/// More than anybody is shown of a name. A symbol of a few hundred bytes may mean a megabyte.
const LONGEST: usize = 1_024;

fn readable(symbol: &str) -> String {
    let mut name = Head(String::new());
    // It fails where there is no more room. Without the hash at its end.
    let _ = write!(name, "{:#}", rustc_demangle::demangle(symbol));
    name.0
}

/// The beginning of what is written to it.
struct Head(String);

impl fmt::Write for Head {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST.saturating_sub(self.0.len());
        let (fits, rest) = text.split_at(text.floor_char_boundary(room));
        self.0.push_str(fits);
        match rest.is_empty() {
            true => Ok(()),
            false => Err(fmt::Error),
        }
    }
}

/// How many parts of the section are looked at, and names in it: more than there are kinds of parts, and
/// functions in a module. Whoever waits for the thread of a guest that trapped waits for this too.
const MOST_PARTS: usize = 32;
const MOST_NAMES: usize = 100_000;

/// The names of a module's functions, from its custom section `name`. They are kept as they are in
/// the module, and read only when somebody asks.
#[derive(Clone, Default)]
pub struct Names(Box<[u8]>);

impl Names {
    /// Those of a module; none if it has none, or cannot be read.
    #[must_use]
    pub fn of(wasm: &[u8]) -> Self {
        let names = Module::read(wasm)
            .ok()
            .and_then(|module| names(&module).map(Box::from));
        Self(names.unwrap_or_default())
    }

    /// [`frames`] of the functions with these indices, the innermost first.
    #[must_use]
    pub fn frames(&self, functions: impl IntoIterator<Item = u32>) -> Vec<Frame> {
        let functions: Vec<u32> = functions.into_iter().take(MOST).collect();
        let names = self.of_functions(&functions);
        let named = functions.iter().map(|index| {
            let name = names.get(index).copied();
            (*index, name)
        });
        frames(named).collect()
    }

    /// As far as they can be read: a module may say what it likes here.
    fn of_functions(&self, wanted: &[u32]) -> BTreeMap<u32, &str> {
        let section = NameSectionReader::new(BinaryReader::new(&self.0, 0));
        let subsections = section.into_iter().map_while(Result::ok).take(MOST_PARTS);
        let functions = subsections.filter_map(|names| match names {
            Name::Function(names) => Some(names),
            _ => None,
        });
        let names = functions.flat_map(|names| names.into_iter().map_while(Result::ok));
        let names = names.take(MOST_NAMES);
        let names = names.filter(|naming| wanted.contains(&naming.index));
        names.map(|naming| (naming.index, naming.name)).collect()
    }
}

/// The content of the custom section `name`.
fn names<'a>(module: &Module<'a>) -> Option<&'a [u8]> {
    module
        .sections
        .iter()
        .find_map(|section| match &section.payload {
            Payload::CustomSection(custom) if custom.name() == "name" => Some(custom.data()),
            _ => None,
        })
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names")
            .field("bytes", &self.0.len())
            .finish()
    }
}
