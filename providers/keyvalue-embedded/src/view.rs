//! The reads, each of one snapshot.

use crate::entry::{self, Entry};
use crate::refusal::Refusal;
use crate::tables::{self, Header, Id, ItemId, MemberId};
use capwire_embedded_common::{Failure, Moment};
use capwire_provider::Work;
use redb::{Database, ReadOnlyTable, ReadableDatabase};
use std::collections::BTreeSet;

/// The most bytes of all strings of an answer, which is built in memory.
pub(crate) const MAX_ANSWER: usize = 16 << 20;

/// The bytes of a text that are read in one step of work.
const BYTES_PER_STEP: usize = 1 << 10;

/// A snapshot of the data on disk. Writers do not change it.
///
/// Reads count their work, and end with an error if nobody waits for them any more.
pub(crate) struct View<'w> {
    keys: ReadOnlyTable<Id<'static>, Header<'static>>,
    items: ReadOnlyTable<ItemId<'static>, &'static str>,
    members: ReadOnlyTable<MemberId<'static>, ()>,
    now: Moment,
    work: &'w Work,
}

impl<'w> View<'w> {
    pub(crate) fn open(database: &Database, now: Moment, work: &'w Work) -> Result<Self, Failure> {
        let transaction = database.begin_read()?;
        Ok(Self {
            keys: transaction.open_table(tables::KEYS)?,
            items: transaction.open_table(tables::ITEMS)?,
            members: transaction.open_table(tables::MEMBERS)?,
            now,
            work,
        })
    }

    /// Returns the string under `id`. A list or set counts as absent, as with the providers of
    /// 2020.
    pub(crate) fn text(&self, id: Id<'_>) -> Result<Option<String>, Failure> {
        Ok(match self.live(id)? {
            Some(Entry::Text { value, .. }) => Some(value),
            _ => None,
        })
    }

    pub(crate) fn exists(&self, id: Id<'_>) -> Result<bool, Failure> {
        Ok(self.live(id)?.is_some())
    }

    /// Returns the items from `start` to `stop`, inclusive; negative positions count from the end.
    pub(crate) fn range(&self, id: Id<'_>, start: i32, stop: i32) -> Result<Vec<String>, Failure> {
        let (from, length) = span(self.list_length(id)?, start, stop);
        let mut answer = Answer::default();
        let rows = self.items.range(tables::items_of(id))?;
        for (position, row) in rows.take(from.saturating_add(length)).enumerate() {
            let row = row?;
            if position < from {
                self.work.step()?;
            } else {
                self.count(row.1.value())?;
                answer.add(row.1.value())?;
            }
        }
        Ok(answer.values)
    }

    /// Returns the members of the set under `id`, sorted.
    pub(crate) fn members(&self, id: Id<'_>) -> Result<Vec<String>, Failure> {
        self.set_size(id)?;
        let mut answer = Answer::default();
        self.each_member(id, |member| Ok(answer.add(member)?))?;
        Ok(answer.values)
    }

    /// Returns the members that are in at least one of the sets, sorted.
    pub(crate) fn union(&self, space: &str, keys: &[String]) -> Result<Vec<String>, Failure> {
        self.are_sets(space, keys)?;
        let mut seen = BTreeSet::new();
        let mut answer = Answer::default();
        for key in keys {
            self.each_member((space, key), |member| {
                if !seen.contains(member) {
                    answer.count(member)?;
                    seen.insert(member.to_owned());
                }
                Ok(())
            })?;
        }
        Ok(seen.into_iter().collect())
    }

    /// Returns the members that are in all of the sets, sorted. Reads the smallest set, and looks
    /// its members up in the others.
    pub(crate) fn intersection(
        &self,
        space: &str,
        keys: &[String],
    ) -> Result<Vec<String>, Failure> {
        let sizes = self.are_sets(space, keys)?;
        let mut keys: Vec<_> = sizes.into_iter().zip(keys).collect();
        keys.sort_unstable();
        let (&(_, smallest), others) = keys.split_first().ok_or(Refusal::NoKeys)?;
        let mut answer = Answer::default();
        self.each_member((space, smallest), |member| {
            if self.in_all(space, others, member)? {
                answer.add(member)?;
            }
            Ok(())
        })?;
        Ok(answer.values)
    }

    /// Counts the work of reading `text`.
    fn count(&self, text: &str) -> Result<(), Failure> {
        Ok(self.work.steps(1 + text.len() / BYTES_PER_STEP)?)
    }

    fn live(&self, id: Id<'_>) -> Result<Option<Entry>, Failure> {
        self.work.step()?;
        entry::live(&self.keys, id, self.now)
    }

    fn list_length(&self, id: Id<'_>) -> Result<u64, Failure> {
        match self.live(id)? {
            None => Ok(0),
            Some(Entry::List { count, .. }) => Ok(count),
            Some(other) => Err(other.wrong_type(id.1, "list").into()),
        }
    }

    fn set_size(&self, id: Id<'_>) -> Result<u64, Failure> {
        match self.live(id)? {
            None => Ok(0),
            Some(Entry::Set { count }) => Ok(count),
            Some(other) => Err(other.wrong_type(id.1, "set").into()),
        }
    }

    /// Returns the sizes of the sets.
    fn are_sets(&self, space: &str, keys: &[String]) -> Result<Vec<u64>, Failure> {
        if keys.is_empty() {
            return Err(Refusal::NoKeys.into());
        }
        let sizes = keys.iter().map(|key| self.set_size((space, key)));
        sizes.collect()
    }

    fn each_member(
        &self,
        (space, key): Id<'_>,
        mut visit: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let end = tables::after(key);
        let rows = self
            .members
            .range((space, key, "")..(space, end.as_str(), ""))?;
        for row in rows {
            let row = row?;
            let (_, _, member) = row.0.value();
            self.count(member)?;
            visit(member)?;
        }
        Ok(())
    }

    fn in_all(&self, space: &str, keys: &[(u64, &String)], member: &str) -> Result<bool, Failure> {
        for (_, key) in keys {
            self.work.step()?;
            if self.members.get((space, key.as_str(), member))?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Returns the begin of a range in a list of `count` items, and its length.
fn span(count: u64, start: i32, stop: i32) -> (usize, usize) {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let position = |at: i32| match i64::from(at) {
        at if at < 0 => at + count,
        at => at,
    };
    let start = position(start).max(0);
    let stop = position(stop).min(count - 1);
    let length = (stop - start + 1).max(0);
    (
        usize::try_from(start).unwrap_or(usize::MAX),
        usize::try_from(length).unwrap_or(usize::MAX),
    )
}

/// The strings of an answer, with a bounded size.
#[derive(Default)]
struct Answer {
    values: Vec<String>,
    size: usize,
}

impl Answer {
    fn add(&mut self, value: &str) -> Result<(), Refusal> {
        self.count(value)?;
        self.values.push(value.to_owned());
        Ok(())
    }

    /// Counts a string's text and its overhead, so that empty strings are not free.
    fn count(&mut self, value: &str) -> Result<(), Refusal> {
        self.size += value.len() + size_of::<String>();
        if self.size > MAX_ANSWER {
            return Err(Refusal::AnswerTooLong(MAX_ANSWER));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn positions_are_those_of_lrange() {
        assert_eq!(span(5, 0, -1), (0, 5));
        assert_eq!(span(5, 1, 1), (1, 1));
        assert_eq!(span(5, -2, -1), (3, 2));
        assert_eq!(span(5, -100, 100), (0, 5));
        assert_eq!(span(5, 3, 1).1, 0);
        assert_eq!(span(5, 5, 9).1, 0);
        assert_eq!(span(0, 0, -1).1, 0);
        assert_eq!(span(5, i32::MIN, i32::MAX), (0, 5));
    }
}
