//! Checks the length of files.

use super::Finding;
use crate::shell::{command, output, root};
use anyhow::Result;
use std::fs;

/// The maximum number of lines of a source file without its tests, and of a file with tests only.
const LONGEST: usize = 400;

/// The maximum number of lines of an example.
const LONGEST_EXAMPLE: usize = 60;

/// Returns the Rust files that git tracks or would track, with their text.
pub(super) fn rust() -> Result<Vec<(String, String)>> {
    let listed = [
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.rs",
    ];
    let names = output(&mut command("git", &listed))?;
    let mut files = Vec::new();
    for name in names.lines() {
        let path = root().join(name);
        if path.exists() {
            files.push((name.to_owned(), fs::read_to_string(path)?));
        }
    }
    Ok(files)
}

pub(super) fn check() -> Result<Vec<Finding>> {
    Ok(rust()?
        .iter()
        .filter_map(|(name, text)| too_long(name, text))
        .collect())
}

/// Returns true if the whole file is tests.
pub(super) fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs") || name.starts_with("testing/")
}

fn too_long(name: &str, text: &str) -> Option<Finding> {
    let own = text
        .lines()
        .take_while(|line| is_test(name) || !line.starts_with("#[cfg(test)]"));
    let (most, remedy) = match name.contains("/examples/") {
        true => (LONGEST_EXAMPLE, "show less in one example"),
        false => (LONGEST, "split it by responsibility"),
    };
    let lines = own.count();
    (lines > most).then(|| format!("{name} has {lines} lines, more than {most}: {remedy}"))
}

#[cfg(test)]
mod tests {
    use super::too_long;

    #[test]
    fn an_example_has_at_most_sixty_lines() {
        let name = "capwire/examples/echo.rs";
        assert_eq!(too_long(name, &"\n".repeat(60)), None);
        let found = too_long(name, &"\n".repeat(61));
        assert!(found.is_some_and(|found| found.starts_with(name)));
    }
}
