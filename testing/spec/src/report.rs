//! Reports as a page for readers.

use crate::run::Report;
use std::collections::BTreeSet;
use std::fmt::Write;

const HEAD: &str = "\
# Engines and the specification

This page shows how each engine, with the configuration that capwire gives it, does in the tests of the WebAssembly specification 2.0
(without SIMD) and of extended constants. The tests run as guests, through the public interface. The command
`SNAPSHOTS=overwrite cargo test -p capwire-spec` writes this page, and a test fails if the page is out of date. The numbers at the end of
an item are line numbers in its file.

- No engine accepts references to host values (`externref`), because a guest cannot obtain one. Some engines report them as \"gc types\".
- Constant expressions that read the module's own globals are newer than version 2.0 of the specification.
- The other failures of wasm3 are NaN results that differ in the quiet bit.
- wasmtime has the same results with Winch and Pulley, and wasmi and wasm3 with `backtraces`. `cargo xtask test --full` checks both.

All three engines enforce every limit. Only wasmtime and wasmi are safe against hostile modules. wasm3 is written in C and has a history
of memory faults, so hosts refuse it unless `--allow-unsafe-engine` declares that all modules are trusted.
";

/// The page about engines by their names.
#[must_use]
pub fn page(reports: &[(&str, Report)]) -> String {
    let mut page = format!("{HEAD}\n| |");
    row(&mut page, reports, |(name, _)| format!("`{name}`"));
    page.push_str("|---|");
    row(&mut page, reports, |_| "---".into());
    page.push_str("| Assertions that pass |");
    row(&mut page, reports, |(_, report)| report.held.to_string());
    page.push_str("| Assertions that fail |");
    row(&mut page, reports, |(_, report)| {
        report.failed.values().flatten().count().to_string()
    });
    for reason in reasons(reports) {
        write!(page, "| Not run: {reason} |").unwrap_or_default();
        row(&mut page, reports, |(_, report)| {
            report.left_out.get(reason).unwrap_or(&0).to_string()
        });
    }
    for (index, (name, report)) in reports.iter().enumerate() {
        write!(page, "\n## Failures of `{name}`\n\n").unwrap_or_default();
        let mut earlier = reports.iter().take(index);
        match earlier.find(|(_, other)| other.failed == report.failed) {
            Some((twin, _)) => {
                writeln!(page, "The same as `{twin}`.").unwrap_or_default();
            }
            None => left_out(&mut page, report),
        }
    }
    page
}

fn left_out(page: &mut String, report: &Report) {
    if report.failed.is_empty() {
        page.push_str("Nothing.\n");
    }
    for ((file, what), lines) in &report.failed {
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        writeln!(page, "- `{file}`: {what}: {}", lines.join(", ")).unwrap_or_default();
    }
}

fn row(page: &mut String, reports: &[(&str, Report)], cell: impl Fn(&(&str, Report)) -> String) {
    for report in reports {
        write!(page, " {} |", cell(report)).unwrap_or_default();
    }
    page.push('\n');
}

fn reasons(reports: &[(&str, Report)]) -> BTreeSet<&'static str> {
    let reasons = reports
        .iter()
        .flat_map(|(_, report)| report.left_out.keys());
    reasons.copied().collect()
}
