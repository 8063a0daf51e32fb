//! The messages on the socket.

use crate::deployment::Apply;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// The version of this protocol. Both sides must use the same version.
pub(super) const VERSION: u32 = 1;

/// The longest line of a request, in bytes.
pub(super) const LONGEST_REQUEST: u64 = 64 << 10;

/// The longest line of a reply, in bytes.
pub(super) const LONGEST_REPLY: u64 = 64 << 20;

/// The largest module, in bytes.
pub(super) const LARGEST_MODULE: u64 = 256 << 20;

/// One request.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) version: u32,
    #[serde(rename = "ask")]
    pub(super) command: HostCommand,
}

/// A command to a host.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum HostCommand {
    /// Lists what is running. The reply is a [`Listing`].
    List,
    /// Swaps an actor. The module follows. The reply is [`Swapped`].
    Swap(Swap),
    /// Withdraws the canary of an actor, by its key or name. The reply is `null`.
    Withdraw(String),
    /// Replaces a provider by what the host's manifest says now. The reply is [`ProviderSwapped`].
    SwapProvider(SwapProvider),
    /// Applies a manifest. The reply is [`Applied`](crate::deployment::Applied).
    Apply(Apply),
    /// Starts an actor, whose module has so many bytes and follows. The reply is [`Started`].
    Start(u64),
    /// Binds an actor, or gives its binding other values. The reply is a list of URLs.
    Bind(Bind),
    /// Ends a binding. The reply is `null`.
    Unbind(Unbind),
    /// Sends events. The reply is `null`, and a line for each event follows.
    Events,
    /// Stops an actor, by its key or name. The reply is [`Stopped`].
    StopActor(String),
    /// Stops the host. The reply is sent at once; the connection ends with the host.
    StopHost,
}

/// The options of a swap.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Swap {
    /// The actor, by its key or name.
    pub(crate) actor: String,
    /// The bytes of the module that follow the line.
    pub(crate) module_bytes: u64,
    pub(crate) allow_wider: bool,
    pub(crate) health_check: bool,
    /// `None` means the host's default.
    pub(crate) drain: Option<Duration>,
    /// Gives the new version a share of the calls first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) canary: Option<Canary>,
}

/// The options of a canary. Shares are in hundredths of a percent.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Canary {
    pub(crate) share: u16,
    pub(crate) time: Duration,
    pub(crate) max_errors: u16,
}

/// The options of the swap of a provider.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwapProvider {
    /// The provider: its contract, or its contract and name with a slash between them.
    pub(crate) provider: String,
    /// `None` means the host's default.
    pub(crate) drain: Option<Duration>,
}

/// A binding to make or to change.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bind {
    /// The actor, by its key or name.
    pub(crate) actor: String,
    /// The provider: its contract, or its contract and name with a slash between them.
    pub(crate) provider: String,
    pub(crate) values: BTreeMap<String, String>,
}

/// A binding to end.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unbind {
    /// The actor, by its key or name.
    pub(crate) actor: String,
    /// The provider: its contract, or its contract and name with a slash between them.
    pub(crate) provider: String,
}

/// One reply.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Reply {
    pub(super) version: u32,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Done(Value),
    Errors(Vec<Fault>),
}

/// Part of an error; whatever else there is of it is for people at the host.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Fault {
    message: String,
    causes: Vec<String>,
    help: Option<String>,
    /// The place in a file. Older hosts do not send it.
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    line: Option<u64>,
    #[serde(default)]
    column: Option<u64>,
}

/// The version alone, whatever other versions may add.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// The actors and providers of a host.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Listing {
    pub(crate) pid: u32,
    /// The version of its program.
    pub(crate) version: String,
    pub(crate) actors: Vec<ActorEntry>,
    pub(crate) providers: Vec<ProviderEntry>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ActorEntry {
    pub(crate) name: String,
    /// The aliases that the manifest gives it. Older hosts do not send them.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    pub(crate) key: String,
    pub(crate) issuer: String,
    pub(crate) version: Option<String>,
    pub(crate) revision: i32,
    /// The revision of the module that the manifest names, if a swap put another one in place.
    #[serde(default)]
    pub(crate) manifest_revision: Option<i32>,
    /// The number of its versions since it was started.
    pub(crate) generation: u64,
    /// The version that gets only a share of the calls. Older hosts do not send it.
    #[serde(default)]
    pub(crate) canary: Option<CanaryEntry>,
    pub(crate) instances: Instances,
    /// The calls that wait for an instance.
    pub(crate) waiting: usize,
    /// The limits by key and unit, as in `memory_bytes`, without `instances`, which [`Instances`] has.
    /// `null` means that there is no limit. Older hosts do not send them.
    pub(crate) limits: Option<BTreeMap<String, Option<u64>>>,
    pub(crate) calls: Calls,
    pub(crate) bindings: Vec<BindingEntry>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CanaryEntry {
    pub(crate) generation: u64,
    /// Such as `10%`.
    pub(crate) share: String,
    pub(crate) calls: Calls,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Instances {
    pub(crate) limit: usize,
    pub(crate) idle: usize,
    pub(crate) busy: usize,
}

/// The number of calls, by how they ended.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Calls {
    pub(crate) served: u64,
    pub(crate) failed: u64,
    pub(crate) dropped: u64,
    pub(crate) abandoned: u64,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct BindingEntry {
    pub(crate) contract: String,
    pub(crate) name: String,
    pub(crate) endpoints: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ProviderEntry {
    pub(crate) contract: String,
    pub(crate) name: String,
    /// The name in its descriptor.
    pub(crate) provider: String,
    pub(crate) version: String,
    /// The number of its versions since the host started. Older hosts do not send it, nor the rest.
    #[serde(default)]
    pub(crate) generation: u64,
    /// `serving`, `changing` or `broken`.
    #[serde(default)]
    pub(crate) state: String,
    /// The reason why it is broken.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// The number of times that it was opened again after a failure.
    #[serde(default)]
    pub(crate) restarts: u64,
    /// The calls that wait while it is replaced.
    #[serde(default)]
    pub(crate) waiting: usize,
}

/// The result of a swap.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Swapped {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) generation: u64,
    pub(crate) old_revision: i32,
    pub(crate) new_revision: i32,
    /// The calls that ended in the old version since the swap began.
    pub(crate) old: Calls,
    /// The calls that ended in the new version meanwhile.
    pub(crate) new: Calls,
    pub(crate) dropped: u64,
    /// The calls with which the new version proved itself.
    #[serde(default)]
    pub(crate) canary: Option<Calls>,
    pub(crate) wider: Vec<String>,
    pub(crate) ended_bindings: Vec<String>,
    /// The reason why the next run of the host will not continue the new version, if it will not.
    #[serde(default)]
    pub(crate) not_kept: Option<String>,
}

/// The result of the swap of a provider.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ProviderSwapped {
    pub(crate) contract: String,
    pub(crate) name: String,
    pub(crate) generation: u64,
    /// The calls that ended in the old provider since the swap began.
    pub(crate) old: Calls,
    /// The calls that ended in the new provider meanwhile.
    pub(crate) new: Calls,
    /// The calls that waited for the new provider.
    pub(crate) queued: u64,
    /// The calls that did not get to wait, or not long enough.
    pub(crate) refused: u64,
    pub(crate) dropped: u64,
    /// Its bindings, each with the name of its actor.
    pub(crate) bindings: Vec<NewBinding>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct NewBinding {
    pub(crate) actor: String,
    pub(crate) endpoints: Vec<String>,
}

/// An actor that was started.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Started {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) revision: i32,
}

/// An actor that was stopped.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Stopped {
    pub(crate) name: String,
    pub(crate) key: String,
    /// The number of calls that took too long, and were stopped with the actor.
    pub(crate) stopped_calls: usize,
}

impl Request {
    pub(super) fn parse(line: &[u8]) -> Result<Self, Error> {
        let malformed = |error| Error::failure("the request is malformed").because(error);
        let Versioned { version } = serde_json::from_slice(line).map_err(malformed)?;
        if version == VERSION {
            return serde_json::from_slice(line).map_err(malformed);
        }
        Err(Error::failure(format!(
            "the host uses version {VERSION} of the protocol, not {version}"
        ))
        .help("use the `capwire` of the same version as the host"))
    }
}

impl Reply {
    pub(super) fn new(outcome: Result<Value, Error>) -> Self {
        let outcome = match outcome {
            Ok(value) => Outcome::Done(value),
            Err(error) => Outcome::Errors(faults(&error)),
        };
        Self {
            version: VERSION,
            outcome,
        }
    }

    pub(super) fn parse(line: &[u8]) -> Result<Value, Error> {
        let malformed = |error| Error::failure("the host's answer is malformed").because(error);
        let reply: Self = serde_json::from_slice(line).map_err(malformed)?;
        match reply.outcome {
            Outcome::Done(value) => Ok(value),
            Outcome::Errors(faults) => Err(Error::all(faults.into_iter().map(error).collect())
                .unwrap_or_else(|| Error::failure("the host refused without a reason"))),
        }
    }
}

fn faults(error: &Error) -> Vec<Fault> {
    let faults = error.to_json().into_iter();
    faults
        .filter_map(|fault| serde_json::from_value(fault).ok())
        .collect()
}

fn error(fault: Fault) -> Error {
    let place = [fault.line, fault.column].into_iter().flatten();
    let place = place.map(|number| format!("{number}:"));
    let place = fault
        .file
        .map(|file| format!("{file}:{} ", place.collect::<String>()));
    let message = fault.message;
    let mut error = Error::failure(format!("{}{message}", place.unwrap_or_default()));
    if !fault.causes.is_empty() {
        error = error.because(fault.causes.join(": "));
    }
    match fault.help {
        Some(help) => error.help(help),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::{ActorEntry, Reply, Request};
    use crate::error::Error;

    #[test]
    fn only_what_is_known_is_understood() {
        assert!(Request::parse(br#"{"version":1,"ask":"list"}"#).is_ok());
        for line in [
            r#"{"version":1,"ask":"dance"}"#,
            r#"{"version":1,"ask":"list","loudly":true}"#,
            r#"{"version":1,"ask":{"swap":{"actor":"a"}}}"#,
            r#"{"ask":"list"}"#,
            "[]",
            "",
            "\0",
        ] {
            assert!(Request::parse(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn another_version_is_named() {
        let error = Request::parse(br#"{"version":2,"ask":{"sing":"la"}}"#).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("version 1") && text.contains("not 2"),
            "{text}"
        );
    }

    #[test]
    fn a_host_that_says_less_of_an_actor_is_understood() {
        let actor = r#"{"name":"a","key":"M","issuer":"A","version":null,"revision":0,
            "generation":1,"instances":{"limit":1,"idle":1,"busy":0},"waiting":0,
            "calls":{"served":0,"failed":0,"dropped":0,"abandoned":0},"bindings":[]}"#;
        let actor: ActorEntry = serde_json::from_str(actor).unwrap();
        assert!(actor.limits.is_none());
    }

    #[test]
    fn the_place_of_an_error_arrives() {
        let line = br#"{"version":1,"errors":[{"message":"no","causes":[],"help":null,
            "file":"m.yaml","line":2,"column":7}]}"#;
        let arrived = Reply::parse(line).unwrap_err().to_string();
        assert_eq!(arrived, "error: m.yaml:2:7: no");
    }

    #[test]
    fn an_error_arrives_as_it_was() {
        let error = Error::failure("no").because("too late").help("sooner");
        let line = serde_json::to_vec(&Reply::new(Err(error))).unwrap();
        let arrived = Reply::parse(&line).unwrap_err().to_string();
        assert_eq!(arrived, "error: no\n  because: too late\nhelp: sooner");
    }
}
