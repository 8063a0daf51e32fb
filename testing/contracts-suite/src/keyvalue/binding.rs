//! The keys that each binding sees.

use super::Subject;
use capwire_provider::{Config, ProviderError};

/// Keys belong to the actor that wrote them.
pub async fn actors_do_not_see_each_others_keys(subject: &Subject) {
    let one = subject.client_of("MONE", "default").await;
    let two = subject.client_of("MTWO", "default").await;
    one.set("key", "one").await.unwrap();
    one.set_add("set", "one").await.unwrap();
    assert_eq!(two.get("key").await.unwrap(), None);
    assert_eq!(two.set_add("set", "two").await.unwrap(), 1);
    two.del("key").await.unwrap();
    assert_eq!(one.get("key").await.unwrap().as_deref(), Some("one"));
    assert_eq!(one.set_query("set").await.unwrap(), ["one"]);
}

/// The name of a binding is no key space.
pub async fn bindings_of_one_actor_share_its_keys(subject: &Subject) {
    let one = subject.client_of("MONE", "default").await;
    let two = subject.client_of("MONE", "second").await;
    one.add("hits", 1).await.unwrap();
    assert_eq!(two.add("hits", 1).await.unwrap(), 2);
}

/// A misspelt key must not be without effect.
pub async fn an_unknown_configuration_key_is_refused(subject: &Subject) {
    let config = Config::from_iter([("NO_SUCH_KEY", "1")]);
    let refused = subject.bind("MONE", "default", config).await;
    let Err(ProviderError::Config { key, .. }) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!(key, "NO_SUCH_KEY");
    let unbound = subject.unbound("MONE", "default");
    assert!(matches!(
        unbound.get("key").await,
        Err(ProviderError::NotBound)
    ));
}

/// Before the first binding and after the last; the data stays.
pub async fn unbound_actors_are_refused(subject: &Subject) {
    let kv = subject.unbound("MONE", "default");
    assert!(matches!(kv.get("key").await, Err(ProviderError::NotBound)));
    let kv = subject.client_of("MONE", "default").await;
    kv.set("key", "value").await.unwrap();
    subject.unbind("MONE", "default").await;
    subject.unbind("MONE", "default").await;
    assert!(matches!(
        kv.set("key", "x").await,
        Err(ProviderError::NotBound)
    ));
    let kv = subject.client_of("MONE", "default").await;
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some("value"));
}
