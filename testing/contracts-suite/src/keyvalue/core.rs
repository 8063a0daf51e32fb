//! The core level: counters and strings without an end, for small providers.

use super::Subject;
use capwire_contracts::keyvalue::{OP_ADD, OP_DEL, OP_GET, OP_KEY_EXISTS, OP_SET, OPERATIONS};
use capwire_provider::ProviderError;

const CORE: &[&str] = &[OP_ADD, OP_DEL, OP_GET, OP_KEY_EXISTS, OP_SET];

/// Turns the cases of the core level into tests of the provider in the [`Subject`] that `$subject`, a
/// future, yields. A provider of this level serves `Add`, `Del`, `Get`, `KeyExists` and `Set`, and
/// refuses the other operations, and expiry, by their names.
///
/// [`Subject`]: crate::keyvalue::Subject
#[macro_export]
macro_rules! keyvalue_core_tests {
    ($subject:expr) => {
        $crate::keyvalue_tests! { $subject;
            counters_start_at_zero,
            a_counter_is_a_string,
            adding_to_something_else_than_a_number_is_refused,
            a_sum_beyond_32_bits_is_refused,
            a_string_that_is_not_there_reads_as_absent,
            a_negative_expiry_is_refused,
            strings_are_kept_apart_by_actor,
            bindings_of_one_actor_share_its_keys,
            an_unknown_configuration_key_is_refused,
            unbound_actors_are_refused,
            unknown_operations_are_named,
            operations_beyond_the_core_are_named,
            malformed_messages_of_the_core_are_refused,
            any_string_is_the_key_of_a_string,
            concurrent_additions_are_all_counted,
        }
    };
}

/// A key without a value is none, and is not an empty one.
pub async fn a_string_that_is_not_there_reads_as_absent(subject: &Subject) {
    let kv = subject.client().await;
    assert_eq!(kv.get("key").await.unwrap(), None);
    assert!(!kv.exists("key").await.unwrap());
    kv.del("key").await.unwrap();
    kv.set("key", "").await.unwrap();
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some(""));
    assert!(kv.exists("key").await.unwrap());
}

/// Runs all cases of the core level, each with a provider of its own, for a test that may be skipped.
pub async fn the_core(subject: impl AsyncFn() -> Subject) {
    macro_rules! run {
        ($($case:path),* $(,)?) => {$(
            $case(&subject().await).await;
        )*};
    }
    run! {
        super::counters_start_at_zero,
        super::a_counter_is_a_string,
        super::adding_to_something_else_than_a_number_is_refused,
        super::a_sum_beyond_32_bits_is_refused,
        a_string_that_is_not_there_reads_as_absent,
        super::a_negative_expiry_is_refused,
        strings_are_kept_apart_by_actor,
        super::bindings_of_one_actor_share_its_keys,
        super::an_unknown_configuration_key_is_refused,
        super::unbound_actors_are_refused,
        super::unknown_operations_are_named,
        operations_beyond_the_core_are_named,
        malformed_messages_of_the_core_are_refused,
        any_string_is_the_key_of_a_string,
        super::concurrent_additions_are_all_counted,
    }
}

/// Strings belong to the actor that wrote them.
pub async fn strings_are_kept_apart_by_actor(subject: &Subject) {
    let one = subject.client_of("MONE", "default").await;
    let two = subject.client_of("MTWO", "default").await;
    one.set("key", "one").await.unwrap();
    assert_eq!(two.get("key").await.unwrap(), None);
    two.set("key", "two").await.unwrap();
    two.del("key").await.unwrap();
    assert!(!two.exists("key").await.unwrap());
    assert_eq!(one.get("key").await.unwrap().as_deref(), Some("one"));
}

/// The error says which operation the provider does not have.
pub async fn operations_beyond_the_core_are_named(subject: &Subject) {
    let kv = subject.client().await;
    let beyond = OPERATIONS
        .iter()
        .filter(|operation| !CORE.contains(&operation.name));
    for operation in beyond {
        let error = kv.raw(operation.name, &[0x80]).await.unwrap_err();
        let ProviderError::UnknownOperation { operation: named } = error else {
            panic!("{}: {error:?}", operation.name);
        };
        assert_eq!(named, operation.name);
    }
}

/// No bytes make a provider panic or change anything.
pub async fn malformed_messages_of_the_core_are_refused(subject: &Subject) {
    let kv = subject.client().await;
    let cut = [0x82, 0xa3, b'k', b'e', b'y', 0xa1];
    let huge = [0xdf, 0xff, 0xff, 0xff, 0xff];
    let bad: [&[u8]; 6] = [&[], &[0xc0], &[0x80], &[0xc1], &cut, &huge];
    for operation in CORE {
        for payload in bad {
            let error = kv.raw(operation, payload).await.unwrap_err();
            assert!(
                matches!(error, ProviderError::BadMessage { .. }),
                "{operation} {payload:?}: {error:?}"
            );
        }
    }
}

/// Keys are any text, and similar keys stay apart.
pub async fn any_string_is_the_key_of_a_string(subject: &Subject) {
    let kv = subject.client().await;
    let long = "x".repeat(100_000);
    let keys = [
        "", "k", "k\0", "k\0\0", "k\u{1}", "ka", "K", "ключ", "k k", &long,
    ];
    for key in keys {
        kv.set(key, key).await.unwrap();
    }
    for key in keys {
        assert_eq!(kv.get(key).await.unwrap().as_deref(), Some(key));
    }
    kv.del("k").await.unwrap();
    assert_eq!(kv.get("k\0").await.unwrap().as_deref(), Some("k\0"));
}
