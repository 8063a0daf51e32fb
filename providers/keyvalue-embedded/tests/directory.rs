//! The data directory: what is kept in it, and what it says when it cannot be used.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod hosted;
mod kit;

use capwire_keyvalue_embedded::{KeyValueEmbedded, OpenError};
use capwire_provider::{Provider, ProviderError};
use kit::{binding, bound};
use std::fs;
use std::path::Path;

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/deep");
    {
        let store = KeyValueEmbedded::open(&path).unwrap();
        let kv = bound(&store, "MONE", &[]).await;
        kv.add("hits", 3).await.unwrap();
        kv.push("list", "item").await.unwrap();
        kv.set_add("set", "member").await.unwrap();
    }
    let store = KeyValueEmbedded::open(&path).unwrap();
    let kv = bound(&store, "MONE", &[]).await;
    assert_eq!(kv.add("hits", 1).await.unwrap(), 4);
    assert_eq!(kv.range("list", 0, -1).await.unwrap(), ["item"]);
    assert_eq!(kv.set_query("set").await.unwrap(), ["member"]);
}

#[tokio::test]
async fn a_shared_space_is_seen_by_those_who_name_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = KeyValueEmbedded::open(directory.path()).unwrap();
    let one = bound(&store, "MONE", &[("SPACE", "team")]).await;
    let two = bound(&store, "MTWO", &[("SPACE", "team")]).await;
    let other = bound(&store, "MTHREE", &[("SPACE", "other")]).await;
    let sly = bound(&store, "MFOUR", &[("SPACE", "actor/MFIVE")]).await;
    let own = bound(&store, "MFIVE", &[]).await;
    one.add("hits", 1).await.unwrap();
    sly.add("hits", 1).await.unwrap();
    assert_eq!(two.add("hits", 1).await.unwrap(), 2);
    assert!(!other.exists("hits").await.unwrap());
    assert!(!own.exists("hits").await.unwrap());
}

#[tokio::test]
async fn a_shared_space_without_a_name_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = KeyValueEmbedded::open(directory.path()).unwrap();
    let refused = store.bind(binding("MONE", &[("SPACE", "")])).await;
    let Err(ProviderError::Config { key, .. }) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!(key, "SPACE");
}

#[test]
fn a_directory_in_use_is_refused_and_free_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let first = KeyValueEmbedded::open(directory.path()).unwrap();
    let error = refusal(directory.path());
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("in use by another process"), "{text}");
    assert!(text.contains(directory.path().to_str().unwrap()), "{text}");
    drop(first);
    KeyValueEmbedded::open(directory.path()).unwrap();
}

#[test]
fn an_unreadable_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "not a directory").unwrap();
    let error = refusal(&path);
    assert!(matches!(error, OpenError::Unreadable { .. }), "{error:?}");
    assert!(error.to_string().contains("cannot open the data directory"));
    assert_eq!(fs::read(&path).unwrap(), b"not a directory");
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyvalue.redb");
    let precious = b"precious".repeat(1000);
    fs::write(&path, &precious).unwrap();
    let error = refusal(directory.path());
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert_eq!(fs::read(&path).unwrap(), precious);
}

#[test]
fn a_store_of_another_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(KeyValueEmbedded::open(directory.path()).unwrap());
    let table = redb::TableDefinition::<&str, u64>::new("capwire.keyvalue");
    let database = redb::Database::open(directory.path().join("keyvalue.redb")).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(table)
        .unwrap()
        .insert("format", 99)
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = refusal(directory.path());
    assert!(
        matches!(error, OpenError::Format { found: 99, .. }),
        "{error:?}"
    );
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_what_is_stored() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data");
    let _store = KeyValueEmbedded::open(&path).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("keyvalue.redb")), 0o600);
}

fn refusal(directory: &Path) -> OpenError {
    match KeyValueEmbedded::open(directory) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}
