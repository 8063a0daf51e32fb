//! The commands that print JSON.

use super::{Claims, Command, Keys};

impl Command {
    /// Returns `true` if the command is to print JSON for scripts, and so its errors, too.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Keys(Keys::Gen(command)) => command.json,
            Self::Keys(Keys::Show { json, .. }) => *json,
            Self::Build(command) => command.json,
            Self::Doctor(command) => command.json,
            Self::Sign(command) => command.json,
            Self::Archive(command) => command.json,
            Self::Inspect(command) => command.json,
            Self::Verify(command) => command.json,
            Self::Why(command) => command.json,
            Self::Claims(Claims::Diff { json, .. }) => *json,
            Self::Check(command) => command.json,
            #[cfg(feature = "wasmtime")]
            Self::Compile(command) => command.json,
            #[cfg(feature = "wasmtime")]
            Self::Cache(command) => command.json(),
            Self::Run(command) => command.json,
            #[cfg(unix)]
            Self::Ps(command) => command.json,
            #[cfg(unix)]
            Self::Apply(command) => command.json,
            #[cfg(unix)]
            Self::Start(command) => command.json,
            #[cfg(unix)]
            Self::Bind(command) => command.json,
            #[cfg(unix)]
            Self::Unbind(command) => command.json,
            #[cfg(unix)]
            Self::Events(command) => command.json,
            #[cfg(unix)]
            Self::Swap(command) => command.json,
            #[cfg(unix)]
            Self::Stop(command) => command.json,
            #[cfg(unix)]
            Self::Dev(_) => false,
            #[cfg(all(feature = "plugins", target_os = "linux"))]
            Self::PluginProcess => false,
            // Its `--json` is the form of the answer.
            Self::Call(_)
            | Self::New(_)
            | Self::Test(_)
            | Self::Claims(Claims::Show { .. })
            | Self::Token(_)
            | Self::Schema
            | Self::Completions { .. }
            | Self::Man { .. } => false,
        }
    }
}
