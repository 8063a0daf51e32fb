//! Parts of blobs that are read at once.

use super::{Receiver, Subject, class, content};
use capwire_contracts::blobstore::{ErrorClass, ReadResponse};
use futures_util::future::join;

/// With the size of the whole blob.
pub async fn a_range_has_the_bytes_that_were_asked_for(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(2_500, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    for (offset, length) in [(0, 1), (0, 2_500), (999, 2), (1_000, 1_499), (2_499, 1)] {
        let part = client.read("images", "cat", offset, length).await.unwrap();
        let (start, end) = (offset as usize, (offset + length) as usize);
        assert!(part.content == bytes[start..end], "{length} at {offset}");
        assert_eq!((part.exists, part.total_bytes), (true, 2_500));
    }
}

/// However long it is.
pub async fn a_range_ends_with_its_blob(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(2_500, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    for (offset, length) in [
        (0, 2_501),
        (0, u64::MAX),
        (1, u64::MAX),
        (2_499, u64::MAX),
        (2_400, 1 << 32),
        (2_000, i64::MAX as u64),
    ] {
        let part = client.read("images", "cat", offset, length).await.unwrap();
        assert!(part.content == bytes[offset as usize..], "{offset}");
        assert_eq!(part.total_bytes, 2_500);
    }
}

/// It has the size of the whole blob.
pub async fn a_range_beyond_the_end_is_empty(subject: &Subject) {
    let client = subject.images().await;
    client
        .put("images", "cat", &content(2_500, 0))
        .await
        .unwrap();
    let whole = client.read("images", "cat", 0, 1).await.unwrap();
    for offset in [2_500, 2_501, 1 << 40, i64::MAX as u64, 1 << 63, u64::MAX] {
        for length in [1, u64::MAX] {
            let part = client.read("images", "cat", offset, length).await.unwrap();
            let expected = ReadResponse {
                content: Vec::new(),
                ..whole.clone()
            };
            assert_eq!(part, expected, "{length} at {offset}");
        }
    }
}

/// It has the size and the version.
pub async fn a_range_without_length_is_empty(subject: &Subject) {
    let client = subject.images().await;
    client
        .put("images", "cat", &content(2_500, 0))
        .await
        .unwrap();
    let whole = client.read("images", "cat", 0, 1).await.unwrap();
    for offset in [0, 1, 2_500, u64::MAX] {
        let part = client.read("images", "cat", offset, 0).await.unwrap();
        assert!(part.exists && part.content.is_empty());
        assert_eq!(
            (part.total_bytes, part.version),
            (2_500, whole.version.clone())
        );
    }
}

/// And the blob exists.
pub async fn a_range_of_a_blob_without_content_is_empty(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "nothing", 0).await.unwrap();
    for (offset, length) in [(0, 0), (0, 1), (5, 5)] {
        let part = client.read("images", "nothing", offset, length).await;
        let part = part.unwrap();
        assert!(part.exists && part.content.is_empty() && part.total_bytes == 0);
    }
}

/// The operation does not fail.
pub async fn a_range_of_a_missing_blob_does_not_exist(subject: &Subject) {
    let client = subject.images().await;
    client.put("images", "cats", b"meow").await.unwrap();
    for (offset, length) in [(0, 0), (0, 4), (4, 4), (u64::MAX, 1)] {
        let part = client.read("images", "cat", offset, length).await.unwrap();
        assert_eq!(part, ReadResponse::default());
    }
}

/// Whatever the actor asks for.
pub async fn a_binding_bounds_the_size_of_ranges(subject: &Subject) {
    let client = subject.images_with(&[("MAX_CHUNK", "700")]).await;
    let bytes = content(1_500, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    for asked in [701, 1_500, u64::MAX] {
        let part = client.read("images", "cat", 100, asked).await.unwrap();
        assert!(part.content == bytes[100..800], "{asked}");
        assert_eq!(part.total_bytes, 1_500);
    }
}

/// So that it can take them.
pub async fn an_actor_bounds_the_size_of_ranges(subject: &Subject) {
    let client = subject.images().await;
    let bytes = vec![200; 5_000];
    client.put("images", "cat", &bytes).await.unwrap();
    let small = Receiver::with_messages(2_000);
    subject.bind("MACTOR", "small", &small, &[]).await.unwrap();
    let client = subject.unbound("MACTOR", "small", small);
    let part = client.read("images", "cat", 0, u64::MAX).await.unwrap();
    assert!((500..1_000).contains(&part.content.len()));
    // An actor of 2020 gets each of these bytes in two.
    let asked = b"\x94\xa3cat\xa6images\x00\xcd\xff\xff";
    let answer = client.raw("ReadRange", asked).await.unwrap();
    assert!((1_000..=2_000).contains(&answer.len()), "{}", answer.len());
    let tiny = Receiver::with_messages(100);
    subject.bind("MACTOR", "tiny", &tiny, &[]).await.unwrap();
    let client = subject.unbound("MACTOR", "tiny", tiny);
    let refused = client.read("images", "cat", 0, 1).await;
    assert_eq!(class(refused), ErrorClass::Size);
}

/// So that an actor can read a blob in several parts.
pub async fn a_replaced_blob_has_another_version(subject: &Subject) {
    let client = subject.images().await;
    let mut versions = Vec::new();
    for seed in 0..4 {
        let bytes = content(300, seed);
        client.put("images", "cat", &bytes).await.unwrap();
        let parts = [(0, 300), (100, 50), (300, 1)];
        for (offset, length) in parts {
            let part = client.read("images", "cat", offset, length).await.unwrap();
            versions.push(part.version);
        }
    }
    versions.dedup();
    assert_eq!(versions.len(), 4, "{versions:?}");
    versions.sort();
    versions.dedup();
    assert_eq!(versions.len(), 4, "{versions:?}");
}

/// Whenever the blob is replaced.
pub async fn a_range_has_one_version_of_its_blob(subject: &Subject) {
    let client = subject.images().await;
    let versions = [content(2_000, 1), content(3_000, 2)];
    client.put("images", "cat", &versions[0]).await.unwrap();
    let replace = async {
        for at in 0..12 {
            let bytes = &versions[(at + 1) % 2];
            client.put("images", "cat", bytes).await.unwrap();
        }
    };
    let read = async {
        for _ in 0..24 {
            let part = client.read("images", "cat", 0, u64::MAX).await.unwrap();
            assert!(versions.contains(&part.content));
            assert_eq!(part.total_bytes, part.content.len() as u64);
        }
    };
    join(replace, read).await;
}
