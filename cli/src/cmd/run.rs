//! `capwire run`

mod metrics;
mod signals;

use crate::args::Run;
use crate::control::Control;
use crate::data::DataDir;
use crate::error::Error;
use crate::plan::Plan;
use crate::secrets::Secrets;
use crate::{engine, logging, output, start, time};
use capwire::Host;
use serde_json::json;
use signals::Signals;
use std::convert::Infallible;
use std::future;
use tokio::runtime::Runtime;

pub(super) fn run(command: Run) -> Result<(), Error> {
    let secrets = Secrets::default();
    logging::start(logging::OF_A_HOST, command.log_format, &secrets)?;
    run_manifest(command, &secrets).map_err(|error| error.hiding(&secrets))
}

fn run_manifest(command: Run, secrets: &Secrets) -> Result<(), Error> {
    let plan = Plan::read(&command.manifest, time::now()?, secrets)?;
    for unset in &plan.unset {
        tracing::warn!("{}", unset.summary());
    }
    let data = DataDir::choose(command.data_dir, &command.manifest);
    let host = engine::host(command.engine, command.metrics.is_some())?;
    let runtime = Runtime::new()
        .map_err(|error| Error::failure("cannot start the threads of the host").because(error))?;
    runtime.block_on(async {
        let control = Control::listen(&host, command.control, secrets)?;
        let _metrics = match command.metrics {
            Some(address) => Some(metrics::listen(&host, address, command.json).await?),
            None => None,
        };
        until_asked_to_stop(&host, plan, data, &control, command.json).await
    })
}

async fn until_asked_to_stop(
    host: &Host,
    plan: Plan,
    data: DataDir,
    control: &Control,
    json: bool,
) -> Result<(), Error> {
    let mut signals = Signals::listen()?;
    let ended = tokio::select! {
        Err(error) = serve(host, plan, data, json) => Err(error),
        () = signals.stop() => Ok(()),
        () = control.stop() => Ok(()),
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
async fn serve(host: &Host, plan: Plan, data: DataDir, json: bool) -> Result<Infallible, Error> {
    let labels = plan.labels.clone();
    for endpoint in start::start(host, plan, data).await? {
        match json {
            true => output::line(&json!({ "listening": endpoint }).to_string())?,
            false => output::line(&format!("listening {endpoint}"))?,
        }
    }
    tracing::info!(?labels, "running; Ctrl-C stops");
    Ok(future::pending().await)
}
