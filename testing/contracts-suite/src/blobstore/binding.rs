//! Bindings: their separation, their access, their values, and malformed messages.

use super::{Receiver, Subject, class};
use capwire_contracts::blobstore::{Blob, Container, ErrorClass, ReadResponse};
use capwire_contracts::codec;
use capwire_provider::ProviderError;

/// Each has its own containers.
pub async fn actors_do_not_see_each_others_blobs(subject: &Subject) {
    let one = subject.images().await;
    let two = subject.client_with("MACTOR2", "default", &[]).await;
    one.put("images", "cat", b"meow").await.unwrap();
    one.put("", "cat", b"meow").await.unwrap();
    assert_eq!(class(two.list("images").await), ErrorClass::NoContainer);
    assert!(two.ids("").await.is_empty());
    two.create("images").await.unwrap();
    assert!(two.ids("images").await.is_empty());
    assert_eq!(two.info("images", "cat").await.unwrap(), Blob::default());
    assert!(!two.read("images", "cat", 0, 1).await.unwrap().exists);
    two.remove("images", "cat").await.unwrap();
    two.remove_container("images").await.unwrap();
    assert_eq!(one.get("images", "cat").await.unwrap(), b"meow");
}

/// But not their transfers.
pub async fn bindings_of_one_actor_share_its_blobs(subject: &Subject) {
    let one = subject.images().await;
    let two = subject.client_with("MACTOR", "second", &[]).await;
    one.start("images", "cat", 4).await.unwrap();
    let refused = two.chunk(("images", "cat", 4), 0, b"meow").await;
    assert_eq!(class(refused), ErrorClass::NoUpload);
    one.chunk(("images", "cat", 4), 0, b"meow").await.unwrap();
    assert_eq!(two.get("images", "cat").await.unwrap(), b"meow");
    assert!(one.receiver.rest().await.is_empty());
}

/// Everything that the actor may read.
pub async fn a_read_only_binding_reads(subject: &Subject) {
    let writer = subject.images().await;
    writer.put("images", "cat", b"meow").await.unwrap();
    let values = [("ACCESS", "read-only")];
    let reader = subject.client_with("MACTOR", "reader", &values).await;
    assert_eq!(reader.get("images", "cat").await.unwrap(), b"meow");
    assert_eq!(reader.ids("images").await, ["cat"]);
    assert_eq!(reader.info("images", "cat").await.unwrap().byte_size, 4);
    let part = reader.read("images", "cat", 1, 2).await.unwrap();
    assert_eq!(part.content, b"eo");
}

/// In no way.
pub async fn a_read_only_binding_cannot_write(subject: &Subject) {
    let writer = subject.images().await;
    writer.put("images", "cat", b"meow").await.unwrap();
    let values = [("ACCESS", "read-only")];
    let reader = subject.client_with("MACTOR", "reader", &values).await;
    for refused in [
        class(reader.create("other").await),
        class(reader.remove_container("images").await),
        class(reader.remove("images", "cat").await),
        class(reader.start("images", "cat", 4).await),
        class(reader.chunk(("images", "cat", 4), 0, b"woof").await),
    ] {
        assert_eq!(refused, ErrorClass::ReadOnly);
    }
    assert_eq!(writer.get("images", "cat").await.unwrap(), b"meow");
}

/// Neither before the first binding nor after the last.
pub async fn unbound_actors_are_refused(subject: &Subject) {
    let unbound = subject.unbound("MACTOR", "default", Receiver::default());
    let refused = unbound.create("images").await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
    let client = subject.images().await;
    subject.unbind("MACTOR", "default").await;
    subject.unbind("MACTOR", "default").await;
    let refused = client.list("images").await;
    assert!(matches!(refused, Err(ProviderError::NotBound)));
}

/// So that a typing error is found.
pub async fn unknown_operations_are_named(subject: &Subject) {
    let client = subject.client().await;
    for operation in ["createContainer", "ReceiveChunk", ""] {
        let refused = client.raw(operation, &[0x80]).await;
        let Err(ProviderError::UnknownOperation { operation: named }) = refused else {
            panic!("{operation}: {refused:?}");
        };
        assert_eq!(named, operation);
    }
}

/// Never a panic, whatever the bytes are.
pub async fn malformed_messages_are_refused(subject: &Subject) {
    let client = subject.client().await;
    for operation in [
        "CreateContainer",
        "RemoveContainer",
        "RemoveObject",
        "ListObjects",
        "GetObjectInfo",
        "StartUpload",
        "UploadChunk",
        "StartDownload",
        "ReadRange",
    ] {
        for payload in [
            &b""[..],
            b"\xc1",
            b"\x80",
            b"\x81\xa2id\x01",
            b"\x81\xa2id\xa3..\xff",
            b"\xdf\xff\xff\xff\xff",
            b"\x82\xa2id\xa1a\xaachunkBytes\xdf\xff\xff\xff\xff",
        ] {
            let refused = client.raw(operation, payload).await;
            assert!(
                matches!(refused, Err(ProviderError::BadMessage { .. })),
                "{operation} {payload:x?}"
            );
        }
    }
}

/// Positional messages, and bytes as lists of numbers.
pub async fn messages_in_the_forms_of_2020_are_read(subject: &Subject) {
    let client = subject.client().await;
    let answer = client.raw("CreateContainer", b"\x91\xa1c").await.unwrap();
    let created: Container = codec::decode(&answer).unwrap();
    assert_eq!(created.id, "c");
    let start = b"\x97\x00\xa1c\xa3cat\x02\x02\xc0\x90";
    client.raw("StartUpload", start).await.unwrap();
    let chunk = b"\x97\x00\xa1c\xa3cat\x02\x02\xc0\x92\x6d\x65";
    client.raw("UploadChunk", chunk).await.unwrap();
    assert_eq!(client.get("c", "cat").await.unwrap(), b"me");
    let info = client.raw("GetObjectInfo", b"\x93\xa3cat\xa1c\x00").await;
    let info: Blob = codec::decode(&info.unwrap()).unwrap();
    assert_eq!(info.byte_size, 2);
    let read = client.raw("ReadRange", b"\x94\xa3cat\xa1c\x01\x09").await;
    let read: ReadResponse = codec::decode(&read.unwrap()).unwrap();
    assert_eq!((read.total_bytes, &*read.content), (2, &b"e"[..]));
}

/// With the name of their key.
pub async fn wrong_values_are_refused(subject: &Subject) {
    for (key, value) in [
        ("NO_SUCH_KEY", "1"),
        ("ACCESS", "write"),
        ("MAX_BLOB", "1TB"),
        ("MAX_UPLOADS", "0"),
        ("UPLOAD_IDLE", "soon"),
        ("MAX_DOWNLOADS", "-1"),
        ("MAX_CHUNK", "1GiB"),
    ] {
        let receiver = Receiver::default();
        let values = [(key, value)];
        let refused = subject.bind("MACTOR", "default", &receiver, &values).await;
        let Err(ProviderError::Config { key: named, .. }) = refused else {
            panic!("{key}: {refused:?}");
        };
        assert_eq!(named, key);
    }
}
