//! A simulated disk for tests, which can be full, block, and lose power.
#![allow(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use crate::error::OpenError;
use crate::file::{self, Check};
use crate::schema::Schema;
use redb::{Database, StorageBackend};
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// A simulated disk. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<(Mutex<State>, Condvar)>);

#[derive(Clone, Debug, Default)]
struct State {
    written: Vec<u8>,
    synced: Vec<u8>,
    syncs: usize,
    health: Health,
    held: bool,
    waiting: bool,
}

/// The health of a simulated disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// It works.
    #[default]
    Sound,
    /// It has no room: writes and synchronisations fail.
    Full,
    /// Synchronisations panic.
    Panics,
}

impl Disk {
    /// Opens a store on the disk.
    ///
    /// # Errors
    /// Returns the errors of opening a file.
    pub fn open<S: Schema>(&self, check: Check) -> Result<Database, OpenError> {
        let database = file::builder(check)
            .create_with_backend(self.clone())
            .map_err(|error| OpenError::Damaged {
                file: "disk".into(),
                source: Box::new(error),
            })?;
        file::prepare::<S>(&database, Path::new("disk"))?;
        Ok(database)
    }

    /// Changes the health of the disk.
    pub fn become_of(&self, health: Health) {
        self.state().health = health;
    }

    /// Returns the number of synchronisations.
    #[must_use]
    pub fn syncs(&self) -> usize {
        self.state().syncs
    }

    /// Returns a disk with the data that survives a power failure at this moment.
    #[must_use]
    pub fn after_power_failure(&self) -> Self {
        let synced = self.state().synced.clone();
        let state = State {
            written: synced.clone(),
            synced,
            ..State::default()
        };
        Self(Arc::new((Mutex::new(state), Condvar::new())))
    }

    /// Blocks synchronisations until [`release`](Self::release).
    pub fn hold(&self) {
        self.state().held = true;
    }

    /// Waits until a synchronisation is blocked.
    pub fn wait_until_held(&self) {
        let waiting = self.0.1.wait_while(self.state(), |state| !state.waiting);
        drop(waiting.unwrap());
    }

    /// Ends [`hold`](Self::hold).
    pub fn release(&self) {
        self.state().held = false;
        self.0.1.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap()
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().written.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        out.copy_from_slice(&self.state().written[start..start + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        self.state().written.resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.waiting = state.held;
        self.0.1.notify_all();
        state = self.0.1.wait_while(state, |state| state.held).unwrap();
        state.waiting = false;
        match state.health {
            Health::Sound => {}
            Health::Full => return Err(io::ErrorKind::StorageFull.into()),
            Health::Panics => {
                drop(state);
                panic!("the disk panics, as this test wants");
            }
        }
        state.synced = state.written.clone();
        state.syncs += 1;
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        if state.health == Health::Full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let start = usize::try_from(offset).unwrap();
        state.written[start..start + data.len()].copy_from_slice(data);
        Ok(())
    }
}
