//! `capwire check`

use crate::admission::Admission;
use crate::args::Check;
use crate::data::DataDir;
use crate::error::Error;
use crate::plan::{Plan, PlannedActor, PlannedBinding};
use crate::secrets::Secrets;
use crate::table::table;
use crate::{engine, output, remedy, time};
use capwire::engine::Engine;
use serde_json::{Value, json};

pub(super) fn run(command: Check) -> Result<(), Error> {
    let engine = engine::compiler(command.engine, command.allow_unsafe_engine)?;
    let secrets = Secrets::default();
    let mut faults = Vec::new();
    let data = DataDir::choose(command.data_dir.clone(), &command.manifest);
    let (trust, policy) = (command.trust.clone(), command.policy.clone());
    let judge = Admission::read(trust, policy, &data, &mut faults).judge(time::now()?);
    let plan = Plan::survey(&command.manifest, &judge, &secrets, &mut faults)?;
    let actors = plan.actors.iter();
    faults.extend(actors.filter_map(|actor| compile(actor, &*engine).err()));
    faults.extend(examine_data(&plan, &data));
    let found = |plan: &Plan| report(plan, &command);
    let report = found(&plan);
    faults.extend(plan.unset);
    let fault = Error::all(faults).map(|fault| fault.hiding(&secrets));
    match (fault, command.json) {
        (None, true) => output::json(&for_scripts(&command, &[])),
        (None, false) => output::line(&report),
        (Some(fault), false) => Err(fault),
        (Some(fault), true) => {
            output::json(&for_scripts(&command, &fault.to_json()))?;
            Err(fault)
        }
    }
}

/// Compiles the module like a host.
fn compile(actor: &PlannedActor, engine: &dyn Engine) -> Result<(), Error> {
    let wasm = actor.actor.wasm();
    engine.compile(wasm).map(drop).map_err(|error| {
        let file = actor.file.display();
        let help = remedy::of_module(&error)
            .unwrap_or_else(|| format!("show its imports with `capwire inspect {file}`"));
        actor
            .place
            .error(format_args!("the actor `{file}` cannot start"))
            .because(error)
            .help(help)
    })
}

/// Providers that store data share a directory, so checking one of them is enough.
fn examine_data(plan: &Plan, data: &DataDir) -> Option<Error> {
    plan.providers.iter().find_map(|(id, builtin)| {
        let kept = builtin.keeps?;
        data.examine(kept, id.name.as_str()).err()
    })
}

fn for_scripts(command: &Check, faults: &[Value]) -> Value {
    json!({ "manifest": command.manifest.display().to_string(), "faults": faults })
}

fn report(plan: &Plan, command: &Check) -> String {
    let row = |binding: &PlannedBinding| {
        [
            binding.actor.clone(),
            binding.key.provider.contract.to_string(),
            binding.key.provider.name.to_string(),
            binding.builtin.name.to_owned(),
        ]
    };
    let rows: Vec<_> = plan.bindings.iter().map(row).collect();
    let bindings = match rows.is_empty() {
        true => String::new(),
        false => format!(
            "\n\n{}",
            table(["ACTOR", "CAPABILITY", "BINDING", "PROVIDER"], &rows)
        ),
    };
    let count = plan.actors.len();
    let actors = if count == 1 { "actor" } else { "actors" };
    let file = command.manifest.display();
    format!("{file}: no faults, {count} {actors}{bindings}")
}
