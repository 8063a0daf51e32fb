//! A folder of its own for each test, and the binary run in it.

use capwire::wascap::{KeyPair, PublicKey};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

pub(crate) use capwire_scaffold::eventually;

/// Longer than anything takes that ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// A temporary folder, one for what belongs to a user's session, and variables for the commands.
pub(crate) struct Folder(
    tempfile::TempDir,
    tempfile::TempDir,
    Vec<(&'static str, String)>,
);

/// The exit code and the output of the binary.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let [folder, session] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        Self(folder, session, Vec::new())
    }

    /// Sets a variable for the commands that follow.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.2.push((name, value.to_owned()));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The names of all files in it.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Returns the directory of the sockets of hosts that run in this folder.
    pub(crate) fn sockets(&self) -> PathBuf {
        self.1.path().join("capwire")
    }

    /// The binary with `arguments`, in this folder.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        self.program(env!("CARGO_BIN_EXE_capwire"), arguments)
    }

    /// Any `program`, which finds what the binary would find.
    fn program<A: AsRef<OsStr>>(&self, program: &str, arguments: &[A]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path());
        command.env_remove("RUST_LOG");
        command.env("CAPWIRE_KEYS", self.path("keys"));
        command.env("XDG_RUNTIME_DIR", self.1.path());
        if std::env::var_os("CAPWIRE_CACHE").is_none() {
            command.env("CAPWIRE_CACHE", self.1.path().join("code"));
        }
        command.envs(self.2.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The binary with the words of `line`, which may open so many `descriptors`.
    pub(crate) fn with_descriptors(&self, descriptors: u32, line: &str) -> Command {
        let limited = format!("ulimit -n {descriptors}; exec \"$0\" {line}");
        self.program("sh", &["-ec", &limited, env!("CARGO_BIN_EXE_capwire")])
    }

    /// Runs a `line` of a shell that finds the binary as `capwire`.
    pub(crate) fn shell(&self, line: &str) -> Ended {
        let mut shell = self.program("sh", &["-ec", line]);
        let binary = Path::new(env!("CARGO_BIN_EXE_capwire")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        shell.env("PATH", format!("{}:{path}", binary.display()));
        self.end(shell)
    }

    /// Runs `capwire` with the words of `line`.
    pub(crate) fn run(&self, line: &str) -> Ended {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.end(self.command(&words))
    }

    /// Runs `capwire` with `words`, which may have spaces.
    pub(crate) fn run_words(&self, words: &[&str]) -> Ended {
        self.end(self.command(words))
    }

    /// Runs `command` to its end, which must come.
    fn end(&self, command: Command) -> Ended {
        let mut command = assert_cmd::Command::from_std(command);
        command.timeout(PATIENCE).output().unwrap().into()
    }

    /// Runs the command like [`run`](Self::run), and returns its output.
    pub(crate) fn succeed(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        ended.stdout
    }

    /// Runs the command like [`run`](Self::run), and returns its error. The command must print
    /// nothing else.
    pub(crate) fn fail(&self, line: &str, code: i32) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
        assert_eq!(ended.stdout, "", "{line}");
        // Logs may come first.
        let error = ended
            .stderr
            .lines()
            .position(|line| line.starts_with("error: "));
        let Some(error) = error else {
            panic!("{line}: {ended:?}")
        };
        ended
            .stderr
            .lines()
            .skip(error)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Makes a key in the file `name`.
    pub(crate) fn key(&self, kind: &str, name: &str) -> KeyPair {
        self.succeed(&format!("keys gen {kind} -o {name}"));
        pair(&self.path(name))
    }

    /// The public key of the seed file `name`.
    pub(crate) fn key_of(&self, name: &str) -> PublicKey {
        pair(&self.path(name)).public()
    }

    /// Signs `module` as the actor `name`, with keys of its own, into `NAME.wasm`.
    pub(crate) fn signed(&self, module: &[u8], name: &str, options: &str) -> Vec<u8> {
        if !self.path("account.nk").exists() {
            self.key("account", "account.nk");
        }
        let key = format!("{name}.nk");
        if !self.path(&key).exists() {
            self.key("module", &key);
        }
        self.write("unsigned.wasm", module);
        self.succeed(&format!(
            "sign unsigned.wasm -o {name}.wasm --issuer account.nk --subject {key} --name {name} {options}"
        ));
        self.read(&format!("{name}.wasm"))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn pair(path: &Path) -> KeyPair {
    let seed = std::fs::read_to_string(path).unwrap();
    KeyPair::from_seed(seed.trim_end()).unwrap()
}

/// Asserts that `text` says all of `parts`.
pub(crate) fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not said in:\n{text}");
    }
}
