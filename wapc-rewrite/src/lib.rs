//! Bounds and rewrites WebAssembly modules before an engine of capwire-wapc compiles them.
//!
//! An engine says in a [`Plan`] what it cannot do itself, and compiles what [`Plan::apply`] returns. Every
//! plan validates the module and checks its size, so no engine compiles a module that is invalid or out
//! of proportion.
//!
//! ```
//! use capwire_wapc_rewrite::Plan;
//!
//! let plan = Plan::new("my engine").bounded_bulk().interrupt_points();
//! let module = b"\0asm\x01\0\0\0"; // nothing to rewrite
//! assert_eq!(plan.apply(module)?.wasm, &module[..]);
//! # Ok::<(), capwire_wapc::CompileError>(())
//! ```
//!
//! # How a module is rewritten
//! One reader divides the module into sections. One pass over the code validates each operator and shows
//! it to the passes that the plan has. A pass inserts instructions into a function, or adds a type, a
//! function, a global, a memory or an export to the module. Additions have the indices that follow the
//! module's own, so the code of a valid module cannot name them. Functions and sections that no pass
//! changes are copied as they are, and a module that no pass changes is not copied at all.
//!
//! [`Additions`] are also for engines that rewrite a module's code themselves.
//!
//! # Function names
//! [`Names`] and [`frames`] turn indices and symbols of functions into the frames of a trap, the same for
//! every engine.

#![forbid(unsafe_code)]

mod additions;
mod code;
mod editor;
mod fault;
mod limits;
mod module;
mod names;
mod opcodes;
mod passes;
mod plan;
mod step;
mod writer;

pub use additions::Additions;
pub use module::FEATURES;
pub use names::{MOST, Names, frames};
pub use passes::bulk::PIECE;
pub use passes::growth::{MOST_PAGES, grow_in_pieces};
pub use passes::shadow_stack;
pub use plan::{Plan, Rewritten};
