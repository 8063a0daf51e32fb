use super::*;

const A: PoolId = PoolId(1);
const B: PoolId = PoolId(2);
const C: PoolId = PoolId(3);

#[test]
fn who_holds_nothing_may_always_wait() {
    let waits = Waits::default();
    let _a_for_b = waits.enter(vec![A], B).unwrap();
    assert!(waits.enter(Vec::new(), A).is_some());
}

#[test]
fn waiting_for_oneself_is_refused() {
    let waits = Waits::default();
    assert!(waits.enter(vec![A], A).is_none());
    assert!(waits.enter(vec![A, B], A).is_none());
}

#[test]
fn a_circle_of_several_calls_is_refused() {
    let waits = Waits::default();
    let _a_for_b = waits.enter(vec![A], B).unwrap();
    let _b_for_c = waits.enter(vec![B], C).unwrap();
    assert!(waits.enter(vec![C], A).is_none());
}

#[test]
fn a_wait_that_ended_closes_no_circle() {
    let waits = Waits::default();
    let first = waits.enter(vec![A], B).unwrap();
    let second = waits.enter(vec![A], B).unwrap();
    drop(first);
    assert!(waits.enter(vec![B], A).is_none());
    drop(second);
    assert!(waits.enter(vec![B], A).is_some());
}
