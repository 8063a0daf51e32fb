//! [`ResourceLimits::memory_pages`](capwire_wapc::ResourceLimits::memory_pages).

use crate::guests::guest as plain_guest;
use crate::harness::{each_kind, try_compile};
use crate::script::{Script, guest, results};
use capwire_wapc::{CallError, Engine, LimitError, StartError};

const NONE: u32 = u32::MAX;

/// A module that starts with more memory than it may have is refused, by the limit's name.
pub fn start_with_too_much(engine: &dyn Engine) {
    each_kind(engine, |mut setup| {
        setup.limits.memory_pages = 69;
        match setup.start(&guest("")).err() {
            Some(StartError::Limit(LimitError::Memory { pages: 69 })) => {}
            other => panic!("{other:?}"),
        }
    });
}

/// One that starts with exactly what it may have is not.
pub fn exact_fit(engine: &dyn Engine) {
    each_kind(engine, |mut setup| {
        setup.limits.memory_pages = 70;
        let mut guest = setup.guest(&guest(""));
        let script = Script::new().grow(1).grow(0).respond_results(2).returns(1);
        assert_eq!(results(&script.run(&mut guest).unwrap()), [NONE, 70]);
    });
}

/// A guest that asks for more is told that there is none, and lives.
pub fn grow_is_refused(engine: &dyn Engine) {
    each_kind(engine, |mut setup| {
        setup.limits.memory_pages = 72;
        let mut guest = setup.guest(&guest(""));
        let script = Script::new()
            .grow(1)
            .grow(2)
            .grow(65_535)
            .grow(NONE)
            .grow(1)
            .grow(1)
            .respond_results(6)
            .returns(1);
        let grown = results(&script.run(&mut guest).unwrap());
        assert_eq!(grown, [70, NONE, NONE, NONE, 71, NONE]);
        script.run(&mut guest).unwrap();
    });
}

/// A guest that asks for much at once gets all of it or nothing, however many slices that takes.
pub fn grow_by_much(engine: &dyn Engine) {
    each_kind(engine, |mut setup| {
        setup.limits.memory_pages = 200;
        let mut guest = setup.guest(&guest(""));
        let script = Script::new()
            .grow(131)
            .grow(100)
            .grow(99)
            .grow(31)
            .grow(30)
            .grow(1)
            .respond_results(6)
            .returns(1);
        let grown = results(&script.run(&mut guest).unwrap());
        assert_eq!(grown, [NONE, 70, NONE, NONE, 170, NONE]);
    });
}

/// The maximum that a module itself declares counts like the limit.
pub fn grow_by_more_than_wanted(engine: &dyn Engine) {
    let wat = r#"(module
        (import "wapc" "__guest_response" (func $respond (param i32 i32)))
        (memory (export "memory") 1 100)
        (func (export "__guest_call") (param i32 i32) (result i32)
            (i32.store (i32.const 0) (memory.grow (i32.const 100)))
            (i32.store (i32.const 4) (memory.size))
            (i32.store (i32.const 8) (memory.grow (i32.const 99)))
            (i32.store (i32.const 12) (i32.load (i32.const 6553596)))
            (call $respond (i32.const 0) (i32.const 16))
            (i32.const 1)))"#;
    each_kind(engine, |setup| {
        let answer = setup.guest(wat).call("grow", "").unwrap();
        assert_eq!(results(&answer), [NONE, 1, 1, 0]);
    });
}

/// A guest that was refused memory, and aborts, says so: most languages do that.
pub fn abort_after_a_refusal_f1(engine: &dyn Engine) {
    let grow = "(drop (memory.grow (i32.const 3200)))";
    let ask = "(if (i32.eq (local.get $operation) (i32.const 3)) (then {grow}))";
    let wat = plain_guest(&format!("{} unreachable", ask.replace("{grow}", grow)), "");
    each_kind(engine, |mut setup| {
        setup.limits.memory_pages = 64;
        let trap = |operation: &str| match setup.guest(&wat).call(operation, "").unwrap_err() {
            CallError::Trap(trap) => trap,
            other => panic!("{other:?}"),
        };
        let refused = trap("ask");
        assert_eq!(refused.refused(), Some(LimitError::Memory { pages: 64 }));
        let text = refused.to_string();
        assert!(
            text.contains("\n  it was refused more memory than its limit of 4 MiB"),
            "{text}"
        );
        assert_eq!(trap("other").refused(), None);
    });
}

/// A refusal of an earlier call, or by the module's own maximum, is no cause.
pub fn refusals_of_other_causes(engine: &dyn Engine) {
    let ask = "(drop (memory.grow (i32.const 3200)))";
    let body = format!(
        "(if (i32.eq (local.get $operation) (i32.const 3)) (then {ask} (return (i32.const 0))))
        unreachable"
    );
    let own = plain_guest(&format!("{ask} unreachable"), "").replacen(
        "\"memory\") 4",
        "\"memory\") 4 8",
        1,
    );
    each_kind(engine, |setup| {
        let mut earlier = setup.guest(&plain_guest(&body, ""));
        earlier.call("ask", "").unwrap_err();
        let mut own = setup.guest(&own);
        for guest in [&mut earlier, &mut own] {
            match guest.call("other", "").unwrap_err() {
                CallError::Trap(trap) => assert_eq!(trap.refused(), None),
                other => panic!("{other:?}"),
            }
        }
    });
}

/// Several memories count together, if the engine knows of several at all.
pub fn memories_count_together(engine: &dyn Engine) {
    let wat = plain_guest("(i32.const 0)", "(memory 4)");
    if try_compile(engine, &wat).is_err() {
        return;
    }
    each_kind(engine, |mut setup| {
        setup.limits.memory_pages = 7;
        match setup.start(&wat).err() {
            Some(StartError::Limit(LimitError::Memory { pages: 7 })) => {}
            other => panic!("{other:?}"),
        }
    });
}
