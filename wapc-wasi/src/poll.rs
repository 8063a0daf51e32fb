//! `poll_oneoff`. Descriptors are always ready, so only a guest that polls nothing but clocks waits.
//!
//! The function itself never blocks. It writes the events of the earliest clock at once, and
//! returns the time after which the guest may see them. The engine suspends the guest meanwhile.

use crate::Arguments;
use crate::errno::Errno;
use crate::memory::Memory;
use crate::stdio::{self, Descriptor};
use crate::{MONOTONIC, REALTIME};
use capwire_wapc::World;
use std::time::Duration;

/// The maximum number of subscriptions of one call, which is more than any runtime uses.
const MAX_SUBSCRIPTIONS: u32 = 1_024;
const EVENT_SIZE: u32 = 32;

const CLOCK: u8 = 0;
const READABLE: u8 = 1;
const WRITABLE: u8 = 2;
const HANGUP: u16 = 1;
/// The flag of a clock whose timeout is a time, not a duration.
const ABSOLUTE: u8 = 1;

/// An event, and the time until it happens.
struct Event {
    bytes: [u8; EVENT_SIZE as usize],
    after: Duration,
}

/// Implements `poll_oneoff(subscriptions, events, count, happened)`: writes the events that happen
/// first, and returns the time until they do.
pub(crate) fn poll(
    arguments: &Arguments<'_>,
    memory: &mut Memory<'_>,
    world: &dyn World,
    subscription_size: u32,
) -> Result<Duration, Errno> {
    let [subscriptions, target, count] = [0, 1, 2].map(|index| arguments.word(index));
    if count == 0 || count > MAX_SUBSCRIPTIONS {
        return Err(Errno::Invalid);
    }
    memory.bytes(subscriptions, count * subscription_size)?;
    memory.bytes(target, count * EVENT_SIZE)?;
    let clock = subscription_size - CLOCK_SIZE;
    let events = (0..count).map(|index| {
        let subscription = subscriptions + index * subscription_size;
        event(memory, world, subscription, subscription + clock)
    });
    let events = events.collect::<Result<Vec<_>, _>>()?;
    let first = events.iter().map(|event| event.after).min();
    let first = first.unwrap_or_default();
    let mut happened = 0;
    for event in events.iter().filter(|event| event.after <= first) {
        memory.write(target + happened * EVENT_SIZE, &event.bytes)?;
        happened += 1;
    }
    memory.write(arguments.word(3), &happened.to_le_bytes())?;
    Ok(first)
}

/// The size of a clock's fields, the last ones of a subscription: the clock's number at 0, the
/// timeout at 8, the precision at 16, and flags at 24. `wasi_unstable` has one field before them.
const CLOCK_SIZE: u32 = 32;

/// Returns the event for a subscription. A subscription has the same first fields in both versions:
/// user data, kind and, for a descriptor, its number.
fn event(
    memory: &Memory<'_>,
    world: &dyn World,
    subscription: u32,
    clock: u32,
) -> Result<Event, Errno> {
    let user_data: [u8; 8] = memory.read(subscription)?;
    let [kind] = memory.read(subscription + 8)?;
    let descriptor = u32::from_le_bytes(memory.read(subscription + 16)?);
    let mut after = Duration::ZERO;
    let (error, flags) = match (kind, stdio::numbered(descriptor)) {
        (CLOCK, _) => match time_until(memory, world, clock)? {
            Some(time) => {
                after = time;
                (0, 0)
            }
            None => (Errno::Invalid.number(), 0),
        },
        (WRITABLE, Ok(Descriptor::Writes(_))) => (0, 0),
        (READABLE, Ok(Descriptor::Input)) => (0, HANGUP),
        (READABLE | WRITABLE, _) => (Errno::BadDescriptor.number(), 0),
        _ => return Err(Errno::Invalid),
    };
    let mut bytes = [0; EVENT_SIZE as usize];
    bytes[..8].copy_from_slice(&user_data);
    bytes[8..10].copy_from_slice(&error.to_le_bytes());
    bytes[10] = kind;
    bytes[24..26].copy_from_slice(&flags.to_le_bytes());
    Ok(Event { bytes, after })
}

/// Returns the time until a clock's event, or `None` if there is no such clock.
fn time_until(
    memory: &Memory<'_>,
    world: &dyn World,
    clock: u32,
) -> Result<Option<Duration>, Errno> {
    let number = u32::from_le_bytes(memory.read(clock)?);
    let timeout = Duration::from_nanos(u64::from_le_bytes(memory.read(clock + 8)?));
    let [flags] = memory.read(clock + 24)?;
    let now = match number {
        REALTIME => world.realtime(),
        MONOTONIC => world.monotonic(),
        _ => return Ok(None),
    };
    Ok(Some(match flags & ABSOLUTE {
        0 => timeout,
        _ => timeout.saturating_sub(now),
    }))
}
