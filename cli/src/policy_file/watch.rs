//! A policy that follows its file while a host runs.

use super::compile;
use crate::error::Error;
use crate::files;
use crate::follow::{self, follow};
use capwire::{Host, PolicyRules};
use std::convert::Infallible;
use std::path::{Path, PathBuf};

/// The policy of a host, and its file, if there is one.
#[derive(Default)]
pub(crate) struct Policing {
    file: Option<PathBuf>,
    current: Vec<u8>,
    /// The content of the file when it was last read, if that is new.
    changing: Option<Vec<u8>>,
    limits: PolicyRules,
}

impl Policing {
    /// Reads what `file` says.
    pub(crate) fn read(file: Option<PathBuf>) -> Result<Self, Error> {
        let Some(path) = &file else {
            return Ok(Self::default());
        };
        let current = files::read(path)?;
        Ok(Self {
            limits: compile(path, &current)?,
            current,
            changing: None,
            file,
        })
    }

    pub(crate) fn limits(&self) -> &PolicyRules {
        &self.limits
    }

    /// Lets `host` follow the file. An invalid file changes nothing.
    pub(crate) async fn follow(mut self, host: &Host) -> Infallible {
        match self.file.take() {
            None => std::future::pending().await,
            Some(file) => follow("the policy", async || self.reload(&file, host).await).await,
        }
    }

    /// A file that is being written may be incomplete and allow too much, so a new content counts
    /// only when it is read twice.
    async fn reload(&mut self, file: &Path, host: &Host) -> Result<(), Error> {
        let path = file.to_owned();
        let text = follow::read(move || files::read(&path)).await?;
        let settled = self.changing.as_ref() == Some(&text);
        self.changing = (text != self.current).then_some(text);
        if let Some(text) = self.changing.as_ref().filter(|_| settled) {
            host.set_policy(compile(file, text)?);
            self.current.clone_from(text);
            self.changing = None;
            tracing::info!("the policy has changed");
        }
        Ok(())
    }
}
