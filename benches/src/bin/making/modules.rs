//! Modules with costly instances, as WebAssembly text.

use std::fmt::Write;

/// A module with costly instances.
pub(crate) struct Costly {
    /// The costly part, for people.
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// Returns all modules. Their memory has the default limit's size.
pub(crate) fn modules() -> Vec<Costly> {
    vec![
        costly("nothing", 1, ""),
        costly("31 MiB of data", PAGES, data(31)),
        costly("a byte of data in each page of the system", PAGES, bytes()),
        costly("exported functions", 1, exports()),
        costly("elements in segments", 1, elements()),
        costly(
            "small functions",
            1,
            functions(49_000, "(local.set 0 (local.get 0))"),
        ),
        costly(
            "loops",
            1,
            functions(25, &"(loop (br_if 0 (i32.const 0)))".repeat(6_500)),
        ),
        costly("jumps by tables", 1, functions(30, &jumps())),
        costly("calls", 1, functions(40, &"(call $0)".repeat(90_000))),
        costly("branches with many values", 1, branches()),
    ]
}

const PAGES: u32 = 1_024;

fn costly(name: &'static str, pages: u32, fields: impl AsRef<str>) -> Costly {
    let fields = fields.as_ref();
    Costly {
        name,
        text: format!(
            r#"(module (memory (export "memory") {pages}) {fields}
                (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))"#
        ),
    }
}

fn data(mebibytes: u32) -> String {
    let content = "x".repeat(1 << 20);
    let segment = |index| format!("(data (i32.const {}) \"{content}\")", index << 20);
    (0..mebibytes).map(segment).collect()
}

fn bytes() -> String {
    let page = |index| format!("(data (i32.const {}) \"x\")", index * 4_096);
    (0..16_384).map(page).collect()
}

fn exports() -> String {
    let mut fields = "(func $f)".to_owned();
    for index in 0..49_000 {
        let _ = write!(fields, "(export \"{index}\" (func $f))");
    }
    fields
}

fn elements() -> String {
    let functions = "$f ".repeat(100_000);
    format!("(func $f) (table 100000 funcref) (elem (i32.const 0) {functions})")
}

fn functions(count: u32, code: &str) -> String {
    let function = |index| format!("(func ${index} (param i32) {code})");
    let first = "(func $0)".to_owned();
    std::iter::once(first)
        .chain((1..count).map(function))
        .collect()
}

/// Returns jumps to the outermost of several blocks.
fn jumps() -> String {
    let targets = "20 ".repeat(10_000);
    let (open, close) = ("(block ".repeat(21), ")".repeat(21));
    format!("{open} (br_table {targets} (i32.const 0)) {close}").repeat(27)
}

/// Returns as many branches as wasm3 accepts.
fn branches() -> String {
    let (types, values) = ("i32 ".repeat(100), "(i32.const 0)".repeat(100));
    let branches = "(br_if 0 (i32.const 0))".repeat(16_000);
    format!(
        "(type $many (func (result {types})))
        (func (block (type $many) {values} {branches}) {})",
        "drop ".repeat(100)
    )
}
