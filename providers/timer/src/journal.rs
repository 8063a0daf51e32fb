//! The file of a binding, to which each change of its timers is added.
//!
//! A line has a checksum and one change in JSON. A line that a crash has torn is the last one, and is cut
//! off. A wrong line before others is damage, which no crash does, so it is an error.

mod lines;

use crate::saved::{Change, Saved, apply};
use lines::{HEADER, Read, line};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The size from which a file is written anew, if less than half of it is current.
const LEAST_REWRITTEN: u64 = 64 << 10;

/// The file of a binding. No other process has it meanwhile.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// Locked until it is closed.
    _lock: File,
    saved: BTreeMap<String, Saved>,
    /// The size of the lines that are known to be whole.
    whole: u64,
    /// The size after the file was last written anew.
    compact: u64,
}

/// A file that cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// The operating system refuses.
    Io(io::Error),
    /// Another process uses it.
    Locked,
    /// It has a wrong line.
    Damaged { line: usize },
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Journal {
    /// Opens or creates the file at `path`. Blocks.
    ///
    /// # Errors
    /// Returns an error if the file cannot be used. It stays as it is.
    pub(crate) fn open(path: &Path) -> Result<Self, Unusable> {
        let lock = locked(&path.with_extension("lock"))?;
        let Read { saved, whole, torn } = match std::fs::read(path) {
            Ok(bytes) => lines::read(&bytes).map_err(|line| Unusable::Damaged { line })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Read::default(),
            Err(error) => return Err(error.into()),
        };
        if torn > 0 {
            tracing::warn!(
                file = %path.display(),
                "the last change of the timers was not written completely: {torn} bytes after byte {whole} are cut off"
            );
        }
        let (file, size) = written(path, &saved)?;
        sync_folder(path)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            _lock: lock,
            saved,
            whole: size,
            compact: size,
        })
    }

    /// Returns the timers.
    pub(crate) fn saved(&self) -> &BTreeMap<String, Saved> {
        &self.saved
    }

    /// Stores changes. When this returns, they are on disk. Blocks.
    ///
    /// # Errors
    /// Returns an error if they are not stored. Later ones can be.
    pub(crate) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut text = String::new();
        for change in changes {
            text.push_str(&line(change)?);
        }
        // What an earlier failure left behind the whole lines would be damage before this one.
        self.file.set_len(self.whole)?;
        self.file.seek(SeekFrom::Start(self.whole))?;
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.whole += text.len() as u64;
        for change in changes {
            apply(&mut self.saved, change.clone());
        }
        if self.whole > LEAST_REWRITTEN.max(self.compact.saturating_mul(2)) {
            let (file, size) = written(&self.path, &self.saved)?;
            (self.file, self.whole, self.compact) = (file, size, size);
            sync_folder(&self.path)?;
        }
        Ok(())
    }
}

fn locked(path: &Path) -> Result<File, Unusable> {
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Unusable::Locked),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Replaces the file by one with these timers, and returns it with its size.
fn written(path: &Path, saved: &BTreeMap<String, Saved>) -> io::Result<(File, u64)> {
    let mut text = format!("{HEADER}\n");
    for timer in saved.values() {
        text.push_str(&line(&Change::Set(timer.clone()))?);
    }
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    Ok((file, text.len() as u64))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
