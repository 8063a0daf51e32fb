//! The counters of all languages are indistinguishable, on every engine.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire::contracts::{codec, http};
use capwire_acceptance::{HTTP, RunningHost, STORE, Workshop, choosing, counters, engines, guest};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;

/// Method, target and body.
const REQUESTS: [(&str, &str, &str); 6] = [
    ("GET", "/hits", ""),
    ("GET", "/hits?x=1", ""),
    ("POST", "/hits", "a body\0with any bytes"),
    ("GET", "/a/b/%C3%A9", ""),
    ("GET", "/", ""),
    ("DELETE", "/hits", ""),
];

#[test]
fn counters_in_all_languages_answer_with_the_same_bytes_on_every_engine() {
    let transcripts: Vec<(String, Vec<String>)> = thread::scope(|scope| {
        let engines = engines().into_iter();
        let threads: Vec<_> = engines
            .map(|engine| scope.spawn(move || transcripts_on(&engine)))
            .collect();
        let threads = threads.into_iter();
        threads.flat_map(|thread| thread.join().unwrap()).collect()
    });
    let (_, expected) = transcripts.first().unwrap();
    for (counter, transcript) in &transcripts {
        assert!(transcript.iter().any(|it| it.ends_with(r#"{"counter":4}"#)));
        let expected = expected.get(..transcript.len()).unwrap();
        assert_eq!(transcript, expected, "{counter}");
    }
}

/// Returns the answers of each language's counter on an engine, with a name for each. Each call of
/// `capwire call` loads the module, which takes a debug build seconds for Go, so quick tests leave it out.
fn transcripts_on(engine: &str) -> Vec<(String, Vec<String>)> {
    let transcripts = counters().into_iter().map(|(language, module)| {
        let workshop = Workshop::new();
        let actor = workshop.sign(&module, "counter", &[HTTP, STORE]);
        let bindings = [(&actor, HTTP, "{ PORT: \"0\" }"), (&actor, STORE, "{}")];
        let manifest = workshop.manifest(&[&actor], &bindings);
        let data = workshop.path().join("data");
        let engine = engine_for(&language, engine);
        let mut transcript = serve(&manifest, &engine, &data);
        if language != "go" || is_full() {
            transcript.extend(call(&workshop, &actor.file, &manifest, &engine));
        }
        (format!("{language} on {engine}"), transcript)
    });
    transcripts.collect()
}

/// Returns the engine for a language. Cranelift compiles a module of Go for ten seconds in a debug
/// build, so quick tests take the other compiler of wasmtime.
fn engine_for(language: &str, engine: &str) -> String {
    match engine {
        "wasmtime" if language == "go" && !is_full() => format!("{engine} compiler=winch"),
        _ => engine.to_owned(),
    }
}

fn is_full() -> bool {
    std::env::var("CAPWIRE_ATTACKS").as_deref() == Ok("all")
}

#[test]
fn counters_in_all_languages_continue_one_count() {
    let workshop = Workshop::new();
    let data = workshop.path().join("data");
    for ((language, module), expected) in counters().into_iter().zip(1..) {
        let actor = workshop.sign(&module, "counter", &[HTTP, STORE]);
        let bindings = [(&actor, HTTP, "{ PORT: \"0\" }"), (&actor, STORE, "{}")];
        let manifest = workshop.manifest(&[&actor], &bindings);
        let host = RunningHost::start(&manifest, "wasmi", &data);
        let answer = ask(&host, ("GET", "/hits", ""));
        assert!(
            answer.ends_with(&format!("{{\"counter\":{expected}}}")),
            "{language}: {answer}"
        );
        let (status, errors) = host.stop();
        assert!(status.success(), "{language}: {status}: {errors}");
    }
}

#[test]
fn counters_in_all_languages_fail_with_the_reason_of_the_host() {
    for (language, module) in counters() {
        let workshop = Workshop::new();
        let actor = workshop.sign(&module, "counter", &[HTTP]);
        let manifest = workshop.manifest(&[&actor], &[(&actor, HTTP, "{ PORT: \"0\" }")]);
        let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
        let answer = ask(&host, ("GET", "/hits", ""));
        assert!(answer.starts_with("HTTP/1.1 500"), "{language}: {answer}");
        let (_, errors) = host.stop();
        assert!(errors.contains(STORE), "{language}: {errors}");
    }
}

/// A module of Go with its packages for JSON and logs has 4.8 MB. Quick tests leave it out, because a
/// debug build compiles it for half a minute.
#[test]
fn a_large_actor_in_go_runs_and_fails_with_its_reason_on_every_engine() {
    for engine in engines().iter().filter(|_| is_full()) {
        let workshop = Workshop::new();
        let module = guest("guest_go.wasm");
        let call = |arguments: &[&str], success: bool| {
            let mut all = vec!["call", module.to_str().unwrap()];
            all.extend(arguments);
            all.extend(choosing(engine));
            let ended = workshop.run(&all);
            assert_eq!(ended.status.success(), success, "{engine}: {ended:?}");
            let output = if success { ended.stdout } else { ended.stderr };
            String::from_utf8(output).unwrap()
        };
        let greeting = call(&["--http", "POST /", "--data", r#"{"Name":"you"}"#], true);
        assert!(
            greeting.contains(r#"{"greeting":"Hello you"}"#),
            "{greeting}"
        );
        assert!(call(&["--http", "POST /", "--data", "{"], true).contains("400"));
        assert_eq!(call(&["Wait", "--raw"], true), "abcdefghij");
        for (operation, reason) in [
            ("Panic", "it said: panic: too bad"),
            ("Nil", "panic: runtime error: invalid memory address"),
            ("Deadlock", "all goroutines are asleep"),
        ] {
            let error = call(&[operation, "--raw"], false);
            assert!(error.contains(reason), "{engine}: {error}");
        }
    }
}

fn serve(manifest: &Path, engine: &str, data: &Path) -> Vec<String> {
    let host = RunningHost::start(manifest, engine, data);
    let answers = REQUESTS.map(|request| ask(&host, request)).to_vec();
    let (status, errors) = host.stop();
    assert!(status.success(), "{engine}: {status}: {errors}");
    answers
}

/// Returns the answer as it is sent, without the headers that are different each time.
fn ask(host: &RunningHost, (method, target, body): (&str, &str, &str)) -> String {
    let mut stream = TcpStream::connect(host.url().trim_start_matches("http://")).unwrap();
    let length = body.len();
    let head = format!("{method} {target} HTTP/1.1\r\nhost: counter\r\ncontent-length: {length}");
    write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let lines = answer.split_inclusive("\r\n");
    let changing = |line: &&str| line.starts_with("date:") || line.starts_with("traceparent:");
    lines.filter(|line| !changing(line)).collect()
}

/// Returns the guest's answers to `capwire call`: a request, health requests with and without a
/// payload, a message without its members, and an unknown operation.
fn call(workshop: &Workshop, file: &Path, manifest: &Path, engine: &str) -> Vec<String> {
    let request = codec::encode(&http::Request::new("GET", "/x")).unwrap();
    let payload = workshop.path().join("request");
    let calls = [
        ("HandleRequest", request.as_slice()),
        ("HealthRequest", b"\x81\xabplaceholder\xc2"),
        ("HealthRequest", b""),
        ("HandleRequest", b"\x80"),
        ("Nonsense", b"\x80"),
    ];
    let answers = calls.map(|(operation, bytes)| {
        std::fs::write(&payload, bytes).unwrap();
        let mut arguments = vec!["call", file.to_str().unwrap(), operation, "--raw"];
        arguments.extend(["--payload", payload.to_str().unwrap()]);
        arguments.extend(["--manifest", manifest.to_str().unwrap()]);
        arguments.extend(choosing(engine));
        let ended = workshop.run(&arguments);
        format!(
            "{operation}: {} {}",
            ended.status,
            ended.stdout.escape_ascii()
        )
    });
    answers.to_vec()
}
