//! Attacks on the form of provider archives: what one reader of tar takes for this, and another for that.

use crate::archive::{LINUX, behind, changed, file, honest, unreadable, with_file};
use crate::support::NOW;
use capwire_wascap::{ArchiveError, Verifier};
use tar::EntryType;

#[test]
fn names_are_paths_or_only_look_like_targets() {
    for name in [
        "../x86_64-macos.bin",
        "/x86_64-macos.bin",
        "./x86_64-macos.bin",
        "lib/x86_64-macos.bin",
        "..\\x86_64-macos.bin",
        "x86_64-macos.bin/",
        "x86_64-macos.bin ",
        "x86_64-macos.BIN",
        "x86_64-macos",
        "X86_64-LINUX.bin",
        "x86_64-linux\u{200B}.bin",
        "x86_64.bin",
        "x86_64-.bin",
        "-linux.bin",
        "x86_64--linux.bin",
        "x86_64-linux.so",
        ".bin",
        "",
        "claims.bin",
    ] {
        let par = with_file(file(name, LINUX));
        let error = ArchiveError::Name { offset: behind() };
        assert_eq!(unreadable(&par), error, "{name:?}");
    }
    let long = format!("{}-linux.bin", "a".repeat(59));
    let par = with_file(file(&long, LINUX));
    assert_eq!(unreadable(&par), ArchiveError::Name { offset: behind() });
    let not_utf8 = with_file(changed("", LINUX, |header| {
        header.as_mut_bytes()[..2].copy_from_slice(b"\xFF\xFE");
    }));
    assert_eq!(
        unreadable(&not_utf8),
        ArchiveError::Name { offset: behind() }
    );
}

#[test]
fn a_library_is_a_link_or_another_thing_than_a_file() {
    for kind in *b"1234567xgLKSDNVA\x01" {
        let par = with_file(changed("x86_64-macos.bin", LINUX, |header| {
            header.as_mut_bytes()[156] = kind;
        }));
        let error = ArchiveError::NotPlain { offset: behind() };
        assert_eq!(unreadable(&par), error, "{}", char::from(kind));
    }
    let par = with_file(changed("x86_64-macos.bin", b"", |header| {
        header.set_entry_type(EntryType::Symlink);
        header.set_link_name("/lib/evil.so").unwrap();
    }));
    assert_eq!(
        unreadable(&par),
        ArchiveError::NotPlain { offset: behind() }
    );
}

#[test]
fn a_name_continues_where_other_readers_look() {
    // Behind the end of the name, as the target of a link, as the prefix of POSIX, behind that.
    for at in [99, 157, 256, 345, 499, 511] {
        let par = with_file(changed("x86_64-macos.bin", LINUX, |header| {
            header.as_mut_bytes()[at] = b'a';
        }));
        let error = ArchiveError::Hidden { offset: behind() };
        assert_eq!(unreadable(&par), error, "{at}");
    }
}

#[test]
fn a_size_is_huge_negative_or_no_octal_number() {
    for size in [
        b"\x80\0\0\0\0\0\0\0\0\0\0\x0A", // in base 256, as GNU tar writes what is huge
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        b"-0000000012\0",
        b"00000000018\0",
        b"0x000000012\0",
        b" 0000000012\0",
        b"0000 000012\0",
        b"00000000012a",
        b"\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        let par = with_file(changed("x86_64-macos.bin", LINUX, |header| {
            header.as_mut_bytes()[124..136].copy_from_slice(size);
        }));
        let error = ArchiveError::Size { offset: behind() };
        assert_eq!(unreadable(&par), error, "{size:?}");
    }
    for size in [b"77777777777\0", b"777777777777", b"00000004000\0"] {
        let par = with_file(changed("x86_64-macos.bin", LINUX, |header| {
            header.as_mut_bytes()[124..136].copy_from_slice(size);
        }));
        let (what, offset) = ("file", behind());
        assert_eq!(unreadable(&par), ArchiveError::Truncated { what, offset });
    }
}

#[test]
fn a_header_has_another_checksum_or_no_format() {
    let offset = behind();
    for (at, flip) in [(100, 0x01), (148, 0x01), (150, 0x08), (154, 0x01)] {
        let mut broken = file("x86_64-macos.bin", LINUX);
        broken[at] ^= flip;
        let par = with_file(broken);
        assert_eq!(unreadable(&par), ArchiveError::NotTar { offset }, "{at}");
    }
    for magic in [
        b"ustar\x0001",
        b"ustar   ",
        b"\0\0\0\0\0\0\0\0",
        b"USTAR\x0000",
    ] {
        let par = with_file(changed("x86_64-macos.bin", LINUX, |header| {
            header.as_mut_bytes()[257..265].copy_from_slice(magic);
        }));
        assert_eq!(
            unreadable(&par),
            ArchiveError::NotTar { offset },
            "{magic:?}"
        );
    }
    assert_eq!(
        unreadable(&[b'P'; 2048]),
        ArchiveError::NotTar { offset: 0 }
    );
}

#[test]
fn the_archive_is_cut_off_anywhere() {
    let honest = honest();
    for length in 0..honest.len() {
        let error = unreadable(&honest[..length]);
        assert!(
            matches!(error, ArchiveError::Truncated { .. }),
            "{length}: {error}"
        );
    }
}

#[test]
fn something_is_hidden_behind_a_file_or_the_end() {
    let mut padded = file("x86_64-macos.bin", LINUX);
    let last = padded.len() - 1;
    padded[last] = 1;
    let hidden = ArchiveError::Hidden { offset: behind() };
    assert_eq!(unreadable(&with_file(padded)), hidden);
    let mut twice = honest();
    twice.extend(honest());
    assert_eq!(unreadable(&twice), hidden);
    let mut last = honest();
    *last.last_mut().unwrap() = 1;
    assert_eq!(unreadable(&last), hidden);
    let odd = [honest(), vec![0]].concat();
    let (what, offset) = ("end", behind());
    assert_eq!(unreadable(&odd), ArchiveError::Truncated { what, offset });
}

#[test]
fn zeros_fill_up_the_last_record_which_changes_nothing() {
    let par = [honest(), vec![0; 10 * 512]].concat();
    assert!(Verifier::new().verify_archive(&par, NOW).is_ok());
}

#[test]
fn the_archive_is_compressed() {
    let compressed = [b"\x1F\x8B\x08", &honest()[..]].concat();
    assert_eq!(unreadable(&compressed), ArchiveError::Compressed);
}
