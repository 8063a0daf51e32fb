//! `cargo xtask sentences`: a random sample of the project's prose, for a reader to judge.

mod markdown;
mod rust;

use crate::shell::{output, root};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Write, stdout};
use std::path::Path;
use std::process::Command;

/// Arguments of `cargo xtask sentences`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The seed of the sample: the same seed picks the same sentences
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of sentences
    #[arg(long, default_value_t = 20)]
    count: usize,
    /// Only files whose path contains this text
    #[arg(long, default_value = "")]
    path: String,
    /// Only sentences of this kind
    #[arg(long)]
    kind: Option<Kind>,
}

/// The kinds of prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Help of the command `capwire`
    Help,
    /// Error messages and their help
    Error,
    /// Markdown documents
    Document,
    /// Doc comments
    Comment,
}

/// One sentence and its file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sentence {
    kind: Kind,
    file: String,
    text: String,
}

/// The files with the texts of `capwire --help`.
const HELP: [&str; 2] = ["cli/src/args", "cli/src/help.rs"];

/// Documents that list results or history.
const NO_PROSE: [&str; 3] = ["CHANGELOG.md", "docs/engines.md", "docs/performance.md"];

/// Prints a sample of different sentences, equally many of each kind as far as there are enough.
///
/// # Errors
/// The files of the repository cannot be listed or read.
pub(crate) fn print(options: &Options) -> Result<()> {
    let mut kinds: BTreeMap<Kind, Vec<(u64, Sentence)>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for sentence in all(&options.path)? {
        let is_wanted = options.kind.is_none_or(|kind| kind == sentence.kind);
        if is_wanted && known.insert(sentence.text.clone()) {
            let order = order(options.seed, &sentence);
            kinds
                .entry(sentence.kind)
                .or_default()
                .push((order, sentence));
        }
    }
    for sentences in kinds.values_mut() {
        sentences.sort_by_key(|(order, _)| *order);
        sentences.reverse();
    }
    let mut left = options.count;
    while left > 0 && kinds.values().any(|sentences| !sentences.is_empty()) {
        for sentences in kinds.values_mut() {
            if let Some((_, sentence)) = sentences.pop()
                && left > 0
            {
                left -= 1;
                writeln!(stdout(), "{}: {}", sentence.file, sentence.text)?;
            }
        }
    }
    Ok(())
}

/// Returns a number that depends on the seed and the sentence only, so that a change elsewhere keeps the sample.
fn order(seed: u64, sentence: &Sentence) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, sentence).hash(&mut hasher);
    hasher.finish()
}

fn all(path: &str) -> Result<Vec<Sentence>> {
    let files = output(Command::new("git").arg("ls-files").current_dir(root()))?;
    let mut sentences = Vec::new();
    for file in files.lines().filter(|file| file.contains(path)) {
        for (kind, texts) in prose(file)? {
            sentences.extend(texts.into_iter().map(|text| Sentence {
                kind,
                file: file.to_owned(),
                text,
            }));
        }
    }
    Ok(sentences)
}

/// Returns the sentences of a file by kind. Tests are left out, and so are the errors of development tasks.
fn prose(file: &str) -> Result<Vec<(Kind, Vec<String>)>> {
    let extension = Path::new(file).extension().and_then(|end| end.to_str());
    match extension {
        Some("md") if !NO_PROSE.contains(&file) && !file.contains("/tests/") => {
            Ok(vec![(Kind::Document, markdown::sentences(&read(file)?))])
        }
        Some("rs") if !file.contains("/tests") && !file.starts_with("testing/") => {
            let text = read(file)?;
            let is_help = HELP.iter().any(|help| file.starts_with(help));
            let comments = if is_help { Kind::Help } else { Kind::Comment };
            let mut found = vec![(comments, rust::doc_comments(&text))];
            if !file.starts_with("xtask/") {
                found.push((Kind::Error, rust::errors(&text)));
            }
            Ok(found)
        }
        _ => Ok(Vec::new()),
    }
}

fn read(file: &str) -> Result<String> {
    fs::read_to_string(root().join(file)).with_context(|| format!("cannot read `{file}`"))
}
