//! Names of functions, as backtraces show them.

use crate::module::Module;
use capwire_wapc::Frame;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use wasmparser::{BinaryReader, Name, NameSectionReader, Payload};

/// The most frames of a backtrace, the innermost ones: as many as wasmtime reports.
pub const MOST: usize = 20;

/// The function in which Rust's runtime reports a panic. All functions further inside are the runtime's own.
const REPORTS_A_PANIC: &str = "__rust_end_short_backtrace";

/// Returns the frames of a backtrace for indices and symbols of functions, the innermost first. Leaves out
/// the functions in which Rust's runtime reports a panic, and writes symbols of Rust as in the source.
///
/// ```
/// let functions = [(3, Some("_ZN4shop5share17h0123456789abcdefE")), (1, None)];
/// let names = capwire_wapc_rewrite::frames(functions).map(|frame| frame.to_string());
/// assert_eq!(names.collect::<Vec<_>>(), ["shop::share", "function 1"]);
/// ```
pub fn frames<'n>(
    functions: impl IntoIterator<Item = (u32, Option<&'n str>)>,
) -> impl Iterator<Item = Frame> {
    let functions: Vec<_> = functions.into_iter().take(MOST).collect();
    let reports =
        |(_, name): &(u32, Option<&str>)| name.is_some_and(|name| name.contains(REPORTS_A_PANIC));
    let own = functions
        .iter()
        .position(reports)
        .map_or(0, |last| last + 1);
    let rest = functions.into_iter().skip(own).map(frame);
    rest.skip_while(|frame| frame.name().is_some_and(begins_a_panic))
}

/// Returns true for functions of Rust's core library in which a panic begins.
fn begins_a_panic(name: &str) -> bool {
    name.starts_with("core::panicking::") || name.ends_with("rust_begin_unwind")
}

/// Compilers write symbols in place of names, and Rust mangles them.
fn frame((index, name): (u32, Option<&str>)) -> Frame {
    Frame::new(index, name.map(readable).as_deref())
}

/// The most bytes of a name. A symbol of a few hundred bytes can stand for a megabyte.
const LONGEST: usize = 1_024;

fn readable(symbol: &str) -> String {
    let mut name = Head(String::new());
    // It fails when there is no more room. The alternate form leaves out the hash.
    let _ = write!(name, "{:#}", rustc_demangle::demangle(symbol));
    name.0
}

/// Keeps the beginning of the text that is written to it.
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

/// The most subsections and names that are read: more than there are kinds of subsections, and functions in a
/// module. Other guests wait for the thread meanwhile.
const MOST_SUBSECTIONS: usize = 32;
const MOST_NAMES: usize = 100_000;

/// The names of a module's functions, from its custom section `name`. They are parsed for each backtrace.
#[derive(Clone, Default)]
pub struct Names(Box<[u8]>);

impl Names {
    /// Returns the names of a module: none if it has none, or cannot be read.
    #[must_use]
    pub fn of(wasm: &[u8]) -> Self {
        let names = Module::read(wasm)
            .ok()
            .and_then(|module| names(&module).map(Box::from));
        Self(names.unwrap_or_default())
    }

    /// Returns the [`frames`] for indices of functions, the innermost first.
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

    /// Returns the names that can be read: the section is not validated.
    fn of_functions(&self, wanted: &[u32]) -> BTreeMap<u32, &str> {
        let section = NameSectionReader::new(BinaryReader::new(&self.0, 0));
        let subsections = section
            .into_iter()
            .map_while(Result::ok)
            .take(MOST_SUBSECTIONS);
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
