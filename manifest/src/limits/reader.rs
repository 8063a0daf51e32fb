//! From texts to limits.

use super::{ActorLimits, Texts};
use crate::amount::{count, limit_time, size};
use crate::error::Problem;
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

/// Bytes of a page of WebAssembly.
const PAGE: u64 = 64 << 10;

/// What a module can address.
const MOST_MEMORY: u64 = 4 << 30;

/// Goes on after a fault, so that all of them are found.
pub(super) struct Reader<'t> {
    texts: &'t Texts,
    /// Which texts are read.
    which: fn(&str) -> bool,
    pub(super) wrong: BTreeMap<&'static str, Problem>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(texts: &'t Texts, which: fn(&str) -> bool) -> Self {
        Self {
            texts,
            which,
            wrong: BTreeMap::new(),
        }
    }

    pub(super) fn limits(&mut self) -> ActorLimits {
        ActorLimits {
            memory: self.limit("memory", memory),
            message: self.limit("message", addressable),
            table_elements: self.limit("table_elements", number),
            stack: self.limit("stack", |text| some(text, size(text)?)),
            slice: self.limit("slice", duration),
            cpu: self.limit("cpu", duration),
            deadline: self.limit("deadline", duration),
            start_deadline: self.limit("start_deadline", duration),
            instances: self.limit("instances", |text| {
                NonZeroU32::new(number(text)?).ok_or_else(|| nothing(text))
            }),
            calls_per_instance: self.limit("calls_per_instance", |text| {
                NonZeroU64::new(count(text)?).ok_or_else(|| nothing(text))
            }),
            queue: self.limit("queue", number),
        }
    }

    fn limit<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        let text = &self.texts.get(key)?.value;
        if !(self.which)(text) {
            return None;
        }
        read(text)
            .map_err(|problem| self.wrong.insert(key, problem))
            .ok()
    }
}

fn memory(text: &str) -> Result<u64, Problem> {
    let bytes = addressable(text)?;
    if bytes.is_multiple_of(PAGE) {
        return Ok(bytes);
    }
    let more = bytes.next_multiple_of(PAGE) >> 10;
    Err(Problem::OutOfRange {
        found: text.to_owned(),
        fault: "is no whole number of pages of 64KiB",
        help: match more - (PAGE >> 10) {
            0 => format!("write `{more}KiB`"),
            less => format!("write `{less}KiB` or `{more}KiB`"),
        },
    })
}

fn addressable(text: &str) -> Result<u64, Problem> {
    let bytes = some(text, size(text)?)?;
    if bytes <= MOST_MEMORY {
        return Ok(bytes);
    }
    Err(Problem::OutOfRange {
        found: text.to_owned(),
        fault: "is more than a module can address",
        help: "`4GiB` is the most".to_owned(),
    })
}

fn duration(text: &str) -> Result<Duration, Problem> {
    some(text, limit_time(text)?)
}

fn number(text: &str) -> Result<u32, Problem> {
    u32::try_from(count(text)?).map_err(|_| Problem::OutOfRange {
        found: text.to_owned(),
        fault: "is more than a host can have",
        help: format!("`{}` is the most", u32::MAX),
    })
}

/// `amount`, which `text` says, unless it is nothing.
fn some<T: Default + PartialEq>(text: &str, amount: T) -> Result<T, Problem> {
    match amount == T::default() {
        true => Err(nothing(text)),
        false => Ok(amount),
    }
}

fn nothing(text: &str) -> Problem {
    Problem::OutOfRange {
        found: text.to_owned(),
        fault: "would let nothing run",
        help: "write more, or leave the key out for the default".to_owned(),
    }
}
