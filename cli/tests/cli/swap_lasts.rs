//! Swaps that outlive the host: the next run continues them.

use crate::asking::{listing, serve};
use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::web;
use nix::sys::signal::Signal;
use serde_json::json;

const CAP: &str = "--cap wascc:http_server";
const RUN: &str = "run m.yaml --engine wasmi";

/// A folder with `echo.wasm`, and its later revision in `new.wasm`, whose claims are `later`.
fn with_later(later: &str) -> Folder {
    let folder = Folder::new();
    folder.signed(&web("second"), "echo", &format!("{later} --rev 4"));
    std::fs::rename(folder.path("echo.wasm"), folder.path("new.wasm")).unwrap();
    folder.signed(&web("first"), "echo", &format!("{CAP} --rev 1"));
    folder
}

/// A folder whose host swapped `echo` to revision 4 and has ended.
fn swapped() -> Folder {
    let folder = with_later(CAP);
    let (host, _) = serve(&folder, "");
    folder.succeed("swap echo new.wasm");
    host.stop(Signal::SIGTERM);
    folder
}

/// The path of what is kept of `echo`, in `folder`.
fn kept(folder: &Folder) -> std::path::PathBuf {
    let key = folder.key_of("echo.nk").to_string();
    folder.path(".capwire/swaps/m%2Eyaml").join(key)
}

/// Runs the host; returns its first answer and its log.
fn first_answer(folder: &Folder, line: &str) -> (String, String) {
    let mut host = Host::start(folder, line);
    let answer = get(&host.address());
    // The last line of the start; warnings come before it.
    let log = host.logged(&["Ctrl-C stops"]);
    host.stop(Signal::SIGTERM);
    (answer, log)
}

#[test]
fn the_next_run_continues_a_swap_and_says_so_k3() {
    let folder = swapped();
    let mut host = Host::start(&folder, RUN);
    let address = host.address();
    says(&get(&address), &["second"]);
    host.logged(&[
        "`echo` continues with revision 4",
        "has revision 1",
        "--fresh",
    ]);
    let actor = &listing(&folder)["actors"][0];
    assert_eq!(
        (&actor["revision"], &actor["manifest_revision"]),
        (&json!(4), &json!(1))
    );
    says(&folder.succeed("ps"), &["4 (manifest: 1)"]);
    says(
        &folder.run("check m.yaml").stderr,
        &["warning", "revision 4"],
    );
}

#[test]
fn a_fresh_run_forgets_swaps_for_good_k3() {
    let folder = swapped();
    for line in [&format!("{RUN} --fresh"), RUN] {
        let (answer, log) = first_answer(&folder, line);
        says(&answer, &["first"]);
        assert!(!log.contains("revision 4"), "{log}");
    }
    assert!(!kept(&folder).exists());
}

#[test]
fn a_file_that_changed_after_the_swap_wins_k3() {
    let folder = swapped();
    folder.signed(&web("third"), "echo", &format!("{CAP} --rev 2"));
    let (answer, log) = first_answer(&folder, RUN);
    says(&answer, &["third"]);
    says(
        &log,
        &["`echo` starts with revision 2", "changed since the swap"],
    );
    let (_, log) = first_answer(&folder, RUN);
    assert!(!log.contains("swap"), "{log}");
}

#[test]
fn an_actor_that_the_manifest_no_longer_names_stays_gone_k3() {
    let folder = swapped();
    let manifest = folder.read("m.yaml");
    folder.signed(&web("other"), "other", CAP);
    folder.write(
        "m.yaml",
        String::from_utf8_lossy(&manifest).replace("echo", "other"),
    );
    says(&first_answer(&folder, RUN).0, &["other"]);
    folder.write("m.yaml", manifest);
    says(&first_answer(&folder, RUN).0, &["first"]);
}

#[test]
fn a_swap_to_the_file_of_the_manifest_needs_no_record_k3() {
    let folder = swapped();
    let (host, _) = serve(&folder, "");
    folder.signed(&web("fifth"), "echo", &format!("{CAP} --rev 5"));
    folder.succeed("swap echo echo.wasm");
    host.stop(Signal::SIGTERM);
    let (answer, log) = first_answer(&folder, RUN);
    says(&answer, &["fifth"]);
    assert!(!log.contains("continues"), "{log}");
}

#[test]
fn a_kept_module_that_was_changed_or_is_denied_is_refused_k3() {
    let folder = swapped();
    let record = kept(&folder).join("swap.json");
    let intact = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, intact.replace("\"module\"", "\"moodule\"")).unwrap();
    says(
        &folder.fail(RUN, 1),
        &["m.yaml:1", "swap.json", "changed", "--fresh"],
    );
    std::fs::write(&record, &intact).unwrap();

    let is_module = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "wasm");
    let mut files = std::fs::read_dir(kept(&folder))
        .unwrap()
        .map(|file| file.unwrap().path());
    let module = files.find(is_module).unwrap();
    let bytes = std::fs::read(&module).unwrap();
    std::fs::write(&module, folder.read("echo.wasm")).unwrap();
    says(
        &folder.fail(RUN, 1),
        &["changed by another program", "--fresh"],
    );
    std::fs::write(&module, bytes).unwrap();

    says(&first_answer(&folder, RUN).0, &["second"]);
}

#[test]
fn a_binding_that_the_swap_ended_is_a_warning_of_the_next_run_k3() {
    let folder = with_later("--cap wascc:logging");
    let server = crate::run::http("echo");
    let logging = "{ actor: echo, capability: 'wascc:logging' }";
    folder.signed(
        &web("first"),
        "echo",
        &format!("{CAP} --cap wascc:logging --rev 1"),
    );
    folder.write(
        "m.yaml",
        format!("actors: [echo.wasm]\nbindings: [{server}, {logging}]\n"),
    );
    let mut host = Host::start(&folder, RUN);
    host.address();
    says(
        &folder.succeed("swap echo new.wasm"),
        &["not bound any more: wascc:http_server"],
    );
    host.stop(Signal::SIGTERM);
    let mut host = Host::start(&folder, &format!("{RUN} --metrics 127.0.0.1:0"));
    says(&host.line(), &["metrics"]);
    crate::folder::eventually("it runs without its server", || {
        host.errors().contains("running") && host.errors().contains("cannot bind")
    });
    assert_eq!(listing(&folder)["actors"][0]["revision"], 4);
}

#[test]
fn a_swap_that_cannot_be_kept_says_so_k3() {
    let folder = with_later(CAP);
    let (_host, address) = serve(&folder, "");
    std::fs::create_dir_all(folder.path(".capwire")).unwrap();
    folder.write(".capwire/swaps", "in the way");
    says(
        &folder.succeed("swap echo new.wasm"),
        &[
            "revision 4 has taken over",
            "the next `capwire run` starts the module of the manifest",
        ],
    );
    says(&get(&address), &["second"]);
}
