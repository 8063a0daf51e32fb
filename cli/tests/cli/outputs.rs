//! Output paths that are no regular files: nothing replaces them.

use crate::folder::{Folder, says};
use crate::modules::guest;
use capwire::wascap::inspect_module;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::process::{Command, Stdio};

/// A folder with a module, keys, and a pipe.
fn stage() -> Folder {
    let folder = Folder::new();
    folder.signed(&guest(b""), "echo", "");
    folder.key("operator", "operator.nk");
    folder.write("lib.so", "code");
    let pipe = Command::new("mkfifo").arg(folder.path("pipe")).status();
    assert!(pipe.unwrap().success());
    folder
}

fn is_pipe(folder: &Folder) -> bool {
    let there = folder.path("pipe").symlink_metadata().unwrap();
    there.file_type().is_fifo()
}

const SIGN: &str = "sign unsigned.wasm --issuer account.nk --subject echo.nk --name echo -o";

#[test]
fn a_pipe_or_device_is_written_into_and_stays_n5() {
    let folder = stage();
    // Nobody reads.
    says(
        &folder.fail(&format!("{SIGN} pipe"), 1),
        &["cannot write `pipe`"],
    );
    assert!(is_pipe(&folder));
    let mut reader = Command::new("cat");
    let reader = reader
        .arg(folder.path("pipe"))
        .stdout(Stdio::piped())
        .spawn();
    let line = format!("{SIGN} pipe");
    capwire_scaffold::eventually("the reader is there", || folder.run(&line).code == Some(0));
    let read = reader.unwrap().wait_with_output().unwrap().stdout;
    assert!(inspect_module(&read).is_ok());
    assert!(is_pipe(&folder));
    for line in [
        SIGN,
        "token operator --key operator.nk -o",
        "archive x86_64-linux=lib.so --issuer account.nk --cap a:b --vendor me --name lib -o",
    ] {
        folder.succeed(&format!("{line} /dev/null"));
        let null = std::fs::symlink_metadata("/dev/null").unwrap();
        assert!(null.file_type().is_char_device(), "{line}");
    }
}

#[test]
fn a_link_is_written_through_but_no_secret_is_n5() {
    let folder = stage();
    folder.write("target", "a longer text than before".repeat(100));
    symlink("target", folder.path("link")).unwrap();
    folder.succeed(&format!("{SIGN} link"));
    assert!(folder.path("link").symlink_metadata().unwrap().is_symlink());
    assert!(inspect_module(&folder.read("target")).is_ok());
    for path in ["pipe", "/dev/null"] {
        let error = folder.fail(&format!("keys gen module -o {path} --force"), 1);
        says(&error, &["not a regular file"]);
        folder.fail(&format!("keys gen module -o {path}"), 1);
    }
    folder.fail("keys gen module -o link", 1);
    folder.succeed("keys gen module -o link --force");
    assert!(inspect_module(&folder.read("target")).is_ok());
    assert!(is_pipe(&folder));
    folder.write("m.yaml", "actors: [echo.wasm]\n");
    says(
        &folder.fail("run m.yaml --engine wasmi --record pipe", 1),
        &["cannot record into `pipe`"],
    );
}
