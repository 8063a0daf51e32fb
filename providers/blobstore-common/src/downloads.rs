//! The downloads of a binding: bounded in number, and ended with the binding.

use crate::deliver::Delivery;
use crate::failure::Failure;
use crate::settings::Limits;
use capwire_contracts::blobstore::ErrorClass;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The time in which a binding that ends finishes its downloads.
const DRAIN: Duration = Duration::from_secs(5);

/// The downloads of a binding. Dropping the value ends them.
pub(crate) struct Downloads {
    places: Arc<Semaphore>,
    tasks: Mutex<JoinSet<()>>,
}

/// A place for one download.
pub(crate) struct Place(OwnedSemaphorePermit);

impl Downloads {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limits.max_downloads)),
            tasks: Mutex::default(),
        }
    }

    /// Takes a place for a download.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map(Place).map_err(|_| {
            Failure::new(
                ErrorClass::Full,
                "the binding has as many downloads as `MAX_DOWNLOADS` allows: try again later",
            )
        })
    }

    /// Begins a download.
    pub(crate) fn start(&self, place: Place, delivery: Delivery) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            delivery.run().await;
            drop(place.0);
        });
    }

    /// Begins no further downloads, and waits a while for those that run.
    pub(crate) async fn drain(&self) {
        self.places.close();
        let mut tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        let all = async { while tasks.join_next().await.is_some() {} };
        if timeout(DRAIN, all).await.is_err() {
            tracing::warn!(
                "the binding ended with {} downloads in progress",
                tasks.len()
            );
        }
    }
}
