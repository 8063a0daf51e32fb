//! The client for blobs, on the blobs of the fake host and on scripts.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_actor::blobstore::{self, Blob, Blobstore, ErrorClass, FileChunk};
use capwire_actor::codec;
use capwire_actor::contracts::blobstore::{CONTRACT, ReadRequest, ReadResponse};
use capwire_actor::prelude::*;
use capwire_actor::testing::FakeHost;
use std::cell::Cell;

/// Bytes that differ with their place.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

/// Runs `scope` with the container `images`.
fn images<R>(host: &FakeHost, scope: impl FnOnce(Blobstore) -> R) -> R {
    host.run(|| {
        let blobs = blobstore::default();
        blobs.create_container("images").unwrap();
        scope(blobs)
    })
}

fn class_of<T>(result: Result<T, capwire_actor::CallError>) -> ErrorClass {
    let error = result.err().unwrap();
    blobstore::class(&error).unwrap()
}

#[test]
fn blobs_are_stored_described_listed_and_removed() {
    images(&FakeHost::new(), |blobs| {
        blobs.put("images", "cat", b"meow").unwrap();
        blobs.put("images", "ant", b"").unwrap();
        let info = blobs.info("images", "cat").unwrap().unwrap();
        assert_eq!(
            (&*info.id, &*info.container, info.byte_size),
            ("cat", "images", 4)
        );
        let names = |list: Vec<Blob>| list.into_iter().map(|blob| blob.id).collect::<Vec<_>>();
        assert_eq!(names(blobs.list("images").unwrap()), ["ant", "cat"]);
        assert_eq!(blobs.get("images", "ant", 0).unwrap().unwrap(), b"");
        assert_eq!(
            class_of(blobs.remove_container("images")),
            ErrorClass::NotEmpty
        );
        blobs.remove("images", "cat").unwrap();
        blobs.remove("images", "cat").unwrap();
        blobs.remove("images", "ant").unwrap();
        assert_eq!(blobs.info("images", "cat").unwrap(), None);
        assert_eq!(blobs.get("images", "cat", 9).unwrap(), None);
        blobs.remove_container("images").unwrap();
        assert_eq!(class_of(blobs.list("images")), ErrorClass::NoContainer);
    });
}

#[test]
fn a_large_blob_is_sent_and_read_in_parts() {
    let host = FakeHost::new();
    let bytes = content(2_500_000);
    images(&host, |blobs| {
        blobs.put("images", "cat", &bytes).unwrap();
        assert!(blobs.get("images", "cat", bytes.len()).unwrap().unwrap() == bytes);
        let part = blobs
            .read("images", "cat", 1_000..2_000_000)
            .unwrap()
            .unwrap();
        assert!(part.content == bytes[1_000..2_000_000]);
        assert_eq!(part.total, 2_500_000);
    });
    let calls = host.calls();
    let count = |operation| {
        calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    };
    assert_eq!(count("UploadChunk"), 10);
    assert_eq!(count("ReadRange"), 3 + 2);
}

#[test]
fn a_range_ends_with_its_blob() {
    images(&FakeHost::new(), |blobs| {
        blobs.put("images", "cat", b"meow").unwrap();
        for (range, expected) in [
            (0..4, &b"meow"[..]),
            (1..3, b"eo"),
            (3..u64::MAX, b"w"),
            (4..5, b""),
            (u64::MAX..u64::MAX, b""),
            (2..2, b""),
        ] {
            let part = blobs.read("images", "cat", range.clone()).unwrap().unwrap();
            assert_eq!((&*part.content, part.total), (expected, 4), "{range:?}");
        }
        assert_eq!(blobs.read("images", "dog", 0..4).unwrap(), None);
    });
}

#[test]
fn a_blob_longer_than_the_maximum_is_not_read() {
    let host = FakeHost::new();
    images(&host, |blobs| {
        blobs.put("images", "cat", &content(3_000_000)).unwrap();
        assert_eq!(
            class_of(blobs.get("images", "cat", 2_999_999)),
            ErrorClass::Size
        );
    });
    let reads = host
        .calls()
        .into_iter()
        .filter(|call| call.operation == "ReadRange");
    assert_eq!(reads.count(), 1);
}

/// A store that replaces its blob of `total` bytes after each of the first `replaced` reads.
fn replacing(replaced: u64) -> FakeHost {
    let reads = Cell::new(0);
    FakeHost::new().on(CONTRACT, "ReadRange", move |call| {
        codec::decode::<ReadRequest>(&call.payload).unwrap();
        let version = reads.get().min(replaced);
        reads.set(reads.get() + 1);
        let answer = ReadResponse {
            exists: true,
            total_bytes: 4,
            version: version.to_string(),
            content: vec![version as u8],
        };
        Ok(codec::encode(&answer).unwrap())
    })
}

#[test]
fn a_blob_that_is_replaced_meanwhile_is_read_again() {
    let read = replacing(3).run(|| blobstore::default().get("", "cat", 4));
    assert_eq!(read.unwrap().unwrap(), [3; 4]);
    let read = replacing(u64::MAX).run(|| blobstore::default().get("", "cat", 4));
    assert_eq!(class_of(read), ErrorClass::Unavailable);
}

#[test]
fn a_store_that_returns_too_little_is_an_error() {
    let answer = ReadResponse {
        exists: true,
        total_bytes: 4,
        ..ReadResponse::default()
    };
    let host = FakeHost::new().respond(CONTRACT, "ReadRange", &answer);
    let read = host.run(|| blobstore::default().get("", "cat", 4));
    assert_eq!(class_of(read), ErrorClass::Unavailable);
}

#[test]
fn an_upload_that_another_disturbs_begins_again() {
    for (class, count) in [("chunk", 3), ("no upload", 3), ("full", 1)] {
        let host = FakeHost::new().refuse(CONTRACT, "UploadChunk", &format!("{class}: no"));
        host.run(|| blobstore::default().put("", "cat", b"meow").unwrap_err());
        let calls = host.calls();
        let starts = calls.iter().filter(|call| call.operation == "StartUpload");
        let context = |payload: &[u8]| codec::decode::<FileChunk>(payload).unwrap().context;
        let mut contexts: Vec<_> = starts.map(|call| context(&call.payload)).collect();
        contexts.dedup();
        assert_eq!(contexts.len(), count, "{class}");
    }
}

#[test]
fn uploads_of_other_bytes_do_not_mix() {
    let host = FakeHost::new();
    host.run(|| blobstore::default().put("", "cat", b"meow").unwrap());
    host.run(|| blobstore::default().put("", "cat", b"woof").unwrap());
    let calls = host.calls();
    let chunk = |at: usize| codec::decode::<FileChunk>(&calls[at].payload).unwrap();
    assert_ne!(chunk(0).context, chunk(2).context);
}

#[test]
fn names_that_are_paths_are_refused() {
    images(&FakeHost::new(), |blobs| {
        for name in ["", "..", "a/../b", "/a", "a/", "a\\b", "a\0", "~a", "a."] {
            assert_eq!(
                class_of(blobs.put("images", name, b"")),
                ErrorClass::Name,
                "{name:?}"
            );
            assert_eq!(class_of(blobs.read("images", name, 0..1)), ErrorClass::Name);
        }
        assert_eq!(class_of(blobs.create_container("a/b")), ErrorClass::Name);
        blobs.put("images", "2026/cat.png", b"meow").unwrap();
    });
}

actor! {
    chunk => keep,
}

/// Logs the chunk, and fails at the second one of `bad`.
fn keep(chunk: FileChunk) -> Result<()> {
    let context = chunk.context.unwrap_or_default();
    console_log!(
        "{} {} {} {context}",
        chunk.id,
        chunk.sequence_no,
        chunk.chunk_bytes.len()
    );
    match (&*chunk.id, chunk.sequence_no) {
        ("bad", 1) => Err(Error::msg("it broke")),
        _ => Ok(()),
    }
}

#[test]
fn a_download_shows_the_blob_of_its_start() {
    let host = FakeHost::new();
    images(&host, |blobs| {
        blobs.put("images", "cat", &content(25)).unwrap();
        blobs.put("images", "nothing", b"").unwrap();
        blobs
            .start_download("images", "cat", 10, Some("for me"))
            .unwrap();
        blobs.start_download("images", "nothing", 0, None).unwrap();
        blobs.remove("images", "cat").unwrap();
        assert_eq!(
            class_of(blobs.start_download("images", "cat", 0, None)),
            ErrorClass::NotFound
        );
    });
    assert_eq!(host.deliver_chunks(&ACTOR).unwrap(), 4);
    assert_eq!(
        host.console(),
        [
            "cat 0 10 for me",
            "cat 1 10 for me",
            "cat 2 5 for me",
            "nothing 0 0 "
        ]
    );
    assert_eq!(host.deliver_chunks(&ACTOR).unwrap(), 0);
}

#[test]
fn a_handler_that_fails_ends_its_download() {
    let host = FakeHost::new();
    images(&host, |blobs| {
        blobs.put("images", "bad", &content(30)).unwrap();
        blobs.start_download("images", "bad", 10, None).unwrap();
        blobs.start_download("images", "bad", 30, None).unwrap();
    });
    let error = host.deliver_chunks(&ACTOR).unwrap_err();
    assert_eq!(error.to_string(), "it broke");
    assert_eq!(host.deliver_chunks(&ACTOR).unwrap(), 1);
}
