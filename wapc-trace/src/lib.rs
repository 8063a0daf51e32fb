//! In which functions a guest trapped, for engines of capwire-wapc.
//!
//! - [`frames`] and [`Names`] make what is told of functions out of their indices and names, so that
//!   every engine tells the same.
//! - [`with_stack`] is for engines that have indices of no functions either, as interpreters that tell
//!   nothing of their call stacks. It rewrites a module so that it keeps a second one, which the
//!   host can read when the first is gone.
//!
//! ```
//! use capwire_trace::Names;
//!
//! let wasm = wat::parse_str("(module (func $count) (func))")?;
//! let frames = Names::of(&wasm).frames([1, 0]);
//! let told: Vec<String> = frames.iter().map(ToString::to_string).collect();
//! assert_eq!(told, ["function 1", "count"]);
//! # Ok::<(), wat::Error>(())
//! ```

#![forbid(unsafe_code)]

mod body;
mod names;
mod stack;

pub use names::{MOST, Names, frames};
pub use stack::{MEMORY, POINTER, calls, with_stack};
