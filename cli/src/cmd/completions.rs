//! `capwire completions`

use crate::args::Args;
use crate::error::Error;
use crate::output;
use clap::CommandFactory;
use clap_complete::Shell;

pub(super) fn run(shell: Shell) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "capwire", &mut script);
    output::bytes(&script)
}
