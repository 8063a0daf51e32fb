//! Scripts: what a guest does, as asynchronous Rust.

use bytes::Bytes;
use capwire_wapc::{CallError, GuestError, HostCall, Reply, SuspendedCall, World};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// A script at work.
pub(crate) type Running = Pin<Box<dyn Future<Output = Result<Bytes, CallError>> + Send>>;

type OnStart = Box<dyn Fn(Context) -> Running + Send + Sync>;
type OnCall = Box<dyn Fn(Context, Call) -> Running + Send + Sync>;

/// The behaviour of the guests of a module.
///
/// A script may await the methods of its [`Context`], and anything else: while that is not ready
/// the guest yields.
pub struct Script {
    pub(crate) on_start: OnStart,
    pub(crate) on_call: OnCall,
    pub(crate) memory_pages: u32,
}

/// One call of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The operation's name.
    pub operation: String,
    /// The message.
    pub payload: Bytes,
}

impl Script {
    /// A script that answers calls by `on_call` and does nothing in its start. An error that
    /// [poisons](CallError::poisons) stands for a trap, a broken limit or a breach of protocol.
    #[must_use]
    pub fn new<F>(on_call: impl Fn(Context, Call) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Bytes, CallError>> + Send + 'static,
    {
        Self {
            on_start: Box::new(|_| Box::pin(async { Ok(Bytes::new()) })),
            on_call: Box::new(move |context, call| Box::pin(on_call(context, call))),
            memory_pages: 0,
        }
    }

    /// The script that runs `on_start` when a guest starts.
    #[must_use]
    pub fn on_start<F>(mut self, on_start: impl Fn(Context) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), CallError>> + Send + 'static,
    {
        self.on_start = Box::new(move |context| {
            let started = on_start(context);
            Box::pin(async { started.await.map(|()| Bytes::new()) })
        });
        self
    }

    /// The script whose guests start with this much memory, in pages, and are refused by
    /// narrower limits.
    #[must_use]
    pub fn memory_pages(mut self, pages: u32) -> Self {
        self.memory_pages = pages;
        self
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}

/// The guest's own answer that it failed; the instance survives.
pub fn failure(message: impl Into<String>) -> CallError {
    CallError::Guest(GuestError {
        message: message.into(),
    })
}

/// The guest that a script runs in. Clones are the same guest.
#[derive(Clone)]
pub struct Context {
    mailbox: Arc<Mutex<Mailbox>>,
    memory: Arc<Mutex<Vec<u8>>>,
    world: Arc<dyn World>,
}

/// The data exchanged between a script and the instance that runs it.
#[derive(Default)]
struct Mailbox {
    wish: Option<Wish>,
    reply: Option<Reply>,
}

/// The reason why a script waits.
pub(crate) enum Wish {
    HostCall(SuspendedCall),
    Sleep(Duration),
    Yield,
}

impl Context {
    pub(crate) fn new(world: Arc<dyn World>) -> Self {
        Self {
            mailbox: Arc::default(),
            memory: Arc::default(),
            world,
        }
    }

    /// Calls the host.
    ///
    /// # Errors
    /// The host's error text, as the guest's own failure: `?` passes it on.
    pub async fn host_call(
        &self,
        binding: &str,
        namespace: &str,
        operation: &str,
        payload: impl AsRef<[u8]>,
    ) -> Result<Bytes, CallError> {
        let call = HostCall {
            binding,
            namespace,
            operation,
            payload: payload.as_ref(),
        };
        self.wish(Wish::HostCall(call.to_suspended()));
        match self.reply().await {
            Reply::Data(data) => Ok(data),
            Reply::Error(text) => Err(failure(text)),
        }
    }

    /// Uses up its slice.
    pub async fn yield_now(&self) {
        self.wait(Wish::Yield).await;
    }

    /// Sleeps.
    pub async fn sleep(&self, time: Duration) {
        self.wait(Wish::Sleep(time)).await;
    }

    /// Waits until the guest is resumed.
    async fn wait(&self, wish: Wish) {
        self.wish(wish);
        let mut resumed = false;
        poll_fn(|_| match std::mem::replace(&mut resumed, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    /// Computes without end.
    pub async fn spin(&self) -> ! {
        loop {
            self.yield_now().await;
        }
    }

    /// Prints a line.
    pub fn log(&self, line: &str) {
        self.world.console(line);
    }

    /// Uses the instance's memory, which is empty at first and kept between calls.
    pub fn with_memory<T>(&self, f: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        f(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn take_wish(&self) -> Option<Wish> {
        self.with_mailbox(|mailbox| mailbox.wish.take())
    }

    pub(crate) fn give(&self, reply: Reply) {
        self.with_mailbox(|mailbox| mailbox.reply = Some(reply));
    }

    fn wish(&self, wish: Wish) {
        self.with_mailbox(|mailbox| mailbox.wish = Some(wish));
    }

    fn reply(&self) -> impl Future<Output = Reply> {
        poll_fn(
            |_| match self.with_mailbox(|mailbox| mailbox.reply.take()) {
                Some(reply) => Poll::Ready(reply),
                None => Poll::Pending,
            },
        )
    }

    fn with_mailbox<T>(&self, f: impl FnOnce(&mut Mailbox) -> T) -> T {
        f(&mut self.mailbox.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}
