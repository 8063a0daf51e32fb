//! Traps: each is told from the others, and the guest that trapped is never run again.

use crate::guests::guest as plain_guest;
use crate::harness::{TestGuest, TestHost, each_kind};
use crate::script::{Script, guest};
use capwire_wapc::{CallError, Engine, Misuse, Reply, TrapKind, abi};

const TABLE: &str = r#"(type $returns (func (result i32)))
    (table 3 funcref) (elem (i32.const 0) $nothing) (func $nothing)"#;

/// Code that traps, and the kind of each trap.
const KINDS: [(&str, TrapKind); 10] = [
    ("unreachable", TrapKind::Unreachable),
    ("(i32.load (i32.const -1))", TrapKind::MemoryOutOfBounds),
    (
        "(i32.store (i32.const 0x3fffd) (i32.const 1)) (i32.const 1)",
        TrapKind::MemoryOutOfBounds,
    ),
    (
        "(call_indirect (type $returns) (i32.const 3))",
        TrapKind::TableOutOfBounds,
    ),
    (
        "(call_indirect (type $returns) (i32.const 1))",
        TrapKind::IndirectCallToNull,
    ),
    (
        "(call_indirect (type $returns) (i32.const 0))",
        TrapKind::BadSignature,
    ),
    (
        "(i32.div_s (i32.const 0x80000000) (i32.const -1))",
        TrapKind::IntegerOverflow,
    ),
    (
        "(i32.div_u (local.get $operation) (local.get $i))",
        TrapKind::IntegerDivisionByZero,
    ),
    ("(i32.trunc_f32_s (f32.const nan))", TrapKind::BadConversion),
    (
        "(i32.trunc_f32_s (f32.const 1e10))",
        TrapKind::IntegerOverflow,
    ),
];

/// Each kind of trap is told by its kind.
pub fn kinds(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for (body, expected) in KINDS {
            let mut guest = setup.guest(&plain_guest(body, TABLE));
            match guest.call("trap", "").unwrap_err() {
                CallError::Trap(trap) => assert_eq!(trap.kind(), expected, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
            assert!(!guest.is_alive());
        }
    });
}

/// A guest that trapped is dead: calls of it are refused, and none of its code runs.
pub fn dead_guest(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        trap(&mut guest);
        let script = Script::new()
            .import_bytes(&abi::CONSOLE_LOG, b"undead")
            .returns(1);
        for _ in 0..2 {
            match script.run(&mut guest).unwrap_err() {
                CallError::Misuse(Misuse::Dead) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(guest.world.lines(), [""; 0]);
    });
}

/// A trap after a host call is that call's error.
pub fn after_a_host_call(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let mut host = TestHost::replying([Reply::error("gone"), Reply::data("")]);
        let script = Script::new().host_call([b""; 4]).host_call([b""; 4]);
        match script.traps().run_with(&mut guest, &mut host).unwrap_err() {
            CallError::Trap(trap) => assert_eq!(trap.kind(), TrapKind::Unreachable),
            other => panic!("{other:?}"),
        }
        assert!(!guest.is_alive());
    });
}

/// Other guests do not notice.
pub fn others_survive(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let (mut one, mut other) = (setup.guest(&guest("")), setup.guest(&guest("")));
        trap(&mut one);
        let script = Script::new().respond_results(0).returns(1);
        script.run(&mut other).unwrap();
        script.run(&mut setup.guest(&guest(""))).unwrap();
    });
}

fn trap(guest: &mut TestGuest) {
    let error = Script::new().traps().run(guest).unwrap_err();
    assert!(matches!(error, CallError::Trap(_)), "{error:?}");
}
