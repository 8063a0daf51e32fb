//! Every command that the help, the READMEs and the documents show is run.
//!
//! What runs until it is stopped is started, asked by the `curl` that follows it, and stopped.

use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::web;
use nix::sys::signal::Signal;
use std::path::Path;
use std::process::Command;

/// Whatever files the documents name, by the names that they all use.
fn workshop() -> Folder {
    let folder = Folder::new();
    let both = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&web("hello"), "counter", both);
    std::fs::rename(
        folder.path("counter.wasm"),
        folder.path("counter.signed.wasm"),
    )
    .unwrap();
    folder.write("counter.wasm", web("hello"));
    let bindings = "actors: [counter.signed.wasm]
bindings:
  - { actor: counter, capability: 'wascc:http_server', values: { PORT: 0 } }
  - { actor: counter, capability: 'wascc:keyvalue' }
";
    folder.write("manifest.yaml", bindings);
    folder.write("counter.yaml", bindings);
    folder.write("request.json", "{}");
    folder.write("policy.yaml", "");
    folder
}

/// Runs what `source` shows, a shell's line each.
fn run_all(source: &str, lines: &[String]) {
    let folder = workshop();
    for line in lines {
        // Keys that are there are not replaced, and examples do not repeat what they say.
        for key in ["account.nk", "counter.nk"] {
            if line.contains("keys gen") && line.contains(key) {
                std::fs::remove_file(folder.path(key)).unwrap();
            }
        }
        match line.strip_prefix("capwire run ") {
            Some(arguments) => serve(&folder, source, arguments),
            None => in_a_shell(&folder, source, line),
        }
    }
}

fn serve(folder: &Folder, source: &str, arguments: &str) {
    let arguments = arguments.split(" #").next().unwrap();
    let arguments = match arguments.split_once("/tmp/") {
        Some((before, after)) => format!("{before}{}", folder.path(after).display()),
        None => arguments.to_owned(),
    };
    let mut host = Host::start(folder, &format!("run {arguments}"));
    if arguments.contains("--metrics") {
        says(&host.line(), &["metrics http://127.0.0.1:", "/metrics"]);
    }
    says(&get(&host.address()), &["HTTP/1.1 200", "hello"]);
    let ended = host.stop(Signal::SIGTERM).0;
    assert_eq!(ended.code(), Some(0), "{source}: run {arguments}");
}

fn in_a_shell(folder: &Folder, source: &str, line: &str) {
    let binary = Path::new(env!("CARGO_BIN_EXE_capwire"));
    let path = std::env::var("PATH").unwrap();
    let ended = Command::new("sh")
        .args(["-ec", line])
        .current_dir(folder.path("."))
        .env("CAPWIRE_KEYS", folder.path("keys"))
        .env(
            "PATH",
            format!("{}:{path}", binary.parent().unwrap().display()),
        )
        .output()
        .unwrap();
    assert!(ended.status.success(), "{source}: {line}: {ended:?}");
}

/// The commands of `capwire` in the code of `text`, with continued lines in one.
fn commands(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", " ");
    let lines = text.lines().map(str::trim);
    let lines = lines.map(|line| line.strip_prefix("$ ").unwrap_or(line));
    let commands = lines.filter(|line| line.starts_with("capwire ") && is_command(line));
    commands.map(str::to_owned).collect()
}

/// Rather than the name of a thing in a picture or a table.
fn is_command(line: &str) -> bool {
    let word = line.split_whitespace().nth(1).unwrap_or_default();
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase())
}

/// The help of all commands, by their names.
fn helps(folder: &Folder, command: &str) -> Vec<(String, String)> {
    let help = folder.succeed(&format!("{command} --help"));
    let subcommands = help
        .split("Commands:\n")
        .nth(1)
        .map(|part| part.split("\n\n").next().unwrap());
    let names = subcommands.into_iter().flat_map(str::lines);
    let names = names.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let names: Vec<String> = names
        .filter(|name| *name != "help")
        .map(|name| format!("{command} {name}"))
        .collect();
    let below = names.iter().flat_map(|name| helps(folder, name));
    let below: Vec<_> = below.collect();
    [(command.to_owned(), help)]
        .into_iter()
        .chain(below)
        .collect()
}

/// Those that need a host which runs have tests of their own.
const ASK_A_HOST: [&str; 3] = ["ps", "swap", "stop"];

#[test]
fn the_help_of_every_command_has_examples_that_work() {
    for (command, help) in helps(&Folder::new(), "") {
        let is_group = help.contains("Commands:\n");
        let commands = commands(&help);
        let name = command.trim();
        if ASK_A_HOST.contains(&name) {
            continue;
        }
        assert!(
            is_group || !commands.is_empty(),
            "`{name}` shows no example"
        );
        run_all(name, &commands);
    }
}

#[test]
fn the_commands_of_the_readmes_work() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for readme in ["README.md", "cli/README.md", "docs/security.md"] {
        let text = std::fs::read_to_string(root.join(readme)).unwrap();
        let commands: Vec<String> = commands(&text)
            .into_iter()
            .filter(|line| {
                !ASK_A_HOST
                    .iter()
                    .any(|name| line.starts_with(&format!("capwire {name} ")))
            })
            .collect();
        assert!(commands.len() > 4, "{readme}: {commands:?}");
        run_all(readme, &commands);
    }
}
