//! The output of a guest before it traps, which tells people the reason.

use crate::harness::{TestGuest, each_kind};
use crate::script::{SCRATCH, Script, guest, stored};
use crate::starts::each_start;
use capwire_wapc::{CallError, Engine, Span, StartError, Trap, TrapKind, abi};

/// A guest that says nothing has said nothing, and the trap's text is the same on every engine.
pub fn silence(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let trap = trap(&mut setup.guest(&guest("")), Script::new());
        assert_eq!(trap.said(), None);
        let first = trap.to_string();
        let first = first.lines().next().unwrap();
        assert_eq!(
            first,
            "the guest executed `unreachable` (a panic or an abort)"
        );
    });
}

/// An error text that was set before the trap is what the guest says of it.
pub fn error_text(engine: &dyn Engine) {
    let script = Script::new()
        .import_bytes(&abi::CONSOLE_LOG, b"a line")
        .import_bytes(&abi::GUEST_ERROR, b"panicked at src/lib.rs:7:5:\ntoo many");
    each_kind(engine, |setup| {
        let trap = trap(&mut setup.guest(&guest("")), script.clone());
        assert_eq!(trap.said(), Some("panicked at src/lib.rs:7:5:\ntoo many"));
        let text = "\n  it said: panicked at src/lib.rs:7:5:\n    too many";
        assert!(trap.to_string().ends_with(text), "{trap}");
    });
}

/// Without one, the last lines that it printed are.
pub fn last_lines(engine: &dyn Engine) {
    let lines = (0..100).fold(Script::new(), |script, line| {
        script.import_bytes(&abi::CONSOLE_LOG, format!("line {line}").as_bytes())
    });
    each_kind(engine, |setup| {
        let trap = trap(&mut setup.guest(&guest("")), lines.clone());
        let said = trap.said().unwrap();
        assert!(said.ends_with("line 98\nline 99"), "{said}");
        assert!(!said.contains("line 0\n"), "{said}");
    });
}

/// The output of an earlier call is not part of the report.
pub fn earlier_calls(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let before = Script::new()
            .import_bytes(&abi::CONSOLE_LOG, b"old line")
            .import_bytes(&abi::GUEST_ERROR, b"old error");
        before.returns(0).run(&mut guest).unwrap_err();
        assert_eq!(trap(&mut guest, Script::new()).said(), None);
    });
}

/// A start function that traps has a say too.
pub fn start(engine: &dyn Engine) {
    let script = Script::new().import_bytes(&abi::CONSOLE_LOG, b"no configuration");
    let stored = stored(&script.traps());
    each_kind(engine, |setup| {
        for start in each_start("(drop (call $run))") {
            match setup.start(&guest(&format!("{start} {stored}"))) {
                Err(StartError::Call(CallError::Trap(trap))) => {
                    assert_eq!(trap.said(), Some("no configuration"));
                }
                Err(other) => panic!("{other:?}"),
                Ok(_) => panic!("it started"),
            }
        }
    });
}

/// Whatever it says is bounded, and cannot steer a terminal or pretend to be the host.
pub fn hostile_words(engine: &dyn Engine) {
    let words = b"\x1b]0;x\x07\x1b[2J\r\nhost: all is well\n\xff\xe2\x80\xae";
    let long = words.repeat(1_000);
    let many = (0..100).fold(Script::new(), |script, _| {
        script.import_bytes(&abi::CONSOLE_LOG, &words.repeat(5))
    });
    let error = Script::new().import_bytes(&abi::GUEST_ERROR, &long);
    let line = Script::new().import_bytes(&abi::CONSOLE_LOG, &long);
    each_kind(engine, |setup| {
        for script in [&error, &line, &many] {
            let text = trap(&mut setup.guest(&guest("")), script.clone()).to_string();
            assert!(text.len() < 32 * 1024, "{} bytes", text.len());
            let is_odd = |character: char| {
                character == '\u{202e}' || (character.is_control() && character != '\n')
            };
            assert!(!text.contains(is_odd), "{text:?}");
            assert!(text.lines().skip(1).all(|line| line.starts_with("  ")));
        }
    });
}

/// Pointers of an error text are checked as ever.
pub fn bad_pointers(engine: &dyn Engine) {
    let outside = Span::new(u32::MAX, SCRATCH);
    let script = Script::new().import_span(&abi::GUEST_ERROR, outside);
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let error = script.clone().traps().run(&mut guest).unwrap_err();
        assert!(matches!(error, CallError::Protocol(_)), "{error:?}");
    });
}

fn trap(guest: &mut TestGuest, script: Script) -> Trap {
    match script.traps().run(guest).unwrap_err() {
        CallError::Trap(trap) => {
            assert_eq!(trap.kind(), TrapKind::Unreachable);
            trap
        }
        other => panic!("{other:?}"),
    }
}
