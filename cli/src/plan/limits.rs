//! What a manifest says of limits, as options of its actors.

use crate::error::Error;
use crate::facts::Facts;
use crate::place::{Place, malformed};
use capwire::{ActorOptions, Instances, OptionError};
use capwire_manifest::{Actor, ActorLimits, LimitTexts};
use std::num::NonZeroUsize;
use std::path::Path;

/// What the actors of one manifest may use.
pub(crate) struct Allowances<'a> {
    manifest: &'a Path,
    /// Where an actor's own limits say nothing.
    everybody: ActorLimits,
}

impl<'a> Allowances<'a> {
    /// Those of `manifest`, where `texts` hold for all actors.
    pub(super) fn read(manifest: &'a Path, texts: &LimitTexts, faults: &mut Vec<Error>) -> Self {
        let nobody = Self {
            manifest,
            everybody: ActorLimits::default(),
        };
        let everybody = nobody.limits(texts, faults);
        Self {
            manifest,
            everybody,
        }
    }

    /// How `actor` runs. What is wrong with its own limits is added to `faults`, and left out.
    pub(super) fn of(&self, actor: &Actor, faults: &mut Vec<Error>) -> ActorOptions {
        options(&self.limits(&actor.limits, faults))
    }

    /// What `texts` say, and else what holds for everybody; that alone if they are wrong.
    fn limits(&self, texts: &LimitTexts, faults: &mut Vec<Error>) -> ActorLimits {
        let own = match texts.read() {
            Ok(own) => own.or(&self.everybody),
            Err(wrong) => {
                let malformed = |error| malformed(self.manifest, error);
                faults.extend(wrong.into_iter().map(malformed));
                return self.everybody.clone();
            }
        };
        let wrong = options(&own).faults();
        if wrong.is_empty() {
            return own;
        }
        faults.extend(wrong.into_iter().map(|fault| self.refused(texts, fault)));
        self.everybody.clone()
    }

    fn refused(&self, texts: &LimitTexts, error: OptionError) -> Error {
        let key = key(error.option);
        let problem = format!("the limit `{key}` {}", error.fault);
        // What holds for everybody is right by itself; only slices stand against other limits.
        match texts.get(key).or_else(|| texts.get("slice")) {
            Some(text) => Place::of(self.manifest, text).error(problem),
            None => Error::failure(problem),
        }
    }
}

/// Something that a module begins with, and of which its limits let it have less.
pub(super) struct Shortage {
    pub(super) what: String,
    pub(super) help: String,
}

/// What `wasm` lacks within `options`, if it lacks something. What is no module lacks nothing.
pub(super) fn shortage(wasm: &[u8], options: &ActorOptions) -> Option<Shortage> {
    let Facts {
        memory_pages: pages,
        table_elements: elements,
        ..
    } = Facts::read(wasm).ok()?;
    let limits = &options.limits;
    let (what, key) = if pages > limits.memory_pages.into() {
        let (needed, most) = (size_of(pages), size_of(limits.memory_pages.into()));
        let what = format!("it begins with {needed} of memory, and may have {most}");
        (what, format!("memory: {needed}"))
    } else if elements > limits.table_elements.into() {
        let most = limits.table_elements;
        let what = format!("its tables begin with {elements} elements, and may have {most}");
        (what, format!("table_elements: {elements}"))
    } else {
        return None;
    };
    let help = format!("let it have more by its `limits` here: `{key}` at least");
    Some(Shortage { what, help })
}

/// The size of so many pages, as it is written in manifests.
fn size_of(pages: u64) -> String {
    let kibibytes = pages.saturating_mul(capwire::wapc::PAGE_SIZE / 1024);
    match kibibytes % 1024 {
        0 => format!("{}MiB", kibibytes / 1024),
        _ => format!("{kibibytes}KiB"),
    }
}

/// How people call the `option` of an actor.
fn key(option: &str) -> &str {
    match option {
        "limits.memory_pages" => "memory",
        "limits.message_bytes" => "message",
        "limits.stack_bytes" => "stack",
        "limits.slice" => "slice",
        "cpu_budget" => "cpu",
        other => other,
    }
}

fn options(limits: &ActorLimits) -> ActorOptions {
    let mut options = ActorOptions::default();
    let pages = |bytes: u64| u32::try_from(bytes / capwire::wapc::PAGE_SIZE).unwrap_or(u32::MAX);
    set(&mut options.limits.memory_pages, limits.memory.map(pages));
    set(&mut options.limits.message_bytes, limits.message.map(size));
    set(&mut options.limits.table_elements, limits.table_elements);
    set(&mut options.limits.stack_bytes, limits.stack.map(size));
    set(&mut options.limits.slice, limits.slice);
    set(&mut options.cpu_budget, limits.cpu);
    set(&mut options.deadline, limits.deadline);
    set(&mut options.start_deadline, limits.start_deadline);
    let count = |instances| NonZeroUsize::try_from(instances).unwrap_or(NonZeroUsize::MAX);
    let shared = |instances| Instances::Shared(count(instances));
    set(&mut options.instances, limits.instances.map(shared));
    set(
        &mut options.queue,
        limits.queue.map(|queue| size(queue.into())),
    );
    options.calls_per_instance = limits.calls_per_instance;
    options
}

fn set<T>(option: &mut T, limit: Option<T>) {
    if let Some(limit) = limit {
        *option = limit;
    }
}

/// What this machine cannot count is more than it has.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::options;
    use capwire::{ActorOptions, Instances};
    use capwire_manifest::Manifest;
    use std::num::{NonZeroU64, NonZeroUsize};
    use std::time::Duration;

    #[test]
    fn each_key_is_the_option_that_it_names() {
        let text = "limits: { memory: 1MiB, message: 2KiB, table_elements: 3, stack: 64KiB, slice: 4us,
            cpu: 5ms, deadline: 6s, start_deadline: 7m, instances: 8, calls_per_instance: 9, queue: 10 }";
        let limits = Manifest::parse(text).unwrap().limits.read().unwrap();
        let mut expected = ActorOptions::default();
        expected.limits.memory_pages = 16;
        expected.limits.message_bytes = 2048;
        expected.limits.table_elements = 3;
        expected.limits.stack_bytes = 65_536;
        expected.limits.slice = Duration::from_micros(4);
        expected.cpu_budget = Duration::from_millis(5);
        expected.deadline = Duration::from_secs(6);
        expected.start_deadline = Duration::from_secs(7 * 60);
        expected.instances = NonZeroUsize::new(8).map(Instances::Shared).unwrap();
        expected.calls_per_instance = NonZeroU64::new(9);
        expected.queue = 10;
        assert_eq!(options(&limits), expected);
        assert_eq!(options(&Default::default()), ActorOptions::default());
    }

    /// Keys and defaults, as the table of the document says them.
    fn documented() -> Vec<(String, String)> {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/manifests.md");
        let page = std::fs::read_to_string(page).unwrap();
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        let cells = rows.map(|row| row.split('|').map(|cell| cell.replace(['`', ' '], "")));
        cells
            .filter_map(|mut cells| Some((cells.nth(1)?, cells.nth(1)?)))
            .collect()
    }

    #[test]
    fn the_defaults_are_those_that_documents_and_the_schema_say() {
        let schema: serde_json::Value = serde_json::from_str(capwire_manifest::SCHEMA).unwrap();
        let keys = &schema["$defs"]["limits"]["properties"];
        let documented = documented();
        assert_eq!(documented.len(), keys.as_object().unwrap().len());
        for (key, default) in documented {
            let description = keys[&key]["description"].as_str().unwrap();
            let said = description.split_once("Default: ").unwrap().1;
            assert_eq!(said.replace(' ', ""), format!("{default}."), "{key}");
            let manifest = Manifest::parse(&format!("limits: {{ {key}: {default} }}"));
            match key.as_str() {
                "instances" | "calls_per_instance" => assert!(manifest.is_err()),
                _ => {
                    let limits = manifest.unwrap().limits.read().unwrap();
                    assert_eq!(options(&limits), ActorOptions::default(), "{key}");
                }
            }
        }
    }
}
