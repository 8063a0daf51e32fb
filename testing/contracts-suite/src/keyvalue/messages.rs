//! Messages of actors, valid and hostile.

use super::Subject;
use capwire_contracts::keyvalue::OPERATIONS;
use capwire_provider::ProviderError;

/// The error says what was asked for.
pub async fn unknown_operations_are_named(subject: &Subject) {
    let kv = subject.client().await;
    for name in ["", "add", "Flush", "BindActor"] {
        let error = kv.raw(name, &[0xc0]).await.unwrap_err();
        let ProviderError::UnknownOperation { operation } = error else {
            panic!("{name}: {error:?}");
        };
        assert_eq!(operation, name);
    }
}

/// No bytes make a provider panic or change anything.
pub async fn malformed_messages_are_refused(subject: &Subject) {
    let kv = subject.client().await;
    let cut = [0x82, 0xa3, b'k', b'e', b'y', 0xa1];
    let huge = [0xdf, 0xff, 0xff, 0xff, 0xff];
    let bad: [&[u8]; 6] = [&[], &[0xc0], &[0x80], &[0xc1], &cut, &huge];
    for operation in OPERATIONS {
        for payload in bad {
            let error = kv.raw(operation.name, payload).await.unwrap_err();
            assert!(
                matches!(error, ProviderError::BadMessage { .. }),
                "{} {payload:?}: {error:?}",
                operation.name
            );
        }
    }
}

/// Keys, items and members are any text, and similar keys stay apart.
pub async fn any_string_is_a_key(subject: &Subject) {
    let kv = subject.client().await;
    let keys = [
        "",
        "k",
        "k\0",
        "k\0\0",
        "k\u{1}",
        "ka",
        "K",
        "ключ",
        "k/k",
        "k k",
        "\u{10ffff}",
    ];
    for key in keys {
        kv.set_add(key, key).await.unwrap();
        kv.push(&format!("list {key}"), key).await.unwrap();
    }
    for key in keys {
        assert_eq!(kv.set_query(key).await.unwrap(), [key], "{key:?}");
        let list = format!("list {key}");
        assert_eq!(kv.range(&list, 0, -1).await.unwrap(), [key], "{key:?}");
    }
    kv.del("k").await.unwrap();
    assert_eq!(kv.set_query("k\0").await.unwrap(), ["k\0"]);
    let long = "x".repeat(100_000);
    kv.set(&long, &long).await.unwrap();
    assert_eq!(kv.get(&long).await.unwrap(), Some(long));
}
