//! The events of a group, for a follower.

use crate::entry::{event, pair};
use crate::scripts::{KEEP, NEXT, RELEASE};
use crate::store::Store;
use async_trait::async_trait;
use capwire_contracts::eventstreams::Event;
use capwire_eventstreams::{Bell, Source, Taken};
use capwire_provider::{BindingId, Call, ProviderError};
use capwire_redis_common::{Failure, Outcome, Request, run};
use redis::{Cmd, Script, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// The consumer that has the events which were given back.
const NOBODY: &str = "capwire.released";

/// The events of one stream, for one member of a group.
pub(crate) struct StreamSource {
    pub(crate) binding: BindingId,
    pub(crate) store: Arc<Store>,
    pub(crate) stream: String,
    pub(crate) group: String,
    /// The name of this member in the group. No other member has it, now or later.
    pub(crate) consumer: String,
    /// The id after which a new group begins.
    pub(crate) start: String,
    pub(crate) ack_wait: Duration,
    pub(crate) poll: Duration,
    pub(crate) bell: Bell,
}

impl StreamSource {
    /// Creates the group if there is none.
    pub(crate) async fn join(&self, start: &str) -> Result<(), Failure> {
        let mut command = redis::cmd("XGROUP");
        command.arg("CREATE").arg(self.store.key(&self.stream));
        command.arg(&self.group).arg(start).arg("MKSTREAM");
        match self.ask(Request::write(command)).await {
            Err(Failure::Server { code, .. }) if code == "BUSYGROUP" => Ok(()),
            joined => joined.map(drop),
        }
    }

    async fn ask(&self, request: Request) -> Result<Value, Failure> {
        let call = Call::new(&self.binding, "", b"");
        self.store.client.ask(&call, request).await
    }

    /// Returns the command that runs a script on the stream for this member of the group.
    fn command(&self, script: &Script) -> Cmd {
        let mut command = run(script, &[self.store.key(&self.stream)]);
        command.arg(&self.group).arg(&self.consumer);
        command
    }

    /// Takes the next event, if there is one that nobody else handles.
    async fn take(&self) -> Result<Option<Taken>, Failure> {
        let mut command = self.command(&NEXT);
        command.arg(millis(self.ack_wait)).arg(NOBODY);
        // If the answer is lost, the next question has the same one.
        let request = Request::read(command).running(&NEXT);
        let Outcome::Done(found) = Outcome::of(self.ask(request).await?)? else {
            return Ok(None);
        };
        let (entry, Value::Int(tries)) = pair(found)? else {
            return Err(Failure::BadAnswer);
        };
        Ok(Some(Taken {
            event: event(&self.stream, entry)?,
            tries: u32::try_from(tries.max(1)).unwrap_or(u32::MAX),
        }))
    }

    /// Gives an event back, and leaves the group.
    async fn leave(&self, next_try: Option<u32>) {
        let mut command = self.command(&RELEASE);
        command.arg(NOBODY);
        match next_try {
            None => command.arg(""),
            Some(number) => command.arg(number),
        };
        let request = Request::read(command).running(&RELEASE);
        if let Err(failure) = self.ask(request).await {
            self.log(&failure, "an event is given back later");
        }
    }

    fn log(&self, failure: &Failure, what: &str) {
        let BindingId { actor, name } = &self.binding;
        let stream = &*self.stream;
        tracing::debug!(actor, binding = name, stream, %failure, "{what}");
    }
}

#[async_trait]
impl Source for StreamSource {
    async fn next(&self) -> Result<Taken, ProviderError> {
        let mut ear = self.bell.listen();
        loop {
            match self.take().await {
                Ok(Some(taken)) => return Ok(taken),
                Ok(None) => {}
                // Somebody has deleted the stream. All events of a new one are new.
                Err(Failure::Server { code, .. }) if code == "NOGROUP" => self.join("0").await?,
                Err(failure) => return Err(failure.into()),
            }
            tokio::select! {
                () = sleep(self.poll) => {}
                _ = ear.changed() => {}
            }
        }
    }

    async fn done(&self, taken: &Taken) -> Result<(), ProviderError> {
        let mut command = redis::cmd("XACK");
        command.arg(self.store.key(&self.stream));
        command.arg(&self.group).arg(&taken.event.event_id);
        // To say it twice has no effect.
        self.ask(Request::read(command)).await?;
        Ok(())
    }

    async fn release(&self, _: &Taken, failed: u32) {
        self.leave(Some(failed.saturating_add(1))).await;
    }

    async fn bury(&self, letter: Event) -> Result<(), ProviderError> {
        let call = Call::new(&self.binding, "", b"");
        self.store.append(&call, &letter).await?;
        Ok(())
    }

    fn patience(&self) -> Option<Duration> {
        Some(self.ack_wait)
    }

    async fn keep(&self, taken: &Taken, tries: u32) {
        let mut command = self.command(&KEEP);
        command.arg(&taken.event.event_id).arg(tries);
        let request = Request::read(command).running(&KEEP);
        if let Err(failure) = self.ask(request).await {
            self.log(&failure, "a sign of life is lost");
        }
    }

    async fn close(&self) {
        self.leave(None).await;
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
