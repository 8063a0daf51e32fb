//! The requests that wait for a reply, each with a reply subject of its own.

use crate::failure::Failure;
use data_encoding::HEXLOWER;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The requests that wait for replies of the type `R`.
///
/// ```
/// use capwire_messaging::Inboxes;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), capwire_messaging::Failure> {
/// let inboxes = Inboxes::new("_INBOX.");
/// let mut inbox = inboxes.open()?;
/// inboxes.reply(inbox.subject(), "yes");
/// assert_eq!(inbox.reply().await, Some("yes"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Inboxes<R> {
    prefix: String,
    waiting: Mutex<HashMap<String, oneshot::Sender<R>>>,
}

/// A request that waits. Dropping it ends the wait.
#[derive(Debug)]
pub struct Inbox<'i, R> {
    inboxes: &'i Inboxes<R>,
    subject: String,
    reply: oneshot::Receiver<R>,
}

impl<R> Inboxes<R> {
    /// Returns inboxes whose subjects begin with `prefix`, which ends with a dot.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            waiting: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<R>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens an inbox, whose subject nobody can guess.
    ///
    /// # Errors
    /// Returns [`Failure::Unavailable`] if the system has no random numbers.
    pub fn open(&self) -> Result<Inbox<'_, R>, Failure> {
        let subject = format!("{}{}", self.prefix, token()?);
        let (sender, reply) = oneshot::channel();
        self.lock().insert(subject.clone(), sender);
        Ok(Inbox {
            inboxes: self,
            subject,
            reply,
        })
    }

    /// Returns `true` if `subject` is one of an inbox, open or not.
    #[must_use]
    pub fn has(&self, subject: &str) -> bool {
        subject.starts_with(&self.prefix)
    }

    /// Gives a reply to the request that waits for it. Later replies have no effect.
    pub fn reply(&self, subject: &str, reply: R) {
        let sender = self.lock().remove(subject);
        if let Some(sender) = sender {
            // An error means that the request has just ended.
            let _ = sender.send(reply);
        }
    }
}

impl<R> Inbox<'_, R> {
    /// Returns the reply subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Waits for the reply. Returns `None` if there will be none.
    pub async fn reply(&mut self) -> Option<R> {
        (&mut self.reply).await.ok()
    }
}

impl<R> Drop for Inbox<'_, R> {
    fn drop(&mut self) {
        self.inboxes.lock().remove(&self.subject);
    }
}

/// Returns a part of a subject that nobody can guess, with 128 random bits.
///
/// # Errors
/// Returns [`Failure::Unavailable`] if the system has no random numbers.
pub fn token() -> Result<String, Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Failure::Unavailable {
        what: "the system has no random numbers".to_owned(),
        source: Some(error.into()),
    })?;
    Ok(HEXLOWER.encode(&random))
}
