//! [`ResourceLimits::table_elements`](capwire_wapc::ResourceLimits::table_elements).

use crate::guests::guest;
use crate::harness::each_kind;
use capwire_wapc::{Engine, LimitError, StartError};

const GROW: &str = "
    (i32.store (i32.const 0) (table.grow $one (ref.null func) (i32.const 2)))
    (i32.store (i32.const 4) (table.grow $one (ref.null func) (i32.const 1)))
    (i32.store (i32.const 8) (table.grow $one (ref.null func) (i32.const -1)))
    (i32.store (i32.const 12) (table.size $one))
    (call $__guest_response (i32.const 0) (i32.const 16))
    (i32.const 1)";

/// A module that starts with more elements than it may have is refused, by the limit's name.
pub fn start_with_too_much(engine: &dyn Engine) {
    assert_refused(engine, "(table 101 funcref)");
}

/// Several tables count together.
pub fn tables_count_together(engine: &dyn Engine) {
    assert_refused(engine, "(table 51 funcref) (table 50 funcref)");
    each_kind(engine, |mut setup| {
        setup.limits.table_elements = 102;
        let tables = "(table $other 90 funcref) (table $one 10 funcref)";
        let mut guest = setup.guest(&guest(GROW, tables));
        assert_eq!(words(&guest.call("grow", "").unwrap()), [10, -1, -1, 12]);
    });
}

/// A guest that asks for more is told that there is none, and lives.
pub fn grow_is_refused(engine: &dyn Engine) {
    each_kind(engine, |mut setup| {
        setup.limits.table_elements = 102;
        let mut guest = setup.guest(&guest(GROW, "(table $one 100 funcref)"));
        assert_eq!(words(&guest.call("grow", "").unwrap()), [100, -1, -1, 102]);
        assert_eq!(words(&guest.call("grow", "").unwrap()), [-1, -1, -1, 102]);
    });
}

fn assert_refused(engine: &dyn Engine, tables: &str) {
    each_kind(engine, |mut setup| {
        setup.limits.table_elements = 100;
        match setup.start(&guest("(i32.const 0)", tables)).err() {
            Some(StartError::Limit(LimitError::Table { elements: 100 })) => {}
            other => panic!("{other:?}"),
        }
    });
}

fn words(response: &[u8]) -> Vec<i32> {
    let (words, _) = response.as_chunks();
    words.iter().copied().map(i32::from_le_bytes).collect()
}
