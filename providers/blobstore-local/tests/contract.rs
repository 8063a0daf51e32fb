//! The folders keep the contract of every blob store.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_blobstore_local::BlobstoreLocal;
use capwire_contracts_suite::blobstore::Subject;

capwire_contracts_suite::blobstore_tests!(async { subject() });

fn subject() -> Subject {
    let directory = tempfile::tempdir().unwrap();
    Subject::new(BlobstoreLocal::new(directory.path()), [], directory)
}
