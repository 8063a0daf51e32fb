//! A binding: the task that has its timers, and makes their calls.

use crate::clock::{Clock, Moment};
use crate::entry::Random;
use crate::failure::Failure;
use crate::holders::Holders;
use crate::journal::Journal;
use crate::request;
use crate::run::{Ended, Job};
use crate::settings::Settings;
use crate::timers::{Skipped, Timers};
use capwire_contracts::timer::{ErrorClass, State, Timer};
use capwire_provider::BindingId;
use std::io;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, spawn_blocking};

/// The place for an answer.
type Reply<T> = oneshot::Sender<Result<T, Failure>>;

/// A request to the task of a binding.
pub(crate) enum Command {
    Configure {
        settings: Arc<Settings>,
        journal: Option<Journal>,
        reply: Reply<()>,
    },
    Set(Timer, Reply<i64>),
    Cancel(String, Reply<bool>),
    List(String, Reply<Vec<State>>),
    /// No further calls begin.
    End,
}

/// The task of a binding.
pub(crate) struct Member {
    binding: Arc<BindingId>,
    holders: Arc<Holders>,
    clock: Arc<dyn Clock>,
    timers: Timers,
    journal: Option<Journal>,
    running: JoinSet<Ended>,
}

impl Member {
    pub(crate) fn new(
        binding: BindingId,
        holders: Arc<Holders>,
        clock: Arc<dyn Clock>,
        (settings, random): (Arc<Settings>, Random),
    ) -> Self {
        Self {
            binding: Arc::new(binding),
            holders,
            clock,
            timers: Timers::new(settings, random),
            journal: None,
            running: JoinSet::new(),
        }
    }

    /// Makes calls until nobody can send commands any more, and then lets those under way end.
    pub(crate) async fn work(mut self, mut commands: mpsc::Receiver<Command>) {
        loop {
            self.begin().await;
            let next = self.timers.next();
            tokio::select! {
                command = commands.recv() => match command {
                    None | Some(Command::End) => break,
                    Some(command) => self.obey(command).await,
                },
                Some(ended) = self.running.join_next(), if !self.running.is_empty() => {
                    self.ended(ended);
                }
                () = wait(&*self.clock, next), if next.is_some() => {}
            }
        }
        while let Some(ended) = self.running.join_next().await {
            self.ended(ended);
        }
        self.store_or_log().await;
    }

    /// Begins the calls that are due.
    async fn begin(&mut self) {
        for skipped in self.timers.look(self.clock.now()) {
            self.log(&skipped);
        }
        let mut jobs = Vec::new();
        let most = self.timers.settings.concurrent;
        let can_call = self.holders.newest().is_some();
        while can_call && self.running.len() + jobs.len() < most {
            let Some(begun) = self.timers.begin() else {
                break;
            };
            jobs.push(Job {
                binding: Arc::clone(&self.binding),
                holders: Arc::clone(&self.holders),
                clock: Arc::clone(&self.clock),
                name: begun.name,
                number: begun.number,
                run: begun.run,
                retries: begun.retries,
                payload: begun.payload,
            });
        }
        self.store_or_log().await;
        for job in jobs {
            self.running.spawn(job.make());
        }
    }

    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        match ended {
            Ok(Ended {
                name,
                number,
                run,
                is_made,
            }) => {
                let now = self.clock.now();
                self.timers.ended(&name, number, run, is_made, now);
            }
            Err(error) => {
                tracing::error!(binding = self.binding.name, %error, "a call of a timer was lost");
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        // Nobody may wait for the answer any more. The command counts all the same.
        match command {
            Command::Configure {
                settings,
                journal,
                reply,
            } => {
                let configured = self.configure(settings, journal).await;
                let _ = reply.send(configured);
            }
            Command::Set(timer, reply) => {
                let set = self.set(&timer).await;
                let _ = reply.send(set);
            }
            Command::Cancel(name, reply) => {
                let cancelled = self.cancel(&name).await;
                let _ = reply.send(cancelled);
            }
            Command::List(prefix, reply) => {
                let _ = reply.send(Ok(self.timers.list(&prefix)));
            }
            Command::End => {}
        }
    }

    async fn configure(
        &mut self,
        settings: Arc<Settings>,
        journal: Option<Journal>,
    ) -> Result<(), Failure> {
        self.store_or_log().await;
        let now = self.clock.now();
        let durable = settings.durable;
        let saved = journal.as_ref().map(|journal| journal.saved().clone());
        let is_new = journal.is_some();
        self.timers
            .configure(settings, &saved.unwrap_or_default(), now);
        match (durable, journal) {
            (false, _) => self.journal = None,
            (true, Some(journal)) => self.journal = Some(journal),
            (true, None) => {}
        }
        if is_new {
            self.timers.save_all();
        }
        self.store().await.map_err(Failure::not_stored)
    }

    async fn set(&mut self, timer: &Timer) -> Result<i64, Failure> {
        let now = self.clock.now();
        let settings = Arc::clone(&self.timers.settings);
        let spec = request::spec(timer, &settings, now)?;
        let name = &*timer.name;
        let before = self.timers.get(name);
        match before.map(|entry| entry.spec.own) {
            Some(false) => return Err(configured(name)),
            None if self.timers.own() >= settings.max_timers => {
                let most = settings.max_timers;
                let text = format!(
                    "the actor has {most} timers, as many as `MAX_TIMERS` of the binding allows: cancel one first"
                );
                return Err(Failure::new(ErrorClass::Full, text));
            }
            _ => {}
        }
        self.store_or_log().await;
        let before = self.timers.take(name);
        self.timers.insert(name, spec, (now, now));
        if let Err(error) = self.store().await {
            self.timers.put_back(name, before);
            return Err(Failure::not_stored(error));
        }
        let next = self.timers.get(name).and_then(|entry| entry.next());
        Ok(next.unwrap_or(now).0)
    }

    async fn cancel(&mut self, name: &str) -> Result<bool, Failure> {
        match self.timers.get(name).map(|entry| entry.spec.own) {
            None => return Ok(false),
            Some(false) => return Err(configured(name)),
            Some(true) => {}
        }
        self.store_or_log().await;
        let removed = self.timers.remove(name);
        if let Err(error) = self.store().await {
            self.timers.put_back(name, removed);
            return Err(Failure::not_stored(error));
        }
        Ok(true)
    }

    /// Stores the changes, if timers are durable.
    async fn store(&mut self) -> io::Result<()> {
        let changes = std::mem::take(&mut self.timers.changes);
        let Some(mut journal) = self.journal.take() else {
            return Ok(());
        };
        if changes.is_empty() {
            self.journal = Some(journal);
            return Ok(());
        }
        let stored = spawn_blocking(move || {
            let stored = journal.append(&changes);
            (journal, stored)
        });
        let (journal, stored) = stored.await.map_err(io::Error::other)?;
        self.journal = Some(journal);
        stored
    }

    /// Stores how far calls are made. If that fails, some are made again after a restart.
    async fn store_or_log(&mut self) {
        if let Err(error) = self.store().await {
            let BindingId { actor, name } = &*self.binding;
            tracing::error!(actor, binding = name, %error, "the progress of timers was not stored");
        }
    }

    fn log(&self, Skipped { name: timer, count }: &Skipped) {
        let BindingId { actor, name } = &*self.binding;
        tracing::warn!(
            actor,
            binding = name,
            timer,
            count,
            "calls of the timer were missed and are not made"
        );
    }
}

fn configured(name: &str) -> Failure {
    let text = format!(
        "the binding has a timer `{name}`, which the actor cannot change: choose another name"
    );
    Failure::new(ErrorClass::Name, text)
}

async fn wait(clock: &dyn Clock, until: Option<Moment>) {
    if let Some(until) = until {
        clock.sleep_until(until).await;
    }
}
