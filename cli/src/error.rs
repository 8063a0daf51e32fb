//! What a person reads when something fails: what, why, and what to do next.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

/// A failure of a command. It ends the process with its exit code.
#[derive(Debug)]
pub(crate) struct Error {
    code: u8,
    message: String,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    help: Option<String>,
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

    fn new(code: u8, message: String) -> Self {
        Self {
            code,
            message,
            cause: None,
            help: None,
        }
    }

    /// Adds why.
    pub(crate) fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds what to do next.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", paragraph(&self.message))?;
        let mut above = self.message.clone();
        let mut cause = self.cause.as_deref().map(|cause| cause as &dyn StdError);
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors repeat their cause in their own text.
            if !above.contains(&text) {
                write!(f, "\n  because: {}", paragraph(&text))?;
            }
            above = text;
            cause = error.source();
        }
        match &self.help {
            Some(help) => write!(f, "\nhelp: {}", paragraph(help)),
            None => Ok(()),
        }
    }
}

/// `text` with all lines but the first indented, so that none looks like one of ours.
fn paragraph(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(printable).collect();
    lines.join("\n    ")
}

/// `text` in one line, without the power to steer a terminal: names in a module are chosen by
/// strangers.
pub(crate) fn printable(text: &str) -> String {
    let escaped = |character: char| match character {
        // Overrides of the writing direction can make a text look like another one.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    };
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if escaped(character) {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::{Error, printable};
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
    fn a_terminal_cannot_be_steered() {
        assert_eq!(printable("a\nIssuer: me"), "a\\nIssuer: me");
        let error = Error::failure("no `a\nerror: yes`").to_string();
        assert_eq!(error, "error: no `a\n    error: yes`");
        assert_eq!(printable("a\x1b[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
        assert_eq!(printable("Zähler 1"), "Zähler 1");
    }
}
