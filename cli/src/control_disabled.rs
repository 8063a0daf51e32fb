//! The control socket on systems without Unix sockets: it receives no requests.

use crate::deployment::Deployment;
use crate::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

/// Receives no requests.
pub(crate) struct Control;

impl Control {
    pub(crate) fn listen(_: &Arc<Deployment>, asked: Option<PathBuf>) -> Result<Self, Error> {
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
