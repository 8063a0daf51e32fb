//! `capwire archive`, and what other commands say of archives.

use crate::folder::{Folder, says};
use serde_json::Value;

const MAKE: &str = "archive x86_64-linux=libredis.so aarch64-macos=libredis.dylib \
    -o redis.par --cap wascc:keyvalue --vendor acme";

/// A folder with libraries, and an archive made of them.
fn workshop(more: &str) -> (Folder, String) {
    let folder = Folder::new();
    folder.write("libredis.so", b"\x7FELF");
    folder.write("libredis.dylib", b"\xCF\xFA\xED\xFE");
    let printed = folder.succeed(&format!("{MAKE} {more}"));
    (folder, printed)
}

#[test]
fn an_archive_is_made_shown_and_believed() {
    let (folder, printed) = workshop("--ver 1.2 --rev 3 --expires 30d");
    let key = folder.key_of("keys/providers/redis.nk").to_string();
    says(
        &printed,
        &["redis.par", "redis", &key, "x86_64-linux, aarch64-macos"],
    );
    let verified = folder.succeed("verify redis.par");
    says(
        &verified,
        &[
            "valid",
            "redis",
            &key,
            "for aarch64-macos, x86_64-linux",
            "expires",
        ],
    );
    let shown = folder.succeed("inspect redis.par");
    says(
        &shown,
        &[
            &key,
            "acme",
            "wascc:keyvalue",
            "1.2",
            "revision 3",
            "x86_64-linux: 4 bytes",
            "not verified",
        ],
    );
}

#[test]
fn archive_prints_json() {
    let (folder, printed) = workshop("--json --name Redis");
    let made: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(made["targets"][0], "x86_64-linux");
    let json = |line: &str| serde_json::from_str::<Value>(&folder.succeed(line)).unwrap();
    let verified = json("verify redis.par --json");
    assert_eq!(verified["valid"], true);
    assert_eq!(verified["targets"][0], "aarch64-macos");
    assert_eq!(verified["claims"]["sub"], made["subject"]);
    let inspected = json("inspect redis.par --json");
    assert_eq!(inspected["libraries"]["x86_64-linux"], 4);
    let shown = json("claims show redis.par");
    assert_eq!(shown["type"], "provider");
    assert_eq!(shown["claims"], inspected["claims"]);
}

#[test]
fn an_archive_needs_a_chain_where_somebody_is_trusted() {
    let (folder, _) = workshop("");
    folder.succeed("token operator -o operator.jwt --name acme");
    let trust = "--trust operator.jwt --accounts accounts redis.par";
    std::fs::create_dir(folder.path("accounts")).unwrap();
    says(
        &folder.fail(&format!("verify {trust}"), 1),
        &["no known account vouches"],
    );
    folder.succeed("token account -o accounts/team.jwt --name team");
    let tree = folder.succeed(&format!("verify {trust}"));
    says(
        &tree,
        &["operator acme", "└─ account team", "└─ provider redis"],
    );
}

#[test]
fn a_changed_archive_is_refused() {
    let (folder, _) = workshop("");
    let mut changed = folder.read("redis.par");
    let at = changed.windows(4).position(|four| four == b"\x7FELF");
    changed[at.unwrap()] = 0;
    folder.write("changed.par", &changed);
    says(
        &folder.fail("verify changed.par", 1),
        &[
            "`changed.par` is not valid",
            "x86_64-linux",
            "not the one that was signed",
        ],
    );
    // What an archive is can be seen without its name, and the name says what it was meant to be.
    folder.write("renamed", &changed);
    says(&folder.fail("verify renamed", 1), &["x86_64-linux"]);
    folder.write("other.par", b"\x1F\x8Bxxx");
    says(&folder.fail("verify other.par", 1), &["gunzip"]);
    says(&folder.fail("inspect other.par", 1), &["gunzip"]);
    says(&folder.fail("claims show other.par", 1), &["gunzip"]);
}

#[test]
fn invalid_archives_are_not_written() {
    let (folder, _) = workshop("");
    let make = |libraries: &str| format!("archive {libraries} -o a.par --cap a:b --vendor v");
    says(
        &folder.fail(&make("linux=libredis.so"), 1),
        &["`linux` is not a target", "x86_64-linux"],
    );
    says(
        &folder.fail(&make("a-b=libredis.so a-b=libredis.so"), 1),
        &["`a-b`"],
    );
    says(&folder.fail(&make("libredis.so"), 2), &["TARGET=FILE"]);
    says(&folder.fail(&make("a-b=none.so"), 2), &["`none.so`"]);
    folder.key("module", "m.nk");
    let wrong = make("a-b=libredis.so --subject m.nk");
    says(&folder.fail(&wrong, 2), &["--subject", "expected service"]);
    assert!(!folder.names().contains(&"a.par".to_owned()));
}
