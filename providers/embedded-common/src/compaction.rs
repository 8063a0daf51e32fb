//! Gives the space of deleted data back to the file system.

use crate::error::Failure;
use crate::usage::USAGE;
use redb::{Database, ReadableDatabase, ReadableTable};

/// A file below this size is left alone, in bytes.
const SMALL: u64 = 4 << 20;
/// The most bytes of data for which compaction may delay the end of a store.
const MOST_AT_END: u64 = 64 << 20;

/// Makes the file smaller if less than a third of it is data. Blocks while the disk works. A crash
/// leaves the data as it was.
pub(crate) fn compact_if_sparse(database: &mut Database) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    let stats = transaction.stats()?;
    transaction.abort()?;
    let data = stats.stored_bytes().saturating_add(stats.metadata_bytes());
    let file = data.saturating_add(stats.fragmented_bytes());
    if file < SMALL || data > file / 3 {
        return Ok(());
    }
    database.compact().map_err(Failure::storage)?;
    tracing::info!(before = file, "the store was compacted");
    Ok(())
}

/// Does the same for a store that ends, unless it has so much data that its host would wait for
/// long.
pub(crate) fn compact_at_end(database: &mut Database) -> Result<(), Failure> {
    match used(database)? <= MOST_AT_END {
        true => compact_if_sparse(database),
        false => Ok(()),
    }
}

fn used(database: &Database) -> Result<u64, Failure> {
    let mut used = 0_u64;
    for row in database.begin_read()?.open_table(USAGE)?.iter()? {
        used = used.saturating_add(row?.1.value());
    }
    Ok(used)
}
