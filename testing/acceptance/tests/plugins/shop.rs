//! A signed counter, and providers in libraries.

use capwire_acceptance::{Actor, HTTP, RunningHost, STORE, Workshop, capwire, guest};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A workshop with a signed counter and the store in C.
pub(crate) struct Shop {
    pub(crate) workshop: Workshop,
    counter: Actor,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let workshop = Workshop::new();
        let counter = workshop.sign(&guest("counter.wasm"), "counter", &[HTTP, STORE]);
        let plugin = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugin");
        let mut cc = Command::new("cc");
        cc.args("-std=c11 -O1 -fPIC -shared -pthread -o".split(' '));
        cc.arg(workshop.path().join("store.so"))
            .arg("-I")
            .arg(format!("{plugin}/include"));
        cc.arg(format!("{plugin}/examples/c/keyvalue.c"));
        assert!(
            cc.status().unwrap().success(),
            "these tests need a C compiler as `cc`"
        );
        Self { workshop, counter }
    }

    /// Signs `library`, and returns the key of its issuer.
    pub(crate) fn archive(&self, library: &Path, archive: &str, contract: &str) -> String {
        let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        let library = format!("{target}={}", library.display());
        let subject = "provider.nk";
        if !self.workshop.path().join(subject).exists() {
            succeed(
                &self
                    .workshop
                    .run(&["keys", "gen", "service", "-o", subject]),
            );
        }
        let made = self.workshop.run(&[
            "archive",
            &library,
            "-o",
            archive,
            "--cap",
            contract,
            "--vendor",
            "acme",
            "--issuer",
            "account.nk",
            "--subject",
            subject,
            "--json",
        ]);
        succeed(&made);
        let shown = self.workshop.run(&["verify", "--json", archive]);
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        shown["claims"]["iss"].as_str().unwrap().to_owned()
    }

    /// Writes a manifest whose store is `capability`, an entry of `capabilities`, or the default.
    pub(crate) fn manifest(&self, capability: &str) -> PathBuf {
        let bindings = [
            (&self.counter, HTTP, "{ PORT: 0 }"),
            (&self.counter, STORE, "{}"),
        ];
        let manifest = self.workshop.manifest(&[&self.counter], &bindings);
        let text = std::fs::read_to_string(&manifest).unwrap();
        let capabilities = match capability {
            "" => String::new(),
            one => format!("capabilities:\n  - {{ {one} }}\n"),
        };
        std::fs::write(&manifest, format!("{text}{capabilities}")).unwrap();
        manifest
    }

    pub(crate) fn check(&self, capability: &str, options: &[&str]) -> Output {
        let manifest = self.manifest(capability);
        let arguments = [&["check", manifest.to_str().unwrap()], options].concat();
        self.workshop.run(&arguments)
    }

    pub(crate) fn refused(&self, capability: &str) -> String {
        let checked = self.check(capability, &[]);
        assert_eq!(checked.status.code(), Some(1), "{capability}");
        String::from_utf8(checked.stderr).unwrap()
    }

    pub(crate) fn start(&self, capability: &str, engine: &str) -> RunningHost {
        let data = self.workshop.path().join(format!("data-{engine}"));
        RunningHost::start(&self.manifest(capability), engine, &data)
    }
}

/// Returns the store in Rust, which cargo builds with the tests of its package.
pub(crate) fn rust_store() -> PathBuf {
    capwire().with_file_name("examples").join("libkeyvalue.so")
}

pub(crate) fn succeed(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

pub(crate) fn count(url: &str) -> u64 {
    let answer = ureq::get(format!("{url}/hits")).call();
    let text = answer.unwrap().body_mut().read_to_string().unwrap();
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    answer["counter"].as_u64().unwrap()
}
