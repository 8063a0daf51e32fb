//! `capwire check`

use crate::admission::Admission;
use crate::args::Check;
use crate::data::DataDir;
use crate::error::Error;
use crate::plan::{Plan, PlannedActor, PlannedBinding, deputies};
use crate::secrets::Secrets;
use crate::swaps::Swaps;
use crate::table::table;
use crate::{engine, output, remedy, time};
use capwire::engine::Engine;
use serde_json::json;

pub(super) fn run(command: Check) -> Result<(), Error> {
    let engine = engine::compiler(command.engine, command.allow_unsafe_engine)?;
    let secrets = Secrets::default();
    let mut faults = Vec::new();
    let data = DataDir::choose(command.data_dir.clone(), &command.manifest);
    let (trust, policy) = (command.trust.clone(), command.policy.clone());
    let judge = Admission::read(trust, policy, &data, &mut faults).judge(time::now()?);
    let judge = judge.continuing(Swaps::of(&data, &command.manifest));
    let unsigned = command.allows_unsigned_plugins();
    let judge = judge.trusting_unsigned_plugins(unsigned);
    let plan = Plan::survey(&command.manifest, &judge, &secrets, &mut faults)?;
    let actors = plan.actors.iter();
    faults.extend(actors.filter_map(|actor| compile(actor, &*engine).err()));
    faults.extend(examine_data(&plan, &data));
    let found = |plan: &Plan| report(plan, &command);
    let report = found(&plan);
    let notes = deputies::notes(&plan.actors, &judge.policy);
    faults.extend(plan.unset);
    let hide = |faults: Vec<Error>| Error::all(faults).map(|fault| fault.hiding(&secrets));
    let notes = notes.into_iter().filter(|_| faults.is_empty()).collect();
    let (fault, warning, note) = (hide(faults), hide(plan.warnings), hide(notes));
    if let Some(warning) = &warning {
        output::aside(format_args!("{}\n", warning.warning()));
    }
    if let Some(note) = &note {
        output::aside(format_args!("{}\n", note.note()));
    }
    if command.json {
        let listed = |found: &Option<Error>| found.as_ref().map_or_else(Vec::new, Error::to_json);
        output::json(&json!({
            "manifest": command.manifest.display().to_string(),
            "faults": listed(&fault),
            "warnings": listed(&warning),
            "notes": listed(&note),
        }))?;
    }
    match fault {
        Some(fault) if command.json => Err(fault.reported()),
        Some(fault) => Err(fault),
        None if command.json => Ok(()),
        None => output::line(&report),
    }
}

/// Compiles the module like a host.
fn compile(actor: &PlannedActor, engine: &dyn Engine) -> Result<(), Error> {
    let wasm = actor.actor.wasm();
    engine.compile(wasm).map(drop).map_err(|error| {
        let file = actor.file.display();
        let shown = remedy::file(&actor.file);
        let help = remedy::of_module(&error)
            .unwrap_or_else(|| format!("show its imports with `capwire inspect {shown}`"));
        actor
            .place
            .error(format_args!("the actor `{file}` cannot start"))
            .because(error)
            .help(help)
    })
}

/// Providers that store data share a directory, so checking one of them is enough.
fn examine_data(plan: &Plan, data: &DataDir) -> Option<Error> {
    plan.providers.iter().find_map(|(id, provider)| {
        let kept = provider.keeps()?;
        data.examine(kept, id.name.as_str()).err()
    })
}

fn report(plan: &Plan, command: &Check) -> String {
    let row = |binding: &PlannedBinding| {
        [
            binding.actor.clone(),
            binding.key.provider.contract.to_string(),
            binding.key.provider.name.to_string(),
            binding.provider.name().to_owned(),
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
    let actors = counted(plan.actors.len(), "actor");
    let warnings = match plan.warnings.len() {
        0 => String::new(),
        count => format!("{}, ", counted(count, "warning")),
    };
    let file = command.manifest.display();
    format!("{file}: no faults, {warnings}{actors}{bindings}")
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
