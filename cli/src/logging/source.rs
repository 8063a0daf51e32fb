//! Sources of events.

use std::fmt::{self, Debug, Display};
use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata};

/// The maximum length of an actor's name, in bytes.
const LONGEST: usize = 128;

/// The source of an event: an actor, or else a place in the code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// The actor in the event's fields `actor` and `key`.
    Actor { name: Box<str>, key: Box<str> },
    /// A place in the code.
    Site(Site),
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
        match names.actor.is_empty() {
            true => Self::Site(Site::of(event.metadata())),
            false => Self::Actor {
                name: names.actor.into(),
                key: names.key.into(),
            },
        }
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Actor { name, key } if key.is_empty() => write!(f, "actor {name}"),
            Self::Actor { name, key } => write!(f, "actor {name} {key}"),
            Self::Site(site) => write!(f, "{}:{}", site.target, site.line),
        }
    }
}

/// The fields of an event that name an actor.
#[derive(Default)]
struct Names {
    actor: String,
    key: String,
}

impl Names {
    fn place(&mut self, field: &Field) -> Option<&mut String> {
        match field.name() {
            "actor" => Some(&mut self.actor),
            "key" => Some(&mut self.key),
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
