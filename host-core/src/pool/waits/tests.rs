use super::*;
use crate::id::ActorId;
use capwire_wascap::{KeyKind, PublicKey};

const A: PoolId = PoolId(1);
const B: PoolId = PoolId(2);
const C: PoolId = PoolId(3);

fn holding(pools: &[PoolId]) -> Chain {
    let actor = ActorId::new(PublicKey::new(KeyKind::Module, [0; 32])).unwrap();
    pools
        .iter()
        .fold(Chain::default(), |chain, pool| chain.with(actor, *pool))
}

#[test]
fn who_holds_nothing_may_always_wait() {
    let waits = Waits::default();
    let _a_for_b = waits.enter(&holding(&[A]), B).unwrap();
    assert!(waits.enter(&Chain::default(), A).is_some());
}

#[test]
fn waiting_for_oneself_is_refused() {
    let waits = Waits::default();
    assert!(waits.enter(&holding(&[A]), A).is_none());
    assert!(waits.enter(&holding(&[A, B]), A).is_none());
}

#[test]
fn a_circle_of_several_calls_is_refused() {
    let waits = Waits::default();
    let _a_for_b = waits.enter(&holding(&[A]), B).unwrap();
    let _b_for_c = waits.enter(&holding(&[B]), C).unwrap();
    assert!(waits.enter(&holding(&[C]), A).is_none());
}

#[test]
fn a_wait_that_ended_closes_no_circle() {
    let waits = Waits::default();
    let first = waits.enter(&holding(&[A]), B).unwrap();
    let second = waits.enter(&holding(&[A]), B).unwrap();
    drop(first);
    assert!(waits.enter(&holding(&[B]), A).is_none());
    drop(second);
    assert!(waits.enter(&holding(&[B]), A).is_some());
}
