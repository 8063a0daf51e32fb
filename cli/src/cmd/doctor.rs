//! `capwire doctor`

use crate::args::Doctor;
use crate::error::Error;
use crate::output;
use crate::project::Project;
use capwire_project::{Language, Tool, tools};
use capwire_text::escaped;
use serde_json::{Value, json};
use std::path::Path;

/// A tool of a language, and what it says about itself.
struct Checked {
    language: Language,
    tool: Tool,
    found: Option<String>,
}

pub(super) fn run(command: &Doctor) -> Result<(), Error> {
    let languages = match command.language {
        Some(language) => vec![language],
        None => Project::around(Path::new("."))
            .map_or_else(|_| Language::ALL.to_vec(), |project| vec![project.language]),
    };
    let tools = languages.into_iter().flat_map(checked);
    let tools: Vec<Checked> = tools.collect();
    if command.json {
        let tools: Vec<Value> = tools.iter().map(Checked::to_json).collect();
        output::json(&json!({ "tools": tools }))?;
    } else {
        let lines: Vec<String> = tools.iter().map(Checked::shown).collect();
        output::line(&lines.join("\n"))?;
    }
    let missing = tools.iter().filter(|tool| tool.found.is_none()).count();
    let missing = match missing {
        0 => return Ok(()),
        1 => "a tool is missing".to_owned(),
        missing => format!("{missing} tools are missing"),
    };
    Err(Error::failure(missing).reported())
}

fn checked(language: Language) -> impl Iterator<Item = Checked> {
    tools(language).iter().map(move |tool| Checked {
        language,
        tool: *tool,
        found: tool.found(),
    })
}

impl Checked {
    fn shown(&self) -> String {
        let (language, name) = (self.language, self.tool.name());
        match &self.found {
            Some(found) => format!("{language}: {name}: {}", escaped(found)),
            None => format!("{language}: {name}: MISSING: {}", self.tool.remedy()),
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "language": self.language.name(),
            "tool": self.tool.name(),
            "found": self.found,
            "remedy": self.found.is_none().then(|| self.tool.remedy()),
        })
    }
}
