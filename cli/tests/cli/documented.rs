//! Every command that the help, the READMEs and the documents show is run, as far as it is `capwire`'s, or asks its host.
//! `capwire-documented` finds the commands, and knows who runs the others.

use crate::folder::{Folder, says};
use crate::host::{Host, get, while_asked};
use crate::modules::web;
use capwire_documented::{Command, FOR_PROJECTS, Page, Runner, pages, plain, runner};
use nix::sys::signal::Signal;
use std::path::Path;

/// A folder with whatever files a page names, and the host that it has started.
struct Workshop {
    folder: Folder,
    host: Option<(Host, String)>,
    /// Questions that the page shows before it shows how the host is started.
    early: Vec<String>,
}

impl Workshop {
    fn new(files: &[(String, String)]) -> Self {
        let mut folder = Folder::new();
        folder.set("CAPWIRE_CACHE", "code");
        folder.set("CAPWIRE_CACHE_KEY", "cache.key");
        provide(&folder, "counter");
        if files.iter().any(|(_, text)| text.contains("echo")) {
            provide(&folder, "echo");
            folder.write("echo2.wasm", web("hello"));
        }
        let built = "target/wasm32-unknown-unknown/release";
        std::fs::create_dir_all(folder.path(built)).unwrap();
        folder.write(&format!("{built}/counter.wasm"), web("hello"));
        folder.write("request.json", "{}");
        folder.write("libredis.so", b"\x7FELF");
        let libraries = "archive x86_64-linux=libredis.so -o redis.par";
        folder.succeed(&format!("{libraries} --cap wascc:keyvalue --vendor acme"));
        folder.write("policy.yaml", "everyone: { limit: [] }\n");
        for (name, text) in files {
            // Whatever port a page shows, it is free nowhere for sure.
            folder.write(name, text.replace("8081", "0"));
        }
        Self {
            folder,
            host: None,
            early: Vec::new(),
        }
    }

    fn run(&mut self, command: &Command) {
        let words = command.words();
        let mut words = words.split(' ');
        match (words.next(), words.next()) {
            (Some("curl"), _) => self.ask(&command.line),
            (Some("capwire"), Some("run")) => self.serve(&command.words()),
            (Some("capwire"), Some("swap")) => {
                // Without a module, it replaces a provider.
                if let (Some(actor), Some(module)) = (words.next(), words.next()) {
                    self.provide_newer(actor, module);
                }
                let line = command.line.replace("--for 30s", "--for 1s");
                match &self.host {
                    Some((_, address)) if line.contains("--canary") => {
                        while_asked(address, || drop(self.in_a_shell(&line)));
                    }
                    _ => drop(self.in_a_shell(&line)),
                }
            }
            (Some("capwire"), Some("events")) => {
                // It ends when it is dropped.
                let arguments = words.collect::<Vec<_>>().join(" ");
                let events = Host::start(&self.folder, &format!("events {arguments}"));
                events.logged(&["waiting for events"]);
            }
            (Some("capwire"), Some("stop")) if words.next().is_none() => {
                self.in_a_shell(&command.line);
                let (host, _) = self.host.take().unwrap();
                assert_eq!(host.ended().code(), Some(0), "{command:?}");
            }
            _ => {
                self.forget_keys(&command.line);
                self.in_a_shell(&command.line);
            }
        }
    }

    fn serve(&mut self, words: &str) {
        self.end();
        let arguments = words.strip_prefix("capwire ").unwrap();
        let arguments = match arguments.split_once("/tmp/") {
            Some((before, after)) => format!("{before}{}", self.folder.path(after).display()),
            None => arguments.to_owned(),
        };
        let mut host = Host::start(&self.folder, &arguments);
        if arguments.contains("--metrics") {
            says(&host.line(), &["metrics http://127.0.0.1:", "/metrics"]);
        }
        let address = host.address();
        says(&get(&address), &["HTTP/1.1 200", "hello"]);
        self.host = Some((host, address));
        for question in std::mem::take(&mut self.early) {
            self.ask(&question);
        }
    }

    /// Asks the address that the host has, in place of the one that the page shows.
    fn ask(&mut self, question: &str) {
        match &self.host {
            None => self.early.push(question.to_owned()),
            Some((_, address)) => {
                let shown = "127.0.0.1:8081";
                assert!(question.contains(shown), "{question}");
                says(
                    &self.in_a_shell(&question.replace(shown, address)),
                    &["hello"],
                );
            }
        }
    }

    fn in_a_shell(&self, line: &str) -> String {
        let ended = self.folder.shell(line);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        ended.stdout
    }

    /// Keys that are there are not replaced, and examples do not repeat what they say.
    fn forget_keys(&self, line: &str) {
        for key in ["account.nk", "counter.nk"] {
            if line.contains("keys gen") && line.contains(key) {
                std::fs::remove_file(self.folder.path(key)).unwrap();
            }
        }
    }

    /// A release of `actor` in `file`, with the revision in the file's name, unless the page has made one.
    fn provide_newer(&self, actor: &str, file: &str) {
        if !self.folder.path(file).exists() {
            let revision: String = file.chars().filter(char::is_ascii_digit).collect();
            let key = format!("--subject {actor}.nk --name {actor} --rev {revision} {BOTH}");
            self.folder.succeed(&format!(
                "sign {actor}.wasm -o {file} --issuer account.nk {key}"
            ));
        }
    }

    fn end(&mut self) {
        if let Some((host, _)) = self.host.take() {
            let (status, rest) = host.stop(Signal::SIGTERM);
            assert_eq!(status.code(), Some(0), "{rest}");
        }
    }
}

const BOTH: &str = "--cap wascc:http_server --cap wascc:keyvalue";

/// The actor `name`, signed and not, and manifests that serve it.
fn provide(folder: &Folder, name: &str) {
    folder.signed(&web("hello"), name, BOTH);
    let signed = format!("{name}.signed.wasm");
    std::fs::rename(folder.path(&format!("{name}.wasm")), folder.path(&signed)).unwrap();
    folder.write(&format!("{name}.wasm"), web("hello"));
    let manifest = format!(
        "actors: [{signed}]
bindings:
  - {{ actor: {name}, capability: 'wascc:http_server', values: {{ PORT: 0 }} }}
  - {{ actor: {name}, capability: 'wascc:keyvalue' }}
"
    );
    folder.write("manifest.yaml", manifest);
}

/// Runs what a page shows, from its top to its end.
fn run_all(commands: &[Command], files: &[(String, String)]) {
    let mut workshop = Workshop::new(files);
    for command in commands {
        workshop.run(command);
    }
    assert!(workshop.early.is_empty(), "never asked: {commands:#?}");
    workshop.end();
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

/// Each of their examples has a host of its own, in `asking.rs`. Those for projects have a test of their own, too.
pub(crate) const ASK_A_HOST: [&str; 8] = [
    "ps", "apply", "swap", "start", "bind", "unbind", "events", "stop",
];

#[test]
fn the_help_of_every_command_has_examples_that_work() {
    for (command, help) in helps(&Folder::new(), "") {
        let is_group = help.contains("Commands:\n");
        let name = command.trim();
        let commands = plain(name, &help);
        if ASK_A_HOST.contains(&name) || FOR_PROJECTS.contains(&name) {
            continue;
        }
        assert!(
            is_group || !commands.is_empty(),
            "`{name}` shows no example"
        );
        run_all(&commands, &[]);
    }
}

/// Returns the commands of `page` that this test runs.
fn ours(page: &Page) -> Vec<Command> {
    let commands = page.commands.iter();
    let ours = commands.filter(|command| runner(command) == Some(Runner::Command));
    ours.cloned().collect()
}

#[test]
fn the_commands_of_every_document_work() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let pages = pages(root).unwrap();
    let shown: Vec<_> = pages.iter().map(|page| (page, ours(page))).collect();
    let shown = shown.iter().filter(|(_, commands)| !commands.is_empty());
    let names: Vec<_> = shown.clone().map(|(page, _)| page.name.as_str()).collect();
    assert!(names.contains(&"README.md"), "{names:?}");
    for (page, commands) in shown {
        run_all(commands, &page.files);
    }
}
