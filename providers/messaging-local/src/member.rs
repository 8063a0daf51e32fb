//! The bindings of a broker, and which of them get a message.

use capwire_messaging::{Delivery, Failure, Message, Settings};
use capwire_provider::BindingId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A binding.
pub(crate) struct Member {
    pub(crate) settings: Arc<Settings>,
    pub(crate) delivery: Arc<Delivery>,
    /// `true` while the binding handles its last messages.
    pub(crate) is_leaving: bool,
    /// Tells the binding from an earlier one of the same name.
    pub(crate) number: u64,
}

/// The bindings of a broker.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) all: BTreeMap<BindingId, Member>,
    /// The number of messages, by which members of a group take turns.
    turn: usize,
    bindings: u64,
}

impl Members {
    /// Returns the next number of a binding.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.bindings += 1;
        self.bindings
    }

    /// Gives a message to its receivers: to each binding without a group, and to one member of each
    /// group. Returns their number. After an error, nobody got it.
    pub(crate) fn give(&mut self, message: &Arc<Message>) -> Result<usize, Failure> {
        let receivers = self.receivers(message)?;
        for receiver in &receivers {
            // There is room, because only this function adds messages.
            receiver.push(Arc::clone(message));
        }
        Ok(receivers.len())
    }

    fn receivers(&mut self, message: &Message) -> Result<Vec<&Delivery>, Failure> {
        self.turn = self.turn.wrapping_add(1);
        let subject = &message.content.subject;
        let receives = |member: &&Member| !member.is_leaving && member.settings.receives(subject);
        let mut receivers = Vec::new();
        let mut groups: BTreeMap<&str, Vec<&Delivery>> = BTreeMap::new();
        for member in self.all.values().filter(receives) {
            match member.settings.group.as_deref() {
                Some(group) => groups.entry(group).or_default().push(&member.delivery),
                None => {
                    member.delivery.check(message)?;
                    receivers.push(&*member.delivery);
                }
            }
        }
        for (_, members) in groups {
            receivers.push(choose(self.turn, &members, message)?);
        }
        Ok(receivers)
    }
}

/// Chooses the member of a group that has room and the fewest messages. Equal ones take turns.
fn choose<'m>(
    turn: usize,
    members: &[&'m Delivery],
    message: &Message,
) -> Result<&'m Delivery, Failure> {
    let first = turn.checked_rem(members.len()).unwrap_or_default();
    let in_turn = members.iter().cycle().skip(first).take(members.len());
    let (mut chosen, mut refusal) = (None, None);
    for member in in_turn {
        match member.check(message) {
            Err(failure) => refusal = Some(failure),
            Ok(()) => {
                let load = member.load();
                if chosen.is_none_or(|(least, _)| load < least) {
                    chosen = Some((load, *member));
                }
            }
        }
    }
    let full = || Failure::Full {
        subject: message.content.subject.clone(),
    };
    chosen
        .map(|(_, member)| member)
        .ok_or_else(|| refusal.unwrap_or_else(full))
}
