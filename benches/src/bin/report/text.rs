//! Measurements as Markdown.

use crate::measurements::Group;
use std::fmt::Write as _;

/// Returns the page's introduction.
pub(crate) fn head() -> String {
    "# Performance\n\n\
     `cargo xtask bench-report` writes this page from one run of `cargo bench -p capwire-benches`. Compare numbers within \
     this page only, because machines and their load differ. A subject is `engine@module`, where `module` is the beginning of \
     the module's SHA-256. Times are medians. A *plain* guest runs on its caller's stack; a *suspendable* guest can wait.\n"
        .to_owned()
}

/// Returns a group as a table with a row for each subject and a column for each size.
pub(crate) fn section(group: &Group, about: &str) -> String {
    let sizes = group.sizes();
    let mut text = format!("\n## {}\n\n{about}\n\n| subject |", group.name);
    for size in &sizes {
        let heading = if sizes.len() > 1 {
            bytes(*size)
        } else {
            "time".to_owned()
        };
        write!(text, " {heading} |").ok();
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(sizes.len()));
    for (subject, by_size) in &group.medians {
        write!(text, "\n| {subject} |").ok();
        for size in &sizes {
            let cell = by_size
                .get(size)
                .map_or_else(|| "–".to_owned(), |median| time(*median));
            write!(text, " {cell} |").ok();
        }
    }
    text.push('\n');
    text
}

/// Returns a size with a readable unit.
pub(crate) fn bytes(size: u64) -> String {
    match size {
        0..1_024 => format!("{size} B"),
        1_024..1_048_576 => format!("{} KiB", size / 1_024),
        _ => format!("{} MiB", size / 1_048_576),
    }
}

/// Returns a time, given in nanoseconds, with a readable unit.
pub(crate) fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n => format!("{:.2} ms", n / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, time};

    #[test]
    fn units_leave_few_digits() {
        assert_eq!(
            [bytes(0), bytes(65_536), bytes(1_048_576)],
            ["0 B", "64 KiB", "1 MiB"]
        );
        assert_eq!(
            [time(97.4), time(1_500.0), time(2e6)],
            ["97 ns", "1.50 µs", "2.00 ms"]
        );
    }
}
