//! The arguments of commands for projects.

use super::EngineChoice;
use capwire_project::{Language, Template};
use clap::builder::{PossibleValuesParser, TypedValueParser};
#[cfg(unix)]
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// The folder of the project, whose last part is also the actor's name
    #[arg(value_name = "NAME")]
    pub(crate) folder: PathBuf,
    /// The language
    #[arg(long = "lang", value_parser = languages(), default_value = "rust")]
    pub(crate) language: Language,
    /// The first content of the source
    #[arg(long, value_parser = templates(), default_value = "http")]
    pub(crate) template: Template,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// The project's folder, or a folder in it
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Grant the capabilities that are proposed because the project file lists none, without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(unix)]
#[derive(Debug, clap::Args)]
pub(crate) struct Dev {
    /// The project's folder, or a folder in it
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Options of `capwire run`, such as `-- --engine wasmi`
    #[arg(last = true, value_name = "OPTIONS")]
    pub(crate) options: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// The project's folder, or a folder in it
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Run only the cases in tests/*.yaml, not the project's own tests
    #[arg(long)]
    pub(crate) cases: bool,
    #[command(flatten)]
    pub(crate) engine: EngineChoice,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// The language [default: that of the project in the working directory, or all]
    #[arg(value_parser = languages())]
    pub(crate) language: Option<Language>,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

fn languages() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::name))
        .try_map(|name| name.parse::<Language>())
}

fn templates() -> impl TypedValueParser<Value = Template> {
    PossibleValuesParser::new(Template::ALL.map(Template::name))
        .try_map(|name| name.parse::<Template>())
}
