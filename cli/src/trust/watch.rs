//! Trust that follows its files while a host runs.

use super::{Contents, Marks};
use crate::args::TrustFiles;
use crate::data::DataDir;
use crate::error::Error;
use crate::time;
use capwire::Host;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often the files are looked at. What they revoke stops within two seconds.
const PERIOD: Duration = Duration::from_millis(500);

/// What a host believes, and the files that say so.
pub(crate) struct Trusting {
    files: TrustFiles,
    current: Contents,
    marks: Option<Marks>,
}

impl Trusting {
    /// Lets `host` believe what `files` say. Revocation lists are remembered in `data`.
    pub(crate) fn begin(host: &Host, files: TrustFiles, data: &DataDir) -> Result<Self, Error> {
        let marks = match files.revocations.is_empty() {
            true => None,
            false => Some(Marks::open(data)?),
        };
        let mut trusting = Self {
            current: files.read()?,
            files,
            marks,
        };
        trusting.exchange(host, trusting.current.clone())?;
        Ok(trusting)
    }

    /// Follows the files. Files that are wrong change nothing.
    pub(crate) async fn follow(mut self, host: &Host) -> Infallible {
        if self.files.is_empty() {
            return std::future::pending().await;
        }
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut complaint = None;
        loop {
            ticks.tick().await;
            let fault = self.look(host).await.err().map(|error| error.to_string());
            if let Some(fault) = fault
                .as_ref()
                .filter(|fault| complaint.as_ref() != Some(*fault))
            {
                tracing::error!("trust stays as it was; {fault}");
            }
            complaint = fault;
        }
    }

    async fn look(&mut self, host: &Host) -> Result<(), Error> {
        let contents = read(&self.files).await?;
        if contents != self.current {
            self.exchange(host, contents)?;
            tracing::info!("trust has changed");
        }
        Ok(())
    }

    /// Lists are remembered before they are believed: a crash in between forgets nothing.
    fn exchange(&mut self, host: &Host, contents: Contents) -> Result<(), Error> {
        let seen = self.marks.as_ref().map_or(&[][..], Marks::seen);
        let belief = contents.believe(time::now()?, seen)?;
        if let Some(marks) = &mut self.marks {
            marks.remember(&belief.marks)?;
        }
        host.set_verifier(belief.verifier);
        self.current = contents;
        Ok(())
    }
}

async fn read(files: &TrustFiles) -> Result<Contents, Error> {
    let files = files.clone();
    let read = tokio::task::spawn_blocking(move || files.read()).await;
    read.unwrap_or_else(|error| Err(Error::failure("cannot read the trust").because(error)))
}
