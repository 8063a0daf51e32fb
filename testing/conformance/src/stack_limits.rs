//! [`ResourceLimits::stack_bytes`](capwire_wapc::ResourceLimits::stack_bytes).

use crate::guests::guest;
use crate::harness::{Setup, each_kind};
use capwire_wapc::{Engine, LimitError};

/// Calls itself without end, and prints an empty line each time.
const ENDLESS: &str = "(func $deeper (param i32) (result i32)
    (call $__console_log (i32.const 0) (i32.const 0))
    (i32.add (local.get 0) (call $deeper (i32.add (local.get 0) (i32.const 1)))))";

/// A guest that calls itself without end breaks the limit, and dies of it.
pub fn endless_recursion(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        overflow(&setup);
    });
}

/// One that calls itself a thousand times does not.
pub fn deep_recursion(engine: &dyn Engine) {
    let sum = "(func $sum (param i32) (result i32)
        (if (result i32) (local.get 0)
          (then (i32.add (local.get 0) (call $sum (i32.sub (local.get 0) (i32.const 1)))))
          (else (i32.const 0))))";
    let body = "(i32.store (i32.const 0) (call $sum (i32.const 1000)))
        (call $__guest_response (i32.const 0) (i32.const 4)) (i32.const 1)";
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(body, sum));
        assert_eq!(
            guest.call("sum", "").unwrap(),
            500_500_u32.to_le_bytes()[..]
        );
    });
}

/// A smaller stack is over sooner, and a frame takes at least a word of it.
pub fn size_counts(engine: &dyn Engine) {
    each_kind(engine, |mut setup| {
        let whole = overflow(&setup);
        setup.limits.stack_bytes /= 8;
        let part = overflow(&setup);
        assert!(part < whole, "{part} calls deep, and then {whole}");
        assert!(part <= setup.limits.stack_bytes / 4, "{part} calls deep");
    });
}

/// Returns the depth of the call stack at which the limit is exceeded.
fn overflow(setup: &Setup<'_>) -> usize {
    let mut guest = setup.guest(&guest("(call $deeper (i32.const 0))", ENDLESS));
    let error = guest.call("deeper", "").unwrap_err();
    assert_eq!(error.limit(), Some(LimitError::Stack), "{error:?}");
    assert!(!guest.is_alive());
    guest.world.lines().len()
}
