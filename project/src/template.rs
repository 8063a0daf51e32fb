//! The files of new projects.

use crate::{Language, Name, carried, zon};
use std::fmt;
use std::str::FromStr;

/// The first content of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Template {
    /// An actor that answers HTTP requests.
    Http,
    /// An actor that counts HTTP requests in a key-value store.
    Counter,
}

impl Template {
    /// All templates.
    pub const ALL: [Self; 2] = [Self::Http, Self::Counter];

    /// Returns the name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Counter => "counter",
        }
    }

    /// Returns the files of a project, with their paths in its folder.
    pub(crate) fn files(self, name: &Name, language: Language) -> Vec<(String, Vec<u8>)> {
        let sources = carried::sources(language);
        let sdk = sdk(language, !sources.is_empty());
        let identifier = zon::identifier(name);
        let fingerprint = zon::fingerprint(&identifier);
        let fill = |text: &str| {
            let text = text.replace("{{name}}", name.as_str());
            let text = text.replace("{{language}}", language.name());
            let text = text.replace("{{identifier}}", &identifier);
            let text = text.replace("{{fingerprint}}", &fingerprint);
            text.replace("{{sdk}}", &sdk).into_bytes()
        };
        let own = self.shared().into_iter().chain(self.of_language(language));
        let own = own.map(|(path, text)| (path.to_owned(), fill(text)));
        let carried = sources
            .into_iter()
            .map(|(path, content)| (format!("{}/{path}", carried::folder(language)), content));
        own.chain(carried).collect()
    }

    fn shared(self) -> Vec<(&'static str, &'static str)> {
        let (project, manifest, cases) = match self {
            Self::Http => (
                include_str!("../templates/shared/project-http.yaml"),
                include_str!("../templates/shared/manifest-http.yaml"),
                include_str!("../templates/shared/cases-http.yaml"),
            ),
            Self::Counter => (
                include_str!("../templates/shared/project-counter.yaml"),
                include_str!("../templates/shared/manifest-counter.yaml"),
                include_str!("../templates/shared/cases-counter.yaml"),
            ),
        };
        vec![
            (".gitignore", include_str!("../templates/shared/gitignore")),
            (
                ".editorconfig",
                include_str!("../templates/shared/editorconfig"),
            ),
            ("README.md", include_str!("../templates/shared/readme.md")),
            (crate::PROJECT_FILE, project),
            ("manifest.yaml", manifest),
            ("tests/cases.yaml", cases),
        ]
    }

    fn of_language(self, language: Language) -> Vec<(&'static str, &'static str)> {
        match language {
            Language::Rust => self.rust(),
            Language::AssemblyScript => self.assemblyscript(),
            Language::Zig => self.zig(),
            Language::C => self.c(),
            Language::Go => self.go(),
        }
    }

    fn rust(self) -> Vec<(&'static str, &'static str)> {
        let source = match self {
            Self::Http => include_str!("../templates/rust/http.rs"),
            Self::Counter => include_str!("../templates/rust/counter.rs"),
        };
        vec![
            ("Cargo.toml", include_str!("../templates/rust/package.toml")),
            (
                ".vscode/extensions.json",
                include_str!("../templates/rust/extensions.json"),
            ),
            ("src/lib.rs", source),
        ]
    }

    fn assemblyscript(self) -> Vec<(&'static str, &'static str)> {
        let (source, test) = match self {
            Self::Http => (
                include_str!("../templates/assemblyscript/http.ts"),
                include_str!("../templates/assemblyscript/http.test.js"),
            ),
            Self::Counter => (
                include_str!("../templates/assemblyscript/counter.ts"),
                include_str!("../templates/assemblyscript/counter.test.js"),
            ),
        };
        vec![
            (
                "package.json",
                include_str!("../templates/assemblyscript/package.json"),
            ),
            (
                "asconfig.json",
                include_str!("../templates/assemblyscript/asconfig.json"),
            ),
            (
                "tsconfig.json",
                include_str!("../templates/assemblyscript/tsconfig.json"),
            ),
            (
                ".vscode/extensions.json",
                include_str!("../templates/assemblyscript/extensions.json"),
            ),
            ("assembly/index.ts", source),
            ("tests/actor.test.js", test),
        ]
    }
}

impl Template {
    fn zig(self) -> Vec<(&'static str, &'static str)> {
        let source = match self {
            Self::Http => include_str!("../templates/zig/http.zig"),
            Self::Counter => include_str!("../templates/zig/counter.zig"),
        };
        vec![
            ("build.zig", include_str!("../templates/zig/build.zig")),
            (
                "build.zig.zon",
                include_str!("../templates/zig/build.zig.zon"),
            ),
            (
                ".vscode/extensions.json",
                include_str!("../templates/zig/extensions.json"),
            ),
            ("src/main.zig", source),
        ]
    }

    fn c(self) -> Vec<(&'static str, &'static str)> {
        let (source, test) = match self {
            Self::Http => (
                include_str!("../templates/c/http.c"),
                include_str!("../templates/c/http_test.c"),
            ),
            Self::Counter => (
                include_str!("../templates/c/counter.c"),
                include_str!("../templates/c/counter_test.c"),
            ),
        };
        vec![
            ("Makefile", include_str!("../templates/c/makefile")),
            (
                ".vscode/extensions.json",
                include_str!("../templates/c/extensions.json"),
            ),
            ("src/actor.c", source),
            ("tests/actor.c", test),
        ]
    }

    fn go(self) -> Vec<(&'static str, &'static str)> {
        let (source, test) = match self {
            Self::Http => (
                include_str!("../templates/go/http.go"),
                include_str!("../templates/go/http_test.go"),
            ),
            Self::Counter => (
                include_str!("../templates/go/counter.go"),
                include_str!("../templates/go/counter_test.go"),
            ),
        };
        vec![
            ("go.mod", include_str!("../templates/go/module.txt")),
            (
                ".vscode/extensions.json",
                include_str!("../templates/go/extensions.json"),
            ),
            ("main.go", source),
            ("main_test.go", test),
        ]
    }
}

/// Returns how the package file of a language names the SDK.
fn sdk(language: Language, is_carried: bool) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let folder = carried::folder(language);
    match (language, is_carried) {
        (Language::Rust, true) => {
            format!("{{ path = \"{folder}/sdk-actor\" }}")
        }
        (Language::Rust, false) => format!("\"{version}\""),
        (Language::AssemblyScript, true) => format!("file:{folder}/assemblyscript"),
        (Language::AssemblyScript, false) => version.to_owned(),
        (Language::Zig | Language::C | Language::Go, _) => format!("{folder}/{language}"),
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Template {
    type Err = UnknownTemplate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .into_iter()
            .find(|template| template.name() == text);
        found.ok_or_else(|| UnknownTemplate(text.to_owned()))
    }
}

/// A text is not the name of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a template: known are {known}", known = known())]
pub struct UnknownTemplate(String);

fn known() -> String {
    Template::ALL.map(Template::name).join(", ")
}
