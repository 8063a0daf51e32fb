//! The reads, each of one snapshot.

use crate::clock::Moment;
use crate::entry::{self, Entry};
use crate::error::{Failure, Refusal};
use crate::tables::{self, Header, Id, ItemId, MemberId};
use redb::{Database, ReadOnlyTable, ReadableDatabase};
use std::collections::BTreeSet;

/// The most bytes of all strings of an answer, which is built in memory.
pub(crate) const MAX_ANSWER: usize = 16 << 20;

/// A snapshot of the data on disk. Writers do not change it.
pub(crate) struct View {
    keys: ReadOnlyTable<Id<'static>, Header<'static>>,
    items: ReadOnlyTable<ItemId<'static>, &'static str>,
    members: ReadOnlyTable<MemberId<'static>, ()>,
    now: Moment,
}

impl View {
    pub(crate) fn open(database: &Database, now: Moment) -> Result<Self, Failure> {
        let transaction = database.begin_read()?;
        Ok(Self {
            keys: transaction.open_table(tables::KEYS)?,
            items: transaction.open_table(tables::ITEMS)?,
            members: transaction.open_table(tables::MEMBERS)?,
            now,
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
        for row in self
            .items
            .range(tables::items_of(id))?
            .skip(from)
            .take(length)
        {
            answer.add(row?.1.value())?;
        }
        Ok(answer.values)
    }

    /// Returns the members of the set under `id`, sorted.
    pub(crate) fn members(&self, id: Id<'_>) -> Result<Vec<String>, Failure> {
        self.is_set(id)?;
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

    /// Returns the members that are in all of the sets, sorted.
    pub(crate) fn intersection(
        &self,
        space: &str,
        keys: &[String],
    ) -> Result<Vec<String>, Failure> {
        self.are_sets(space, keys)?;
        let (first, others) = keys.split_first().ok_or(Refusal::NoKeys)?;
        let mut answer = Answer::default();
        self.each_member((space, first), |member| {
            if self.in_all(space, others, member)? {
                answer.add(member)?;
            }
            Ok(())
        })?;
        Ok(answer.values)
    }

    fn live(&self, id: Id<'_>) -> Result<Option<Entry>, Failure> {
        entry::live(&self.keys, id, self.now)
    }

    fn list_length(&self, id: Id<'_>) -> Result<u64, Failure> {
        match self.live(id)? {
            None => Ok(0),
            Some(Entry::List { count, .. }) => Ok(count),
            Some(other) => Err(other.wrong_type(id.1, "list").into()),
        }
    }

    fn is_set(&self, id: Id<'_>) -> Result<(), Failure> {
        match self.live(id)? {
            None | Some(Entry::Set { .. }) => Ok(()),
            Some(other) => Err(other.wrong_type(id.1, "set").into()),
        }
    }

    fn are_sets(&self, space: &str, keys: &[String]) -> Result<(), Failure> {
        if keys.is_empty() {
            return Err(Refusal::NoKeys.into());
        }
        keys.iter().try_for_each(|key| self.is_set((space, key)))
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
            visit(row?.0.value().2)?;
        }
        Ok(())
    }

    fn in_all(&self, space: &str, keys: &[String], member: &str) -> Result<bool, Failure> {
        for key in keys {
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
