use super::{Journal, Unusable};
use crate::saved::{Change, Saved};
use std::fs;
use std::path::PathBuf;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.timers")
    }

    fn open(&self) -> Result<Journal, Unusable> {
        Journal::open(&self.path())
    }

    /// Writes two timers and the last call of one.
    fn filled(&self) -> Vec<u8> {
        let mut journal = self.open().unwrap();
        journal.append(&[set("a"), set("b")]).unwrap();
        journal.append(&[done("a", 7)]).unwrap();
        fs::read(self.path()).unwrap()
    }

    fn lasts(&self) -> Vec<(String, i64)> {
        let journal = self.open().unwrap();
        let saved = journal.saved().values();
        saved.map(|it| (it.name.clone(), it.last)).collect()
    }
}

fn set(name: &str) -> Change {
    Change::Set(Saved {
        name: name.to_owned(),
        schedule: "every 1s".to_owned(),
        from: 0,
        last: 0,
        own: None,
    })
}

fn done(name: &str, last: i64) -> Change {
    let name = name.to_owned();
    Change::Done { name, last }
}

fn pairs(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, last)| ((*name).to_owned(), *last))
        .collect()
}

#[test]
fn changes_survive() {
    let place = Place::new();
    place.filled();
    assert_eq!(place.lasts(), pairs(&[("a", 7), ("b", 0)]));
    let mut journal = place.open().unwrap();
    let name = "a".to_owned();
    journal.append(&[Change::End { name }]).unwrap();
    drop(journal);
    assert_eq!(place.lasts(), pairs(&[("b", 0)]));
}

/// A crash leaves a part of the last line.
#[test]
fn a_torn_last_change_is_cut_off() {
    let place = Place::new();
    let whole = place.filled();
    let ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let start = ends.map(|(at, _)| at + 1).rev().nth(1).unwrap();
    for end in start..whole.len() {
        fs::write(place.path(), &whole[..end]).unwrap();
        assert_eq!(place.lasts(), pairs(&[("a", 0), ("b", 0)]), "{end}");
    }
}

#[test]
fn each_flipped_bit_is_found() {
    let place = Place::new();
    let whole = place.filled();
    let last = whole.len() - 1;
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 4;
        fs::write(place.path(), &flipped).unwrap();
        match place.open() {
            // The last line, which may be torn, or two lines that became one.
            Ok(journal) => assert!(journal.saved().values().all(|it| it.last == 0), "{at}"),
            Err(Unusable::Damaged { line }) => assert!(line <= 3 && at < last, "{at}: {line}"),
            Err(other) => panic!("{at}: {other:?}"),
        }
    }
}

#[test]
fn a_damaged_file_stays_as_it_is() {
    let place = Place::new();
    let mut bytes = place.filled();
    bytes[30] ^= 1;
    fs::write(place.path(), &bytes).unwrap();
    let opened = place.open();
    assert!(
        matches!(opened, Err(Unusable::Damaged { line: 2 })),
        "{opened:?}"
    );
    assert_eq!(fs::read(place.path()).unwrap(), bytes);
}

#[test]
fn a_file_is_open_once() {
    let place = Place::new();
    let open = place.open().unwrap();
    assert!(matches!(place.open(), Err(Unusable::Locked)));
    drop(open);
    place.open().unwrap();
}

#[test]
fn a_file_does_not_grow_with_the_number_of_calls() {
    let place = Place::new();
    let mut journal = place.open().unwrap();
    journal.append(&[set("a")]).unwrap();
    let changes: Vec<_> = (0..500).map(|last| done("a", last)).collect();
    for _ in 0..10 {
        journal.append(&changes).unwrap();
    }
    drop(journal);
    assert!(fs::metadata(place.path()).unwrap().len() < 100_000);
    assert_eq!(place.lasts(), pairs(&[("a", 499)]));
}
