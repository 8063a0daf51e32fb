//! A module's compiled code for one runtime, checked and ready to be instantiated.

use crate::clock::{self, GuestClock};
use crate::fault;
use crate::guest::Guest;
use crate::lend;
use crate::mailbox::Mailbox;
use crate::runtime::Runtime;
use crate::signatures;
use crate::state::{Immediate, Patient, State};
use capwire_wapc::{CompileError, ResourceLimits, StartError, Verdict, World};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use wasmtime::{Error, Instance, InstancePre, Result, Store, StoreContextMut, UpdateDeadline};

pub(crate) struct Code {
    runtime: Arc<Runtime>,
    /// Exported start functions in the order of their calls.
    starts: Vec<&'static str>,
    plain: InstancePre<State<Immediate>>,
    suspendable: InstancePre<State<Patient>>,
}

impl Code {
    pub(crate) fn compile(wasm: &[u8], runtime: Arc<Runtime>) -> Result<Self, CompileError> {
        let module = runtime.module(wasm).map_err(fault::invalid)?;
        signatures::check_imports(&module)?;
        let starts = signatures::check_exports(&module)?;
        let plain = runtime.plain.instantiate_pre(&module);
        let suspendable = runtime.suspendable.instantiate_pre(&module);
        Ok(Self {
            starts,
            plain: plain.map_err(fault::invalid)?,
            suspendable: suspendable.map_err(fault::invalid)?,
            runtime,
        })
    }

    pub(crate) fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Guest<Immediate>, StartError> {
        let slice = clock::ticks(limits.slice);
        let clock = Arc::clone(&self.runtime.clock);
        let deadline = clock.after(0);
        let mut store = self.store(State::new(limits, world, Immediate { clock, deadline }));
        store.epoch_deadline_callback(move |guest| slice_ended(guest, slice));
        let instance = self.plain.instantiate(&mut store);
        self.guest(store, instance, slice)
    }

    pub(crate) fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Guest<Patient>, StartError> {
        let slice = clock::ticks(limits.slice);
        let mailbox = Arc::new(Mailbox::default());
        let mut store = self.store(State::new(limits, world, Patient::new(mailbox)));
        store.epoch_deadline_callback(move |guest| Ok(yields(guest, slice)));
        let instance = at_once(self.suspendable.instantiate_async(&mut store));
        self.guest(store, instance, slice)
    }

    /// Returns a handle of the clock for a new guest.
    pub(crate) fn clock(&self) -> GuestClock {
        self.runtime.clock.guest()
    }

    fn store<W: Send + 'static>(&self, state: State<W>) -> Store<State<W>> {
        let mut store = Store::new(&self.runtime.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_epoch_deadline(INSTANTIATION_TICKS);
        store
    }

    fn guest<W: 'static>(
        &self,
        store: Store<State<W>>,
        instance: Result<Instance>,
        slice: u64,
    ) -> Result<Guest<W>, StartError> {
        let instance = match (instance, store.data().limiter.0.refused()) {
            (Ok(instance), _) => instance,
            (Err(_), Some(limit)) => return Err(limit.into()),
            (Err(error), None) => return Err(fault::start_error(error)),
        };
        Guest::new(store, instance, &self.starts, slice).map_err(fault::unavailable)
    }
}

/// The deadline during instantiation, far enough to end no slice. Only code that wasmtime adds runs then,
/// to write segments, and the module's size bounds its work. Each call sets its own deadline.
const INSTANTIATION_TICKS: u64 = 1 << 32;

fn slice_ended(
    mut guest: StoreContextMut<'_, State<Immediate>>,
    slice: u64,
) -> Result<UpdateDeadline> {
    let verdict = lend::with(|host| host.slice_ended());
    let waits = &mut guest.data_mut().waits;
    waits.deadline = waits.clock.after(slice);
    Ok(match verdict {
        Some(Verdict::Continue) => UpdateDeadline::Continue(slice),
        Some(Verdict::Stop) | None => UpdateDeadline::Interrupt,
    })
}

/// Yields at the end of a slice. The guest's first interrupt point after that is here again, so that a
/// guest that must end does so within its own code, and the error names the place.
fn yields(mut guest: StoreContextMut<'_, State<Patient>>, slice: u64) -> UpdateDeadline {
    let waits = &mut guest.data_mut().waits;
    if waits.mailbox.is_stopped() {
        return UpdateDeadline::Interrupt;
    }
    waits.slice_is_over = !waits.slice_is_over;
    match waits.slice_is_over {
        true => UpdateDeadline::Yield(0),
        false => UpdateDeadline::Continue(slice),
    }
}

/// Returns the result of a future that is ready at once, since instantiation runs none of the guest's code.
fn at_once<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::msg("the module runs code when it is instantiated")),
    }
}
