//! `capwire run`

mod actors;
mod builtin;
mod data;
mod engine;
mod implied;
mod location;
mod logging;
mod place;
mod plan;
mod providers;
mod signals;
mod start;

use crate::args::Run;
use crate::error::Error;
use crate::{output, time};
use capwire::Host;
use data::DataDir;
use plan::Plan;
use signals::Signals;
use std::convert::Infallible;
use std::future;
use tokio::runtime::Runtime;

pub(super) fn run(command: Run) -> Result<(), Error> {
    logging::start()?;
    let plan = Plan::read(&command.manifest, time::now()?)?;
    let data = DataDir::choose(command.data_dir, &command.manifest);
    let host = engine::host(command.engine)?;
    let runtime = Runtime::new()
        .map_err(|error| Error::failure("cannot start the threads of the host").because(error))?;
    runtime.block_on(until_asked_to_stop(&host, plan, data))
}

async fn until_asked_to_stop(host: &Host, plan: Plan, data: DataDir) -> Result<(), Error> {
    let mut signals = Signals::listen()?;
    let ended = tokio::select! {
        Err(error) = serve(host, plan, data) => Err(error),
        () = signals.stop() => Ok(()),
    };
    let drained = tokio::select! {
        drained = host.shutdown() => {
            drained.map_err(|error| Error::failure("the host did not end in order").because(error))
        }
        () = signals.stop() => Err(Error::failure("stopped before all calls were finished")),
    };
    ended.and(drained)
}

/// Ends only by an error, or by being dropped.
async fn serve(host: &Host, plan: Plan, data: DataDir) -> Result<Infallible, Error> {
    let labels = plan.labels.clone();
    for endpoint in start::start(host, plan, data).await? {
        output::line(&format!("listening {endpoint}"))?;
    }
    tracing::info!(?labels, "running; Ctrl-C stops");
    Ok(future::pending().await)
}
