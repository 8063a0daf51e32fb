//! The position of a group: a durable consumer of the server, which gives out one event at a time.

use crate::failure::Failure;
use crate::name;
use crate::values::Position;
use async_nats::jetstream::consumer::{
    AckPolicy, Consumer, DeliverPolicy, FromConsumer, IntoConsumerConfig, pull,
};
use async_nats::jetstream::stream::{
    ConsumerCreateStrictErrorKind, ConsumerError, ConsumerErrorKind, ConsumerUpdateErrorKind,
};
use async_nats::jetstream::{self, Context};
use capwire_eventstreams::Follows;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The name of a consumer's metadata that has a [`Note`].
const NOTE: &str = "capwire-try";

/// The position of a group for an entry of `STREAMS`.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) jetstream: String,
    pub(crate) follows: Follows,
    /// The name of the consumer.
    pub(crate) consumer: String,
    pub(crate) ack_wait: Duration,
}

/// The number of a try that the server does not know: it counts how often it has given out an event, but an actor that is
/// busy has not tried it, and one that fails gets it again from its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// The event.
    pub(crate) sequence: u64,
    /// The number of times that the server had given it out.
    pub(crate) delivered: u64,
    /// The number of the try when it is given out once more.
    pub(crate) next_try: u32,
}

impl Note {
    /// Returns the number of the try of an event that was given out so often.
    pub(crate) fn try_of(self, sequence: u64, delivered: u64) -> Option<u32> {
        let since = delivered.checked_sub(self.delivered)?.checked_sub(1)?;
        let since = u32::try_from(since).unwrap_or(u32::MAX);
        (sequence == self.sequence).then_some(self.next_try.saturating_add(since))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sequence,
            delivered,
            next_try,
        } = self;
        write!(f, "{sequence} {delivered} {next_try}")
    }
}

impl FromStr for Note {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let mut parts = text.split(' ');
        let mut part = || parts.next().ok_or(Failure::BadAnswer);
        let (sequence, delivered, next_try) = (part()?, part()?, part()?);
        let number = |text: &str| text.parse().map_err(|_| Failure::BadAnswer);
        Ok(Self {
            sequence: number(sequence)?,
            delivered: number(delivered)?,
            next_try: next_try.parse().map_err(|_| Failure::BadAnswer)?,
        })
    }
}

impl Group {
    /// Creates the consumer if there is none. `last` is the number of the last event of the stream of JetStream.
    pub(crate) async fn join(
        &self,
        context: &Context,
        position: Position,
        last: u64,
    ) -> Result<(), Failure> {
        let mut config = match self.found(context).await {
            Err(Failure::Gone) => self.create(context, position, last).await?,
            found => found?,
        };
        if self.is_set(&config) {
            return Ok(());
        }
        self.set(&mut config);
        self.update(context, config).await
    }

    /// Returns the note of the consumer.
    pub(crate) async fn note(&self, context: &Context) -> Result<Option<Note>, Failure> {
        let config = self.found(context).await?;
        let note = config.metadata.get(NOTE);
        // Another program may have written it.
        Ok(note.and_then(|text| text.parse().ok()))
    }

    /// Writes the note, which replaces the last one: the server gives out one event at a time.
    pub(crate) async fn write(&self, context: &Context, note: Note) -> Result<(), Failure> {
        let mut config = self.found(context).await?;
        config.metadata.insert(NOTE.to_owned(), note.to_string());
        self.update(context, config).await
    }

    /// Creates the consumer, and returns its configuration.
    async fn create(
        &self,
        context: &Context,
        position: Position,
        last: u64,
    ) -> Result<pull::Config, Failure> {
        let config = self.config(position, last)?;
        let created = context.create_consumer_strict_on_stream(config.clone(), &self.jetstream);
        let Err(error) = created.await else {
            return Ok(config);
        };
        // Another member may have created it with another position.
        let found = self.found(context).await;
        found.map_err(|_| match error.kind() {
            ConsumerCreateStrictErrorKind::JetStream(error) => refused(error),
            _ => away(error),
        })
    }

    /// Returns the configuration of the consumer.
    async fn found(&self, context: &Context) -> Result<pull::Config, Failure> {
        let consumer = self.find(context).await?;
        let config = consumer.cached_info().config.clone();
        pull::Config::try_from_consumer_config(config).map_err(away)
    }

    pub(crate) async fn find(&self, context: &Context) -> Result<Consumer<pull::Config>, Failure> {
        let found = context.get_consumer_from_stream(&self.consumer, &self.jetstream);
        found.await.map_err(|error| consumer_failure(&error))
    }

    async fn update(&self, context: &Context, config: pull::Config) -> Result<(), Failure> {
        let updated = context.update_consumer_on_stream(config, &self.jetstream);
        updated.await.map(drop).map_err(|error| match error.kind() {
            ConsumerUpdateErrorKind::JetStream(error) => refused(error),
            ConsumerUpdateErrorKind::DoesNotExist => Failure::Gone,
            _ => away(error),
        })
    }

    fn config(&self, position: Position, last: u64) -> Result<pull::Config, Failure> {
        let after = |sequence: u64| DeliverPolicy::ByStartSequence {
            start_sequence: sequence.saturating_add(1),
        };
        let deliver_policy = match position {
            Position::First => DeliverPolicy::All,
            // The number stays as it is if the consumer is restored, unlike the policy for new messages.
            Position::New => after(last),
            Position::After(id) if id > last => return Err(Failure::NoSuchEvent { id, last }),
            Position::After(id) => after(id),
        };
        let mut config = pull::Config {
            durable_name: Some(self.consumer.clone()),
            description: Some(format!("{} for capwire", self.follows)),
            deliver_policy,
            ..pull::Config::default()
        };
        self.set(&mut config);
        Ok(config)
    }

    fn is_set(&self, config: &pull::Config) -> bool {
        let mut set = config.clone();
        self.set(&mut set);
        set.into_consumer_config() == config.clone().into_consumer_config()
    }

    /// Sets the values on which the order and the tries of events depend.
    fn set(&self, config: &mut pull::Config) {
        config.filter_subject = name::filter(&self.jetstream, &self.follows);
        config.filter_subjects = Vec::new();
        config.ack_policy = AckPolicy::Explicit;
        config.ack_wait = self.ack_wait;
        config.max_ack_pending = 1;
        // The host ends the tries, so that it can write a dead letter.
        config.max_deliver = -1;
    }
}

/// Returns the failure of a request about a consumer.
pub(crate) fn consumer_failure(error: &ConsumerError) -> Failure {
    match error.kind() {
        ConsumerErrorKind::JetStream(error) => refused(error),
        _ => away(error.to_string()),
    }
}

/// Returns the failure of a request that the server has refused, for now if the code is that of a fault of its own.
fn refused(error: jetstream::Error) -> Failure {
    match error.code() {
        404 => Failure::Gone,
        500.. => away(error),
        _ => Failure::server(error),
    }
}

fn away(error: impl Into<crate::failure::Cause>) -> Failure {
    Failure::Away(Some(error.into()))
}

#[cfg(test)]
mod tests {
    use super::Note;

    #[test]
    fn a_note_counts_the_tries_that_follow() {
        let note = Note {
            sequence: 17,
            delivered: 3,
            next_try: 2,
        };
        assert_eq!(note.try_of(17, 4), Some(2));
        assert_eq!(note.try_of(17, 6), Some(4));
        assert_eq!(note.try_of(17, u64::MAX), Some(u32::MAX));
        assert_eq!(note.try_of(17, 3), None);
        assert_eq!(note.try_of(18, 4), None);
    }

    #[test]
    fn a_note_is_read_back_and_other_text_is_none() {
        let note = Note {
            sequence: u64::MAX,
            delivered: 1,
            next_try: 7,
        };
        assert_eq!(note.to_string().parse::<Note>().unwrap(), note);
        for text in ["", "1", "1 2", "1 2 x", "-1 2 3", "1  2"] {
            assert!(text.parse::<Note>().is_err(), "{text}");
        }
    }
}
