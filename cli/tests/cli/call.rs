//! `capwire call`

use crate::folder::{Folder, says};
use crate::host::Host;
use crate::modules::{echo, forwarding, guest, web};
use nix::sys::signal::Signal;
use std::io::Write;
use std::process::{Output, Stdio};

fn with_input(folder: &Folder, line: &str, input: &[u8]) -> Output {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut command = folder.command(&words);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(input).unwrap();
    process.wait_with_output().unwrap()
}

#[test]
fn bytes_go_in_and_come_out_on_both_engines() {
    let folder = Folder::new();
    folder.write("echo.wasm", echo());
    let bytes: Vec<u8> = (0..=255).collect();
    folder.write("payload", &bytes);
    for engine in ["wasmi", "wasmtime"] {
        let line = format!("call echo.wasm Any --raw --payload - --engine {engine}");
        let ended = with_input(&folder, &line, &bytes);
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(ended.stdout, bytes);
        assert_eq!(ended.stderr, b"");
        let line = line.replace("--payload -", "--payload payload");
        assert_eq!(with_input(&folder, &line, b"").stdout, bytes);
    }
}

#[test]
fn call_prints_answers_readably() {
    let folder = Folder::new();
    for (answer, shown) in [
        (&b"hello"[..], "hello\n"),
        (b"", ""),
        (
            b"\x81\xa1a\xc4\x01x",
            "{\n  \"a\": {\n    \"$bytes\": \"eA==\"\n  }\n}\n",
        ),
    ] {
        folder.write("a.wasm", guest(answer));
        assert_eq!(folder.succeed("call a.wasm Any --engine wasmi"), shown);
    }
    folder.write("a.wasm", guest(b"\xff\0"));
    says(
        &folder.succeed("call a.wasm Any --engine wasmi"),
        &["00000000  ff 00  "],
    );
}

#[test]
fn an_answer_cannot_steer_the_terminal() {
    let folder = Folder::new();
    let deceptive = "\u{9b}2J\u{2028}\u{202e}\u{e0041}";
    let mut list = vec![0x91, 0xd9, deceptive.len() as u8];
    list.extend(deceptive.as_bytes());
    folder.write("list.wasm", guest(&list));
    folder.write("text.wasm", guest("a\u{202e}b\u{200b}\nc".as_bytes()));
    let call = |line: &str| folder.succeed(&format!("call {line} --engine wasmi"));
    let shown = "[\n  \"\\u009b2J\\u2028\\u202e\\udb40\\udc41\"\n]\n";
    assert_eq!(call("list.wasm Any"), shown);
    let json = call("list.wasm Any --json");
    assert_eq!(json, shown);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value[0], deceptive, "the text is the same");
    assert_eq!(call("text.wasm Any"), "a\\u{202e}b\\u{200b}\nc\n");
    assert_eq!(
        with_input(&folder, "call list.wasm Any --raw --engine wasmi", b"").stdout,
        list
    );
}

#[test]
fn json_shows_an_empty_answer_and_a_zero_byte_behind_one_f5() {
    let folder = Folder::new();
    for (answer, json, note) in [
        (&b""[..], "null\n", "note: the answer is empty\n"),
        (
            b"\x81\xa1a\x01\0",
            "{\n  \"a\": 1\n}\n",
            "note: a zero byte follows",
        ),
        (b"\x81\xa1a\x01", "{\n  \"a\": 1\n}\n", ""),
    ] {
        folder.write("answers.wasm", guest(answer));
        let called = folder.run("call answers.wasm Any --json --engine wasmi");
        assert_eq!((called.code, &*called.stdout), (Some(0), json));
        assert!(called.stderr.starts_with(note), "{called:?}");
        assert_eq!(called.stderr.is_empty(), note.is_empty(), "{called:?}");
    }
}

#[test]
fn json_becomes_message_pack_and_back() {
    let folder = Folder::new();
    folder.write("echo.wasm", echo());
    let json = r#"{"path": "/", "body": {"$bytes": "aGk="}, "n": [1, -1, 1.5, null]}"#;
    folder.write("request.json", json);
    let line = "call echo.wasm Any --json --payload request.json --engine wasmi";
    let answer: serde_json::Value = serde_json::from_str(&folder.succeed(line)).unwrap();
    assert_eq!(
        answer,
        serde_json::from_str::<serde_json::Value>(json).unwrap()
    );
    let raw = "call echo.wasm Any --payload request.json --engine wasmi";
    assert_eq!(folder.succeed(raw).trim_end(), json, "text stays text");

    folder.write("request.json", r#"{"$byte": ""}"#);
    says(&folder.fail(line, 2), &["`$byte`", "capwire help call"]);
    folder.write("bad.wasm", guest(b"\x92\x01"));
    says(
        &folder.fail("call bad.wasm Any --json --engine wasmi", 1),
        &["--raw"],
    );
}

#[test]
fn call_without_a_manifest_grants_no_capabilities() {
    let folder = Folder::new();
    let module = forwarding("wascc:keyvalue", "Add");
    folder.write("unsigned.wasm", &module);
    folder.signed(&module, "counter", "--cap wascc:keyvalue");
    for file in ["unsigned.wasm", "counter.wasm"] {
        let error = folder.fail(&format!("call {file} Any --engine wasmi"), 1);
        says(&error, &[file, "did not answer `Any`"]);
    }
}

#[test]
fn call_with_a_manifest_uses_its_bindings_and_data_but_starts_no_servers() {
    let folder = Folder::new();
    let module = forwarding("wascc:keyvalue", "Add");
    let both = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&module, "counter", both);
    // The port is taken, which a server would notice.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    folder.write(
        "m.yaml",
        format!(
            "actors: [counter.wasm]
bindings:
  - {{ actor: counter, capability: 'wascc:http_server', values: {{ PORT: {port} }} }}
  - {{ actor: counter, capability: 'wascc:keyvalue' }}
"
        ),
    );
    folder.write("add.json", r#"{"key": "hits", "value": 2}"#);
    let line = "call counter.wasm Any --manifest m.yaml --json --payload add.json --engine wasmi";
    says(&folder.succeed(line), &["2"]);
    says(&folder.succeed(line), &["4"]);
    assert!(folder.path(".capwire/keyvalue").is_dir());
    says(&folder.succeed(&format!("{line} --data-dir other")), &["2"]);

    folder.signed(&module, "stranger", both);
    let error = folder.fail(&line.replace("counter.wasm", "stranger.wasm"), 1);
    says(&error, &["m.yaml", "has no actor"]);
    let error = folder.fail(&line.replace("counter.wasm", "unsigned.wasm"), 1);
    says(&error, &["not signed", "capwire sign"]);
}

#[test]
fn call_does_not_open_data_that_a_host_uses() {
    let folder = Folder::new();
    folder.signed(
        &web("hello"),
        "echo",
        "--cap wascc:http_server --cap wascc:keyvalue",
    );
    folder.write(
        "m.yaml",
        "actors: [echo.wasm]
bindings:
  - { actor: echo, capability: 'wascc:http_server', values: { PORT: 0 } }
  - { actor: echo, capability: 'wascc:keyvalue' }
",
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let error = folder.fail("call echo.wasm Any --manifest m.yaml --engine wasmi", 1);
    says(&error, &["another process"]);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn call_exits_with_1_for_a_failure_and_2_for_a_missing_file() {
    let folder = Folder::new();
    let traps = wat::parse_str(
        r#"(module (memory (export "memory") 1)
            (func (export "__guest_call") (param i32 i32) (result i32) unreachable))"#,
    );
    folder.write("traps.wasm", traps.unwrap());
    folder.write("text.wasm", "plain text");
    says(
        &folder.fail("call traps.wasm Any --engine wasmi", 1),
        &["`Any`"],
    );
    says(
        &folder.fail("call text.wasm Any", 1),
        &["not a WebAssembly"],
    );
    folder.fail("call none.wasm Any", 2);
    folder.fail("call traps.wasm Any --payload none", 2);
    assert_eq!(folder.run("call traps.wasm Any --raw --json").code, Some(2));
}
