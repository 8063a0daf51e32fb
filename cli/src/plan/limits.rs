//! The limits of a manifest as options of its actors.

use crate::error::Error;
use crate::facts::Facts;
use crate::place::{Place, malformed};
use crate::policy_file::chain_rule;
use capwire::{ActorOptions, ChainRule, Limit, OptionError, OptionFault};
use capwire_manifest::{Actor, ActorLimits, LimitTexts, Manifest};
use std::path::Path;

/// The limits of all actors of one manifest.
pub(crate) struct Allowances<'a> {
    manifest: &'a Path,
    /// The limits that an actor does not set itself.
    everybody: ActorLimits,
    /// The rule by which actors act for others that say nothing of it themselves.
    chain: Option<ChainRule>,
}

impl<'a> Allowances<'a> {
    /// Reads what `manifest`, the file at `path`, says of all its actors.
    pub(super) fn read(path: &'a Path, manifest: &Manifest, faults: &mut Vec<Error>) -> Self {
        let nobody = Self {
            manifest: path,
            everybody: ActorLimits::default(),
            chain: manifest.chain.as_ref().map(|rule| chain_rule(rule.value)),
        };
        let everybody = nobody.limits(&manifest.limits, faults);
        Self {
            everybody,
            ..nobody
        }
    }

    /// Returns the options of `actor`. Adds to `faults` what is wrong with its own limits, which are
    /// then left out.
    pub(super) fn of(&self, actor: &Actor, faults: &mut Vec<Error>) -> ActorOptions {
        let options = options(&self.limits(&actor.limits, faults));
        options.with_chain(self.chain_of(actor).unwrap_or_default())
    }

    /// Returns the rule by which `actor` acts for others, if the manifest has one.
    pub(super) fn chain_of(&self, actor: &Actor) -> Option<ChainRule> {
        let own = actor.chain.as_ref().map(|rule| chain_rule(rule.value));
        own.or(self.chain)
    }

    /// Returns the limits in `texts`, completed by those of everybody; only the latter if `texts` are
    /// wrong.
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
        let key = error.limit.key();
        let problem = format!("the limit `{key}` {}", error.requirement());
        let slice = match error.fault {
            OptionFault::ShorterThanSlice => texts.get(Limit::Slice),
            _ => None,
        };
        // The limits of everybody are checked by themselves, so one of these texts is the cause.
        match texts.get(error.limit).or(slice) {
            Some(text) => Place::of(self.manifest, text).error(problem),
            None => Error::failure(problem),
        }
    }
}

/// Initial memory or tables of a module that exceed its limits.
pub(super) struct Shortage {
    pub(super) what: String,
    pub(super) help: String,
}

/// Returns the initial size of `wasm` that exceeds its `options`, if any. Bytes that are not a
/// module have no initial memory or tables.
pub(super) fn shortage(wasm: &[u8], options: &ActorOptions) -> Option<Shortage> {
    let facts = Facts::read(wasm).ok()?;
    let page = capwire::wapc::PAGE_SIZE;
    let beyond = |limit: Limit, needed: u64| {
        let most = options.limit(limit).filter(|most| needed > *most)?;
        let unit = limit.unit();
        Some((limit, unit.show(needed), unit.show(most)))
    };
    let (limit, needed, most) = beyond(Limit::Memory, facts.memory_pages.saturating_mul(page))
        .or_else(|| beyond(Limit::TableElements, facts.table_elements))?;
    let what = match limit {
        Limit::Memory => format!("its initial memory of {needed} exceeds the limit of {most}"),
        _ => format!("its tables begin with {needed} elements, more than the limit of {most}"),
    };
    let key = limit.key();
    let help = format!("set `{key}` to at least `{needed}` in its `limits`");
    Some(Shortage { what, help })
}

fn options(limits: &ActorLimits) -> ActorOptions {
    let mut options = ActorOptions::default();
    for (limit, amount) in limits.iter() {
        options.set_limit(limit, amount);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::options;
    use capwire::{ActorOptions, DefaultValue, Limit};
    use capwire_manifest::{ActorLimits, Manifest};

    fn read(text: &str) -> ActorLimits {
        Manifest::parse(text).unwrap().limits.read().unwrap()
    }

    #[test]
    fn each_key_is_the_option_that_it_names() {
        let limits = read(
            "limits: { memory: 1MiB, message: 2KiB, table_elements: 3, stack: 64KiB, slice: 4us,
            cpu: 5ms, deadline: 6s, start_deadline: 7m, instances: 8, calls_per_instance: 9, queue: 10 }",
        );
        let options = options(&limits);
        assert_eq!(limits.iter().count(), Limit::ALL.len());
        for (limit, amount) in limits.iter() {
            assert_eq!(options.limit(limit), Some(amount), "{limit:?}");
        }
        assert_eq!(super::options(&read("")), ActorOptions::default());
    }

    #[test]
    fn the_documents_have_the_table_of_limits() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
        let page = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
        let rows = Limit::ALL.iter().map(|limit| {
            let (key, about, range) = (limit.key(), limit.about(), limit.range_text());
            let default = match limit.default() {
                DefaultValue::Amount(amount) => format!("`{}`", limit.unit().show(amount)),
                DefaultValue::Words(words) => words.to_owned(),
            };
            format!("| `{key}` | {about} | {default} | {range} |\n")
        });
        let table: String = rows.collect();
        let head = "| key | meaning | default | range |\n|---|---|---|---|\n";
        assert!(
            page("manifests.md").contains(&format!("{head}{table}\n")),
            "docs/manifests.md needs this table:\n{head}{table}"
        );
        let page = page("limits.md");
        for limit in Limit::ALL {
            let mut rows = page.lines().filter(|line| line.starts_with("| "));
            let (option, key) = (
                format!("`{}`", limit.option()),
                format!("`{}`", limit.key()),
            );
            let names = |line: &str| line.contains(&option) && line.contains(&key);
            assert!(rows.any(names), "docs/limits.md needs {option} and {key}");
        }
    }
}
