//! The durable file that embedded providers share: one [redb](https://docs.rs/redb) database in a directory.
//!
//! A provider describes its tables and its writes with a [`Schema`], opens a [`Store`] and calls
//! [`Store::write`] and [`Store::read`].
//!
//! * An answered write is on disk (`fdatasync`). Writes that wait at the same time are committed together.
//! * Reads see a snapshot and never wait for a writer. They run on a bounded number of threads.
//! * A file that was changed or has decayed is refused when it is opened.
//! * The bytes of writes that wait are bounded, for each actor and for all.
#![forbid(unsafe_code)]

mod clock;
mod compaction;
#[cfg(feature = "testing")]
mod disk;
mod error;
mod file;
mod schema;
mod space;
mod storage;
mod store;
mod usage;
mod waiting;
mod writer;

pub use clock::{Clock, Moment, SystemClock};
#[cfg(feature = "testing")]
pub use disk::{Disk, Health};
pub use error::{Failure, OpenError};
pub use file::Check;
pub use schema::Schema;
pub use space::{SPACE, space_name};
pub use storage::Storage;
pub use store::Store;
pub use usage::{PER_ROW, USAGE, Usage};
pub use waiting::{MOST, MOST_OF_ACTOR};
pub use writer::Writer;
