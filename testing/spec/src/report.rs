//! Reports as a page for readers.

use crate::run::Report;
use std::collections::BTreeSet;
use std::fmt::Write;

const HEAD: &str = "\
# Engines and the specification

The tests of the WebAssembly specification 2.0 (without SIMD) and of extended constants, run on each engine as guests of
the public interface. This page is written by `SNAPSHOTS=overwrite cargo test -p capwire-spec`, and a test fails when it is not
what comes out. The numbers after a text are lines of the file.

- No engine takes references to values of the host, which a guest could never get. Some call them \"gc types\".
- Where constants may use globals of the module itself, the tests are ahead of version 2.0.
- The other results of wasm3 are NaNs whose quiet bit is another.
- With `backtraces` wasmi and wasm3 do the same, which a test says.

All three keep every limit. Only wasmtime and wasmi are also safe against hostile modules: wasm3 is C with a history of memory
faults, so hosts refuse it until somebody insists that all modules are trusted (`--allow-unsafe-engine`).
";

/// The page about engines by their names.
#[must_use]
pub fn page(reports: &[(&str, Report)]) -> String {
    let mut page = format!("{HEAD}\n| |");
    row(&mut page, reports, |(name, _)| format!("`{name}`"));
    page.push_str("|---|");
    row(&mut page, reports, |_| "---".into());
    page.push_str("| Assertions that hold |");
    row(&mut page, reports, |(_, report)| report.held.to_string());
    page.push_str("| Assertions that do not |");
    row(&mut page, reports, |(_, report)| {
        report.failed.values().flatten().count().to_string()
    });
    for reason in reasons(reports) {
        write!(page, "| Not asked: {reason} |").unwrap_or_default();
        row(&mut page, reports, |(_, report)| {
            report.left_out.get(reason).unwrap_or(&0).to_string()
        });
    }
    for (index, (name, report)) in reports.iter().enumerate() {
        write!(page, "\n## What `{name}` leaves out\n\n").unwrap_or_default();
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
