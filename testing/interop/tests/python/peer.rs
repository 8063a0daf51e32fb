//! Running `python/wascap.py`.

use capwire_scaffold::skip;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

/// A Python that has the package `cryptography`.
pub(crate) struct Peer {
    python: PathBuf,
}

impl Peer {
    /// Finds the machine's Python, or makes a virtual environment and installs the package there.
    /// If neither works, [skips](skip) the test and returns `None`.
    pub(crate) fn find() -> Option<Self> {
        static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
        let python = PYTHON.get_or_init(|| has_package("python3".into()).or_else(install));
        if python.is_none() {
            skip("there is no python3 with `cryptography`, and pip cannot install it here");
        }
        python.clone().map(|python| Self { python })
    }

    /// Returns the output of the script, or `None` if it fails.
    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/wascap.py");
        let mut child = Command::new(&self.python)
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        if !output.status.success() {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        }
        output.status.success().then_some(output.stdout)
    }
}

fn has_package(python: PathBuf) -> Option<PathBuf> {
    succeeds(Command::new(&python).args(["-c", "import cryptography"])).then_some(python)
}

fn install() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venv");
    if let Some(ready) = has_package(python_in(&shared)) {
        return Some(ready);
    }
    // Other tests may be installing at the same time: the first that is ready gives its own away.
    let own = shared.with_file_name(format!("venv-{}", std::process::id()));
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&own));
    let pip = ["-m", "pip", "install", "--quiet", "cryptography"];
    let ready = made && succeeds(Command::new(python_in(&own)).args(pip));
    let _lost_the_race = std::fs::rename(&own, &shared);
    ready.then(|| has_package(python_in(&shared)).unwrap_or_else(|| python_in(&own)))
}

fn python_in(environment: &Path) -> PathBuf {
    environment.join("bin/python")
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
