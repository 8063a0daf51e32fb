//! A folder with keys and signed actors, made with the `capwire` binary.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The capability to answer HTTP requests.
pub const HTTP: &str = "wascc:http_server";
/// The capability to keep keys and values.
pub const STORE: &str = "wascc:keyvalue";

/// A folder of its own in which a test signs actors and runs hosts.
#[derive(Debug)]
pub struct Workshop {
    folder: tempfile::TempDir,
}

/// A signed actor.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: PathBuf,
}

impl Workshop {
    /// A new, empty folder with an account key in it.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let workshop = Self { folder };
        workshop.key("account", "account.nk");
        workshop
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Signs `module` as the actor `name`, which keeps its key for as long as the folder lives.
    #[must_use]
    pub fn sign(&self, module: &Path, name: &str, capabilities: &[&str]) -> Actor {
        self.release(module, name, capabilities, 0)
    }

    /// Signs `module` as the revision `revision` of the actor `name`, in place of the one before.
    #[must_use]
    pub fn release(
        &self,
        module: &Path,
        name: &str,
        capabilities: &[&str],
        revision: i32,
    ) -> Actor {
        let key = format!("{name}.nk");
        if !self.path().join(&key).exists() {
            self.key("module", &key);
        }
        let file = self.path().join(format!("{name}.signed.wasm"));
        let mut arguments: Vec<&OsStr> = vec!["sign".as_ref(), module.as_ref()];
        arguments.extend([
            "-o".as_ref(),
            file.as_os_str(),
            "--issuer".as_ref(),
            "account.nk".as_ref(),
        ]);
        arguments.extend::<[&OsStr; 4]>([
            "--subject".as_ref(),
            key.as_ref(),
            "--name".as_ref(),
            name.as_ref(),
        ]);
        for capability in capabilities {
            arguments.extend([OsStr::new("--cap"), OsStr::new(capability)]);
        }
        let revision = format!("--rev={revision}");
        arguments.push(revision.as_ref());
        self.capwire(&arguments);
        Actor {
            name: name.to_owned(),
            file,
        }
    }

    /// Writes a manifest that runs `actors` with `bindings`: (actor, capability, values as YAML).
    #[must_use]
    pub fn manifest(&self, actors: &[&Actor], bindings: &[(&Actor, &str, &str)]) -> PathBuf {
        let files = actors
            .iter()
            .map(|actor| format!("  - {}\n", actor.file.display()));
        let bindings = bindings.iter().map(|(actor, capability, values)| {
            format!(
                "  - actor: {}\n    capability: {capability}\n    values: {values}\n",
                actor.name
            )
        });
        let text = format!(
            "actors:\n{}bindings:\n{}",
            files.collect::<String>(),
            bindings.collect::<String>()
        );
        let path = self.path().join("manifest.yaml");
        std::fs::write(&path, text).expect("the manifest is written");
        path
    }

    /// The manifest of a counter that claims `capabilities`, and is bound to a port and a store.
    #[must_use]
    pub fn counter(&self, capabilities: &[&str]) -> PathBuf {
        let actor = self.sign(&crate::guest("counter.wasm"), "counter", capabilities);
        let bindings = [(&actor, HTTP, "{ PORT: \"0\" }"), (&actor, STORE, "{}")];
        self.manifest(&[&actor], &bindings)
    }

    fn key(&self, kind: &str, file: &str) {
        self.capwire(&["keys", "gen", kind, "-o", file]);
    }

    /// Runs `capwire` with `arguments` in this folder, to its end.
    #[must_use]
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Output {
        self.command(arguments).output().expect("capwire runs")
    }

    /// Returns the command that runs `capwire` with `arguments` in this folder.
    #[must_use]
    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(crate::capwire());
        command.args(arguments).current_dir(self.path());
        command
    }

    fn capwire<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Output {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "capwire failed: {errors}");
        output
    }
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new()
    }
}
