//! One file per command.

#[cfg(unix)]
mod apply;
mod archive;
#[cfg(unix)]
mod bind;
mod build;
#[cfg(feature = "wasmtime")]
mod cache;
mod call;
mod check;
mod claims;
#[cfg(feature = "wasmtime")]
mod compile;
mod completions;
mod derive;
#[cfg(unix)]
mod dev;
mod doctor;
#[cfg(unix)]
mod events;
mod inspect;
mod keys;
mod man;
mod new;
#[cfg(all(feature = "plugins", target_os = "linux"))]
mod plugin_process;
#[cfg(unix)]
mod ps;
mod run;
mod schema;
mod sign;
#[cfg(unix)]
mod start;
#[cfg(unix)]
mod stop;
#[cfg(unix)]
mod swap;
mod test;
mod token;
mod verify;
mod why;

use crate::args::Command;
use crate::error::Error;

/// Runs the command of the command line.
pub(crate) fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::New(command) => new::run(&command),
        Command::Build(command) => build::run(&command),
        #[cfg(unix)]
        Command::Dev(command) => dev::run(&command),
        Command::Test(command) => test::run(&command),
        Command::Doctor(command) => doctor::run(&command),
        Command::Keys(command) => keys::run(command),
        Command::Sign(command) => sign::run(command),
        Command::Archive(command) => archive::run(&command),
        Command::Inspect(command) => inspect::run(&command),
        Command::Verify(command) => verify::run(&command),
        Command::Why(command) => why::run(&command),
        Command::Token(command) => token::run(command),
        Command::Claims(command) => claims::run(&command),
        #[cfg(all(feature = "plugins", target_os = "linux"))]
        Command::PluginProcess => plugin_process::run(),
        Command::Run(command) => run::run(command),
        #[cfg(unix)]
        Command::Ps(command) => ps::run(&command),
        #[cfg(unix)]
        Command::Apply(command) => apply::run(&command),
        #[cfg(unix)]
        Command::Start(command) => start::run(&command),
        #[cfg(unix)]
        Command::Bind(command) => bind::run(command),
        #[cfg(unix)]
        Command::Unbind(command) => bind::end(command),
        #[cfg(unix)]
        Command::Events(command) => events::run(&command),
        #[cfg(unix)]
        Command::Swap(command) => swap::run(&command),
        #[cfg(unix)]
        Command::Stop(command) => stop::run(&command),
        #[cfg(feature = "wasmtime")]
        Command::Compile(command) => compile::run(&command),
        #[cfg(feature = "wasmtime")]
        Command::Cache(command) => cache::run(&command),
        Command::Call(command) => call::run(&command),
        Command::Check(command) => check::run(command),
        Command::Schema => schema::run(),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { folder } => man::run(&folder),
    }
}
