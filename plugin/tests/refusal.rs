//! Libraries that a host does not load, and why.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod library;

use capwire_plugin::{Plugin, PluginError};
use library::{c, compile};

fn refused(library: &[u8]) -> PluginError {
    Plugin::load(library).unwrap_err()
}

fn misbehaving(options: &[&str]) -> Vec<u8> {
    compile(&["tests/c/misbehaving.c"], options)
}

#[test]
fn what_is_no_library_is_refused() {
    for bytes in [&b""[..], b"\x7FELF", b"#!/bin/sh\n", b"\0asm\x01\0\0\0"] {
        assert!(
            matches!(refused(bytes), PluginError::NotElf(_)),
            "{bytes:?}"
        );
    }
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert!(matches!(refused(&program), PluginError::NoNote));
}

#[test]
fn a_library_that_was_cut_off_is_refused() {
    let library = c();
    for length in (0..library.len()).step_by(509) {
        let cut = library.get(..length).unwrap();
        // What only debuggers and linkers read stands at the end.
        if let Err(error) = Plugin::load(cut) {
            assert!(
                matches!(error, PluginError::NotElf(_) | PluginError::NoNote),
                "{length}: {error:?}"
            );
        } else {
            assert!(
                length > library.len() / 2,
                "{length} of {} bytes were loaded",
                library.len()
            );
        }
    }
}

#[test]
fn a_library_for_another_machine_is_refused() {
    let mut library = c();
    let machine = library.get_mut(18..20).unwrap();
    machine.copy_from_slice(&243_u16.to_le_bytes());
    let error = refused(&library);
    assert!(
        matches!(error, PluginError::Architecture { .. }),
        "{error:?}"
    );
    assert!(
        error.to_string().contains(std::env::consts::ARCH),
        "{error}"
    );
}

#[test]
fn a_library_of_another_version_is_refused_before_its_code_runs() {
    let mut library = c();
    let note = library
        .windows(8)
        .position(|bytes| bytes == b"capwire\0")
        .unwrap();
    *library.get_mut(note + 8).unwrap() = 2;
    let error = refused(&library);
    assert!(
        matches!(
            error,
            PluginError::Version {
                found: 2,
                wanted: 1
            }
        ),
        "{error:?}"
    );
}

#[test]
fn a_library_that_brings_others_is_refused() {
    let error = refused(&misbehaving(&["-Wl,-rpath,/tmp"]));
    assert!(matches!(error, PluginError::SearchPath), "{error:?}");
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("libother.so");
    std::fs::write(&other, c()).unwrap();
    let error = refused(&misbehaving(&[
        "-Wl,--no-as-needed",
        other.to_str().unwrap(),
    ]));
    assert!(
        matches!(&error, PluginError::Needs { name } if name.contains("libother")),
        "{error:?}"
    );
}

#[test]
fn an_incomplete_library_is_refused() {
    let error = refused(&misbehaving(&["-DINCOMPLETE"])).to_string();
    assert!(error.contains("`call`"), "{error}");
    let error = refused(&misbehaving(&["-DNO_DESCRIPTION"])).to_string();
    assert!(error.contains("`describe`"), "{error}");
    let hidden = misbehaving(&["-Dcapwire_provider=capwire_other", "-D_FORTIFY_SOURCE=0"]);
    assert!(matches!(refused(&hidden), PluginError::NoSymbol));
}
