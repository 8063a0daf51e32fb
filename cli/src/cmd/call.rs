//! `capwire call`

mod http;
pub(super) mod json;
pub(super) mod show;

use crate::admission::Judge;
use crate::args::Call;
use crate::data::DataDir;
use crate::error::Error;
use crate::plan::{Opening, Plan, PlannedBinding};
use crate::record;
use crate::secrets::Secrets;
use crate::{engine, files, logging, output, progress, remedy, start, time};
use capwire::contracts::http::OP_HANDLE_REQUEST;
use capwire::wascap::{
    ActorClaimsBuilder, InspectError, KeyKind, KeyPair, ModuleError, UnixSeconds, Verifier,
    inspect_module, sign_module,
};
use capwire::{Actor, ActorId, ActorOptions, Host, PolicyRules};
use std::io::{self, Read};
use std::path::Path;
use tokio::runtime::Runtime;

pub(super) fn run(command: &Call) -> Result<(), Error> {
    let secrets = Secrets::default();
    logging::start_for_call(&secrets)?;
    call(command, &secrets).map_err(|error| error.hiding(&secrets))
}

fn call(command: &Call, secrets: &Secrets) -> Result<(), Error> {
    let now = time::now()?;
    let actor = actor(command, now)?;
    let role = match &command.manifest {
        Some(manifest) => role(manifest, actor.id(), now, secrets)?,
        None => Role::default(),
    };
    let payload = payload(command)?;
    let recorder = command
        .record
        .as_deref()
        .map(record::recorder)
        .transpose()?;
    let host = engine::host(
        &command.engine,
        true,
        PolicyRules::default(),
        false,
        recorder,
    )?;
    let runtime = Runtime::new()
        .map_err(|error| Error::failure("cannot start the threads of the host").because(error))?;
    let answer = runtime.block_on(async {
        let answer = answer(&host, command, actor, role, payload).await;
        let ended = host.shutdown().await;
        let ended = ended
            .map_err(|error| Error::failure("the host did not shut down cleanly").because(error));
        answer.and_then(|answer| ended.map(|()| answer))
    })?;
    print(command, &answer)
}

/// Returns the module as an actor. An unsigned module gets claims without capabilities, signed by
/// temporary keys.
fn actor(command: &Call, now: UnixSeconds) -> Result<Actor, Error> {
    let file = command.file.display();
    let mut module = files::read(&command.file)?;
    if let Err(InspectError::Module(ModuleError::Unsigned)) = inspect_module(&module) {
        if command.manifest.is_some() {
            return Err(Error::failure(format!(
                "`{file}` is not signed, so no manifest can name it"
            ))
            .help("sign it with `capwire sign`, or call it without `--manifest`"));
        }
        let account = KeyPair::generate(KeyKind::Account)?;
        let key = KeyPair::generate(KeyKind::Module)?.public();
        let claims = ActorClaimsBuilder::new(key, now)?.name(file.to_string());
        module = sign_module(&module, claims, &account)
            .map_err(|error| Error::failure(format!("cannot call `{file}`")).because(error))?;
    }
    Actor::from_bytes(module, &Verifier::new(), now)
        .map_err(|error| Error::failure(format!("the actor `{file}` is refused")).because(error))
}

/// The options and bindings of an actor in a manifest.
#[derive(Default)]
struct Role {
    options: Option<ActorOptions>,
    bindings: Vec<PlannedBinding>,
}

/// Returns the options and bindings of `actor` in `manifest`, without servers, because the command
/// makes only one call.
fn role(
    manifest: &Path,
    actor: ActorId,
    now: UnixSeconds,
    secrets: &Secrets,
) -> Result<Role, Error> {
    let plan = Plan::read(manifest, &Judge::of_signatures(now), secrets)?;
    let mut actors = plan.actors.into_iter();
    let Some(planned) = actors.find(|planned| planned.id() == actor) else {
        let manifest = manifest.display();
        return Err(
            Error::failure(format!("the manifest `{manifest}` has no actor {actor}"))
                .help("add it to `actors`, or call it without `--manifest`"),
        );
    };
    let its_own =
        |binding: &PlannedBinding| binding.key.actor == actor && !binding.provider.opens_actors();
    Ok(Role {
        options: Some(planned.options),
        bindings: plan.bindings.into_iter().filter(its_own).collect(),
    })
}

fn payload(command: &Call) -> Result<Vec<u8>, Error> {
    if let Some(request) = &command.http {
        return http::payload(command, request);
    }
    let Some(path) = &command.payload else {
        return Ok(Vec::new());
    };
    let bytes = match path.as_os_str() == "-" {
        true => standard_input()?,
        false => files::read(path)?,
    };
    if !command.json {
        return Ok(bytes);
    }
    json::to_message_pack(&bytes).map_err(|error| {
        Error::unreadable(format!(
            "the payload `{}` is not JSON that MessagePack can express",
            path.display()
        ))
        .because(error)
        .help("see `capwire help call`")
    })
}

fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let failed = |error| Error::unreadable("cannot read standard input").because(error);
    io::stdin().read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

async fn answer(
    host: &Host,
    command: &Call,
    actor: Actor,
    role: Role,
    payload: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let Role { options, bindings } = role;
    let manifest = command.manifest.as_deref().unwrap_or(Path::new(""));
    let data = DataDir::choose(command.data_dir.clone(), manifest);
    let providers: std::collections::BTreeMap<_, _> = bindings
        .iter()
        .map(|binding| (binding.key.provider.clone(), binding.provider.clone()))
        .collect();
    let opening = Opening { data, dev: false };
    start::add_providers(host, providers, &opening).await?;
    let file = command.file.display();
    let options = options.unwrap_or_else(|| host.options().actors.clone());
    let starting = host.start_actor_with(actor, options);
    let started = progress::during(|| format!("compiling {file}"), starting).await;
    let actor = started.map_err(|error| {
        let help = remedy::of_start(&error);
        failed(format!("the actor `{file}` cannot start"), error, help)
    })?;
    for binding in bindings {
        start::bind(host, binding).await?;
    }
    let operation = operation(command);
    let called = host.call(actor, operation, payload).await;
    called.map(Into::into).map_err(|error| {
        let message = format!("the actor `{file}` did not answer `{operation}`");
        let help = remedy::of(&error);
        failed(message, error, help)
    })
}

fn operation(command: &Call) -> &str {
    match (&command.operation, &command.http) {
        (Some(operation), None) => operation,
        _ => OP_HANDLE_REQUEST,
    }
}

fn failed(message: String, error: capwire::Error, help: Option<String>) -> Error {
    let failed = Error::failure(message).because(error);
    match help {
        Some(help) => failed.help(help),
        None => failed,
    }
}

fn print(command: &Call, answer: &[u8]) -> Result<(), Error> {
    if command.http.is_some() && !command.json {
        return http::print(command, answer);
    }
    if command.raw {
        return output::bytes(answer);
    }
    if !command.json {
        return show::for_people(answer);
    }
    show::as_json(answer)
}
