//! Records while a host runs: middleware around all calls.

use crate::{By, MAX_USES, RecordError, Use, parse};
use bytes::Bytes;
use capwire_host::{ActorId, Dispatch, Error, Invocation, Origin, Target};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// Longer resources are recorded as unknown, in bytes: guests choose them.
const LONGEST: usize = 256;

/// A layer that records each use when it is first seen.
///
/// Calls of an actor that failed are not recorded: they show what somebody tried, and not what the
/// actor needs. A provider's call of an actor is recorded unless it was denied, because the actor
/// may fail by itself.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Mutex<Record>>);

#[derive(Debug)]
struct Record {
    seen: HashSet<Use>,
    file: File,
    /// `true` once a use could not be recorded, and that was logged.
    incomplete: bool,
}

impl Recorder {
    /// Returns a recorder that appends to the file at `path`, or creates it, readable only by its
    /// owner.
    ///
    /// # Errors
    /// Returns [`RecordError`] if the file exists and is not a record, or cannot be written.
    pub fn append_to(path: impl AsRef<Path>) -> Result<Self, RecordError> {
        let path = path.as_ref();
        let seen = match path.metadata() {
            Ok(there) if !there.is_file() => return Err(RecordError::NotAFile(path.to_owned())),
            Ok(_) => known(path)?,
            Err(_) => HashSet::new(),
        };
        Ok(Self(Arc::new(Mutex::new(Record {
            seen,
            file: append(path)?,
            incomplete: false,
        }))))
    }

    fn note(&self, uses: impl Iterator<Item = Use>) {
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
        if self.seen.len() >= MAX_USES {
            return self.complain(&format!("it has reached the limit of {MAX_USES} uses"));
        }
        if let Err(error) = self.write(&one) {
            return self.complain(&error.to_string());
        }
        self.seen.insert(one);
    }

    /// Each line is written at once, so that it is complete or missing.
    fn write(&mut self, one: &Use) -> io::Result<()> {
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

fn known(path: &Path) -> Result<HashSet<Use>, RecordError> {
    let text = fs::read(path).map_err(|source| RecordError::Read {
        path: path.to_owned(),
        source,
    })?;
    parse(&text).map_err(|source| RecordError::Parse {
        path: path.to_owned(),
        source,
    })
}

fn append(path: &Path) -> Result<File, RecordError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    owner_only(&mut options);
    options.open(path).map_err(|source| RecordError::Write {
        path: path.to_owned(),
        source,
    })
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
#[derive(Clone, Debug)]
pub struct Recording {
    recorder: Recorder,
    inner: Dispatch,
}

impl Service<Invocation> for Recording {
    type Response = Bytes;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        let uses = uses(&self.inner, &invocation);
        let recorder = self.recorder.clone();
        let call = self.inner.call(invocation);
        Box::pin(async move {
            let result = call.await;
            let is_use = |by| match (&result, by) {
                (Err(error), By::Provider) => !error.is_denied(),
                (result, _) => result.is_ok(),
            };
            recorder.note(uses.into_iter().filter(|one| is_use(one.by)));
            result
        })
    }
}

fn uses(dispatch: &Dispatch, invocation: &Invocation) -> Vec<Use> {
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
            let (part, resources) = resources(dispatch, invocation);
            let of_part = |resource| {
                let mut used = one(actor, By::Actor, contract.clone(), resource);
                part.clone_into(&mut used.operation);
                used
            };
            resources.into_iter().map(of_part).collect()
        }
        (Origin::Actor(actor), Target::Actor(other)) if actor != *other => {
            vec![one(actor, By::Actor, other.to_string(), None)]
        }
        (Origin::Provider(provider), Target::Actor(actor)) => {
            let contract = provider.contract.to_string();
            vec![one(*actor, By::Provider, contract, None)]
        }
        _ => Vec::new(),
    }
}

/// Returns the operation, or the part of it that the message asks for, and the resources of the
/// message. A resource that is not certain is unknown.
fn resources(dispatch: &Dispatch, invocation: &Invocation) -> (String, Vec<Option<String>>) {
    let operation = || invocation.operation().to_owned();
    match dispatch.examine(invocation) {
        Ok(examined) => {
            let known = |resource: String| (resource.len() <= LONGEST).then_some(resource);
            let part = examined.operation.unwrap_or_else(operation);
            (part, examined.resources.into_iter().map(known).collect())
        }
        Err(_) => (operation(), vec![None]),
    }
}
