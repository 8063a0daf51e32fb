//! Engines by name. Only a binary has a default one.

use crate::args::EngineName;
use crate::error::Error;

use capwire::engine::{Wasmi, Wasmtime};
use capwire::{Host, HostOptions, Limits};

/// A host whose actors run on the engine of this name, within `policy`, and that counts
/// calls if `metrics` are wanted.
pub(crate) fn host(name: EngineName, policy: Limits, metrics: bool) -> Result<Host, Error> {
    let builder = match name {
        EngineName::Wasmi => Host::builder(Wasmi::new()),
        EngineName::Wasmtime => Host::builder(Wasmtime::new().map_err(unavailable)?),
    };
    let failed = |error| Error::failure("cannot make the host").because(error);
    let mut options = HostOptions::default();
    options.metrics = metrics;
    let builder = builder.policy(policy).options(options);
    builder.build().map_err(failed)
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failure("the engine `wasmtime` does not run on this machine")
        .because(error)
        .help("try `--engine wasmi`")
}
