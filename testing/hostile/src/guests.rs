//! All hostile guests, by what they attack.

use crate::ending::Ending::{
    self, Answered, CpuBudget, Deadline, GaveUp, Memory, Message, NotUtf8, OutOfBounds, Parts,
    Stack, Tables, TooLong,
};
use crate::guest::{Guest, for_ever, host_call};

/// Every hostile guest.
#[must_use]
pub fn guests() -> Vec<Guest> {
    kinds().into_iter().flatten().collect()
}

/// Returns the first guest with each outcome from each kind of attack.
#[must_use]
pub fn one_of_each() -> Vec<Guest> {
    let chosen = kinds().into_iter().map(|mut kind| {
        let mut seen = Vec::new();
        kind.retain(|guest| {
            let way = (guest.strikes, guest.ending);
            let is_first = !seen.contains(&way);
            seen.push(way);
            is_first
        });
        kind
    });
    chosen.flatten().collect()
}

fn kinds() -> [Vec<Guest>; 11] {
    [
        time(),
        straight_lines(),
        time_of_start(),
        memory(),
        tables(),
        parts(),
        stack(),
        floods(),
        world(),
        pointers(),
        texts(),
    ]
}

/// Operations, as pointer and length.
const TAKE: &str = "(i32.const 16) (i32.const 4)";
const WAIT: &str = "(i32.const 20) (i32.const 4)";
const NOTHING: &str = "(i32.const 0) (i32.const 0)";
/// All memory.
const ALL: &str = "(i32.const 0) (call $all)";
/// A span of memory with the maximum length of a message.
const MOST: &str = "(i32.const 0) (call $most)";
/// Memory as far as there is any.
const TAKE_ALL_MEMORY: &str = "(block $full (loop $more
    (br_if $full (i32.eq (memory.grow (i32.const 1)) (i32.const -1))) (br $more)))";
/// Bytes that are no text.
const FILL: &str =
    "(memory.fill (i32.const 1024) (i32.const 0xff) (i32.sub (call $all) (i32.const 1024)))";

fn endless(name: &'static str, code: impl AsRef<str>) -> Guest {
    Guest::in_call(name, CpuBudget, for_ever(code.as_ref()))
}

fn time() -> Vec<Guest> {
    let targets = "0 ".repeat(10_000);
    let flood = format!("(drop {})", host_call(TAKE, NOTHING));
    let table = format!("(block (br_table {targets} (i32.const 9999)))");
    let values = "(block (result i32 i64)
        (br_table 0 0 (i32.const 1) (i64.const 2) (i32.const 0))) drop drop";
    vec![
        endless("spins", ""),
        endless("spins in calls", "(call $nothing)").with("(func $nothing)"),
        endless("spins in a long jump table", table),
        endless("spins in a jump table with values", values),
        Guest::in_call("waits", Deadline, host_call(WAIT, NOTHING)),
        Guest::in_call("spins past its deadline", Deadline, for_ever("")),
        Guest::in_call(
            "floods the host past its deadline",
            Deadline,
            for_ever(&flood),
        ),
    ]
}

/// Code without loops and calls of functions of its own: engines look at clocks and fuel where these
/// begin.
fn straight_lines() -> Vec<Guest> {
    // As often as takes a budget's time at least.
    let line = |name, code: &str, times| endless(name, code.repeat(times)).pages(64);
    let respond = "(i32.const 0) (i32.const 0x100000)";
    let direct = format!("(call $__guest_response {respond})");
    let indirect = format!("(call_indirect (type $span) {respond} (i32.const 0))");
    let by_table = "(type $span (func (param i32 i32))) (table funcref (elem $__guest_response))";
    let fill = "(memory.fill (i32.const 1024) (i32.const 0) (i32.const 0x40000))";
    let elements = "(table.fill $table (i32.const 0) (ref.null func) (i32.const 20000))";
    let text = "(i32.const 1024) (i32.const 0xffff)";
    let refused = format!("(drop (call $__host_call {text} {text} {text} {ALL}))");
    vec![
        line("responds on and on", &direct, 1_000),
        line("responds on and on by a table", &indirect, 1_000).with(by_table),
        line("is refused on and on", &refused, 2_000),
        line("fills memory on and on", fill, 2_000),
        line("fills a table on and on", elements, 2_000).with("(table $table 20000 funcref)"),
    ]
}

fn time_of_start() -> Vec<Guest> {
    let exported = |name| format!(r#"(func (export "{name}") (loop $again (br $again)))"#);
    vec![
        Guest::in_start("spins in `_start`", CpuBudget, exported("_start")),
        Guest::in_start("spins in `_initialize`", CpuBudget, exported("_initialize")),
        Guest::in_start("spins in `wapc_init`", CpuBudget, exported("wapc_init")),
        Guest::in_start(
            "spins in its start section",
            CpuBudget,
            "(func $start (loop $again (br $again))) (start $start)",
        ),
        Guest::in_start(
            "floods the host in `_start`",
            CpuBudget,
            format!(
                r#"(func (export "_start") (loop $again (drop {}) (br $again)))"#,
                host_call(TAKE, NOTHING)
            ),
        ),
    ]
}

fn memory() -> Vec<Guest> {
    let copy_all =
        "(memory.copy (i32.const 1024) (i32.const 1025) (i32.sub (call $all) (i32.const 1025)))";
    let all_at_once = "(if (i32.eq (memory.grow (i32.const 65535)) (i32.const -1))
        (then unreachable)) (i32.const 1)";
    let at_once = "(drop (memory.grow (i32.const 1000))) (drop (memory.grow (i32.const 63)))";
    vec![
        Guest::in_start("begins with 4 GiB", Memory, "").pages(65_536),
        Guest::in_call("asks for 4 GiB at once", GaveUp, all_at_once),
        endless(
            "asks for memory page by page",
            "(drop (memory.grow (i32.const 1)))",
        ),
        endless("asks for all memory at once", at_once),
        endless("writes all memory", format!("{TAKE_ALL_MEMORY} {FILL}")),
        endless("copies all memory", format!("{TAKE_ALL_MEMORY} {copy_all}")),
    ]
}

fn tables() -> Vec<Guest> {
    let grow = "(drop (table.grow $table (ref.null func) (i32.const 1)))";
    let write = "(table.fill $table (i32.const 0) (ref.null func) (table.size $table))";
    let at_once = "(if (i32.eq (table.grow $table (ref.null func) (i32.const 0x7fffffff))
        (i32.const -1)) (then unreachable)) (i32.const 1)";
    let empty = "(table $table 0 funcref)";
    vec![
        Guest::in_start(
            "begins with a large table",
            Tables,
            "(table 10000000 funcref)",
        ),
        Guest::in_start(
            "begins with many tables",
            Tables,
            "(table 9000 funcref)".repeat(20),
        ),
        Guest::in_call("asks for a large table", GaveUp, at_once).with(empty),
        endless("fills a table", format!("{grow} {write}")).with(empty),
    ]
}

fn parts() -> Vec<Guest> {
    let of = |name, part: &str, count| Guest::in_start(name, Parts, part.repeat(count));
    let elements = format!("(elem func {})", "$all ".repeat(100_001));
    let sum = "(i32.add (i32.const 1)".repeat(2_000) + "(i32.const 1)" + &")".repeat(2_000);
    let (zeros, branches) = ("(i32.const 0)".repeat(100), "(br_if 0 (local.get 0))");
    let branches = format!(
        "(func (param i32) (result {}) {zeros} {})",
        "i32 ".repeat(100),
        branches.repeat(20_000)
    );
    vec![
        of("has more functions than a compiler takes", "(func)", 50_001),
        Guest::in_start("has more elements than a compiler takes", Parts, elements),
        Guest::in_start("branches with many values", Parts, branches),
        Guest::in_start(
            "begins with a sum without end",
            Parts,
            format!("(global i32 {sum})"),
        ),
    ]
}

fn stack() -> Vec<Guest> {
    let recursion = "(func $deeper (param i32) (result i32)
        (i32.add (call $deeper (local.get 0)) (i32.const 1)))";
    let indirect = "(type $t (func (result i32))) (table 1 funcref) (elem (i32.const 0) $deeper)
        (func $deeper (result i32) (i32.add (call_indirect (type $t) (i32.const 0)) (i32.const 1)))";
    let in_start =
        format!(r#"{recursion} (func (export "_start") (drop (call $deeper (i32.const 0))))"#);
    vec![
        Guest::in_call("recurses", Stack, "(call $deeper (i32.const 0))").with(recursion),
        Guest::in_call("recurses by a table", Stack, "(call $deeper)").with(indirect),
        Guest::in_start("recurses in `_start`", Stack, in_start),
    ]
}

fn floods() -> Vec<Guest> {
    let nobody = "(drop (call $__host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4)
        (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)))";
    let calls = |payload| {
        format!(
            "(drop {}) (call $__host_response (i32.const 0))",
            host_call(TAKE, payload)
        )
    };
    vec![
        endless(
            "floods the host",
            format!("(drop {})", host_call(TAKE, NOTHING)),
        ),
        endless(
            "floods the host with all memory",
            format!("{TAKE_ALL_MEMORY} {}", calls(ALL)),
        ),
        endless(
            "floods the host with the largest messages",
            format!("{TAKE_ALL_MEMORY} {}", calls(MOST)),
        ),
        endless("floods nobody", nobody),
        endless(
            "floods with responses",
            format!("{TAKE_ALL_MEMORY} (call $__guest_response {MOST})"),
        ),
        endless(
            "floods with errors",
            format!("{TAKE_ALL_MEMORY} {FILL} (call $__guest_error {ALL})"),
        ),
        endless(
            "fetches its request again and again",
            "(call $__guest_request (i32.const 1024) (i32.const 2048))",
        ),
    ]
}

fn world() -> Vec<Guest> {
    // One buffer of all memory, and a subscription to a clock that is far away.
    let print =
        "(i32.store (i32.const 1024) (i32.const 0)) (i32.store (i32.const 1028) (call $all))
        (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1032)))";
    let sleep =
        "(drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)))";
    let sleep_long = format!("(i64.store (i32.const 1048) (i64.const -1)) {sleep}");
    let empty_lines = "(memory.fill (i32.const 2048) (i32.const 10) (i32.const 60000))
        (i32.store (i32.const 1024) (i32.const 2048)) (i32.store (i32.const 1028) (i32.const 60000))
        (loop $more
            (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1032)))
            (br $more))";
    vec![
        endless(
            "floods the console",
            "(call $__console_log (i32.const 0) (i32.const 12))",
        ),
        endless(
            "floods the console with all memory",
            format!("{TAKE_ALL_MEMORY} {FILL} (call $__console_log {ALL})"),
        ),
        endless(
            "floods standard output with all memory",
            format!("{TAKE_ALL_MEMORY} {print}"),
        ),
        endless("floods standard output with empty lines", empty_lines),
        endless(
            "prints more than there is",
            "(drop (call $write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 0)))",
        ),
        endless(
            "waits for more than there is",
            "(drop (call $poll (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)))",
        ),
        endless(
            "takes all randomness",
            "(drop (call $random (i32.const 1024) (i32.const 60000)))",
        ),
        endless("sleeps for no time on and on", sleep),
        Guest::in_call("sleeps for ever", Deadline, for_ever(&sleep_long)),
    ]
}

fn pointers() -> Vec<Guest> {
    let nowhere = "(i32.const -1) (i32.const -1)";
    let call =
        |name, import: &str| Guest::in_call(name, OutOfBounds, format!("({import}) (i32.const 1)"));
    let from_nowhere = format!("{} (drop)", host_call(TAKE, nowhere));
    let reply = format!(
        "(drop {}) (call $__host_response (i32.const -4)) (i32.const 1)",
        host_call(TAKE, "(i32.const 0) (i32.const 64)")
    );
    vec![
        call(
            "fetches its request to nowhere",
            &format!("call $__guest_request {nowhere}"),
        ),
        call(
            "responds from nowhere",
            &format!("call $__guest_response {nowhere}"),
        ),
        call(
            "fails from nowhere",
            &format!("call $__guest_error {nowhere}"),
        ),
        call(
            "logs from nowhere",
            &format!("call $__console_log {nowhere}"),
        ),
        Guest::in_call(
            "calls the host from nowhere",
            OutOfBounds,
            format!("{from_nowhere} (i32.const 1)"),
        ),
        Guest::in_call("fetches a reply to nowhere", OutOfBounds, reply),
    ]
}

fn texts() -> Vec<Guest> {
    let name = |name, ending: Ending, operation: &str| {
        let call = host_call(operation, NOTHING);
        Guest::in_call(name, ending, format!("{TAKE_ALL_MEMORY} {call}"))
    };
    let respond = format!("{TAKE_ALL_MEMORY} (call $__guest_response {ALL}) (i32.const 1)");
    let fail = format!("{TAKE_ALL_MEMORY} {FILL} (call $__guest_error {ALL}) (i32.const 0)");
    vec![
        name(
            "calls what is no text",
            NotUtf8,
            "(i32.const 16) (i32.const 17)",
        ),
        name("calls a name without end", TooLong, ALL),
        Guest::in_call("responds with all memory", Message, respond),
        Guest::in_call("fails with all memory", Answered, fail),
    ]
}
