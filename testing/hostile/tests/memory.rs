//! The memory of the host's process stays bounded for all guests. The test runs alone in its
//! process, so that it counts nothing else.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_hostile::{Attacks, Site, Wall, subjects};
use std::env;
use std::fs;
use std::process::Command;
use tokio::runtime::Builder;

/// The memory that each guest may have.
const LIMIT: u64 = 64 << 20;

/// The guest's memory, its response or payload, the provider's answer, and room for one more while
/// something is exchanged; and what compilers and stacks keep.
const MOST: u64 = 5 * LIMIT + (64 << 20);

/// How the allocator of glibc gives back at once what is freed: one arena for all threads, and no large block in it. With an arena for
/// each thread, what it keeps depends on their order, and the test fails now and then.
const ALLOCATOR: [(&str, &str); 2] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_MMAP_THRESHOLD_", "131072"),
];

/// The allocator reads its variables when a process starts, so the test starts itself again with them.
#[test]
fn the_hosts_memory_is_bounded_whatever_guests_do() {
    if ALLOCATOR
        .iter()
        .all(|(name, _)| env::var_os(name).is_some())
    {
        return attack_all();
    }
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", "the_hosts_memory_is_bounded_whatever_guests_do"]);
    let attacked = again.arg("--nocapture").envs(ALLOCATOR).output().unwrap();
    let said = String::from_utf8_lossy(&attacked.stdout);
    let failed = String::from_utf8_lossy(&attacked.stderr);
    let tested = said.contains("1 passed");
    assert!(attacked.status.success() && tested, "{said}{failed}");
}

fn attack_all() {
    let before = kib("VmRSS:");
    for subject in subjects().unwrap() {
        for guest in subject.guests(Attacks::chosen()) {
            let mut options = guest.options();
            options.limits.memory_pages = u32::try_from(LIMIT >> 16).unwrap();
            let attack = async {
                let site = Site::new(subject.engine.clone(), &Wall::default()).unwrap();
                drop(site.suffer(&guest, options).await.unwrap());
            };
            let runtime = Builder::new_current_thread().enable_time().build();
            // It ends when its other threads have freed what is left of the guest.
            runtime.unwrap().block_on(attack);
            let grown = (kib("VmHWM:") - before) << 10;
            let name = format!("{}: {}", subject.name, guest.name);
            assert!(grown < MOST, "{name}: {} MiB", grown >> 20);
            eprintln!("{name}: {} MiB", grown >> 20);
        }
    }
}

/// A line of what the kernel knows of this process, in KiB.
fn kib(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let value = status.lines().find_map(|text| text.strip_prefix(line));
    let value = value.unwrap().trim().trim_end_matches(" kB");
    value.parse().unwrap()
}
