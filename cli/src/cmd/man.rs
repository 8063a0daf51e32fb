//! `capwire man`

use crate::args::Args;
use crate::error::Error;
use clap::CommandFactory;
use std::fs;
use std::path::Path;

pub(super) fn run(folder: &Path) -> Result<(), Error> {
    let written =
        fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Args::command(), folder));
    written.map_err(|error| {
        Error::failure(format!("cannot write to `{}`", folder.display())).because(error)
    })
}
