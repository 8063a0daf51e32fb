//! `capwire new`

use crate::args::New;
use crate::error::Error;
use crate::output;
use capwire_project::{CreateError, Name, create};
use capwire_text::escaped;

pub(super) fn run(command: &New) -> Result<(), Error> {
    let New {
        folder,
        language,
        template,
    } = command;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let name: Name = name.parse().map_err(|error| {
        Error::unreadable("cannot create the project")
            .because(error)
            .help("choose another name, such as `guest-book`")
    })?;
    create(folder, &name, *language, *template).map_err(|error| {
        let full = matches!(error, CreateError::NotEmpty(_));
        let failed = Error::failure("cannot create the project").because(error);
        match full {
            true => failed.help("choose a new folder, or empty this one"),
            false => failed,
        }
    })?;
    let folder = escaped(&folder.display().to_string());
    output::line(&format!(
        "Created {folder}, an actor in {language}. Next:\n  cd {folder}\n  capwire dev"
    ))
}
