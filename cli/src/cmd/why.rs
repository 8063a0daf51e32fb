//! `capwire why`

use crate::admission::Judge;
use crate::args::Why;
use crate::error::Error;
use crate::plan::{Plan, PlannedActor};
use crate::secrets::Secrets;
use crate::{output, policy_file, remedy, time};
use capwire::wascap::UnixSeconds;
use capwire::{Actor, BindingName, ContractId, ProviderId, Question, Target};
use capwire_text::escaped;

pub(super) fn run(command: &Why) -> Result<(), Error> {
    let now = time::now()?;
    let policy = policy_file::read(command.policy.as_deref())?;
    let belief = command.trust.believe(now, &[])?;
    let plan = Plan::read(
        &command.manifest,
        &Judge::of_signatures(now),
        &Secrets::default(),
    )?;
    let planned = find(&plan, &command.actor)?;
    let file = planned.file.display();
    let trusted = Actor::from_bytes(planned.actor.wasm().clone(), &belief.verifier, now);
    let actor = trusted.map_err(|error| {
        denied("trust", format!("`{file}` is not trusted"))
            .because(error)
            .help("show the chain with `capwire verify --trust FILE --accounts DIR`")
    })?;
    if !capwire::Policy::may_start(&policy, actor.claims()) {
        return Err(denied("policy", "it may not even start".to_owned())
            .help("remove `start: false` from the policy, under the actor's key, its account or `everyone`"));
    }
    let question = question(command)?;
    if let Err(denial) = actor.may(&question, &policy, now) {
        let error = denied(denial.layer.name(), denial.to_string());
        return Err(match denial.remedy().and_then(remedy::worded) {
            Some(help) => error.help(help),
            None => error,
        });
    }
    bound(command, &plan, &actor, &question)?;
    output::line(&escaped(&allowed(command, &actor, now)))
}

fn find<'p>(plan: &'p Plan, text: &str) -> Result<&'p PlannedActor, Error> {
    let called = |planned: &&PlannedActor| {
        let file = planned.file.as_os_str() == text;
        planned.id().to_string() == text || planned.actor.name() == text || file
    };
    let mut found = plan.actors.iter().filter(called);
    match (found.next(), found.next()) {
        (Some(actor), None) => Ok(actor),
        (None, _) => {
            let names: Vec<String> = plan.actors.iter().map(|one| one.actor.name()).collect();
            let error = Error::unreadable(format!("the manifest has no actor `{text}`"));
            Err(match names.is_empty() {
                true => error.help("add its file to `actors`"),
                false => error.help(format!("choose one of {}", names.join(", "))),
            })
        }
        (Some(_), Some(_)) => Err(
            Error::unreadable(format!("several actors are named `{text}`"))
                .help("use the key of one of them"),
        ),
    }
}

fn question(command: &Why) -> Result<Question, Error> {
    let target = match command.capability.parse() {
        Ok(actor) => Target::Actor(actor),
        Err(_) => Target::Capability(ProviderId {
            contract: ContractId::new(&command.capability).map_err(|error| {
                Error::unreadable("cannot read the capability in the question").because(error)
            })?,
            name: BindingName::default(),
        }),
    };
    let mut question = Question::new(target);
    if let Some(operation) = &command.operation {
        question = question.operation(operation);
    }
    if let Some(resource) = &command.resource {
        question = question.resource(resource);
    }
    Ok(question)
}

/// The last check: a use also needs a binding.
fn bound(command: &Why, plan: &Plan, actor: &Actor, question: &Question) -> Result<(), Error> {
    let Target::Capability(asked) = &question.target else {
        return Ok(());
    };
    let mut bindings = plan.bindings.iter();
    let leads = bindings.any(|binding| {
        binding.key.actor == actor.id() && binding.key.provider.contract == asked.contract
    });
    if leads {
        return Ok(());
    }
    let (name, contract, manifest) = (actor.name(), &asked.contract, command.manifest.display());
    Err(denied(
        "binding",
        format!("the manifest does not bind `{name}` to {contract}"),
    )
    .help(format!(
        "add `- {{ actor: {name}, capability: \"{contract}\" }}` to `bindings` in {manifest}"
    )))
}

fn denied(layer: &str, reason: String) -> Error {
    Error::failure(format!("denied by {layer}: {reason}"))
}

fn allowed(command: &Why, actor: &Actor, now: UnixSeconds) -> String {
    let operation = command.operation.as_deref().unwrap_or("some operations");
    let resource = command.resource.as_ref();
    let resource = resource.map_or_else(String::new, |resource| format!(" on {resource}"));
    let (name, capability) = (actor.name(), &command.capability);
    let until = match actor.claims().expires {
        Some(at) => format!(" until {}", time::date(at)),
        None => String::new(),
    };
    let now = time::date(now.0);
    format!(
        "allowed: {name} may use {operation} of {capability}{resource}, by its claims{until}, the policy and its binding (at {now})"
    )
}
