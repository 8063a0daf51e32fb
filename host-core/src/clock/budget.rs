//! The CPU time that a call and the calls it causes may use together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The CPU budget of a call, within the budgets of the calls that caused it. Clones share it.
///
/// The default is the budget of a call from the program that owns the host: it has no limit.
#[derive(Clone, Default)]
pub(crate) struct Budget(Option<Arc<Account>>);

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overspent;

struct Account {
    limit: Duration,
    /// Nanoseconds, by this call and all calls that it caused.
    spent: AtomicU64,
    outer: Budget,
}

impl Budget {
    /// Returns a budget of `limit` within this one. `spent` of it is used, and was charged to this
    /// one before.
    pub(crate) fn within(&self, limit: Duration, spent: Duration) -> Self {
        Self(Some(Arc::new(Account {
            limit,
            spent: AtomicU64::new(nanoseconds(spent)),
            outer: self.clone(),
        })))
    }

    /// Charges `cpu` to this budget and to all budgets around it.
    pub(crate) fn charge(&self, cpu: Duration) -> Result<(), Overspent> {
        let cpu = nanoseconds(cpu);
        let mut charged = Ok(());
        for account in self.accounts() {
            let before = account.spent.fetch_add(cpu, Ordering::Relaxed);
            if before.saturating_add(cpu) > nanoseconds(account.limit) {
                charged = Err(Overspent);
            }
        }
        charged
    }

    /// Returns the time charged to this budget so far.
    pub(crate) fn spent(&self) -> Duration {
        self.0.as_deref().map_or(Duration::ZERO, |account| {
            Duration::from_nanos(account.spent.load(Ordering::Relaxed))
        })
    }

    fn accounts(&self) -> impl Iterator<Item = &Account> {
        std::iter::successors(self.0.as_deref(), |account| account.outer.0.as_deref())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Budget, Overspent};
    use std::time::Duration;

    const STEP: Duration = Duration::from_millis(10);

    #[test]
    fn a_budget_within_another_ends_with_the_one_that_is_used_up_first() {
        let outer = Budget::default().within(STEP * 3, Duration::ZERO);
        let inner = outer.within(STEP * 2, Duration::ZERO);
        assert_eq!(inner.charge(STEP * 2), Ok(()));
        assert_eq!(outer.spent(), STEP * 2);
        assert_eq!(inner.charge(STEP), Err(Overspent), "its own limit");
        let next = outer.within(STEP * 2, Duration::ZERO);
        assert_eq!(next.charge(STEP), Err(Overspent), "the limit around it");
        assert_eq!(outer.charge(Duration::ZERO), Err(Overspent));
    }

    #[test]
    fn a_call_from_the_owner_of_the_host_has_no_limit() {
        assert_eq!(Budget::default().charge(Duration::MAX), Ok(()));
    }
}
