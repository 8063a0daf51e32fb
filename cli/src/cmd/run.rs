//! `capwire run`

mod metrics;
#[cfg(unix)]
mod reload;
mod signals;

use crate::admission::Admission;
use crate::args::Run;
use crate::control::Control;
use crate::data::DataDir;
use crate::deployment::Deployment;
use crate::error::Error;
use crate::plan::Plan;
use crate::record;
use crate::replan::Replan;
use crate::secrets::Secrets;
use crate::{engine, logging, output, time};
use capwire::Host;
use serde_json::json;
use signals::Signals;
use std::convert::Infallible;
use std::future::{self, Future};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::RwLockWriteGuard;
use tracing::field::debug;

pub(super) fn run(command: Run) -> Result<(), Error> {
    let secrets = Secrets::default();
    logging::start_for_host(command.log_format, &secrets)?;
    run_manifest(command, &secrets).map_err(|error| error.hiding(&secrets))
}

fn run_manifest(command: Run, secrets: &Secrets) -> Result<(), Error> {
    let data = DataDir::choose(command.data_dir.clone(), &command.manifest);
    let mut faults = Vec::new();
    let replan = Replan::new(&command, data, secrets);
    let (data, dev) = (&replan.opening.data, replan.opening.dev);
    let mut admission = Admission::read(command.trust, command.policy, data, &mut faults);
    let judge = admission.judge(time::now()?);
    let judge = judge.trusting_unsigned_plugins(replan.unsigned_plugins);
    let judge = match command.fresh {
        true => judge,
        false => judge.continuing(replan.swaps.clone()),
    };
    let (path, port) = (&command.manifest, command.port);
    let plan = Plan::survey_any(path, port, &judge, secrets, &mut faults)?;
    if let Some(error) = Error::all(faults) {
        return Err(error);
    }
    warn(&plan);
    replan.swaps.forget_all_but(&plan.continued())?;
    let record = command.record.as_deref();
    let recorder = record.map(record::recorder).transpose()?;
    let counting = command.metrics.is_some();
    let host = engine::host(
        &command.engine,
        command.dev,
        judge.policy,
        counting,
        recorder,
    )?;
    admission.trust.begin(&host)?;
    let runtime = Runtime::new()
        .map_err(|error| Error::failure("cannot start the threads of the host").because(error))?;
    let ended = runtime.block_on(async {
        let deployment = Arc::new(Deployment::new(&host, &plan, replan));
        // Nobody changes it before it runs.
        let whole = deployment.whole().await;
        let control = Control::listen(&deployment, command.control)?;
        let _metrics = match command.metrics {
            Some(address) => Some(metrics::listen(&deployment, address, command.json).await?),
            None => None,
        };
        if dev {
            tracing::warn!("--dev: clients of HTTP servers see how actors fail");
        }
        let options = (command.keep_going, command.json);
        let serving = serve(&deployment, plan, whole, options);
        until_asked_to_stop(&host, serving, admission.follow(&host), &control).await
    });
    // Nobody wants the result of what still runs on threads that may block.
    runtime.shutdown_timeout(Duration::from_millis(500));
    ended
}

fn warn(plan: &Plan) {
    for warning in plan.unset.iter().chain(&plan.warnings) {
        tracing::warn!("{}", warning.summary());
    }
}

async fn until_asked_to_stop(
    host: &Host,
    serving: impl Future<Output = Result<Infallible, Error>>,
    admission: impl Future<Output = Infallible>,
    control: &Control,
) -> Result<(), Error> {
    let mut signals = Signals::listen(host.options().drain)?;
    let ended = tokio::select! {
        Err(error) = serving => Err(error),
        never = admission => match never {},
        () = signals.stop() => Ok(()),
        () = control.stop() => Ok(()),
    };
    signals.stopping();
    let drained = host.shutdown().await;
    let drained = drained
        .map_err(|error| Error::failure("the host did not shut down cleanly").because(error));
    ended.and(drained)
}

/// Ends only with an error or when it is dropped.
async fn serve(
    deployment: &Deployment,
    plan: Plan,
    whole: RwLockWriteGuard<'_, ()>,
    (keep_going, json): (bool, bool),
) -> Result<Infallible, Error> {
    let labels = plan.labels.clone();
    // From the start on, so that the signal does not end a host that has not started everything yet.
    #[cfg(unix)]
    let hangups = reload::Hangups::listen(deployment)?;
    for endpoint in deployment.start(plan, keep_going, &whole).await? {
        match json {
            true => output::json_text(&json!({ "listening": endpoint }).to_string())?,
            false => output::line(&format!("listening {endpoint}"))?,
        }
    }
    let labels = (!labels.is_empty()).then(|| debug(labels));
    tracing::info!(labels, "running; Ctrl-C stops");
    drop(whole);
    #[cfg(unix)]
    hangups.follow(deployment).await;
    Ok(future::pending().await)
}
