//! Reads several keys as they were at one moment.

use crate::entry::{Found, set};
use crate::failure::{Failure, Refusal};
use crate::store::Store;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// The keys that are read at once.
const AT_ONCE: usize = 32;

/// The most bytes of values that one operation reads.
const MOST_BYTES: usize = 32 << 20;

/// Returns the sets under `keys` at one moment; one that is not there is empty.
///
/// The keys are read twice. If no message is another one the second time, all of them were there between the two: a number
/// is never used again.
pub(crate) async fn sets(
    store: &Store,
    keys: &BTreeSet<String>,
    until: Instant,
) -> Result<Vec<BTreeSet<String>>, Failure> {
    let mut found = all(store, keys, until).await?;
    while keys.len() > 1 {
        let again = all(store, keys, until).await?;
        let same = found.iter().zip(&again);
        let is_same = same
            .clone()
            .all(|(one, other)| one.sequence == other.sequence);
        found = again;
        if is_same {
            break;
        }
        if Instant::now() >= until {
            return Err(Failure::Contended);
        }
    }
    found
        .into_iter()
        .map(|found| set(found.entry.map(|entry| entry.value)))
        .collect()
}

async fn all(
    store: &Store,
    keys: &BTreeSet<String>,
    until: Instant,
) -> Result<Vec<Found>, Failure> {
    let keys = keys.iter().cloned();
    let reads = stream::iter(keys.map(|key| async move { store.read(&key, until).await }));
    let mut bytes = 0;
    let counted = reads.buffered(AT_ONCE).map(|found| {
        let found = found?;
        bytes += found.bytes;
        match bytes > MOST_BYTES {
            true => Err(Refusal::TooMuchWork(MOST_BYTES).into()),
            false => Ok(found),
        }
    });
    counted.try_collect().await
}
