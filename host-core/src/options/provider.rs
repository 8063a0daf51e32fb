//! Options of providers: their supervision, and their swap.

use crate::id::BindingKey;
use capwire_provider::Config;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

/// Options for all providers of a host.
///
/// ```
/// use capwire_host::ProviderOptions;
/// use std::time::Duration;
///
/// let options = ProviderOptions::default().with_hold(Duration::from_secs(2));
/// assert_eq!(options.queue, 1_024);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderOptions {
    /// The maximum number of calls that wait while one provider is replaced. Further calls get an
    /// error that says when to try again. Default: 1,024.
    pub queue: usize,
    /// The maximum time that a call waits while its provider is replaced. Default: 10 s.
    pub hold: Duration,
    /// The number of calls in a row after which a provider counts as broken because it answers
    /// none. A call counts if its deadline ended it and the provider had at least a second for it.
    /// Default: 8.
    pub unanswered: NonZeroU32,
    /// The pause before a broken provider is opened again. It doubles with each failure in a row,
    /// and up to half of it is left out at random. Default: 200 ms.
    pub first_pause: Duration,
    /// The longest pause. A provider that worked for longer begins again with the first pause.
    /// Default: 60 s.
    pub longest_pause: Duration,
}

impl Default for ProviderOptions {
    /// Returns the defaults that each field names.
    fn default() -> Self {
        Self {
            queue: 1_024,
            hold: Duration::from_secs(10),
            unanswered: NonZeroU32::MIN.saturating_add(7),
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(60),
        }
    }
}

impl ProviderOptions {
    /// Sets the length of the [`queue`](Self::queue).
    #[must_use]
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }

    /// Sets the time to [`hold`](Self::hold) calls.
    #[must_use]
    pub fn with_hold(mut self, hold: Duration) -> Self {
        self.hold = hold;
        self
    }

    /// Sets the number of [`unanswered`](Self::unanswered) calls.
    #[must_use]
    pub fn with_unanswered(mut self, unanswered: NonZeroU32) -> Self {
        self.unanswered = unanswered;
        self
    }

    /// Sets the [first](Self::first_pause) and the [longest](Self::longest_pause) pause.
    #[must_use]
    pub fn with_pauses(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_pause, self.longest_pause) = (first, longest);
        self
    }
}

/// Options of the swap of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderSwapOptions {
    /// The maximum time that calls in the old provider may take to finish. `None`, the default,
    /// means the host's [`drain`](crate::HostOptions::drain).
    pub drain: Option<Duration>,
    /// The values of bindings that get others than before. All other bindings keep their values.
    pub values: HashMap<BindingKey, Config>,
}

impl ProviderSwapOptions {
    /// Sets the time to [`drain`](Self::drain) the old provider.
    #[must_use]
    pub fn with_drain(mut self, drain: impl Into<Option<Duration>>) -> Self {
        self.drain = drain.into();
        self
    }

    /// Sets the [`values`](Self::values) of one binding.
    #[must_use]
    pub fn with_values(mut self, binding: BindingKey, values: Config) -> Self {
        self.values.insert(binding, values);
        self
    }
}
