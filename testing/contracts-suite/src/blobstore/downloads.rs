//! Downloads: in order, as fast as the actor, of one version, and bounded in number.

use super::{Doing, Receiver, Subject, class, content};
use capwire_contracts::blobstore::{ErrorClass, StreamRequest};
use capwire_provider::ActorError;
use futures_util::future::join_all;
use std::time::Duration;

/// With their numbers, the total and the context.
pub async fn chunks_have_the_size_that_was_asked_for(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(2_500, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    let request = StreamRequest {
        id: "cat".to_owned(),
        container: "images".to_owned(),
        chunk_size: 1_200,
        context: Some("for me".to_owned()),
    };
    client.start_download(&request).await.unwrap();
    for (number, part) in (0..).zip(bytes.chunks(1_200)) {
        let chunk = client.receiver.next().await;
        assert_eq!(chunk.sequence_no, number);
        assert_eq!(chunk.chunk_bytes, part);
        assert_eq!((chunk.total_bytes, chunk.chunk_size), (2_500, 1_200));
        assert_eq!((&*chunk.container, &*chunk.id), ("images", "cat"));
        assert_eq!(chunk.context.as_deref(), Some("for me"));
    }
}

/// Actors of 2020 ask for it.
pub async fn a_chunk_size_of_zero_is_the_choice_of_the_provider(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(1_500, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    client.download("images", "cat", 0).await.unwrap();
    let chunk = client.receiver.next().await;
    assert!(chunk.chunk_bytes == bytes && chunk.chunk_size > 0);
}

/// Whatever the actor asks for.
pub async fn a_binding_bounds_the_size_of_chunks(subject: &Subject) {
    let client = subject.images_with(&[("MAX_CHUNK", "700")]).await;
    client
        .put("images", "cat", &content(1_500, 0))
        .await
        .unwrap();
    for asked in [0, 701, u64::MAX] {
        client.download("images", "cat", asked).await.unwrap();
        let first = client.receiver.next().await;
        assert_eq!((first.chunk_size, first.chunk_bytes.len()), (700, 700));
        client.receiver.next().await;
        client.receiver.next().await;
    }
}

/// So that it can take them.
pub async fn an_actor_bounds_the_size_of_chunks(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(5_000, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    let small = Receiver::with_messages(2_000);
    subject.bind("MACTOR", "small", &small, &[]).await.unwrap();
    let client = subject.unbound("MACTOR", "small", small);
    client.download("images", "cat", 0).await.unwrap();
    assert_eq!(client.receiver.blob("images", "cat").await, bytes);
    let tiny = Receiver::with_messages(100);
    subject.bind("MACTOR", "tiny", &tiny, &[]).await.unwrap();
    let client = subject.unbound("MACTOR", "tiny", tiny);
    let refused = client.download("images", "cat", 0).await;
    assert_eq!(class(refused), ErrorClass::Size);
}

/// So a slow actor slows its download, and nothing is kept for it.
pub async fn a_chunk_waits_for_the_one_before(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(3_000, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    client.receiver.hold();
    client.download("images", "cat", 1_000).await.unwrap();
    for number in 0..3 {
        assert_eq!(client.receiver.next().await.sequence_no, number);
        // Other operations take their time, too.
        client.list("images").await.unwrap();
        assert!(client.receiver.rest().await.is_empty());
        client.receiver.release(1);
    }
}

/// Even if it is replaced or removed meanwhile.
pub async fn a_download_has_one_version_of_its_blob(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(4_000, 1);
    client.put("images", "cat", &bytes).await.unwrap();
    client.receiver.hold();
    client.download("images", "cat", 1_000).await.unwrap();
    let mut read = client.receiver.next().await.chunk_bytes;
    client
        .put("images", "cat", &content(2_000, 2))
        .await
        .unwrap();
    client.remove("images", "cat").await.unwrap();
    client.receiver.release(4);
    for _ in 1..4 {
        read.extend(client.receiver.next().await.chunk_bytes);
    }
    assert!(read == bytes);
}

/// The binding has its place back.
pub async fn a_handler_that_fails_ends_its_download(subject: &Subject) {
    let client = subject.images_with(&[("MAX_DOWNLOADS", "1")]).await;
    client
        .put("images", "cat", &content(3_000, 0))
        .await
        .unwrap();
    let failed = ActorError::Failed("it broke".to_owned());
    client.receiver.will(Doing::Fail(failed));
    client.download("images", "cat", 1_000).await.unwrap();
    assert_eq!(client.receiver.next().await.sequence_no, 0);
    while let Err(error) = client.download("images", "cat", 1_000).await {
        assert_eq!(class::<()>(Err(error)), ErrorClass::Full);
        tokio::task::yield_now().await;
    }
    assert_eq!(client.receiver.next().await.sequence_no, 0);
}

/// And no chunk is lost.
pub async fn a_busy_actor_gets_its_chunk_later(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(1_500, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    let busy = ActorError::Busy {
        retry_after: Duration::ZERO,
    };
    client
        .receiver
        .will(Doing::Refuse(vec![busy.clone(), busy]));
    assert_eq!(client.get("images", "cat").await.unwrap(), bytes);
}

/// The operation fails, not the download.
pub async fn a_missing_blob_is_not_downloaded(subject: &Subject) {
    let client = subject.images().await;
    let refused = client.download("images", "cat", 0).await;
    assert_eq!(class(refused), ErrorClass::NotFound);
    assert!(client.receiver.rest().await.is_empty());
}

/// A finished one makes room.
pub async fn downloads_are_bounded_in_number(subject: &Subject) {
    let client = subject.images_with(&[("MAX_DOWNLOADS", "2")]).await;
    client.put("images", "cat", b"meow").await.unwrap();
    client.receiver.hold();
    for _ in 0..2 {
        client.download("images", "cat", 0).await.unwrap();
    }
    let refused = client.download("images", "cat", 0).await;
    assert_eq!(class(refused), ErrorClass::Full);
    client.receiver.release(3);
    while client.download("images", "cat", 0).await.is_err() {
        tokio::task::yield_now().await;
    }
    for _ in 0..3 {
        assert_eq!(client.receiver.next().await.chunk_bytes, b"meow");
    }
}

/// Of several actors and blobs.
pub async fn transfers_at_once_keep_their_bytes(subject: &Subject) {
    let actors = (0..4).map(|actor| async move {
        let name = format!("MACTOR{actor}");
        let client = subject.client_with(&name, "default", &[]).await;
        client.create("images").await.unwrap();
        let client = &client;
        let puts = (0..4).map(|blob| async move {
            let bytes = content(7_000, actor * 4 + blob);
            client
                .put("images", &blob.to_string(), &bytes)
                .await
                .unwrap();
        });
        join_all(puts).await;
        for blob in 0..4 {
            let bytes = client.get("images", &blob.to_string()).await.unwrap();
            assert!(bytes == content(7_000, actor * 4 + blob));
        }
    });
    join_all(actors).await;
}
