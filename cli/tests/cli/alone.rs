//! Modules without a manifest: `capwire run MODULE`, and `capwire call --http`.

use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::{echo, guest, web};
use crate::waiting::signalling;
use capwire::contracts::{codec, http};
use nix::sys::signal::Signal;

#[test]
fn run_starts_a_module_without_a_manifest_k10() {
    let folder = Folder::new();
    let claimed = "--cap wascc:http_server --cap wascc:keyvalue --cap acme:thermostat";
    folder.signed(&signalling(), "asker", claimed);
    let mut host = Host::start(&folder, "run asker.wasm --port 0 --engine wasmi");
    let address = host.address();
    says(&get(&address), &["HTTP/1.1 200", "signalled"]);
    assert!(folder.path(".capwire/keyvalue/default").exists());
    host.logged(&["no provider of acme:thermostat is built in"]);
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}

#[test]
fn a_module_that_cannot_run_alone_is_refused_k10() {
    let folder = Folder::new();
    folder.write("plain.wasm", web(""));
    says(
        &folder.fail("run plain.wasm", 1),
        &["error: plain.wasm: ", "not signed"],
    );
    folder.signed(&web(""), "silent", "");
    let error = folder.fail("run silent.wasm --port 0", 1);
    says(&error, &["does not claim wascc:http_server", "--port"]);
    folder.write("m.yaml", "actors: [silent.wasm]\n");
    let error = folder.fail("run m.yaml --port 0", 1);
    says(&error, &["`--port` is for a module", "`PORT`"]);
    says(
        &folder.fail("check silent.wasm", 1),
        &["is a WebAssembly module, not a manifest"],
    );
    folder.write("policy.yaml", "everyone: { only: [] }\n");
    folder.signed(&web(""), "server", "--cap wascc:http_server");
    let error = folder.fail("run server.wasm --port 0 --policy policy.yaml", 1);
    says(
        &error,
        &[
            "cannot bind the actor `server` to `wascc:http_server`",
            "policy.yaml:1",
        ],
    );
}

fn call(folder: &Folder, words: &[&str]) -> String {
    let words: Vec<&str> = ["call", "a.wasm", "--engine", "wasmi"]
        .into_iter()
        .chain(words.iter().copied())
        .collect();
    let ended = folder.run_words(&words);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout
}

#[test]
fn call_sends_an_http_request_and_shows_the_response_k10() {
    let folder = Folder::new();
    let response = http::Response::text("hel\u{202e}lo").with_header("x-odd", "a\nb");
    folder.write("a.wasm", guest(&codec::encode(&response).unwrap()));
    let shown = "200 OK\ncontent-type: text/plain; charset=utf-8\nx-odd: a\\nb\n\nhel\\u{202e}lo\n";
    assert_eq!(call(&folder, &["--http", "GET /x"]), shown);
    assert_eq!(
        call(&folder, &["--http", "GET /x", "--raw"]),
        "hel\u{202e}lo"
    );

    // The echo answers with the request.
    folder.write("a.wasm", echo());
    folder.write("body.txt", "from a file");
    let sent = call(
        &folder,
        &[
            "--json",
            "--http",
            "POST /x?page=2",
            "--data",
            "@body.txt",
            "--header",
            "Accept: a",
            "--header",
            "accept: b",
        ],
    );
    let sent: serde_json::Value = serde_json::from_str(&sent).unwrap();
    assert_eq!(
        (&sent["method"], &sent["path"]),
        (&"POST".into(), &"/x".into())
    );
    assert_eq!(sent["queryString"], "page=2");
    assert_eq!(sent["header"]["accept"], "a, b");
    says(&sent["body"].to_string(), &["ZnJvbSBhIGZpbGU"]);
    let ended = folder.run_words(&["call", "a.wasm", "--http", "GET /", "--engine", "wasmi"]);
    says(&ended.stderr, &["the answer is not an HTTP response"]);
    for words in [["--http", "GET x"], ["--http", "GET"], ["--data", "x"]] {
        let words: Vec<&str> = ["call", "a.wasm"].into_iter().chain(words).collect();
        assert_eq!(folder.run_words(&words).code, Some(2), "{words:?}");
    }
}
