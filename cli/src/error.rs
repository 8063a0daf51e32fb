//! Errors as people read them: what failed, why, and what to do next.

use crate::place::Place;
use crate::secrets::Secrets;
use anstyle::{AnsiColor, Style};
use capwire::wascap::EntropyError;
use capwire_text::{causes, escaped};
use serde_json::{Value, json};
use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

/// A failure of a command. It ends the process with its exit code.
#[derive(Debug)]
pub(crate) struct Error(Box<Fault>);

#[derive(Debug)]
struct Fault {
    code: u8,
    place: Option<Place>,
    message: String,
    /// The causes, from the outermost to the innermost.
    causes: Vec<String>,
    help: Option<String>,
    /// Further errors.
    more: Vec<Error>,
    /// `true` if the command has printed its answer, which tells the error, as JSON.
    reported: bool,
}

impl From<EntropyError> for Error {
    fn from(error: EntropyError) -> Self {
        Self::failure("cannot create a key or a token").because(error)
    }
}

impl Error {
    /// The answer is no, or something did not work: exit code 1.
    pub(crate) fn failure(message: impl Into<String>) -> Self {
        Self::new(1, message.into())
    }

    /// The command line, or a file that it names, cannot be read: exit code 2.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(2, message.into())
    }

    /// A release may do more than the one before: exit code 3.
    pub(crate) fn wider(message: impl Into<String>) -> Self {
        Self::new(3, message.into())
    }

    fn new(code: u8, message: String) -> Self {
        Self(Box::new(Fault {
            code,
            place: None,
            message,
            causes: Vec::new(),
            help: None,
            more: Vec::new(),
            reported: false,
        }))
    }

    /// Adds the cause, and the causes of the cause.
    pub(crate) fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let cause = cause.into();
        let own = std::iter::once(cause.to_string());
        self.0.causes = own
            .chain(causes(&*cause).map(ToString::to_string))
            .collect();
        self
    }

    /// Adds the place in a file.
    pub(crate) fn at(mut self, place: &Place) -> Self {
        self.0.place = Some(place.clone());
        self
    }

    /// Adds what to do next.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Says that the command has printed its answer as JSON, so that the error needs no JSON of its
    /// own.
    pub(crate) fn reported(mut self) -> Self {
        self.0.reported = true;
        self
    }

    /// Returns `true` if the command has printed its answer as JSON.
    pub(crate) fn is_reported(&self) -> bool {
        self.0.reported
    }

    /// Returns all of `errors` as one, in the order of their places, or `None` if there are none.
    pub(crate) fn all(mut errors: Vec<Self>) -> Option<Self> {
        errors.sort_by(|one, other| one.0.place.cmp(&other.0.place));
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        first.0.more.extend(errors);
        Some(first)
    }

    /// Returns the error without any of `secrets`, whoever put them there.
    pub(crate) fn hiding(self, secrets: &Secrets) -> Self {
        let hide = |text: String| secrets.hide(&text).into_owned();
        let fault = *self.0;
        let more = fault.more.into_iter();
        Self(Box::new(Fault {
            message: hide(fault.message),
            causes: fault.causes.into_iter().map(hide).collect(),
            help: fault.help.map(hide),
            more: more.map(|more| more.hiding(secrets)).collect(),
            ..fault
        }))
    }

    /// Returns the message and the causes in one line, without the place.
    pub(crate) fn in_one_line(&self) -> String {
        let mut text = self.0.message.clone();
        for cause in &self.0.causes {
            text.push_str(": ");
            text.push_str(cause);
        }
        escaped(&text)
    }

    /// Returns a line for each error: its place, its message, its causes and the next step.
    pub(crate) fn summaries(&self) -> Vec<String> {
        let all = std::iter::once(self).chain(&self.0.more);
        all.map(|error| error.around(&error.in_one_line()))
            .collect()
    }

    /// Returns the place, the message and the next step in one line.
    pub(crate) fn summary(&self) -> String {
        self.around(&escaped(&self.0.message))
    }

    /// Returns the place, `text`, which is escaped, and the next step in one line.
    fn around(&self, text: &str) -> String {
        let place = self.0.place.as_ref();
        let place = place.map_or_else(String::new, |place| escaped(&format!("{place}: ")));
        let help = self.0.help.as_ref();
        let help = help.map_or_else(String::new, |help| escaped(&format!("; {help}")));
        format!("{place}{text}{help}")
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.0.code)
    }

    /// Returns one object for each error, for scripts.
    pub(crate) fn to_json(&self) -> Vec<Value> {
        let position = self.0.place.as_ref().and_then(Place::position);
        let first = json!({
            "file": self.0.place.as_ref().map(|place| place.file().display().to_string()),
            "line": position.map(|position| position.line),
            "column": position.map(|position| position.column),
            "message": self.0.message,
            "causes": self.0.causes,
            "help": self.0.help,
        });
        let more = self.0.more.iter().flat_map(Self::to_json);
        std::iter::once(first).chain(more).collect()
    }

    /// Returns the error with colours, which the printer removes where they are not wanted.
    pub(crate) fn colored(&self) -> impl fmt::Display + '_ {
        Colored(self, ERROR)
    }

    /// Returns the same as [`colored`](Self::colored), as a note.
    pub(crate) fn note(&self) -> impl fmt::Display + '_ {
        Colored(self, NOTE)
    }

    /// Returns the same as [`colored`](Self::colored), as a warning.
    pub(crate) fn warning(&self) -> impl fmt::Display + '_ {
        Colored(self, WARNING)
    }

    fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        (label, color): Label,
        style: fn(Style) -> Style,
    ) -> fmt::Result {
        let label_style = style(color.on_default().bold());
        let bold = style(Style::new().bold());
        let cyan = style(AnsiColor::Cyan.on_default().bold());
        write!(f, "{label_style}{label}:{label_style:#} ")?;
        if let Some(place) = &self.0.place {
            write!(f, "{bold}{place}:{bold:#} ")?;
        }
        write!(f, "{}", paragraph(&self.0.message))?;
        let mut told = self.0.message.clone();
        for cause in &self.0.causes {
            // Some errors repeat their causes in their own text.
            if !told.contains(cause) {
                write!(f, "\n  {bold}because:{bold:#} {}", paragraph(cause))?;
            }
            told.push_str(cause);
        }
        if let Some(help) = &self.0.help {
            write!(f, "\n{cyan}help:{cyan:#} {}", paragraph(help))?;
        }
        self.0.more.iter().try_for_each(|more| {
            f.write_str("\n")?;
            more.write(f, (label, color), style)
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, ERROR, |_| Style::new())
    }
}

/// The word before a message, and its colour.
type Label = (&'static str, AnsiColor);

const ERROR: Label = ("error", AnsiColor::Red);
const WARNING: Label = ("warning", AnsiColor::Yellow);
const NOTE: Label = ("note", AnsiColor::Cyan);

struct Colored<'a>(&'a Error, Label);

impl fmt::Display for Colored<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, self.1, |style| style)
    }
}

/// Returns `text` with all lines but the first indented, so that none looks like one of ours.
fn paragraph(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escaped).collect();
    lines.join("\n    ")
}

#[cfg(test)]
mod tests {
    use super::Error;
    use crate::secrets::Secrets;
    use std::io;

    #[test]
    fn causes_are_told_once_and_help_last() {
        let cause = io::Error::other("the disk is full");
        let error = Error::failure("cannot write `a`")
            .because(cause)
            .help("make room");
        assert_eq!(
            error.to_string(),
            "error: cannot write `a`\n  because: the disk is full\nhelp: make room"
        );
        let repeated = Error::failure("no: the disk is full");
        let repeated = repeated.because(io::Error::other("the disk is full"));
        assert_eq!(repeated.to_string(), "error: no: the disk is full");
    }

    #[test]
    fn colours_are_around_words_only() {
        let error = Error::failure("no").help("yes");
        let colored = error.colored().to_string();
        assert!(colored.starts_with("\x1b["), "{colored:?}");
        assert_eq!(
            anstream::adapter::strip_str(&colored).to_string(),
            error.to_string()
        );
    }

    #[test]
    fn all_errors_are_told_without_secrets() {
        let secrets = Secrets::default();
        secrets.add("hunter2");
        let cause = io::Error::other("hunter2 again");
        let second = Error::unreadable("hunter2?")
            .because(cause)
            .help("not hunter2");
        let all = Error::all(vec![Error::failure("no"), second]).unwrap();
        let text = all.hiding(&secrets).to_string();
        assert_eq!(
            text,
            "error: no\nerror: [secret]?\n  because: [secret] again\nhelp: not [secret]"
        );
    }

    #[test]
    fn a_terminal_cannot_be_steered() {
        let error = Error::failure("no `a\nerror: yes`\x1b[2J\u{202e}").to_string();
        assert_eq!(error, "error: no `a\n    error: yes`\\u{1b}[2J\\u{202e}");
    }
}
