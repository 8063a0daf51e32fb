//! The writes, and how each changes the rows.

use crate::entry::{self, Entry};
use crate::refusal::Refusal;
use crate::tables::{self, ExpiryId, Header, Id, ItemId, MemberId};
use crate::usage::{of_entry, of_row};
use capwire_embedded_common::{Failure, Moment, Usage};
use capwire_provider::Work;
use redb::{ReadableTable, Table, WriteTransaction};
use std::sync::Arc;

/// The most expired keys that one batch of writes deletes, so that no batch takes long.
const SWEPT_PER_BATCH: usize = 256;

/// An atomic write.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) space: Arc<str>,
    /// The most bytes that the space may have after the change, unless it makes the space smaller.
    pub(crate) quota: u64,
    pub(crate) key: String,
    pub(crate) action: Action,
}

impl Change {
    /// Returns the number of bytes that the change takes while it waits.
    pub(crate) fn size(&self) -> usize {
        let text = match &self.action {
            Action::Add(_) | Action::Delete => 0,
            Action::Set { value, .. } => value.len(),
            Action::Push(text)
            | Action::RemoveItem(text)
            | Action::AddMember(text)
            | Action::RemoveMember(text) => text.len(),
        };
        size_of::<Self>() + self.key.len() + text
    }
}

/// A write to one key. Each variant names the number that it answers.
#[derive(Debug)]
pub(crate) enum Action {
    /// Adds to a counter; returns the sum.
    Add(i32),
    /// Sets a string; returns 0.
    Set {
        value: String,
        expires_in_seconds: Option<u32>,
    },
    /// Deletes the key; returns 0.
    Delete,
    /// Inserts an item at the head of a list; returns the list's length.
    Push(String),
    /// Answers the number of items that were removed.
    RemoveItem(String),
    /// Answers the number of members that were added.
    AddMember(String),
    /// Answers the number of members that were removed.
    RemoveMember(String),
}

/// The rows in a write transaction.
pub(crate) struct Rows<'t> {
    keys: Table<'t, Id<'static>, Header<'static>>,
    items: Table<'t, ItemId<'static>, &'static str>,
    members: Table<'t, MemberId<'static>, ()>,
    expiries: Table<'t, ExpiryId<'static>, ()>,
    usage: Usage<'t>,
    now: Moment,
}

impl<'t> Rows<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction, now: Moment) -> Result<Self, Failure> {
        Ok(Self {
            keys: transaction.open_table(tables::KEYS)?,
            items: transaction.open_table(tables::ITEMS)?,
            members: transaction.open_table(tables::MEMBERS)?,
            expiries: transaction.open_table(tables::EXPIRIES)?,
            usage: Usage::open(transaction)?,
            now,
        })
    }

    /// Applies one change. A refused change has no effect.
    pub(crate) fn apply(&mut self, change: &Change, work: &Work) -> Result<i32, Failure> {
        let id = (&*change.space, change.key.as_str());
        self.admit(id, change)?;
        match &change.action {
            Action::Add(by) => self.add(id, *by),
            Action::Set {
                value,
                expires_in_seconds,
            } => self.set(id, value, *expires_in_seconds),
            Action::Delete => self.delete(id),
            Action::Push(value) => self.push(id, value),
            Action::RemoveItem(value) => self.remove_item(id, value, work),
            Action::AddMember(value) => self.add_member(id, value),
            Action::RemoveMember(value) => self.remove_member(id, value),
        }
    }

    /// Refuses a change for which the quota has no room.
    fn admit(&self, id: Id<'_>, change: &Change) -> Result<(), Failure> {
        let more = match &change.action {
            Action::Add(_) => of_row(id.1, "-2147483648"),
            Action::Set { value, .. } => of_row(id.1, value),
            Action::Push(text) | Action::AddMember(text) => of_row(id.1, text),
            Action::Delete | Action::RemoveItem(_) | Action::RemoveMember(_) => return Ok(()),
        };
        let freed = match &change.action {
            Action::Add(_) | Action::Set { .. } => {
                of_entry(id.1, entry::stored(&self.keys, id)?.as_ref())
            }
            _ => 0,
        };
        let quota = change.quota;
        match self.usage.excess(id.0, more, freed, quota)? {
            None => Ok(()),
            Some(used) => Err(Refusal::QuotaExceeded { used, quota }.into()),
        }
    }

    /// Removes some expired keys.
    pub(crate) fn sweep(&mut self) -> Result<(), Failure> {
        let mut expired = Vec::new();
        for row in self.expiries.range(tables::expired_by(self.now))? {
            let row = row?;
            let (_, space, key) = row.0.value();
            expired.push((space.to_owned(), key.to_owned()));
            if expired.len() == SWEPT_PER_BATCH {
                break;
            }
        }
        expired
            .iter()
            .try_for_each(|(space, key)| self.remove((space, key)))
    }

    fn add(&mut self, id: Id<'_>, by: i32) -> Result<i32, Failure> {
        let (value, expires) = match self.live(id)? {
            None => (0, None),
            Some(Entry::Text { value, expires }) => (number(id.1, &value)?, expires),
            Some(other) => return Err(other.wrong_type(id.1, "string").into()),
        };
        let sum = value.checked_add(by).ok_or_else(|| Refusal::Overflow {
            key: id.1.to_owned(),
            by,
        })?;
        let value = sum.to_string();
        self.put(id, &Entry::Text { value, expires })?;
        Ok(sum)
    }

    fn set(&mut self, id: Id<'_>, value: &str, seconds: Option<u32>) -> Result<i32, Failure> {
        self.remove(id)?;
        let entry = Entry::Text {
            value: value.to_owned(),
            expires: seconds.map(|seconds| self.now.after_seconds(seconds)),
        };
        self.put(id, &entry)?;
        Ok(0)
    }

    fn delete(&mut self, id: Id<'_>) -> Result<i32, Failure> {
        self.remove(id)?;
        Ok(0)
    }

    fn push(&mut self, id: Id<'_>, value: &str) -> Result<i32, Failure> {
        let (first, count) = self.list(id)?;
        let full = || Refusal::Full {
            key: id.1.to_owned(),
        };
        let first = first.checked_sub(1).ok_or_else(full)?;
        let length = i32::try_from(count + 1).map_err(|_| full())?;
        self.items.insert((id.0, id.1, first), value)?;
        self.usage.add(id.0, of_row(id.1, value))?;
        let count = count + 1;
        self.put(id, &Entry::List { first, count })?;
        Ok(length)
    }

    /// Finds all equal items before it removes the first, so that the search can end early.
    fn remove_item(&mut self, id: Id<'_>, value: &str, work: &Work) -> Result<i32, Failure> {
        let (first, count) = self.list(id)?;
        let mut equal = Vec::new();
        for row in self.items.range(tables::items_of(id))? {
            work.step()?;
            let row = row?;
            if row.1.value() == value {
                equal.push(row.0.value().2);
            }
        }
        for index in &equal {
            self.items.remove((id.0, id.1, *index))?;
        }
        let removed = equal.len() as u64;
        self.usage
            .remove(id.0, removed.saturating_mul(of_row(id.1, value)))?;
        let count = count.saturating_sub(removed);
        self.resize(id, count, &Entry::List { first, count })?;
        Ok(counted(removed))
    }

    fn add_member(&mut self, id: Id<'_>, member: &str) -> Result<i32, Failure> {
        let count = self.set_size(id)?;
        let known = self.members.insert((id.0, id.1, member), ())?.is_some();
        if known {
            return Ok(0);
        }
        self.usage.add(id.0, of_row(id.1, member))?;
        self.put(id, &Entry::Set { count: count + 1 })?;
        Ok(1)
    }

    fn remove_member(&mut self, id: Id<'_>, member: &str) -> Result<i32, Failure> {
        let count = self.set_size(id)?;
        if self.members.remove((id.0, id.1, member))?.is_none() {
            return Ok(0);
        }
        self.usage.remove(id.0, of_row(id.1, member))?;
        let count = count.saturating_sub(1);
        self.resize(id, count, &Entry::Set { count })?;
        Ok(1)
    }

    fn live(&self, id: Id<'_>) -> Result<Option<Entry>, Failure> {
        entry::live(&self.keys, id, self.now)
    }

    fn list(&self, id: Id<'_>) -> Result<(i64, u64), Failure> {
        match self.live(id)? {
            None => Ok((0, 0)),
            Some(Entry::List { first, count }) => Ok((first, count)),
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

    /// Writes the row of a list or set with `count` elements, or removes it if `count` is 0.
    fn resize(&mut self, id: Id<'_>, count: u64, entry: &Entry) -> Result<(), Failure> {
        if count == 0 {
            self.remove(id)
        } else {
            self.put(id, entry)
        }
    }

    /// Writes the row of a key and updates its expiry.
    fn put(&mut self, id: Id<'_>, entry: &Entry) -> Result<(), Failure> {
        let before = entry::stored(&self.keys, id)?;
        let expiry = before.as_ref().and_then(Entry::expires);
        self.move_expiry(id, expiry, entry.expires())?;
        self.keys.insert(id, entry.to_row())?;
        self.usage.add(id.0, of_entry(id.1, Some(entry)))?;
        self.usage.remove(id.0, of_entry(id.1, before.as_ref()))
    }

    /// Removes a key and its value.
    fn remove(&mut self, id: Id<'_>) -> Result<(), Failure> {
        let Some(entry) = entry::stored(&self.keys, id)? else {
            return Ok(());
        };
        self.move_expiry(id, entry.expires(), None)?;
        let elements = match entry {
            Entry::Text { .. } => 0,
            Entry::List { .. } => self.remove_items(id)?,
            Entry::Set { .. } => self.remove_members(id)?,
        };
        self.keys.remove(id)?;
        let freed = elements.saturating_add(of_entry(id.1, Some(&entry)));
        self.usage.remove(id.0, freed)
    }

    /// Removes the items of a list, and returns the bytes that they used.
    fn remove_items(&mut self, id: Id<'_>) -> Result<u64, Failure> {
        let mut freed = 0;
        self.items.retain_in(tables::items_of(id), |_, item| {
            freed += of_row(id.1, item);
            false
        })?;
        Ok(freed)
    }

    /// Removes the members of a set, and returns the bytes that they used.
    fn remove_members(&mut self, (space, key): Id<'_>) -> Result<u64, Failure> {
        let end = tables::after(key);
        let all = (space, key, "")..(space, end.as_str(), "");
        let mut freed = 0;
        self.members.retain_in(all, |(_, _, member), ()| {
            freed += of_row(key, member);
            false
        })?;
        Ok(freed)
    }

    fn move_expiry(
        &mut self,
        (space, key): Id<'_>,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<(), Failure> {
        if let Some(moment) = from {
            self.expiries.remove((moment.0, space, key))?;
        }
        if let Some(moment) = to {
            self.expiries.insert((moment.0, space, key), ())?;
        }
        Ok(())
    }
}

/// Parses a number as Redis does: only the canonical text of a number is accepted.
fn number(key: &str, text: &str) -> Result<i32, Refusal> {
    text.parse::<i32>()
        .ok()
        .filter(|number| number.to_string() == text)
        .ok_or_else(|| Refusal::NotANumber {
            key: key.to_owned(),
        })
}

/// Converts a number of removed elements. Lists never exceed `i32::MAX` elements, see `push`.
fn counted(removed: u64) -> i32 {
    i32::try_from(removed).unwrap_or(i32::MAX)
}
