//! An instance with its store, shared by plain and suspendable guests.

use crate::state::State;
use capwire_wapc::abi;
use wasmtime::{Instance, Result, Store, TypedFunc};

/// An instance and its functions. `W` is [`Immediate`](crate::state::Immediate) or
/// [`Patient`](crate::state::Patient), see [`State`].
pub(crate) struct Guest<W: 'static> {
    pub(crate) store: Store<State<W>>,
    pub(crate) guest_call: TypedFunc<(u32, u32), i32>,
    /// Start functions that are still to be called.
    pub(crate) starts: Vec<TypedFunc<(), ()>>,
    /// The length of a slice in ticks.
    pub(crate) slice: u64,
}

impl<W> Guest<W> {
    pub(crate) fn new(
        mut store: Store<State<W>>,
        instance: Instance,
        starts: &[&str],
        slice: u64,
    ) -> Result<Self> {
        let memory = instance.get_memory(&mut store, abi::MEMORY);
        store.data_mut().memory = memory;
        let starts = starts.iter();
        let starts = starts.map(|name| instance.get_typed_func(&mut store, name));
        let starts = starts.collect::<Result<_>>()?;
        Ok(Self {
            guest_call: instance.get_typed_func(&mut store, abi::GUEST_CALL)?,
            store,
            starts,
            slice,
        })
    }
}
