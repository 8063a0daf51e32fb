//! Messages that a stream of JetStream keeps until the actor has handled them.

mod letter;
mod open;
mod receive;
mod settings;
mod task;

pub(crate) use open::{Stream, UNKNOWN};
pub(crate) use receive::Receiver;
pub(crate) use settings::StreamSettings;
