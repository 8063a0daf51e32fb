//! The store as a provider.

use crate::change::{Action, Change, From, Place};
use crate::cursor::{Cursors, Owner};
use crate::keys::{KEY_NAMES, KEYS};
use crate::operations::Operations;
use crate::retention::Retention;
use crate::schema::EventStore;
use crate::source::EventSource;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::eventstreams;
use capwire_embedded_common::{Clock, OpenError, Store, SystemClock, space_name};
use capwire_eventstreams::{Bell, EventId, Follows, Members, Settings, Source, Start};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, HandOver, Key, Provider, ProviderError,
    ProviderFactory, WorkToken, async_trait,
};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::spawn_blocking;

/// A provider of event streams over one durable file. See the [crate's documentation](crate).
pub struct EventStreamsEmbedded {
    store: Arc<Store<EventStore>>,
    cursors: Cursors,
    bells: Mutex<HashMap<Arc<str>, Bell>>,
    members: Members<Operations>,
}

/// The values of a binding.
struct Values {
    space: Arc<str>,
    settings: Settings,
    start: From,
    retention: Retention,
}

fn values(id: &BindingId, config: &Config) -> Result<Values, ProviderError> {
    config.only(KEY_NAMES)?;
    let settings = Settings::read(&id.actor, config)?;
    let start = match &settings.start {
        Start::First => From::First,
        Start::New => From::New,
        Start::After(id) => From::After(id.parse().map_err(|_| {
            let reason = "must be `first`, `new`, or an id such as `1764547200000-0`";
            ProviderError::config("START", reason)
        })?),
    };
    Ok(Values {
        space: space_name(id, config)?.into(),
        start,
        retention: Retention::read(config)?,
        settings,
    })
}

impl EventStreamsEmbedded {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = KEYS;

    /// Checks the configuration of a binding. Opens nothing.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        let nobody = BindingId {
            actor: String::new(),
            name: String::new(),
        };
        values(&nobody, config).map(drop)
    }

    /// Opens the store in `directory`. A missing directory is created, readable only by its owner.
    /// No other process can open the store until this value is dropped.
    ///
    /// Blocks while the disk works. It reads and checks the whole file, so a large one takes longer.
    ///
    /// # Errors
    /// Returns [`OpenError`] if the directory is in use or unreadable, or contains something else.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with_clock(directory, SystemClock)
    }

    /// Opens the store like [`open`](Self::open), with a clock for the ids and the age of events.
    ///
    /// # Errors
    /// Returns the same errors as [`open`](Self::open).
    pub fn open_with_clock(
        directory: impl AsRef<Path>,
        clock: impl Clock,
    ) -> Result<Self, OpenError> {
        let store = Store::open(directory.as_ref(), Arc::new(clock))?;
        Ok(Self {
            store: Arc::new(store),
            cursors: Cursors::default(),
            bells: Mutex::default(),
            members: Members::default(),
        })
    }

    fn bell(&self, space: &Arc<str>) -> Bell {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.entry(Arc::clone(space)).or_default().clone()
    }

    async fn sources(
        &self,
        id: &BindingId,
        operations: &Operations,
        values: &Values,
    ) -> Result<Vec<Arc<dyn Source>>, ProviderError> {
        let mut sources: Vec<Arc<dyn Source>> = Vec::new();
        for follows in &values.settings.follows {
            let source = self.source(id, operations, values, follows);
            sources.push(Arc::new(source.await?));
        }
        Ok(sources)
    }

    async fn source(
        &self,
        id: &BindingId,
        operations: &Operations,
        values: &Values,
        follows: &Follows,
    ) -> Result<EventSource, ProviderError> {
        let owner = Owner {
            space: operations.space(),
            place: Place {
                group: values.settings.group.clone(),
                follows: follows.clone(),
            },
        };
        let position = self.join(id, &owner, values.start).await?;
        Ok(EventSource {
            binding: id.clone(),
            operations: operations.clone(),
            follows: follows.clone(),
            cursor: self.cursors.of(&self.store, owner, position),
            bell: operations.bell.clone(),
            held: Mutex::default(),
            reading: Arc::default(),
        })
    }

    /// Returns the stored position of a group.
    async fn join(
        &self,
        id: &BindingId,
        owner: &Owner,
        start: From,
    ) -> Result<EventId, ProviderError> {
        let change = Change {
            space: Arc::clone(&owner.space),
            action: Action::Join {
                place: owner.place.clone(),
                start,
            },
        };
        let writer = self.store.writer();
        Ok(writer
            .write(&id.actor, WorkToken::default(), change)
            .await?)
    }
}

impl fmt::Debug for EventStreamsEmbedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStreamsEmbedded")
            .field("bindings", &self.members.len())
            .finish_non_exhaustive()
    }
}

/// Opens the store in a directory, each time that a host needs it: at first, for a swap, and after a
/// failure.
///
/// ```
/// use capwire_eventstreams_embedded::EventStoreFactory;
///
/// let factory = EventStoreFactory::new("data/eventstreams");
/// ```
#[derive(Clone, Debug)]
pub struct EventStoreFactory {
    directory: PathBuf,
}

impl EventStoreFactory {
    /// Returns the factory of the store in `directory`. Opens nothing.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }
}

#[async_trait]
impl ProviderFactory for EventStoreFactory {
    fn descriptor(&self) -> CapabilityDescriptor {
        descriptor()
    }

    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        let directory = self.directory.clone();
        let opened = spawn_blocking(move || EventStreamsEmbedded::open(directory));
        match opened.await {
            Ok(Ok(store)) => Ok(Arc::new(store)),
            Ok(Err(error)) => Err(ProviderError::unavailable("the store", error)),
            Err(error) => Err(ProviderError::unavailable("the store", error)),
        }
    }
}

fn descriptor() -> CapabilityDescriptor {
    CapabilityDescriptor {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: 1,
        long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
        ..CapabilityDescriptor::new(
            eventstreams::CONTRACT,
            "Embedded event streams",
            eventstreams::OPERATIONS,
        )
    }
}

#[async_trait]
impl Provider for EventStreamsEmbedded {
    fn descriptor(&self) -> CapabilityDescriptor {
        descriptor()
    }

    /// The store owns its file.
    fn hand_over(&self) -> HandOver {
        HandOver::Exclusive
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let values = values(&binding.id, &binding.config)?;
        let operations = Operations {
            store: Arc::clone(&self.store),
            bell: self.bell(&values.space),
            space: Arc::clone(&values.space),
            retention: values.retention,
            max_event: values.settings.max_event,
        };
        let sources = self.sources(&binding.id, &operations, &values).await?;
        self.members
            .bind(&binding, operations, values.settings, sources)
            .await;
        Ok(Bound::default())
    }

    /// Ends the binding after the events under way. Their handlers can write events.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.members.unbind(binding).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let member = self.members.of(call.binding)?;
        member.operations().serve(call).await
    }

    async fn drain(&self, time: Duration) -> usize {
        self.members.drain(time).await
    }
}
