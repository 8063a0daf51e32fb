use super::*;
use std::fmt::Write as _;

/// The module of which the second function has such locals and such code. The first one takes a
/// thousand values and gives as many.
fn module(locals: usize, code: &str) -> Vec<u8> {
    let (many, locals) = ("i32 ".repeat(1000), "i32 ".repeat(locals));
    let wat = format!(
        r#"(module (type $many (func (result {many}))) (type $none (func))
            (table 1 funcref) (elem func) (data "")
            (memory 1)
            (func $many (type $many) unreachable)
            (func (param i32) (local {locals}) {code}))"#
    );
    wat::parse_str(wat).expect("text of a module")
}

/// Of what a module has too much.
fn too_much(locals: usize, code: &str) -> Option<&'static str> {
    match check(&module(locals, code)) {
        Err(CompileError::TooCostly {
            what, count, most, ..
        }) => {
            assert!(count > most, "{count} are at most {most}");
            Some(what)
        }
        Err(other) => panic!("{other}"),
        Ok(()) => None,
    }
}

/// The same code for each local.
fn each(locals: usize, code: impl Fn(usize) -> String) -> String {
    (1..=locals).map(code).collect()
}

fn loops_in_one_another(loops: usize) -> String {
    let begin = "loop ".repeat(loops);
    format!("{begin} {} ", "local.get 0 br_if 0 end ".repeat(loops))
}

#[test]
fn loops_in_one_another_are_counted() {
    let most = LOOPS_IN_ONE_ANOTHER as usize;
    assert_eq!(too_much(0, &loops_in_one_another(most)), None);
    let side_by_side = loops_in_one_another(most).repeat(3);
    assert_eq!(too_much(0, &side_by_side), None);
    let one_more = loops_in_one_another(most + 1);
    assert_eq!(too_much(0, &one_more), Some("loops in one another"));
}

#[test]
fn variables_are_counted_that_are_used() {
    let get = |local: usize| format!("local.get {local} drop ");
    let most = VARIABLES as usize;
    assert_eq!(too_much(most + 1, &each(most, get)), None);
    let what = Some("variables in one function");
    assert_eq!(too_much(most + 1, &each(most + 1, get)), what);
}

#[test]
fn variables_that_nobody_uses_are_work() {
    // In text it would be two hundred megabytes.
    let functions = |count: u8| {
        let body = [6, 1, 0xD0, 0x86, 3, 0x7F, 0x0B]; // 50,000 of them
        let bodies = body.repeat(usize::from(count) * 8);
        let count = [0x80 | (count << 3), count >> 4]; // eight times as many
        let length = |bytes: usize| [0x80 | (bytes & 0x7F) as u8, (bytes >> 7) as u8];
        let types = [0; 8].repeat(bodies.len() / 56);
        [
            b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".as_slice(),
            &[3],
            &length(types.len() + 2),
            &count,
            &types,
            &[10],
            &length(bodies.len() + 2),
            &count,
            &bodies,
        ]
        .concat()
    };
    assert!(check(&functions(50)).is_ok());
    let refused = check(&functions(100));
    assert!(
        matches!(refused, Err(CompileError::TooCostly { what, .. }) if Some(what) == STEPS),
        "{refused:?}"
    );
}

#[test]
fn more_variables_than_there_can_be_are_for_the_compiler_to_refuse() {
    let module = [
        b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0".as_slice(),
        &[10, 10, 1, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 0x0B],
    ];
    assert!(check(&module.concat()).is_ok());
}

#[test]
fn a_function_has_a_place_for_each_value_in_each_block() {
    let conditions = "local.get 0 if (result i32) i32.const 1 else i32.const 2 end drop ";
    assert_eq!(too_much(0, &conditions.repeat(4_000)), None);
    let what = Some("pairs of a variable and a branch in one function");
    assert_eq!(too_much(0, &conditions.repeat(40_000)), what);
}

const STEPS: Option<&str> = Some("steps for Cranelift to keep variables across branches");

#[test]
fn variables_that_live_across_branches_are_work() {
    let set = |local| format!("local.get 0 local.set {local} ");
    let change =
        |local| format!("local.get 0 br_if 0 local.get {local} i32.eqz local.set {local} ");
    let get = |local| format!("local.get {local} drop ");
    let program = |variables| {
        let (set, get) = (each(variables, set), each(variables, get));
        format!("{set} block {} end {get}", each(variables, change))
    };
    assert_eq!(too_much(300, &program(300)), None);
    assert_eq!(too_much(1500, &program(1500)), STEPS);
}

#[test]
fn variables_of_a_build_that_is_not_optimised_are_not() {
    let short = |local| {
        format!("local.get 0 local.set {local} local.get {local} if local.get {local} drop end ")
    };
    assert_eq!(too_much(6_000, &each(6_000, short)), None);
}

#[test]
fn variables_in_loops_are_work() {
    let program = |variables, loops| {
        let set = each(variables, |local| format!("local.get 0 local.set {local} "));
        let begin = "loop ".repeat(loops);
        let change = each(variables, |local| {
            format!("local.get {local} i32.eqz local.set {local} ")
        });
        let end = "local.get 0 br_if 0 end ".repeat(loops);
        format!("{set} {begin} {change} {end}")
    };
    assert_eq!(too_much(2_000, &program(2_000, 32)), None);
    assert_eq!(too_much(5_000, &program(5_000, 1)), None);
    assert_eq!(too_much(5_000, &program(5_000, 32)), STEPS);
}

#[test]
fn loops_one_after_the_other_are_work() {
    let one = "loop local.get 0 local.get 0 i32.store end ";
    assert_eq!(too_much(0, &one.repeat(1_000)), None);
    assert_eq!(too_much(0, &one.repeat(10_000)), STEPS);
}

#[test]
fn looks_into_tables_are_work() {
    for look in [
        "(call_indirect (type $none) (i32.const 0))",
        "(drop (table.get 0 (i32.const 0)))",
    ] {
        assert_eq!(too_much(0, &look.repeat(5_000)), None, "{look}");
        assert_eq!(too_much(0, &look.repeat(50_000)), STEPS, "{look}");
    }
}

#[test]
fn what_moves_much_is_work() {
    let three = "(i32.const 0) (i32.const 0) (i32.const 0)";
    for code in [
        "(drop (memory.grow (i32.const 0)))",
        "(drop (table.grow 0 (ref.null func) (i32.const 0)))",
        "(table.fill 0 (i32.const 0) (ref.null func) (i32.const 0))",
        &format!("(table.copy 0 0 {three})"),
        &format!("(table.init 0 0 {three})"),
        &format!("(memory.init 0 {three})"),
    ] {
        assert_eq!(too_much(0, &code.repeat(2_000)), None, "{code}");
        assert_eq!(too_much(0, &code.repeat(20_000)), STEPS, "{code}");
    }
}

#[test]
fn variables_live_across_what_is_no_branch_to_the_guest() {
    let across = |code: &str| {
        let begin = each(1_000, |local| format!("local.get 0 local.set {local} "));
        let end = each(1_000, |local| format!("local.get {local} drop "));
        too_much(1_000, &(begin + &code.repeat(1_000) + &end))
    };
    assert_eq!(across("i32.const 0 drop "), None);
    assert_eq!(across("(call_indirect (type $none) (i32.const 0)) "), STEPS);
}

#[test]
fn values_that_are_passed_on_are_work() {
    let calls = "block call $many br 0 end ";
    assert_eq!(too_much(0, &calls.repeat(100)), None);
    assert_eq!(too_much(0, &calls.repeat(1_000)), STEPS);

    let branches = |count| {
        let values = "i32.const 0 ".repeat(1000);
        let branches = "local.get 0 br_if 0 ".repeat(count);
        let drop = "drop ".repeat(1000);
        format!("block (type $many) {values} {branches} end {drop}")
    };
    assert_eq!(too_much(0, &branches(100)), None);
    assert_eq!(too_much(0, &branches(1_000)), STEPS);
    let mut table = "i32.const 0 ".repeat(1000);
    write!(table, "local.get 0 br_table {}", "0 ".repeat(1_000)).expect("strings can be written");
    let table = format!("block (type $many) {table} end {}", "drop ".repeat(1000));
    assert_eq!(too_much(0, &table), STEPS);
}

#[test]
fn work_is_allowed_in_proportion_to_code() {
    let straight = "local.get 0 i32.const 3 i32.add local.set 0 ".repeat(100_000);
    assert_eq!(too_much(0, &straight), None);
    let loops = "loop local.get 0 local.get 0 i32.store end ".repeat(3_000);
    assert_eq!(too_much(0, &loops), STEPS);
    assert_eq!(too_much(0, &format!("{loops} {straight}")), None);
}

/// What lives of the one local in a function with such code.
fn life_in(code: &str) -> u64 {
    let wasm = module(1, code);
    let mut signatures = Signatures::default();
    let mut lives = Vec::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        match payload.expect("a module") {
            Payload::CodeSectionEntry(body) => {
                let function = Function::read(&body, signatures.next_body(), &signatures);
                lives.push(function.life(1));
            }
            payload => signatures.read(payload).expect("its types"),
        }
    }
    lives.pop().expect("two functions")
}

#[test]
fn a_variable_lives_from_its_first_value_to_its_last_use() {
    let branches = "block end ".repeat(5); // ten places
    let (set, get) = ("local.get 0 local.set 1 ", "local.get 1 drop ");
    let life = |code: String| life_in(&code);
    assert_eq!(
        life(format!("{branches} {set} {branches} {get} {branches}")),
        10
    );
    assert_eq!(life(format!("{branches} {set} {branches}")), 0);
    // Before it has one it is zero, from the beginning.
    assert_eq!(life(format!("{branches} {get} {branches}")), 10);
    assert_eq!(
        life(format!("{branches} block {set} end {branches} {get}")),
        22
    );
    assert_eq!(
        life(format!("{branches} local.get 0 if {set} else {get} end")),
        12
    );
    assert_eq!(
        life(format!("{branches} block {set} {branches} {get} end")),
        10
    );
    // Until the end of a loop that it was there before.
    assert_eq!(
        life(format!("{set} loop {get} {branches} end {branches}")),
        12
    );
    assert_eq!(life(format!("loop {set} {get} {branches} end")), 0);
}

#[test]
fn what_is_no_module_is_left_to_the_compiler() {
    let whole = module(1, &loops_in_one_another(3));
    for end in 0..whole.len() {
        assert!(check(&whole[..end]).is_ok(), "{end} bytes");
    }
    let mut broken = whole.clone();
    for place in 0..whole.len() {
        broken[place] = !broken[place];
        let _ = check(&broken);
        broken[place] = whole[place];
    }
}
