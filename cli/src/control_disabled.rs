//! The control socket on systems without Unix sockets: it receives no requests.

use crate::error::Error;
use crate::replan::Replan;
use crate::swaps::Versions;
use capwire::Host;
use std::path::PathBuf;

/// Receives no requests.
pub(crate) struct Control;

impl Control {
    pub(crate) fn listen(
        _: &Host,
        asked: Option<PathBuf>,
        _: Versions,
        _: Replan,
    ) -> Result<Self, Error> {
        match asked {
            None => Ok(Self),
            Some(_) => Err(Error::failure(
                "`--control` needs a system with Unix sockets",
            )),
        }
    }

    pub(crate) async fn stop(&self) {
        std::future::pending().await
    }
}
