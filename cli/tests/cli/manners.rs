//! Tests of features that all commands share: JSON, colours, shell completions and manual pages.

use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::{guest, trapping};
use crate::run::with_echo;
use nix::sys::signal::Signal;
use serde_json::Value;

fn json(folder: &Folder, line: &str) -> Value {
    serde_json::from_str(&folder.succeed(line)).unwrap()
}

#[test]
fn every_command_that_prints_facts_prints_json() {
    let folder = Folder::new();
    let account = json(&folder, "keys gen account -o account.nk --json");
    assert_eq!(account["kind"], "account");
    assert_eq!(account["seed"], Value::Null, "it is in the file");
    assert_eq!(json(&folder, "keys show account.nk --json"), account);
    let module = json(&folder, "keys gen module --json");
    says(module["seed"].as_str().unwrap(), &["SM"]);
    folder.key("module", "echo.nk");
    folder.write("in.wasm", guest(b""));
    let signed = json(
        &folder,
        "sign in.wasm -o echo.wasm --issuer account.nk --subject echo.nk --name echo --cap a:b --json",
    );
    assert_eq!(signed["issuer"], account["public"]);
    assert_eq!(signed["caps"], serde_json::json!(["a:b"]));
    let verified = json(&folder, "verify echo.wasm --json");
    assert_eq!(verified["valid"], true);
    assert_eq!(verified["claims"]["sub"], signed["subject"]);
    let ended = folder.run("verify in.wasm --json");
    assert_eq!(ended.code, Some(1));
    let refused: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(refused["valid"], false);
    says(refused["reason"].as_str().unwrap(), &["not signed"]);
}

#[test]
fn a_host_tells_scripts_where_it_listens() {
    let folder = with_echo();
    folder.write(
        "m.yaml",
        "actors: [echo.wasm]
bindings: [{ actor: echo, capability: 'wascc:http_server', values: { PORT: 0 } }]
",
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --json");
    let line: Value = serde_json::from_str(&host.line()).unwrap();
    says(line["listening"].as_str().unwrap(), &["http://127.0.0.1:"]);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn a_host_goes_on_when_nobody_reads_its_log() {
    let folder = Folder::new();
    folder.signed(&trapping(), "bad", "--cap wascc:http_server");
    folder.write(
        "m.yaml",
        "actors: [bad.wasm]
bindings: [{ actor: bad, capability: 'wascc:http_server', values: { PORT: 0 } }]
",
    );
    for format in ["text", "json"] {
        let line = format!("run m.yaml --engine wasmi --log-format {format}");
        let mut host = Host::unheard(&folder, &line);
        let address = host.address();
        for _ in 0..2 {
            says(&get(&address), &["HTTP/1.1 500"]);
        }
        assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0), "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_exit_code_is_the_same_when_the_error_cannot_be_written() {
    let full = || std::fs::File::options().write(true).open("/dev/full");
    let folder = Folder::new();
    folder.write("in.wasm", guest(b""));
    for (line, code) in [
        ("verify none.wasm", 2),
        ("verify in.wasm", 1),
        ("inspct in.wasm", 2),
        ("sign in.wasm -o out.wasm --derive --yes", 0),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let status = folder
            .command(&words)
            .stderr(full().unwrap())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{line}");
    }
}

#[test]
fn times_are_one_number_and_one_unit_in_every_option() {
    let folder = Folder::new();
    let commands = [
        "sign in.wasm -o out.wasm --name in --expires",
        "sign in.wasm -o out.wasm --name in --not-before",
        "archive x86_64-linux=in.so -o out.par --cap a:b --vendor me --expires",
        "token operator -o out.jwt --expires",
        "token operator -o out.jwt --not-before",
        "swap in new.wasm --drain",
    ];
    for command in commands {
        for time in ["18446744073709551615s 1000ms", "1h 30m", "soon", ""] {
            let mut words: Vec<_> = command.split(' ').collect();
            words.push(time);
            let ended = folder.run_words(&words);
            assert_eq!(ended.code, Some(2), "{words:?}: {}", ended.stderr);
            let option = words[words.len() - 2];
            says(&ended.stderr, &[option, time, "us, ms, s, m, h or d"]);
        }
    }
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn colours_follow_no_color_and_clicolor_force() {
    let folder = Folder::new();
    let shown = |variable: Option<&str>| {
        let mut command = folder.command(&["verify", "none.wasm"]);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.envs(variable.map(|variable| (variable, "1")));
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    assert!(!shown(None).contains('\x1b'), "a file is no terminal");
    assert!(!shown(Some("NO_COLOR")).contains('\x1b'));
    assert!(shown(Some("CLICOLOR_FORCE")).contains("\x1b["));
}

#[test]
fn the_command_schema_prints_json() {
    let schema = json(&Folder::new(), "schema");
    assert_eq!(schema["title"], "Manifest of a capwire host");
    let providers = schema["$defs"]["binding"]["allOf"].as_array().unwrap();
    let of = |contract: &str| {
        let names = |provider: &&serde_json::Value| {
            let names = &provider["if"]["properties"]["capability"]["enum"];
            names
                .as_array()
                .unwrap()
                .iter()
                .any(|name| name == contract)
        };
        let found = providers.iter().find(names).unwrap();
        &found["then"]["properties"]["values"]["properties"]
    };
    let about = of("wasmcloud:httpclient")["ALLOW"]["description"].as_str();
    says(
        about.unwrap(),
        &["hosts that requests may name", "Default: none."],
    );
    assert!(of("wascc:http_server")["PORT"].is_object());
    // A contract with several providers has the keys of each.
    let about = |key: &str| of("wascc:keyvalue")[key]["description"].clone();
    says(about("SPACE").as_str().unwrap(), &["keyvalue-embedded"]);
    let prefix = about("PREFIX");
    says(prefix.as_str().unwrap(), &["keyvalue-redis", "each key"]);
    let queue = of("wascc:messaging")["MAX_QUEUE"]["description"].as_str();
    says(
        queue.unwrap(),
        &["messaging-nats", "wait for the actor", "Default: `1000`."],
    );
    let rows = of("capwire:sql")["MAX_ROWS"]["description"].as_str();
    says(rows.unwrap(), &["number of rows", "Default: `10000`."]);
    let blob = of("wascc:blobstore")["MAX_BLOB"]["description"].as_str();
    says(blob.unwrap(), &["size of a blob", "Default: `1GiB`."]);
    let events = of("wascc:eventstreams")["MAX_EVENT"]["description"].as_str();
    says(events.unwrap(), &["size of an event", "Default: `1MiB`."]);
    let jetstream = of("wascc:eventstreams")["JETSTREAM"]["description"].as_str();
    says(jetstream.unwrap(), &["eventstreams-nats", "has the events"]);
    let tolerance = of("capwire:timer")["TOLERANCE"]["description"].as_str();
    says(tolerance.unwrap(), &["counts as missed", "Default: `1m`."]);
    let timers = providers
        .iter()
        .find(|it| it.to_string().contains("capwire:timer"));
    let named = &timers.unwrap()["then"]["properties"]["values"]["patternProperties"];
    let cron = named["^CRON\\..+$"]["description"].as_str();
    says(cron.unwrap(), &["cron pattern"]);
}

#[test]
fn completions_are_printed_for_each_shell() {
    let folder = Folder::new();
    for (shell, word) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef capwire"),
        ("fish", "complete -c capwire"),
        ("elvish", "capwire"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = folder.succeed(&format!("completions {shell}"));
        says(&script, &[word, "inspect", "data-dir"]);
    }
    assert_eq!(folder.run("completions csh").code, Some(2));
}

#[test]
fn a_manual_page_is_written_for_each_command() {
    let folder = Folder::new();
    folder.succeed("man pages/man1");
    for page in ["capwire", "capwire-call", "capwire-keys-gen", "capwire-run"] {
        let text = folder.read(&format!("pages/man1/{page}.1"));
        says(&String::from_utf8(text).unwrap(), &[".TH", "NAME"]);
    }
    folder.write("file", "");
    says(&folder.fail("man file", 1), &["`file`"]);
}
