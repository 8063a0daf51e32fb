//! A new user's first minutes, in each language: create a project, run it, change it, see the change.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire_acceptance::{Workshop, counters};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::{BufRead, BufReader, pipe};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// The longest time without a line: far more than the first build takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// `capwire dev` on a project, with a free port.
struct Development {
    process: Child,
    lines: Receiver<String>,
    log: String,
}

impl Development {
    fn start(workshop: &Workshop, project: &Path) -> Self {
        let (reader, writer) = pipe().unwrap();
        let process = workshop
            .command(&["dev", project.to_str().unwrap()])
            .env("PORT", "0")
            .env("CAPWIRE_KEYS", workshop.path().join("keys"))
            .stdin(Stdio::null())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(reader).lines();
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self {
            process,
            lines,
            log: String::new(),
        }
    }

    /// Waits for a line with `text`, and returns it.
    fn says(&mut self, text: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("no `{text}` in:\n{}", self.log);
            };
            self.log.push_str(&line);
            self.log.push('\n');
            if line.contains(text) {
                return line;
            }
        }
    }

    fn listens(&mut self) -> String {
        let line = self.says("listening ");
        line.trim_start_matches("listening ").to_owned()
    }

    fn stop(mut self) {
        let pid = Pid::from_raw(self.process.id().try_into().unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
        let ended = self.process.wait().unwrap();
        let rest: Vec<String> = self.lines.iter().collect();
        assert!(
            ended.success(),
            "{ended}: {}\n{}",
            self.log,
            rest.join("\n")
        );
    }
}

impl Drop for Development {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

/// Returns the language's source file, and a text in it that is no program.
fn source(language: &str) -> (&'static str, &'static str) {
    match language {
        "rust" => ("src/lib.rs", "\nfn broken( {\n"),
        "assemblyscript" => ("assembly/index.ts", "\nfunction broken( {\n"),
        "zig" => ("src/main.zig", "\nfn broken( {\n"),
        "c" => ("src/actor.c", "\nint broken( {\n"),
        "go" => ("main.go", "\nfunc broken( {\n"),
        other => panic!("no project in {other}"),
    }
}

fn get(url: &str) -> String {
    let mut response = ureq::get(url).call().unwrap();
    response.body_mut().read_to_string().unwrap()
}

fn created(workshop: &Workshop, language: &str) -> PathBuf {
    let name = format!("hello-{language}");
    let ended = workshop.run(&["new", &name, "--lang", language]);
    assert!(ended.status.success(), "{ended:?}");
    workshop.path().join(name)
}

/// Returns the languages whose tools are here. The build system of Zig takes minutes before its first
/// build on a machine, Go's and AssemblyScript's compilers take a quarter of a minute for each build, so
/// quick tests have two.
fn languages() -> Vec<String> {
    let quick = ["rust", "c"];
    let built = counters().into_iter().map(|(language, _)| language);
    built
        .filter(|it| is_full() || quick.contains(&it.as_str()))
        .collect()
}

fn is_full() -> bool {
    std::env::var("CAPWIRE_ATTACKS").as_deref() == Ok("all")
}

/// Returns the languages whose release is built. Cargo builds everything that a release needs once
/// more, which is left to the full tests.
fn released() -> Vec<String> {
    let languages = languages().into_iter();
    languages.filter(|it| is_full() || it != "rust").collect()
}

#[test]
fn a_release_claims_what_the_project_file_says_in_each_language() {
    for language in released() {
        let workshop = Workshop::new();
        let arguments = [
            "new",
            "counter",
            "--template",
            "counter",
            "--lang",
            &language,
        ];
        assert!(workshop.run(&arguments).status.success());
        let run = |arguments: &[&str], expected: i32| {
            let mut command = workshop.command(arguments);
            command.env("CAPWIRE_KEYS", workshop.path().join("keys"));
            let ended = command.output().unwrap();
            assert_eq!(ended.status.code(), Some(expected), "{ended:?}");
            String::from_utf8(ended.stdout).unwrap()
        };
        assert!(run(&["doctor", &language], 0).contains(&language));
        let build = || -> serde_json::Value {
            serde_json::from_str(&run(&["build", "counter", "--json"], 0)).unwrap()
        };
        let built = build();
        let claimed = serde_json::json!(["wascc:http_server", "wascc:keyvalue[Add]"]);
        assert_eq!((&built["revision"], &built["caps"]), (&1.into(), &claimed));
        let again = build();
        assert_eq!(
            (&again["revision"], &again["changed"]),
            (&1.into(), &false.into())
        );

        let file = workshop.path().join("counter/capwire.yaml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}  - wascc:logging\n")).unwrap();
        let wider = build();
        assert_eq!(wider["revision"], 2);
        assert_eq!(wider["wider"].as_array().unwrap().len(), 1, "{wider}");
        answers_of_capabilities(&workshop, |expected| run(&["test", "counter"], expected));
    }
}

/// Runs the cases of the counter, in which the store answers, and cases that it does not follow.
fn answers_of_capabilities(workshop: &Workshop, test: impl Fn(i32) -> String) {
    assert!(test(0).ends_with("2 cases passed, 0 failed\n"));
    let cases = workshop.path().join("counter/tests/cases.yaml");
    let text = fs::read_to_string(&cases).unwrap();
    fs::write(&cases, text.replace("Add", "Get")).unwrap();
    let printed = test(1);
    let early = "the actor called `wascc:keyvalue Add` before `wascc:keyvalue Get`";
    assert!(printed.contains(early), "{printed}");
    let never = "the actor did not call `wascc:keyvalue Get`";
    assert!(printed.contains(never), "{printed}");
}

#[test]
fn a_project_is_created_run_changed_and_tested_in_each_language() {
    // At the same time, because their tools often wait.
    thread::scope(|scope| {
        for language in languages() {
            scope.spawn(move || create_run_change_and_test(&language));
        }
    });
}

fn create_run_change_and_test(language: &str) {
    let workshop = Workshop::new();
    let project = created(&workshop, language);
    let mut development = Development::start(&workshop, &project);
    let url = development.listens();
    let greeting = format!("Hello from hello-{language}: /world\n");
    assert_eq!(get(&format!("{url}/world")), greeting);

    let (source, broken) = source(language);
    let source = project.join(source);
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, format!("{text}{broken}")).unwrap();
    development.says("error: cannot build");
    assert_eq!(
        get(&format!("{url}/world")),
        greeting,
        "the old version goes on"
    );

    fs::write(&source, text.replace("Hello from", "Goodbye from")).unwrap();
    development.says("has taken over from 1");
    let changed = format!("Goodbye from hello-{language}: /world\n");
    assert_eq!(get(&format!("{url}/world")), changed);
    development.stop();
    test_cases(&workshop, &project, language);
}

/// Runs the project's tests, and shows that a case fails with the difference.
fn test_cases(workshop: &Workshop, project: &Path, language: &str) {
    let run = |options: &[&str]| {
        let mut command = workshop.command(&["test", project.to_str().unwrap()]);
        command.env("CAPWIRE_KEYS", workshop.path().join("keys"));
        let ended = command.args(options).output().unwrap();
        let printed = String::from_utf8(ended.stdout).unwrap();
        (ended.status.code(), printed)
    };
    let (code, printed) = run(&["--cases"]);
    assert_eq!(code, Some(1), "{printed}");
    let greeting = "got: Goodbye from";
    assert!(
        printed.contains("FAILED: ") && printed.contains(greeting),
        "{printed}"
    );
    assert!(printed.ends_with("0 cases passed, 1 failed\n"), "{printed}");

    let cases = project.join("tests/cases.yaml");
    let text = fs::read_to_string(&cases).unwrap();
    fs::write(&cases, text.replace("Hello from", "Goodbye from")).unwrap();
    let (code, printed) = run(&["--cases"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("ok: "), "{printed}");
    if released().iter().any(|released| released == language) {
        // The source was changed, with the tests that are in it. Other tests expect the old text.
        let expected = i32::from(!["rust", "zig"].contains(&language));
        let (code, printed) = run(&[]);
        assert_eq!(code, Some(expected), "{language}: {printed}");
    }
}
