//! The functions that the compiler of AssemblyScript imports by itself, such as `env.seed` for
//! `Math.random()`. They are not part of waPC.
//!
//! Source: the standard library of AssemblyScript 0.9 to 0.28, with the code that its compiler
//! generates for JavaScript hosts.

use crate::abort::Abort;
use crate::error::ProtocolError;
use crate::memory::read_utf16;
use crate::world::World;

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit float.
    F64,
}

/// One function that a guest may import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// The import module.
    pub namespace: &'static str,
    /// The function's name.
    pub name: &'static str,
    /// The types of the parameters.
    pub parameters: &'static [ValueType],
    /// True if the function returns an `f64`.
    pub returns: bool,
    operation: Operation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Abort,
    Seed,
    Trace,
    Print,
    Assert,
    Realtime,
    Monotonic,
}

/// The engine's next step after a call of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Return this number to the guest, if the function [returns](Function::returns) one.
    Returned(f64),
    /// Stop the guest, and convert this into a [`Trap`](crate::Trap).
    Abort(Abort),
}

/// The maximum number of parameters of any function.
pub const MOST_PARAMETERS: usize = 7;

/// The maximum number of bytes that one call reads, for engines that charge the guest for this work.
pub const MAX_BYTES: u64 = 2 * (MOST_TEXT as u64);

/// The maximum number of UTF-16 units that one call prints.
const MOST_TEXT: usize = 2_048;

/// All functions.
pub const FUNCTIONS: [Function; 12] = {
    use Operation::{Abort, Assert, Monotonic, Print, Realtime, Seed, Trace};
    use ValueType::{F64, I32};
    [
        function("abort", &[I32, I32, I32, I32], false, Abort),
        function("seed", &[], true, Seed),
        function("trace", &[I32, I32, F64, F64, F64, F64, F64], false, Trace),
        function("console.assert", &[I32, I32], false, Assert),
        function("console.log", &[I32], false, Print),
        function("console.debug", &[I32], false, Print),
        function("console.info", &[I32], false, Print),
        function("console.warn", &[I32], false, Print),
        function("console.error", &[I32], false, Print),
        function("Date.now", &[], true, Realtime),
        function("performance.now", &[], true, Monotonic),
        // The name of `Date.now` until 2021.
        Function {
            namespace: "Date",
            ..function("now", &[], true, Realtime)
        },
    ]
};

const fn function(
    name: &'static str,
    parameters: &'static [ValueType],
    returns: bool,
    operation: Operation,
) -> Function {
    Function {
        namespace: "env",
        name,
        parameters,
        returns,
        operation,
    }
}

/// Returns the function `name` of the module `namespace`, or `None` if there is none.
///
/// ```
/// use capwire_wapc::assemblyscript;
///
/// assert!(assemblyscript::find("env", "seed").is_some_and(|seed| seed.returns));
/// assert_eq!(assemblyscript::find("env", "exit"), None);
/// ```
#[must_use]
pub fn find(namespace: &str, name: &str) -> Option<&'static Function> {
    let mut all = FUNCTIONS.iter();
    all.find(|function| function.namespace == namespace && function.name == name)
}

impl Function {
    /// Calls the function with the guest's `arguments` and `memory`. An `i32` is passed as its 32
    /// bits without sign extension, an `f64` as its 64 bits.
    ///
    /// # Errors
    /// If a text lies outside of memory.
    pub fn call(
        &self,
        arguments: &[u64],
        memory: &[u8],
        world: &dyn World,
    ) -> Result<Outcome, ProtocolError> {
        let arguments = Arguments(arguments);
        let returned = match self.operation {
            Operation::Abort => {
                let arguments = [0, 1, 2, 3].map(|index| arguments.word(index));
                return Abort::read(memory, arguments).map(Outcome::Abort);
            }
            Operation::Seed => seed(world),
            Operation::Realtime => milliseconds(world.realtime().as_millis()),
            Operation::Monotonic => world.monotonic().as_secs_f64() * 1_000.0,
            Operation::Print => {
                world.console(&text(memory, arguments.word(0))?);
                0.0
            }
            Operation::Assert => {
                if arguments.word(0) == 0 {
                    let text = text(memory, arguments.word(1))?;
                    world.console(&format!("assertion failed: {text}"));
                }
                0.0
            }
            Operation::Trace => {
                world.console(&trace(memory, &arguments)?);
                0.0
            }
        };
        Ok(Outcome::Returned(returned))
    }
}

/// A guest's arguments. The engine has checked their number and types, so a missing one is never
/// read.
struct Arguments<'a>(&'a [u64]);

impl Arguments<'_> {
    fn word(&self, index: usize) -> u32 {
        let [a, b, c, d, ..] = self.0.get(index).copied().unwrap_or_default().to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }
}

/// Returns a number between 1 and 2 with 52 random bits. It is never 0: old versions of
/// AssemblyScript abort on a seed whose bits are all zero. The seed is not secret, so a world
/// without entropy gives its time.
fn seed(world: &dyn World) -> f64 {
    const ONE: u64 = 1.0_f64.to_bits();
    let mut bytes = [0; 8];
    if world.random(&mut bytes).is_err() {
        let now = world.realtime();
        bytes = ((u64::from(now.subsec_nanos()) << 32) ^ now.as_secs()).to_le_bytes();
    }
    f64::from_bits(ONE | (u64::from_le_bytes(bytes) >> 12))
}

/// The time since 1970 fits the 53 bits of an `f64` for some 285,000 years.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn milliseconds(time: u128) -> f64 {
    time as f64
}

fn text(memory: &[u8], pointer: u32) -> Result<String, ProtocolError> {
    let text = read_utf16(memory, pointer, MOST_TEXT, "a console line")?;
    Ok(text.unwrap_or_default())
}

/// Returns the line of a trace: its text, and as many of its numbers as it says.
fn trace(memory: &[u8], arguments: &Arguments<'_>) -> Result<String, ProtocolError> {
    let mut line = format!("trace: {}", text(memory, arguments.word(0))?);
    let numbers = arguments.0.iter().skip(2);
    let count = arguments.word(1) as usize;
    for (index, bits) in numbers.take(count).enumerate() {
        line.push_str(if index == 0 { " " } else { ", " });
        line.push_str(&f64::from_bits(*bits).to_string());
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, MOST_PARAMETERS, Outcome, find};
    use crate::world::{EmptyWorld, NoEntropy, World};
    use proptest::prelude::*;
    use std::time::Duration;

    struct NoRandomness;

    impl World for NoRandomness {
        fn console(&self, _line: &str) {}

        fn realtime(&self) -> Duration {
            Duration::from_nanos(1_600_000_000_123_456_789)
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }

        fn random(&self, _buffer: &mut [u8]) -> Result<(), NoEntropy> {
            Err(NoEntropy)
        }
    }

    fn number(name: &str, world: &dyn World) -> f64 {
        match find("env", name).unwrap().call(&[], &[], world).unwrap() {
            Outcome::Returned(number) => number,
            other @ Outcome::Abort(_) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_seed_is_never_zero_and_needs_no_entropy() {
        assert!((number("seed", &EmptyWorld) - 1.0).abs() < f64::EPSILON);
        let seed = number("seed", &NoRandomness);
        assert!((1.0..2.0).contains(&seed) && seed > 1.0, "{seed}");
    }

    #[test]
    fn no_function_takes_more_arguments_than_engines_have_room_for() {
        let most = FUNCTIONS.iter().map(|function| function.parameters.len());
        assert_eq!(most.max(), Some(MOST_PARAMETERS));
    }

    proptest! {
        #[test]
        fn no_arguments_and_no_memory_panic(
            memory in proptest::collection::vec(any::<u8>(), 0..64),
            arguments in proptest::collection::vec(prop_oneof![0..80_u64, any::<u64>()], 7),
        ) {
            for function in FUNCTIONS {
                let _ = function.call(&arguments, &memory, &EmptyWorld);
            }
        }
    }
}
