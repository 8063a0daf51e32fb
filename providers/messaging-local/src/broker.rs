//! The broker: bindings, messages, and requests with their replies.

use crate::member::{Member, Members};
use capwire_contracts::messaging::{BrokerMessage, RequestMessage};
use capwire_messaging::{DRAIN, Delivery, Failure, Inboxes, Message, Settings, check_subject};
use capwire_provider::{Binding, BindingId, Call, ProviderError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// A broker in memory.
pub(crate) struct Broker {
    members: Mutex<Members>,
    inboxes: Inboxes<Vec<u8>>,
}

impl Default for Broker {
    fn default() -> Self {
        Self {
            members: Mutex::default(),
            // The reply subjects of NATS begin so.
            inboxes: Inboxes::new("_INBOX."),
        }
    }
}

impl Broker {
    fn lock(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of bindings.
    pub(crate) fn len(&self) -> usize {
        self.lock().all.len()
    }

    /// Adds a binding. One of the same name ends, and its messages are handled first.
    pub(crate) fn bind(&self, binding: Binding, settings: Settings) {
        let Binding { id, actor, .. } = binding;
        let mut members = self.lock();
        let number = members.next_number();
        let earlier = members.all.remove(&id).map(|member| member.delivery);
        let delivery = Delivery::start(id.clone(), actor, settings.limits, earlier);
        let member = Member {
            settings: Arc::new(settings),
            delivery: Arc::new(delivery),
            is_leaving: false,
            number,
        };
        members.all.insert(id, member);
    }

    /// Ends a binding after it has handled its messages. Until then, its handlers can send.
    pub(crate) async fn unbind(&self, id: &BindingId) {
        let leaving = {
            let mut members = self.lock();
            members.all.get_mut(id).map(|member| {
                member.is_leaving = true;
                let (broker, number) = (self, member.number);
                let delivery = Arc::clone(&member.delivery);
                (Leaving { broker, id, number }, delivery)
            })
        };
        if let Some((leaving, delivery)) = leaving {
            delivery.drain(DRAIN).await;
            drop(leaving);
        }
    }

    /// Returns the settings of a binding.
    pub(crate) fn settings(&self, id: &BindingId) -> Result<Arc<Settings>, ProviderError> {
        let members = self.lock();
        let member = members.all.get(id).ok_or(ProviderError::NotBound)?;
        Ok(Arc::clone(&member.settings))
    }

    /// Sends a message.
    pub(crate) fn publish(
        &self,
        call: &Call<'_>,
        settings: &Settings,
    ) -> Result<(), ProviderError> {
        let content: BrokerMessage = call.message()?;
        check(&content.subject, &content.body, settings)?;
        if !content.reply_to.is_empty() {
            check_subject(&content.reply_to).map_err(Failure::ReplySubject)?;
        }
        match self.inboxes.has(&content.subject) {
            true => self.inboxes.reply(&content.subject, content.body),
            false => {
                self.give(call, content)?;
            }
        }
        Ok(())
    }

    /// Sends a message and waits for the reply.
    pub(crate) async fn request(
        &self,
        call: &Call<'_>,
        settings: &Settings,
    ) -> Result<Vec<u8>, ProviderError> {
        let request: RequestMessage = call.message()?;
        check(&request.subject, &request.body, settings)?;
        let time = time(call, settings, request.timeout)?;
        let mut inbox = self.inboxes.open()?;
        let subject = request.subject;
        let content = BrokerMessage {
            subject: subject.clone(),
            reply_to: inbox.subject().to_owned(),
            body: request.body,
        };
        if self.give(call, content)? == 0 {
            return Err(Failure::NoResponders { subject }.into());
        }
        match timeout(time, inbox.reply()).await {
            Ok(Some(reply)) => Ok(reply),
            _ => {
                let after = time;
                Err(Failure::Timeout { subject, after }.into())
            }
        }
    }

    /// Gives a message to its receivers, and returns their number.
    fn give(&self, call: &Call<'_>, content: BrokerMessage) -> Result<usize, Failure> {
        // Requests wait in inboxes, so a subject of one has no subscribers.
        if self.inboxes.has(&content.subject) {
            return Ok(0);
        }
        let trace = call.trace.cloned();
        self.lock().give(&Arc::new(Message { content, trace }))
    }
}

/// Checks the subject and the body of a message that an actor sends.
fn check(subject: &str, body: &[u8], settings: &Settings) -> Result<(), Failure> {
    check_subject(subject).map_err(Failure::Subject)?;
    let (bytes, most) = (body.len(), settings.max_message);
    match bytes > most {
        true => Err(Failure::TooLong { bytes, most }),
        false => Ok(()),
    }
}

/// Returns the time of a request, which asks for so many milliseconds.
fn time(call: &Call<'_>, settings: &Settings, asked: i64) -> Result<Duration, Failure> {
    let longest = settings.timeout;
    let longest = call.time_left().map_or(longest, |left| left.min(longest));
    match u64::try_from(asked) {
        Ok(0) => Ok(longest),
        Ok(asked) => Ok(longest.min(Duration::from_millis(asked))),
        Err(_) => Err(Failure::NegativeTimeout),
    }
}

/// A binding that handles its last messages. It is removed when this value is dropped.
struct Leaving<'b> {
    broker: &'b Broker,
    id: &'b BindingId,
    number: u64,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let mut members = self.broker.lock();
        let member = members.all.get(self.id);
        if member.is_some_and(|member| member.number == self.number) {
            members.all.remove(self.id);
        }
    }
}
