//! One file per command.

mod inspect;
mod keys;
mod run;
mod sign;
mod verify;

use crate::args::Command;
use crate::error::Error;

/// Does what the command line asks for.
pub(crate) fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Keys(command) => keys::run(command),
        Command::Sign(command) => sign::run(command),
        Command::Inspect(command) => inspect::run(&command),
        Command::Verify(command) => verify::run(&command),
        Command::Run(command) => run::run(command),
    }
}
