//! Remembers the spans and events of the thread that it watches.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, Once};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The fields of a span or an event, as text.
pub(crate) type Fields = BTreeMap<&'static str, String>;

/// A span, in the order in which they began.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) name: &'static str,
    pub(crate) fields: Fields,
    /// The operation of the span around it.
    pub(crate) parent: Option<String>,
    id: Id,
}

/// `tracing` caches for all threads whether a subscriber listens. So one subscriber listens before
/// the first module is created, or a thread without a subscriber would disable the events of
/// others.
static LISTENING: Once = Once::new();

/// Sees to it that somebody listens.
pub(crate) fn listen() {
    LISTENING.call_once(|| {
        let everything = tracing_subscriber::registry();
        tracing::subscriber::set_global_default(everything).expect("nobody else sets one");
    });
}

#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    spans: Vec<Span>,
    events: Vec<(&'static str, Fields)>,
}

impl Recorder {
    /// Watches this thread for as long as the guard lives.
    pub(crate) fn watch() -> (Self, DefaultGuard) {
        listen();
        let recorder = Self::default();
        let subscriber = tracing_subscriber::registry().with(recorder.clone());
        let guard = tracing::subscriber::set_default(subscriber);
        (recorder, guard)
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.0.lock().unwrap().spans.clone()
    }

    /// The events of this target.
    pub(crate) fn events(&self, target: &str) -> Vec<Fields> {
        let seen = self.0.lock().unwrap();
        let events = seen.events.iter();
        let events = events.filter(|(of, _)| *of == target);
        events.map(|(_, fields)| fields.clone()).collect()
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Collect::default();
        attributes.record(&mut fields);
        let parent = context.span(id).and_then(|span| span.parent());
        let parent = parent.map(|parent| parent.id());
        let mut seen = self.0.lock().unwrap();
        let parent = seen
            .spans
            .iter()
            .find(|span| Some(&span.id) == parent.as_ref());
        let span = Span {
            name: attributes.metadata().name(),
            fields: fields.0,
            parent: parent.map(|parent| parent.fields["operation"].clone()),
            id: id.clone(),
        };
        seen.spans.push(span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut fields = Collect::default();
        values.record(&mut fields);
        let mut seen = self.0.lock().unwrap();
        let span = seen.spans.iter_mut().rfind(|span| span.id == *id);
        span.unwrap().fields.extend(fields.0);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Collect::default();
        event.record(&mut fields);
        let mut seen = self.0.lock().unwrap();
        seen.events.push((event.metadata().target(), fields.0));
    }
}

#[derive(Default)]
struct Collect(Fields);

impl Visit for Collect {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
