//! Looks for a few operators in the code of WebAssembly modules, and changes the functions that have
//! them: for what engines do to a module before they compile it, which should cost far less.
//!
//! - [`Sections`] divides a module, [`Section::functions`] its code;
//! - [`Operators`] steps over a function's code without decoding it;
//! - [`OneMore`] gives a function one more local;
//! - [`Edit`]s change the module, in one copy, and [`with_bodies`] is all of this for who only changes
//!   bodies of functions.
//!
//! Nothing is validated, and nothing panics: what is no module is an error, or is read in any way.
//!
//! ```
//! use capwire_code::{Operators, Sections};
//!
//! /// How many functions have a `memory.grow`.
//! fn growing(wasm: &[u8]) -> Result<usize, wasmparser::BinaryReaderError> {
//!     let mut growing = 0;
//!     for section in Sections::of(wasm) {
//!         for function in section?.functions() {
//!             let mut operators = Operators::of(function?.body)?;
//!             growing += usize::from(operators.any(|one| one.is_ok_and(|one| one.opcode == 0x40)));
//!         }
//!     }
//!     Ok(growing)
//! }
//!
//! assert_eq!(growing(b"\0asm\x01\0\0\0").unwrap(), 0);
//! ```
//!
//! Source of formats, opcodes and immediates: chapter 5, "Binary Format", of the WebAssembly core
//! specification.

#![forbid(unsafe_code)]

mod bodies;
mod edits;
mod immediates;
mod locals;
mod operators;
mod sections;

pub use bodies::{with_bodies, with_insertions};
pub use edits::{Edit, edited};
pub use locals::OneMore;
pub use operators::{Operator, Operators};
pub use sections::{Function, Functions, Section, Sections};
