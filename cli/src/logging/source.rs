//! Sources of events.

use std::fmt::{self, Debug, Display};
use std::hash::{Hash, Hasher};
use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata};

/// The maximum length of an actor's name, in bytes.
const LONGEST: usize = 128;

/// The field in which the host names the actor of an event whose text names it already.
pub(super) const SOURCE: &str = "log_source";

/// The source of an event: an actor, or else a place in the code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Source {
    Actor(Actor),
    Site(Site),
}

/// An actor. Several actors can have the same name, so its key tells them apart.
#[derive(Clone)]
pub(super) struct Actor {
    pub(super) key: Box<str>,
    pub(super) name: Box<str>,
}

impl PartialEq for Actor {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Actor {}

impl Hash for Actor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// A place in the code that logs events.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Site {
    id: Identifier,
    target: &'static str,
    line: u32,
}

impl Site {
    pub(super) fn of(metadata: &'static Metadata<'static>) -> Self {
        Self {
            id: metadata.callsite(),
            target: metadata.target(),
            line: metadata.line().unwrap_or_default(),
        }
    }
}

impl Source {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let mut names = Names::default();
        event.record(&mut names);
        if names.actor.is_empty() {
            return Self::Site(Site::of(event.metadata()));
        }
        Self::Actor(names.into_actor())
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Actor(Actor { key, name }) if name.is_empty() => write!(f, "actor {key}"),
            Self::Actor(Actor { key, name }) => write!(f, "actor {name} {key}"),
            Self::Site(site) => write!(f, "{}:{}", site.target, site.line),
        }
    }
}

/// The fields of an event that name an actor: `actor` is its key or its name.
#[derive(Default)]
struct Names {
    actor: String,
    key: String,
    name: String,
}

impl Names {
    fn into_actor(self) -> Actor {
        match self.key.is_empty() {
            true => Actor {
                key: self.actor.into(),
                name: self.name.into(),
            },
            false => Actor {
                key: self.key.into(),
                name: self.actor.into(),
            },
        }
    }

    fn place(&mut self, field: &Field) -> Option<&mut String> {
        match field.name() {
            "actor" | SOURCE => Some(&mut self.actor),
            "key" => Some(&mut self.key),
            "name" => Some(&mut self.name),
            _ => None,
        }
    }
}

impl Visit for Names {
    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(place) = self.place(field) {
            let end = value.floor_char_boundary(LONGEST);
            place.push_str(value.get(..end).unwrap_or_default());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Other fields may be long, so they are not formatted here.
        if self.place(field).is_some() {
            self.record_str(field, &format!("{value:?}"));
        }
    }
}
