//! These tests run under Miri too: `cargo miri test -p capwire-engine-wasmtime lend`.

use super::*;
use capwire_wapc::{HostCall, Reply, Verdict};
use std::panic::{self, AssertUnwindSafe};

/// A host that counts its calls in a borrowed number and runs a closure in each call.
struct Counter<'a, F> {
    calls: &'a mut u32,
    inside: F,
}

impl<F: FnMut()> HostCalls for Counter<'_, F> {
    fn call(&mut self, _call: HostCall<'_>) -> Reply {
        Reply::error("")
    }

    fn slice_ended(&mut self) -> Verdict {
        *self.calls += 1;
        (self.inside)();
        Verdict::Continue
    }
}

fn counter<F: FnMut()>(calls: &mut u32, inside: F) -> Counter<'_, F> {
    Counter { calls, inside }
}

fn use_host() -> Option<Verdict> {
    with(|host| host.slice_ended())
}

#[test]
fn a_host_is_found_while_it_is_lent_and_not_after() {
    let mut calls = 0;
    lend(&mut counter(&mut calls, || {}), || {
        use_host().unwrap();
        use_host().unwrap();
    });
    assert!(use_host().is_none());
    assert_eq!(calls, 2);
}

#[test]
fn a_host_in_use_is_not_found_a_second_time() {
    let mut calls = 0;
    let again = || assert!(use_host().is_none());
    lend(&mut counter(&mut calls, again), || {
        use_host().unwrap();
        use_host().unwrap();
    });
    assert_eq!(calls, 2);
}

#[test]
fn hosts_that_lend_hosts_are_each_found_in_their_turn() {
    let (mut outer, mut inner) = (0, 0);
    let nested = || {
        lend(&mut counter(&mut inner, || {}), || use_host().unwrap());
        assert!(use_host().is_none());
    };
    lend(&mut counter(&mut outer, nested), || {
        use_host().unwrap();
        use_host().unwrap();
    });
    assert_eq!((outer, inner), (2, 2));
}

#[test]
fn a_host_that_panics_is_given_back() {
    let mut calls = 0;
    let mut host = counter(&mut calls, || panic!("on purpose"));
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        lend(&mut host, || {
            let first = panic::catch_unwind(use_host);
            assert!(first.is_err());
            use_host();
        });
    }));
    assert!(result.is_err());
    assert!(use_host().is_none());
    assert_eq!(calls, 2);
}
