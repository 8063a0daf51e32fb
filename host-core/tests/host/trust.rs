//! Trust that ends while actors run.

use crate::kit::{Kit, Module, SIGNED_AT, eventually, instances, next, text};
use bytes::Bytes;
use capwire_engine_fake::Fake;
use capwire_host::{ErrorKind, Event, ManualClock};
use capwire_wascap::{
    AccountMetadata, ClaimsBuilder, KeyKind, KeyPair, OperatorMetadata, PublicKey,
    RevocationMetadata, Trust, UnixSeconds, Verifier, sign_token,
};
use std::time::Duration;

/// An operator that vouches for accounts and takes back.
struct Operator {
    key: KeyPair,
    trust: Trust,
}

impl Operator {
    fn new() -> Self {
        let key = KeyPair::generate(KeyKind::Operator).unwrap();
        let claims =
            ClaimsBuilder::with_metadata(key.public(), OperatorMetadata::default(), SIGNED_AT)
                .unwrap();
        let mut trust = Trust::new();
        trust
            .operator_token(&sign_token(claims, &key).unwrap())
            .unwrap();
        Self { key, trust }
    }

    fn vouch(&mut self, account: PublicKey, expires: Option<u64>) {
        let mut claims =
            ClaimsBuilder::with_metadata(account, AccountMetadata::default(), SIGNED_AT).unwrap();
        if let Some(at) = expires {
            claims = claims.expires(UnixSeconds(at));
        }
        let token = sign_token(claims, &self.key).unwrap();
        self.trust.account_token(&token).unwrap();
    }

    fn verifier(&self) -> Verifier {
        Verifier::new().trust(self.trust.clone())
    }

    fn revoking(&self, key: PublicKey) -> Verifier {
        let mut list = RevocationMetadata::new(1);
        list.keys.insert(key);
        let claims = ClaimsBuilder::with_metadata(self.key.public(), list, SIGNED_AT).unwrap();
        let token = sign_token(claims, &self.key).unwrap();
        let verifier = self.verifier();
        let list = verifier.verify_revocations(&token, &[], SIGNED_AT).unwrap();
        verifier.revocations(list)
    }
}

fn kit(operator: &Operator) -> (Kit, ManualClock) {
    let clock = ManualClock::at(Duration::from_secs(SIGNED_AT.0));
    let kit = Kit::with(Fake::new(), |builder| {
        builder.clock(clock.clone()).verifier(operator.verifier())
    });
    (kit, clock)
}

#[tokio::test]
async fn an_actor_without_a_chain_does_not_start() {
    let mut operator = Operator::new();
    let known = Module::new();
    operator.vouch(known.account(), None);
    let (kit, _) = kit(&operator);
    let actor = kit.start(&known).await;
    assert_eq!(kit.host.call(actor, "echo", "hi").await.unwrap(), "hi");
    let error = kit.host.verify(Module::new().wasm()).await.unwrap_err();
    assert!(error.is_unverified(), "{error:?}");
    // Nor does one that somebody else has verified.
    let lax = Verifier::new();
    let actor = capwire_host::Actor::from_bytes(Module::new().wasm(), &lax, SIGNED_AT).unwrap();
    let error = kit.host.start_actor(actor).await.unwrap_err();
    assert!(error.is_unverified(), "{error:?}");
}

#[tokio::test]
async fn a_revoked_actor_answers_nobody_and_is_stopped() {
    let mut operator = Operator::new();
    let (bad, good) = (Module::new(), Module::new());
    operator.vouch(bad.account(), None);
    operator.vouch(good.account(), None);
    let (kit, _) = kit(&operator);
    let (bad_id, good_id) = (kit.start(&bad).await, kit.start(&good).await);
    let mut events = kit.host.events();

    kit.host.set_verifier(operator.revoking(bad.account()));
    let error = kit.host.call(bad_id, "echo", "hi").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unverified, "{error:?}");
    assert!(text(&error).contains("revoked"), "{error:?}");
    let Event::ActorRevoked { actor, reason } = next(&mut events).await else {
        panic!("the revocation is an event");
    };
    assert_eq!(actor, bad_id);
    assert!(reason.contains("revoked"), "{reason}");
    let Event::ActorStopped { actor, .. } = next(&mut events).await else {
        panic!("it is stopped");
    };
    assert_eq!(actor, bad_id);
    let error = kit.host.call(bad_id, "echo", "hi").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(kit.host.call(good_id, "echo", "hi").await.unwrap(), "hi");
    assert!(
        kit.host
            .verify(bad.wasm())
            .await
            .unwrap_err()
            .is_unverified()
    );
}

#[tokio::test]
async fn calls_that_run_in_a_revoked_actor_end_within_two_seconds() {
    let mut operator = Operator::new();
    let module = Module::new().claims(crate::kit::CONTRACT);
    operator.vouch(module.account(), None);
    let (kit, clock) = kit(&operator);
    let told = kit.told();
    let actor = kit.start_with(&module, instances(1)).await;
    kit.bind(actor).await;
    let host = kit.host.clone();
    let call = capwire_engine_fake::standard::host_call("", crate::kit::CONTRACT, "Wait", b"");
    let call = tokio::spawn(async move { host.call(actor, "call", call).await });
    eventually(|| told.count("Wait") == 1).await;

    kit.host.set_verifier(operator.revoking(module.account()));
    let mut events = kit.host.events();
    let stopped = async {
        loop {
            if let Event::ActorStopped { stopped_calls, .. } = next(&mut events).await {
                return stopped_calls;
            }
        }
    };
    // Nothing but the clock moves: the provider never answers.
    let turns = async {
        for _ in 0..20 {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            clock.advance(Duration::from_millis(100));
        }
        std::future::pending::<()>().await
    };
    let stopped_calls = tokio::select! {
        stopped = stopped => stopped,
        () = turns => 0,
    };
    assert_eq!(stopped_calls, 1);
    let ended: Result<Bytes, _> = call.await.unwrap();
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::Stopped);
}

#[tokio::test]
async fn an_actor_ends_with_the_token_of_its_account() {
    let mut operator = Operator::new();
    let module = Module::new();
    operator.vouch(module.account(), Some(SIGNED_AT.0 + 60));
    let (kit, clock) = kit(&operator);
    let actor = kit.start(&module).await;
    let mut events = kit.host.events();
    assert!(kit.host.call(actor, "echo", "hi").await.is_ok());

    eventually(|| {
        clock.advance(Duration::from_secs(61));
        kit.host.inventory().actors.is_empty()
    })
    .await;
    assert!(matches!(
        next(&mut events).await,
        Event::ActorExpired { .. } | Event::ActorRevoked { .. }
    ));
}

#[tokio::test]
async fn a_newer_token_of_an_account_keeps_its_actors_running() {
    let mut operator = Operator::new();
    let module = Module::new();
    operator.vouch(module.account(), Some(SIGNED_AT.0 + 60));
    let (kit, clock) = kit(&operator);
    let actor = kit.start(&module).await;

    operator.vouch(module.account(), None);
    kit.host.set_verifier(operator.verifier());
    clock.advance(Duration::from_secs(3_600));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(kit.host.call(actor, "echo", "hi").await.unwrap(), "hi");
}
