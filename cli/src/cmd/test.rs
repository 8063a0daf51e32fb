//! `capwire test`

mod cases;
mod compare;
mod script;

use super::build;
use crate::args::Test;
use crate::error::Error;
use crate::project::Project;
use crate::secrets::Secrets;
use crate::{engine, logging, output, time};
use capwire::wascap::Verifier;
use capwire::{Actor, ActorId, Host, PolicyRules};
use capwire_text::escaped;
use cases::Case;
use script::Script;
use std::sync::Arc;
use tokio::runtime::Runtime;

pub(super) fn run(command: &Test) -> Result<(), Error> {
    let project = Project::around(&command.folder)?;
    let cases = cases::read(&project.folder.join("tests"))?;
    if !command.cases {
        capwire_project::test(&project.folder, project.language)
            .map_err(|error| build::failed("the tests did not pass of", &project, error))?;
    }
    if cases.is_empty() {
        return Ok(());
    }
    let module = build::for_tests(&project)?;
    logging::start_for_call(&Secrets::default())?;
    let host = engine::host(&command.engine, true, PolicyRules::default(), false, None)?;
    let runtime = Runtime::new()
        .map_err(|error| Error::failure("cannot start the threads of the host").because(error))?;
    runtime.block_on(async {
        let tested = run_all(&host, &module, &cases).await;
        let ended = host.shutdown().await;
        let ended = ended
            .map_err(|error| Error::failure("the host did not shut down cleanly").because(error));
        tested.and(ended)
    })
}

async fn run_all(host: &Host, module: &[u8], cases: &[Case]) -> Result<(), Error> {
    let script = Arc::new(Script::default());
    script::add_providers(host, module, &script)?;
    let mut failed = 0_usize;
    for case in cases {
        let differences = run_one(host, module, &script, case).await?;
        let verdict = if differences.is_empty() {
            "ok"
        } else {
            "FAILED"
        };
        let name = format!("{verdict}: {}: {}", case.place, case.name);
        output::line(&escaped(&name))?;
        for difference in &differences {
            output::line(&format!(
                "  {}",
                capwire_text::lines(difference, usize::MAX)
            ))?;
        }
        failed += usize::from(!differences.is_empty());
    }
    let passed = cases.len() - failed;
    output::line(&format!("{passed} cases passed, {failed} failed"))?;
    match failed {
        0 => Ok(()),
        _ => Err(Error::failure(format!("{failed} of {} cases failed", cases.len())).reported()),
    }
}

/// Runs a case on an actor of its own, and returns what differs from its expectations.
async fn run_one(
    host: &Host,
    module: &[u8],
    script: &Arc<Script>,
    case: &Case,
) -> Result<Vec<String>, Error> {
    let actor = Actor::from_bytes(module.to_vec(), &Verifier::new(), time::now()?)
        .map_err(|error| Error::failure("the actor is refused").because(error))?;
    script.begin(case.answers.clone());
    let actor = host
        .start_actor(actor)
        .await
        .map_err(|error| Error::failure("the actor cannot start").because(error))?;
    let answer = called(host, actor, script, case).await;
    host.stop_actor(actor)
        .await
        .map_err(|error| Error::failure("the actor does not stop").because(error))?;
    let mut differences = compare::differences(&case.expected, &answer?);
    differences.extend(script.end());
    Ok(differences)
}

async fn called(
    host: &Host,
    actor: ActorId,
    script: &Script,
    case: &Case,
) -> Result<Result<Vec<u8>, String>, Error> {
    script.bind(host, actor).await?;
    let answer = host
        .call(actor, &case.operation, case.message.clone())
        .await;
    Ok(answer
        .map(|answer| answer.to_vec())
        .map_err(|error| capwire_text::chain(&error)))
}
