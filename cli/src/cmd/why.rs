//! `capwire why`

mod verdict;

use crate::admission::Judge;
use crate::args::Why;
use crate::error::Error;
use crate::plan::location::Folders;
use crate::plan::names::resolve;
use crate::plan::warnings::how_to_bind;
use crate::plan::{Plan, PlannedActor};
use crate::secrets::Secrets;
use crate::{known, policy_file, remedy, time};
use capwire::{
    Actor, BindingName, ChainRule, ContractId, Policy, PolicyRules, ProviderId, Question, Target,
};
use capwire_text::word;
use verdict::{Allowed, Refusal};

pub(super) fn run(command: &Why) -> Result<(), Error> {
    let verdict = judge(command);
    match command.json {
        true => verdict::for_scripts(verdict),
        false => verdict::for_people(verdict),
    }
}

fn judge(command: &Why) -> Result<Allowed, Refusal> {
    let now = time::now()?;
    let policy = policy_file::read(command.policy.as_deref())?;
    let belief = command.trust.believe(now, &[])?;
    let plan = Plan::read(
        &command.manifest,
        &Judge::of_signatures(now),
        &Secrets::default(),
    )?;
    let planned = find(command, &plan, &command.actor)?;
    let callers = command.chain.iter();
    let callers = callers.map(|caller| find(command, &plan, caller));
    let callers = callers.collect::<Result<Vec<_>, _>>()?;
    let file = planned.file.display();
    let trusted = Actor::from_bytes(planned.actor.wasm().clone(), &belief.verifier, now);
    let actor = trusted.map_err(|error| {
        let refusal = Refusal::new("trust", format!("`{file}` is not trusted"));
        refusal
            .because(error)
            .help("show the chain with `capwire verify --trust FILE --accounts DIR`")
    })?;
    if !policy.may_start(actor.claims()) {
        return Err(Refusal::new("policy", "it may not even start".to_owned())
            .help("remove `start: false` from the policy, under the actor's key, its account or `everyone`"));
    }
    let question = question(command, &plan)?;
    let chain: Vec<_> = callers
        .iter()
        .map(|caller| (&caller.actor, caller.options.chain))
        .collect();
    if let Err(denial) = actor.may_for(planned.options.chain, &chain, &question, &policy, now) {
        return Err(explained(command, &plan, &denial));
    }
    bound(&plan, planned, &question)?;
    let allowed = Allowed::new(command, &actor, &question, &policy, now);
    Ok(match callers.is_empty() {
        true => allowed,
        false => allowed.for_others(rule_of(planned, &policy)),
    })
}

/// Returns the refusal by `denial`, with what is misspelt in the question or what would allow it.
fn explained(command: &Why, plan: &Plan, denial: &capwire::Denial) -> Refusal {
    let refusal = Refusal::new(denial.layer.name(), denial.to_string());
    let (capability, operation) = (&command.capability, &command.operation);
    let folders = Folders::of(&command.manifest);
    if let (Target::Capability(_), Ok(other)) =
        (&denial.target, resolve(&plan.actors, &folders, capability))
    {
        let (alias, key) = (word(capability, "NAME"), other.id());
        return refusal.help(format!(
            "to call this actor by a name, add `alias: {alias}` to its entry in `actors`, and sign the module again with `--cap {key}`"
        ));
    }
    let misspelt = match denial.target {
        Target::Capability(_) => misspelt(capability, operation.as_deref()),
        _ => None,
    };
    let help = match misspelt {
        Some(unknown) => Some(format!("{}: {}", unknown.problem, unknown.help)),
        None => denial.remedy().and_then(remedy::worded),
    };
    match help {
        Some(help) => refusal.help(help),
        None => refusal,
    }
}

fn misspelt(capability: &str, operation: Option<&str>) -> Option<known::Unknown> {
    known::contract(capability).or_else(|| known::operation(capability, operation?))
}

/// Returns the rule by which the actor acts for others: the stronger one of manifest and policy.
fn rule_of(planned: &PlannedActor, policy: &PolicyRules) -> ChainRule {
    let rules = [planned.options.chain, policy.chain(planned.actor.claims())];
    match rules.contains(&ChainRule::Shrink) {
        true => ChainRule::Shrink,
        false => ChainRule::Own,
    }
}

fn find<'p>(command: &Why, plan: &'p Plan, actor: &str) -> Result<&'p PlannedActor, Error> {
    let folders = Folders::of(&command.manifest);
    let found = resolve(&plan.actors, &folders, actor);
    found.map_err(|unresolved| {
        let manifest = command.manifest.display();
        Error::unreadable(format!("{manifest}: {}", unresolved.problem)).help(unresolved.help)
    })
}

fn question(command: &Why, plan: &Plan) -> Result<Question, Error> {
    let is_alias =
        |actor: &&PlannedActor| actor.alias.as_deref() == Some(command.capability.as_str());
    let by_alias = plan.actors.iter().find(is_alias).map(PlannedActor::id);
    let target = match command.capability.parse().ok().or(by_alias) {
        Some(actor) => Target::Actor(actor),
        None => Target::Capability(ProviderId {
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
fn bound(plan: &Plan, planned: &PlannedActor, question: &Question) -> Result<(), Refusal> {
    let Target::Capability(asked) = &question.target else {
        return Ok(());
    };
    let mut bindings = plan.bindings.iter();
    let leads = bindings.any(|binding| {
        binding.key.actor == planned.id() && binding.key.provider.contract == asked.contract
    });
    if leads {
        return Ok(());
    }
    let (name, contract) = (planned.actor.name(), &asked.contract);
    let reason = format!("the manifest does not bind `{name}` to {contract}");
    Err(Refusal::new("binding", reason).help(how_to_bind(planned, contract)))
}
