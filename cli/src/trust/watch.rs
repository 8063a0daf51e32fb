//! Trust that follows its files while a host runs.

use super::{Belief, Contents, Marks};
use crate::args::TrustFiles;
use crate::data::DataDir;
use crate::error::Error;
use crate::follow::{self, follow};
use crate::time;
use capwire::Host;
use capwire::wascap::Verifier;
use std::convert::Infallible;

/// The trust of a host, and its files.
#[derive(Default)]
pub(crate) struct Trusting {
    files: TrustFiles,
    current: Contents,
    marks: Option<Marks>,
    belief: Belief,
}

impl Trusting {
    /// Reads what `files` say, given the revocation lists that `data` remembers. Changes nothing.
    pub(crate) fn read(files: TrustFiles, data: &DataDir) -> Result<Self, Error> {
        let marks = match files.revocations.is_empty() {
            true => None,
            false => Some(Marks::open(data)?),
        };
        let current = files.read()?;
        let belief = believe(&current, marks.as_ref())?;
        Ok(Self {
            files,
            current,
            marks,
            belief,
        })
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.belief.verifier
    }

    /// Applies the trust to `host`. Lists are stored before they are applied, so that a crash in
    /// between loses nothing.
    pub(crate) fn begin(&mut self, host: &Host) -> Result<(), Error> {
        if let Some(marks) = &mut self.marks {
            marks.remember(&self.belief.marks)?;
        }
        host.set_verifier(self.belief.verifier.clone());
        Ok(())
    }

    /// Lets `host` follow the files. Invalid files change nothing.
    pub(crate) async fn follow(mut self, host: &Host) -> Infallible {
        if self.files.is_empty() {
            return std::future::pending().await;
        }
        follow("trust", async || self.reload(host).await).await
    }

    async fn reload(&mut self, host: &Host) -> Result<(), Error> {
        let files = self.files.clone();
        let contents = follow::read(move || files.read()).await?;
        if contents != self.current {
            self.belief = believe(&contents, self.marks.as_ref())?;
            self.begin(host)?;
            self.current = contents;
            tracing::info!("trust has changed");
        }
        Ok(())
    }
}

fn believe(contents: &Contents, marks: Option<&Marks>) -> Result<Belief, Error> {
    contents.believe(time::now()?, marks.map_or(&[][..], Marks::seen))
}
