//! Uploads: atomic, in order, and bounded in number, size and idle time.

use super::client::chunk;
use super::{Receiver, Subject, class, content};
use capwire_contracts::blobstore::{Blob, ErrorClass};

const CAT: (&str, &str, usize) = ("images", "cat", 6);

/// Until its last chunk.
pub async fn an_upload_in_progress_is_invisible(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    client.chunk(CAT, 0, b"meo").await.unwrap();
    assert_eq!(client.info("images", "cat").await.unwrap(), Blob::default());
    assert!(client.ids("images").await.is_empty());
    let refused = client.download("images", "cat", 0).await;
    assert_eq!(class(refused), ErrorClass::NotFound);
    client.chunk(CAT, 1, b"wmi").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meowmi");
}

/// Until its last chunk.
pub async fn an_upload_in_progress_keeps_the_old_blob(subject: &Subject) {
    let client = subject.images().await;
    client.put("images", "cat", b"old").await.unwrap();
    client.start("images", "cat", 6).await.unwrap();
    client.chunk(CAT, 0, b"meo").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"old");
    client.chunk(CAT, 1, b"wmi").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meowmi");
}

/// The upload goes on with the chunk that is expected.
pub async fn chunks_out_of_order_are_refused(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    for number in [1, 2, u64::MAX] {
        let refused = client.chunk(CAT, number, b"meo").await;
        assert_eq!(class(refused), ErrorClass::Chunk, "{number}");
    }
    client.chunk(CAT, 0, b"meo").await.unwrap();
    let refused = client.chunk(CAT, 2, b"wmi").await.unwrap_err();
    assert!(
        refused.to_string().contains("chunk 1 is expected"),
        "{refused}"
    );
    client.chunk(CAT, 1, b"wmi").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meowmi");
}

/// Its bytes are not there twice.
pub async fn a_chunk_that_comes_twice_is_refused(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    client.chunk(CAT, 0, b"meo").await.unwrap();
    let refused = client.chunk(CAT, 0, b"meo").await;
    assert_eq!(class(refused), ErrorClass::Chunk);
    client.chunk(CAT, 1, b"wmi").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meowmi");
}

/// The upload goes on.
pub async fn a_chunk_beyond_the_total_is_refused(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    let refused = client.chunk(CAT, 0, b"meowmix").await;
    assert_eq!(class(refused), ErrorClass::Chunk);
    client.chunk(CAT, 0, b"meow").await.unwrap();
    let refused = client.chunk(CAT, 1, b"mix").await;
    assert_eq!(class(refused), ErrorClass::Chunk);
    client.chunk(CAT, 1, b"mi").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meowmi");
}

/// It belongs to another blob.
pub async fn a_chunk_with_another_total_is_refused(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    let refused = client.chunk(("images", "cat", 7), 0, b"meow").await;
    assert_eq!(class(refused), ErrorClass::Chunk);
    client.chunk(CAT, 0, b"meowmi").await.unwrap();
}

/// It would only keep the upload open.
pub async fn a_chunk_without_bytes_is_refused(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    let refused = client.chunk(CAT, 0, b"").await;
    assert_eq!(class(refused), ErrorClass::Chunk);
    client.chunk(CAT, 0, b"meowmi").await.unwrap();
}

/// Neither before its start nor after its end.
pub async fn a_chunk_without_an_upload_is_refused(subject: &Subject) {
    let client = subject.images().await;
    let refused = client.chunk(CAT, 0, b"meowmi").await;
    assert_eq!(class(refused), ErrorClass::NoUpload);
    client.start("images", "cat", 6).await.unwrap();
    client.chunk(CAT, 0, b"meowmi").await.unwrap();
    let refused = client.chunk(CAT, 1, b"x").await;
    assert_eq!(class(refused), ErrorClass::NoUpload);
    let other = client.chunk(("images", "dog", 6), 0, b"woofwo").await;
    assert_eq!(class(other), ErrorClass::NoUpload);
}

/// Whatever size was announced.
pub async fn chunks_of_any_length_are_taken(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(5_000, 1);
    let blob = ("images", "cat", bytes.len());
    client.start("images", "cat", bytes.len()).await.unwrap();
    let mut rest = &bytes[..];
    for (length, number) in [1, 2_999, 1_500, 500].into_iter().zip(0..) {
        let (part, after) = rest.split_at(length);
        client.chunk(blob, number, part).await.unwrap();
        rest = after;
    }
    assert_eq!(client.get("images", "cat").await.unwrap(), bytes);
}

/// From its first chunk.
pub async fn an_upload_can_begin_again(subject: &Subject) {
    let client = subject.images_with(&[("MAX_UPLOADS", "1")]).await;
    client.start("images", "cat", 6).await.unwrap();
    client.chunk(CAT, 0, b"xxx").await.unwrap();
    client.start("images", "cat", 6).await.unwrap();
    let refused = client.chunk(CAT, 1, b"xxx").await;
    assert_eq!(class(refused), ErrorClass::Chunk);
    client.chunk(CAT, 0, b"meowmi").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meowmi");
}

/// The blob is that of the one that ends last.
pub async fn uploads_with_different_contexts_are_apart(subject: &Subject) {
    let client = subject.images().await;
    let with = |context: &str, number, bytes: &[u8]| {
        let mut chunk = chunk("images", "cat", 4, number, bytes);
        chunk.context = Some(context.to_owned());
        chunk
    };
    client.start_chunk(&with("a", 0, b"")).await.unwrap();
    client.start_chunk(&with("b", 0, b"")).await.unwrap();
    client.upload_chunk(&with("a", 0, b"aa")).await.unwrap();
    client.upload_chunk(&with("b", 0, b"bb")).await.unwrap();
    client.upload_chunk(&with("b", 1, b"bb")).await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"bbbb");
    client.upload_chunk(&with("a", 1, b"aa")).await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"aaaa");
}

/// Another one gets its place, and nothing of it is visible.
pub async fn an_idle_upload_ends(subject: &Subject) {
    let values = [("MAX_UPLOADS", "1"), ("UPLOAD_IDLE", "200ms")];
    let client = subject.images_with(&values).await;
    client.start("images", "cat", 6).await.unwrap();
    // The other one is refused until the first has ended.
    while let Err(error) = client.start("images", "dog", 6).await {
        assert_eq!(class::<()>(Err(error)), ErrorClass::Full);
        tokio::task::yield_now().await;
    }
    let refused = client.chunk(CAT, 0, b"meowmi").await;
    assert_eq!(class(refused), ErrorClass::NoUpload);
    assert!(client.ids("images").await.is_empty());
}

/// A finished one makes room.
pub async fn uploads_are_bounded_in_number(subject: &Subject) {
    let client = subject.images_with(&[("MAX_UPLOADS", "2")]).await;
    client.start("images", "cat", 6).await.unwrap();
    client.start("images", "dog", 6).await.unwrap();
    let refused = client.start("images", "cow", 6).await;
    assert_eq!(class(refused), ErrorClass::Full);
    client.chunk(CAT, 0, b"meowmi").await.unwrap();
    client.start("images", "cow", 6).await.unwrap();
}

/// Before any of its bytes are stored.
pub async fn a_blob_beyond_its_limit_is_refused(subject: &Subject) {
    let client = subject.images_with(&[("MAX_BLOB", "6")]).await;
    for total in [7, usize::MAX] {
        let refused = client.start("images", "cat", total).await;
        assert_eq!(class(refused), ErrorClass::Size);
    }
    client.put("images", "cat", b"meowmi").await.unwrap();
}

/// Nothing of them is visible later.
pub async fn an_ended_binding_ends_its_uploads(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    client.chunk(CAT, 0, b"meo").await.unwrap();
    subject.unbind("MACTOR", "default").await;
    let again = subject.images().await;
    let refused = again.chunk(CAT, 1, b"wmi").await;
    assert_eq!(class(refused), ErrorClass::NoUpload);
    assert!(again.ids("images").await.is_empty());
    again.remove_container("images").await.unwrap();
}

/// In each kind of transfer.
pub async fn a_long_context_is_refused(subject: &Subject) {
    let client = subject.images().await;
    let mut start = chunk("images", "cat", 6, 0, b"");
    start.context = Some("x".repeat(1_025));
    let refused = client.start_chunk(&start).await;
    assert_eq!(class(refused), ErrorClass::Size);
    start.context = Some("x".repeat(1_024));
    client.start_chunk(&start).await.unwrap();
    let _: Receiver = client.receiver;
}
