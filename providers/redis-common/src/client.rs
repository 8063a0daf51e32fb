//! The client of a binding: it sends commands within the time of their calls.

use crate::failure::{Effect, Failure};
use crate::link::{Link, Live};
use crate::settings::Settings;
use capwire_provider::{Call, ProviderError};
use redis::{Cmd, ErrorKind, RedisResult, Script, ServerErrorKind, Value};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

/// A command for the server.
pub struct Request {
    command: Cmd,
    script: Option<&'static Script>,
    is_write: bool,
}

impl Request {
    /// Returns a request that only reads. It is sent again if its connection is lost.
    #[must_use]
    pub fn read(command: Cmd) -> Self {
        Self {
            command,
            script: None,
            is_write: false,
        }
    }

    /// Returns a request that writes. It is never sent again.
    #[must_use]
    pub fn write(command: Cmd) -> Self {
        Self {
            is_write: true,
            ..Self::read(command)
        }
    }

    /// Sets the script that the command runs.
    #[must_use]
    pub fn running(self, script: &'static Script) -> Self {
        Self {
            script: Some(script),
            ..self
        }
    }

    /// Returns the effect of the request if it was sent and not answered.
    fn effect(&self) -> Effect {
        match self.is_write {
            true => Effect::Unknown,
            false => Effect::None,
        }
    }
}

/// The client of a binding.
pub struct Client {
    settings: Settings,
    link: Link,
    permits: Semaphore,
}

impl Client {
    /// Connects to the server.
    ///
    /// # Errors
    /// Returns [`ProviderError::Unavailable`] with the address if it cannot connect.
    pub async fn open(settings: Settings) -> Result<Self, ProviderError> {
        let server = settings.server.clone();
        let link = Link::open(server.clone()).await.map_err(|error| {
            let (host, port) = (&server.address.host, server.address.port);
            let what = format!(
                "cannot use the Redis server at {host}:{port}: start it, or correct `URL` of the binding"
            );
            ProviderError::unavailable(what, error)
        })?;
        Ok(Self {
            link,
            permits: Semaphore::new(settings.max_calls),
            settings,
        })
    }

    /// Sends `request` and returns the answer of the server.
    ///
    /// # Errors
    /// Returns the [`Failure`] of the request.
    pub async fn ask(&self, call: &Call<'_>, request: Request) -> Result<Value, Failure> {
        let longest = self.settings.timeout;
        let time = call.time_left().map_or(longest, |left| left.min(longest));
        let until = Instant::now() + time;
        let calls = self.settings.max_calls;
        let permit = timeout_at(until, self.permits.acquire()).await;
        let permit = permit.map_err(|_| Failure::Full { calls })?;
        let _permit = permit.map_err(|_| Failure::Ended)?;
        let live = self.connected(until, 0).await?;
        match self.send(until, &live, &request).await {
            Err(Failure::Lost { .. }) if !request.is_write => {
                let live = self.connected(until, live.number).await?;
                self.send(until, &live, &request).await
            }
            answer => answer,
        }
    }

    async fn connected(&self, until: Instant, lost: u64) -> Result<Live, Failure> {
        let connected = timeout_at(until, self.link.connected(lost)).await;
        connected.unwrap_or(Err(Failure::ConnectingTooSlow))
    }

    async fn send(&self, until: Instant, live: &Live, request: &Request) -> Result<Value, Failure> {
        let effect = request.effect();
        let answer = timeout_at(until, answer(live, request)).await;
        let answer = answer.map_err(|_| Failure::TooSlow(effect))?;
        answer.map_err(|error| {
            if error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly) {
                // After a failover, the name of the server may lead to another one.
                self.link.renew(live);
            }
            Failure::of(error, effect)
        })
    }
}

/// Sends a request once. If the server does not know its script, the request had no effect, so the script is loaded
/// and the request sent again.
async fn answer(live: &Live, request: &Request) -> RedisResult<Value> {
    let mut connection = live.connection.clone();
    let answer = request.command.query_async(&mut connection).await;
    match (request.script, &answer) {
        (Some(script), Err(error))
            if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) =>
        {
            script.load_async(&mut connection).await?;
            request.command.query_async(&mut connection).await
        }
        _ => answer,
    }
}
