//! Keys in text form, both ways.

use crate::support::{old, pair, text, today};
use capwire_wascap::{KeyKind, KeyPair, PublicKey};
use nkeys_today::KeyPairType;

#[test]
fn keys_made_here_are_read_by_the_originals() {
    for kind in KeyKind::ALL {
        let ours = pair(kind);
        assert_eq!(today(&ours).public_key(), text(&ours), "{kind}");
        assert_eq!(today(&ours).seed().unwrap(), *ours.seed(), "{kind}");
        assert_eq!(old(&ours).public_key(), text(&ours), "{kind}");
        assert_eq!(old(&ours).seed().unwrap(), *ours.seed(), "{kind}");
    }
}

#[test]
fn keys_made_by_the_originals_are_read_here() {
    for (theirs, kind) in [
        (KeyPairType::Operator, KeyKind::Operator),
        (KeyPairType::Account, KeyKind::Account),
        (KeyPairType::Module, KeyKind::Module),
        (KeyPairType::Service, KeyKind::Service),
        (KeyPairType::Server, KeyKind::Server),
        (KeyPairType::Cluster, KeyKind::Cluster),
        (KeyPairType::User, KeyKind::User),
    ] {
        let theirs = nkeys_today::KeyPair::new(theirs);
        let ours = KeyPair::from_seed(&theirs.seed().unwrap()).unwrap();
        let public: PublicKey = theirs.public_key().parse().unwrap();
        assert_eq!((ours.public(), public.kind()), (public, kind));
    }
}

#[test]
fn keys_that_the_originals_refuse_are_refused_here() {
    let good = text(&pair(KeyKind::Account));
    for at in 0..good.len() {
        let other = if &good[at..=at] == "A" { "B" } else { "A" };
        let bad = format!("{}{other}{}", &good[..at], &good[at + 1..]);
        assert!(
            nkeys_today::KeyPair::from_public_key(&bad).is_err(),
            "{bad}"
        );
        assert!(bad.parse::<PublicKey>().is_err(), "{bad}");
    }
}
