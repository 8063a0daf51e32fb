//! From the text of a document to the commands and files that it shows.

use std::fs;
use std::io;
use std::path::Path;

/// A command that a document shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The document, by its path from the root.
    pub page: String,
    /// The command for a shell: continued lines are joined, and comments are kept.
    pub line: String,
    /// The output that the document shows below the command; empty if it shows only commands.
    pub output: String,
    /// The form in which the document shows the command.
    pub form: Form,
}

/// The form in which a document shows a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line of a block `sh`.
    Shell,
    /// A line with a prompt in a block `console`.
    Console,
    /// A line with a prompt, or that begins with a known program, in another block.
    Text,
    /// In the middle of a sentence.
    Span,
}

impl Command {
    /// The command without its comment, and with single spaces.
    #[must_use]
    pub fn words(&self) -> String {
        let command = self.line.split(" #").next().unwrap_or_default();
        command.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The commands of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its path from the root, with `/`.
    pub name: String,
    /// Its commands, in order.
    pub commands: Vec<Command>,
    /// Files that it shows, by name: YAML that begins with `# NAME`, and what `cat NAME` prints.
    pub files: Vec<(String, String)>,
    /// Its blocks of Rust.
    pub rust: Vec<String>,
}

/// Programs whose names begin a command, also where no prompt says so.
const PROGRAMS: [&str; 5] = ["capwire ", "cargo ", "curl ", "git ", "rustup "];

/// Text that is compared with what commands print, history, templates, and other people's work.
const NO_DOCUMENTS: [&str; 5] = [
    "CHANGELOG.md",
    "cli/tests",
    "project/templates",
    "sdks/assemblyscript/node_modules",
    "target",
];

/// All documents of the repository at `root`, in the order of their names.
///
/// # Errors
///
/// A folder or document cannot be read.
pub fn pages(root: &Path) -> io::Result<Vec<Page>> {
    let mut names = Vec::new();
    find(root, "", &mut names)?;
    names.sort();
    let read = |name: &String| Ok(page(name, &fs::read_to_string(root.join(name))?));
    names.iter().map(read).collect()
}

fn find(root: &Path, folder: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = match folder {
            "" => name.clone(),
            folder => format!("{folder}/{name}"),
        };
        if name.starts_with('.') || NO_DOCUMENTS.contains(&path.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            find(root, &path, names)?;
        } else if name.ends_with(".md") {
            names.push(path);
        }
    }
    Ok(())
}

/// Returns the commands in `text`, the document `name`.
#[must_use]
pub fn page(name: &str, text: &str) -> Page {
    let mut page = Page {
        name: name.to_owned(),
        ..Page::default()
    };
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.trim_start().strip_prefix("```") {
            None => page.commands.extend(spans(name, line)),
            Some(language) => {
                let block = lines
                    .by_ref()
                    .take_while(|line| !line.trim_start().starts_with("```"));
                let block: String = block.flat_map(|line| [line, "\n"]).collect();
                page.add(language.trim(), &block);
            }
        }
    }
    page
}

/// The commands in `text` that is no document, such as the help of a command.
#[must_use]
pub fn plain(name: &str, text: &str) -> Vec<Command> {
    block(name, text, Form::Text)
}

impl Page {
    fn add(&mut self, language: &str, text: &str) {
        let form = match language {
            "sh" => Form::Shell,
            "console" => Form::Console,
            "toml" | "json" => return,
            "yaml" => return self.files.extend(named(text)),
            language if language.starts_with("rust") => return self.rust.push(text.to_owned()),
            _ => Form::Text,
        };
        let commands = block(&self.name, text, form);
        let printed = commands.iter().filter_map(|command| {
            let name = command.line.strip_prefix("cat ")?;
            Some((name.to_owned(), command.output.clone()))
        });
        self.files.extend(printed);
        self.commands.extend(commands);
    }
}

/// YAML that says in its first line which file it is.
fn named(text: &str) -> Option<(String, String)> {
    let name = text.lines().next()?.strip_prefix("# ")?;
    name.ends_with(".yaml")
        .then(|| (name.to_owned(), text.to_owned()))
}

fn block(page: &str, text: &str, form: Form) -> Vec<Command> {
    let text = text.replace("\\\n", " ");
    let mut commands: Vec<Command> = Vec::new();
    for line in text.lines() {
        match (command_of(line.trim(), form), commands.last_mut()) {
            (Some(command), _) => commands.push(Command {
                page: page.to_owned(),
                line: command.to_owned(),
                output: String::new(),
                form,
            }),
            (None, Some(last)) if form != Form::Shell => last.output.extend([line, "\n"]),
            (None, _) => {}
        }
    }
    commands
}

fn command_of(line: &str, form: Form) -> Option<&str> {
    match form {
        Form::Shell => (!line.is_empty() && !line.starts_with('#')).then_some(line),
        Form::Console => line.strip_prefix("$ "),
        Form::Text | Form::Span => line
            .strip_prefix("$ ")
            .or_else(|| is_command(line).then_some(line)),
    }
}

/// Rather than the name of a thing in a picture, a table or a sentence.
fn is_command(line: &str) -> bool {
    let is_word = |word: &str| word.chars().all(|letter| letter.is_ascii_lowercase());
    let mut words = line.split_whitespace();
    PROGRAMS.iter().any(|program| line.starts_with(program))
        && (!line.starts_with("capwire ") || words.nth(1).is_some_and(is_word))
}

/// Returns the commands between backticks, except commands of `capwire`, which are names that the
/// help explains.
fn spans(page: &str, line: &str) -> Vec<Command> {
    let spans = line.split('`').skip(1).step_by(2);
    let commands = spans.filter(|span| is_command(span) && !span.starts_with("capwire "));
    let command = |span: &str| Command {
        page: page.to_owned(),
        line: span.to_owned(),
        output: String::new(),
        form: Form::Span,
    };
    commands.map(command).collect()
}
