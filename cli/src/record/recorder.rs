//! Records while a host runs: middleware around all calls.

use super::{By, MOST, Use, read};
use crate::error::Error;
use capwire::contracts::resource;
use capwire::{ActorId, Dispatch, Invocation, Origin, Target};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// Longer resources are recorded as unknown, in bytes: guests choose them.
const LONGEST: usize = 256;

/// Records each use when it is first seen.
#[derive(Clone)]
pub(crate) struct Recorder(Arc<Mutex<Record>>);

struct Record {
    seen: HashSet<Use>,
    file: File,
    /// `true` once a use could not be recorded, and that was logged.
    incomplete: bool,
}

impl Recorder {
    /// Appends to the file at `path`, or creates it, readable only by its owner.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let seen = match path.metadata() {
            Ok(there) if !there.is_file() => {
                let problem = format!("cannot record into `{}`", path.display());
                let help = "name a regular file, or one that does not exist yet";
                return Err(Error::failure(problem)
                    .because("it is not a regular file")
                    .help(help));
            }
            Ok(_) => read(path)?,
            Err(_) => HashSet::new(),
        };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        owner_only(&mut options);
        let file = options.open(path);
        Ok(Self(Arc::new(Mutex::new(Record {
            seen,
            file: file.map_err(|error| {
                Error::failure(format!("cannot write `{}`", path.display())).because(error)
            })?,
            incomplete: false,
        }))))
    }

    fn note(&self, uses: Vec<Use>) {
        // A record that somebody left by a panic is as good as before.
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in uses {
            record.note(one);
        }
    }
}

impl Record {
    fn note(&mut self, one: Use) {
        if self.seen.contains(&one) {
            return;
        }
        if self.seen.len() >= MOST {
            return self.complain(&format!("it has reached the limit of {MOST} uses"));
        }
        if let Err(error) = self.write(&one) {
            return self.complain(&error.to_string());
        }
        self.seen.insert(one);
    }

    /// Each line is written at once, so that it is complete or missing.
    fn write(&mut self, one: &Use) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(one)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    fn complain(&mut self, reason: &str) {
        if !self.incomplete {
            tracing::error!("the record is not complete: {reason}");
        }
        self.incomplete = true;
    }
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn owner_only(_: &mut OpenOptions) {}

impl Layer<Dispatch> for Recorder {
    type Service = Recording;

    fn layer(&self, inner: Dispatch) -> Recording {
        let recorder = self.clone();
        Recording { recorder, inner }
    }
}

/// The service that records each call and passes it on.
#[derive(Clone)]
pub(crate) struct Recording {
    recorder: Recorder,
    inner: Dispatch,
}

type Answer = <Dispatch as Service<Invocation>>::Response;

impl Service<Invocation> for Recording {
    type Response = Answer;
    type Error = capwire::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, capwire::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), capwire::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        let (uses, recorder) = (uses(&invocation), self.recorder.clone());
        let call = self.inner.call(invocation);
        Box::pin(async move {
            let result = call.await;
            // What was denied is not what the actor may need, but what somebody tried.
            if !result.as_ref().is_err_and(capwire::Error::is_denied) {
                recorder.note(uses);
            }
            result
        })
    }
}

fn uses(invocation: &Invocation) -> Vec<Use> {
    let one = |actor: ActorId, by, capability: String, resource| Use {
        actor: actor.to_string(),
        by,
        capability,
        operation: invocation.operation().to_owned(),
        resource,
    };
    match (invocation.origin(), invocation.target()) {
        (Origin::Actor(actor), Target::Capability(provider)) => {
            let contract = provider.contract.to_string();
            let resources = resources(&contract, invocation).into_iter();
            resources
                .map(|resource| one(actor, By::Actor, contract.clone(), resource))
                .collect()
        }
        (Origin::Actor(actor), Target::Actor(other)) if actor != *other => {
            vec![one(actor, By::Actor, other.to_string(), None)]
        }
        (Origin::Provider(provider), Target::Actor(actor)) => {
            vec![one(
                *actor,
                By::Provider,
                provider.contract.to_string(),
                None,
            )]
        }
        _ => Vec::new(),
    }
}

/// Returns the resources of the message. A resource that is not certain is unknown.
fn resources(contract: &str, invocation: &Invocation) -> Vec<Option<String>> {
    let examined = resource::examine(contract, invocation.operation(), invocation.payload());
    match examined {
        Ok(examined) => {
            let known = |resource: String| (resource.len() <= LONGEST).then_some(resource);
            examined.resources.into_iter().map(known).collect()
        }
        Err(_) => vec![None],
    }
}
