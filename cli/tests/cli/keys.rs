//! `capwire keys`

use crate::folder::{Folder, pair, says};
use capwire::wascap::{KeyKind, KeyPair, PublicKey};

#[test]
fn every_kind_is_printed_with_its_seed() {
    let folder = Folder::new();
    for kind in KeyKind::ALL {
        let printed = folder.succeed(&format!("keys gen {kind}"));
        let lines: Vec<&str> = printed.lines().collect();
        let key = lines[0].strip_prefix("Public Key: ").unwrap();
        let seed = lines[1].strip_prefix("Seed: ").unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(key.parse::<PublicKey>().unwrap().kind(), kind);
        let public = KeyPair::from_seed(seed).unwrap().public();
        assert_eq!(public.to_string(), key);
    }
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_key_file_is_its_owners_alone_and_its_seed_is_not_printed() {
    let folder = Folder::new();
    let printed = folder.succeed("keys gen module -o m.nk");
    let key = pair(&folder.path("m.nk")).public();
    assert_eq!(printed, format!("Public Key: {key}\n"));
    assert_eq!(folder.succeed("keys show m.nk"), printed);
    assert_eq!(mode(&folder, "m.nk"), 0o600);
    assert_eq!(folder.names(), ["m.nk"]);
}

#[test]
fn a_key_is_never_overwritten_unless_forced() {
    let folder = Folder::new();
    folder.key("account", "a.nk");
    let before = folder.read("a.nk");
    let error = folder.fail("keys gen account -o a.nk", 1);
    says(&error, &["`a.nk` already exists", "--force"]);
    assert_eq!(folder.read("a.nk"), before);

    folder.write("open.nk", "not a key yet");
    folder.succeed("keys gen account -o a.nk --force");
    folder.succeed("keys gen account -o open.nk --force");
    assert_ne!(folder.read("a.nk"), before);
    assert_eq!(mode(&folder, "open.nk"), 0o600);
}

#[test]
fn a_link_is_not_followed_to_another_file() {
    let folder = Folder::new();
    folder.write("precious", "mine");
    std::os::unix::fs::symlink(folder.path("precious"), folder.path("a.nk")).unwrap();
    folder.fail("keys gen account -o a.nk", 1);
    folder.succeed("keys gen account -o a.nk --force");
    assert_eq!(folder.read("precious"), b"mine");
}

#[test]
fn files_of_the_original_tools_are_read() {
    let folder = Folder::new();
    let key = folder.key("account", "a.nk").public();
    let seed = String::from_utf8(folder.read("a.nk")).unwrap();
    folder.write("a.nk", format!("{}\n\n", seed.trim_end()));
    assert_eq!(
        folder.succeed("keys show a.nk"),
        format!("Public Key: {key}\n")
    );
}

#[test]
fn an_invalid_seed_is_an_error_that_does_not_repeat_it() {
    let folder = Folder::new();
    let key = folder.key("module", "m.nk");
    let mut wrong = key.seed().to_string();
    wrong.replace_range(20..21, if &wrong[20..21] == "A" { "B" } else { "A" });
    folder.write("m.nk", &wrong);
    let error = folder.fail("keys show m.nk", 2);
    says(&error, &["`m.nk` does not contain a seed", "checksum"]);
    assert!(!error.contains(&wrong), "the seed is told: {error}");

    folder.write("m.nk", key.public().to_string());
    says(
        &folder.fail("keys show m.nk", 2),
        &["`m.nk` does not contain a seed"],
    );
    says(&folder.fail("keys show none.nk", 2), &["`none.nk`"]);
}

#[test]
fn a_seed_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.key("module", "m.nk");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(folder.path("m.nk"), open).unwrap();
    let error = folder.fail("keys show m.nk", 2);
    says(&error, &["`m.nk`", "chmod 600 m.nk"]);
}

#[test]
fn keys_exits_with_2_for_wrong_usage() {
    let folder = Folder::new();
    says(
        &folder.fail("keys gen modul", 2),
        &["modul", "operator", "module"],
    );
    folder.fail("keys gen module --force", 2);
    assert_eq!(folder.run("").code, Some(2));
}

fn mode(folder: &Folder, name: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(folder.path(name)).unwrap();
    metadata.permissions().mode() & 0o777
}

#[test]
fn a_seed_with_blanks_around_it_is_read_n10() {
    let folder = Folder::new();
    let key = folder.key("account", "a.nk").public();
    let seed = String::from_utf8(folder.read("a.nk")).unwrap();
    folder.write("a.nk", format!("\n \t{} \n", seed.trim_end()));
    assert_eq!(
        folder.succeed("keys show a.nk"),
        format!("Public Key: {key}\n")
    );
}
