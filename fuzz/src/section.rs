//! Hostile modules: a module passes verification only if nobody changed it.

use crate::counter::Counter;
use capwire_wascap::{ActorClaimsBuilder, KeyKind, KeyPair, UnixSeconds, Verifier};
use capwire_wascap::{inspect_module, sign_module};

const NOW: UnixSeconds = UnixSeconds(1_600_000_000);

/// Inspects, verifies and signs the bytes. A module that can be signed passes verification, and a
/// change of any byte is detected.
pub(crate) fn run(bytes: &[u8]) {
    drop(inspect_module(bytes));
    drop(Verifier::new().verify_module(bytes, NOW));

    let mut rng = Counter(bytes.len() as u64);
    let account = KeyPair::generate_with(KeyKind::Account, &mut rng);
    let subject = KeyPair::generate_with(KeyKind::Module, &mut rng).public();
    let claims = ActorClaimsBuilder::new_with(subject, NOW, &mut rng).name("fuzzed");
    let Ok(mut signed) = sign_module(bytes, claims, &account) else {
        return;
    };
    let verified = Verifier::new().verify_module(&signed, NOW);
    assert!(
        verified.is_ok(),
        "a signed module does not verify: {verified:?}"
    );

    let place = bytes.iter().fold(0_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    let place = place % signed.len();
    if let Some(byte) = signed.get_mut(place) {
        *byte ^= 1;
    }
    if let Ok(verified) = Verifier::new().verify_module(&signed, NOW) {
        panic!("a changed byte at {place} was not noticed: {verified:?}");
    }
}
