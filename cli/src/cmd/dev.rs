//! `capwire dev`
//!
//! The host is a process of its own, so that whatever ends it leaves this loop, and the next change
//! can start it again.

mod host;
mod sources;

use super::build::{self, Built};
use crate::args::Dev;
use crate::error::Error;
use crate::output;
use crate::project::Project;
use capwire_project::Build;
use host::Host;
use sources::{Changes, Sources};
use std::future::pending;
use std::io;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_blocking;

pub(super) fn run(command: &Dev) -> Result<(), Error> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::failure("cannot start").because(error))?;
    runtime.block_on(async {
        let mut session = Session {
            command,
            // Changes that come while the first build runs are not lost.
            sources: Sources::watch(&Project::around(&command.folder)?.folder)?,
            stop: Stop::listen()?,
            host: None,
        };
        session.serve().await?;
        match session.host {
            Some(host) => host.stop().await,
            None => Ok(()),
        }
    })
}

struct Session<'c> {
    command: &'c Dev,
    sources: Sources,
    stop: Stop,
    host: Option<Host>,
}

impl Session<'_> {
    /// Brings the host up to date after each change, until it is asked to stop.
    async fn serve(&mut self) -> Result<(), Error> {
        let mut changes = Changes { manifest: true };
        loop {
            match self.follow(changes).await {
                Ok(Asked::ToGoOn) => changes.manifest = false,
                Ok(Asked::ToStop) => return Ok(()),
                Err(error) => output::aside(format_args!("{}\n", error.colored())),
            }
            let Some(next) = self.next().await? else {
                return Ok(());
            };
            // A manifest that was changed before a build failed takes effect after the next one.
            changes.manifest |= next.manifest;
        }
    }

    /// Builds the project, and runs what it built. If anything fails, the old version goes on.
    async fn follow(&mut self, changes: Changes) -> Result<Asked, Error> {
        let project = Project::around(&self.command.folder)?;
        let building = {
            let project = project.clone();
            spawn_blocking(move || build::build(&project, Build::Live, true))
        };
        let built = tokio::select! {
            built = building => built,
            () = self.stop.asked() => return Ok(Asked::ToStop),
        };
        let built =
            built.map_err(|error| Error::failure("the build broke off").because(error))??;
        self.update(&project, &built, changes).await?;
        Ok(Asked::ToGoOn)
    }

    async fn update(
        &mut self,
        project: &Project,
        built: &Built,
        changes: Changes,
    ) -> Result<(), Error> {
        if changes.manifest
            && let Some(host) = self.host.take()
        {
            output::aside("the manifest has changed: the host starts again\n");
            host.stop().await?;
        }
        match &self.host {
            Some(host) if built.is_new => output::aside(format_args!("{}\n", host.swap(built)?)),
            Some(_) => {}
            None => {
                output::aside(format_args!("{}\n", built.shown()));
                self.host = Some(Host::start(project, &self.command.options)?);
            }
        }
        Ok(())
    }

    /// Returns the next changes, or `None` if it is asked to stop.
    async fn next(&mut self) -> Result<Option<Changes>, Error> {
        loop {
            let ended = async {
                match &mut self.host {
                    Some(host) => host.ended().await,
                    None => pending().await,
                }
            };
            tokio::select! {
                changes = self.sources.next() => return changes.map(Some),
                () = self.stop.asked() => return Ok(None),
                () = ended => {
                    self.host = None;
                    output::aside("the host has ended; save a file to start it again\n");
                }
            }
        }
    }
}

enum Asked {
    ToGoOn,
    ToStop,
}

/// Ctrl-C, and SIGTERM.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> Result<Self, Error> {
        let listen = |kind| {
            signal(kind).map_err(|error: io::Error| {
                Error::failure("cannot listen for signals").because(error)
            })
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
