//! `poll_oneoff`, which never blocks the host: it reports every event at once.
//!
//! A guest that sleeps therefore wakes at once. If it checks the clock and sleeps again, it uses
//! its own CPU budget. An error would be worse, because language runtimes abort if this function
//! fails.

use crate::Arguments;
use crate::errno::Errno;
use crate::memory::Memory;
use crate::stdio::{self, Descriptor};

/// The maximum number of subscriptions of one call, which is more than any runtime uses.
const MAX_SUBSCRIPTIONS: u32 = 1_024;
const EVENT_SIZE: u32 = 32;

const CLOCK: u8 = 0;
const READABLE: u8 = 1;
const WRITABLE: u8 = 2;
const HANGUP: u16 = 1;

/// Implements `poll_oneoff(subscriptions, events, count, happened)`: writes one event for each
/// subscription.
pub(crate) fn poll(
    arguments: &Arguments<'_>,
    memory: &mut Memory<'_>,
    subscription_size: u32,
) -> Result<(), Errno> {
    let [subscriptions, events, count] = [0, 1, 2].map(|index| arguments.word(index));
    if count == 0 || count > MAX_SUBSCRIPTIONS {
        return Err(Errno::Invalid);
    }
    memory.bytes(subscriptions, count * subscription_size)?;
    memory.bytes(events, count * EVENT_SIZE)?;
    for index in 0..count {
        let event = event(memory, subscriptions + index * subscription_size)?;
        memory.write(events + index * EVENT_SIZE, &event)?;
    }
    memory.write(arguments.word(3), &count.to_le_bytes())
}

/// Returns the event for a subscription. A subscription has the same first fields in both versions:
/// user data, kind and, for a descriptor, its number. The versions differ in the clock's fields,
/// which are not read, and so in size.
fn event(memory: &Memory<'_>, subscription: u32) -> Result<[u8; EVENT_SIZE as usize], Errno> {
    let user_data: [u8; 8] = memory.read(subscription)?;
    let [kind] = memory.read(subscription + 8)?;
    let descriptor = u32::from_le_bytes(memory.read(subscription + 16)?);
    let (error, flags) = match (kind, stdio::numbered(descriptor)) {
        (CLOCK, _) | (WRITABLE, Ok(Descriptor::Writes(_))) => (0, 0),
        (READABLE, Ok(Descriptor::Input)) => (0, HANGUP),
        (READABLE | WRITABLE, _) => (Errno::BadDescriptor.number(), 0),
        _ => return Err(Errno::Invalid),
    };
    let mut event = [0; EVENT_SIZE as usize];
    event[..8].copy_from_slice(&user_data);
    event[8..10].copy_from_slice(&error.to_le_bytes());
    event[10] = kind;
    event[24..26].copy_from_slice(&flags.to_le_bytes());
    Ok(event)
}
