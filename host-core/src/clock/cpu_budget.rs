//! Measures the CPU time of a call's steps, and charges them against its budget.

use super::{Budget, Clock, Overspent};
use std::time::Duration;

/// Charges the steps of a call against its CPU budget.
///
/// Reading a thread's CPU time is a system call, and most calls end within microseconds. Until a
/// call has computed for one slice, its steps are charged by the wall clock, which is never behind
/// the CPU time, and the charge is at most that slice. Later steps are charged by the thread's CPU
/// time.
///
/// A call that causes others [shares](Self::share) its budget with them. They charge their own
/// steps, also while a step of this call runs. That time is not charged again.
pub(crate) struct CpuBudget<'c> {
    clock: &'c dyn Clock,
    limit: Duration,
    slice: Duration,
    outer: Budget,
    /// The time of this call's own steps.
    own: Duration,
    mark: Duration,
    /// The budget that other calls share, from the first of them on.
    shared: Option<Shared>,
}

struct Shared {
    budget: Budget,
    /// The time charged to it at the mark.
    at_mark: Duration,
}

impl<'c> CpuBudget<'c> {
    /// Returns a budget of `limit` whose charges start now.
    pub(crate) fn start(clock: &'c dyn Clock, limit: Duration, slice: Duration) -> Self {
        Self::start_at(clock.monotonic(), clock, limit, slice, Budget::default())
    }

    /// Returns a budget of `limit` within `outer`, whose charges start at the monotonic time
    /// `begin`, which was read just before.
    pub(crate) fn start_at(
        begin: Duration,
        clock: &'c dyn Clock,
        limit: Duration,
        slice: Duration,
        outer: Budget,
    ) -> Self {
        let mut started = Self {
            clock,
            limit,
            slice,
            outer,
            own: Duration::ZERO,
            mark: begin,
            shared: None,
        };
        if started.is_exact() {
            started.resume();
        }
        started
    }

    /// Returns the budget for calls that this call causes.
    pub(crate) fn share(&mut self) -> Budget {
        let (outer, limit, own) = (&self.outer, self.limit, self.own);
        let shared = self.shared.get_or_insert_with(|| Shared {
            budget: outer.within(limit, own),
            at_mark: own,
        });
        shared.budget.clone()
    }

    /// Does not charge the thread's work since the last charge.
    pub(crate) fn resume(&mut self) {
        self.mark = self.read();
        self.mark_shared();
    }

    /// Charges the thread's work since the last charge or [`resume`](Self::resume), except for the
    /// work that other calls have charged.
    pub(crate) fn bill(&mut self) -> Result<(), Overspent> {
        let now = self.read();
        let step = now.saturating_sub(self.mark);
        let step = step.saturating_sub(self.charged_by_others());
        self.mark = now;
        let charged = if self.is_exact() {
            self.own += step;
            self.charge(step)
        } else {
            let step = step.min(self.slice.saturating_sub(self.own));
            self.own += step;
            if self.is_exact() {
                self.mark = self.read();
            }
            self.charge(step)
        };
        self.mark_shared();
        charged
    }

    /// The time charged so far, by this call and the calls that it caused.
    pub(crate) fn spent(&self) -> Duration {
        let shared = self.shared.as_ref();
        shared.map_or(self.own, |shared| shared.budget.spent())
    }

    fn charge(&self, step: Duration) -> Result<(), Overspent> {
        if let Some(shared) = &self.shared {
            return shared.budget.charge(step);
        }
        self.outer.charge(step)?;
        match self.own > self.limit {
            true => Err(Overspent),
            false => Ok(()),
        }
    }

    fn charged_by_others(&self) -> Duration {
        self.shared.as_ref().map_or(Duration::ZERO, |shared| {
            shared.budget.spent().saturating_sub(shared.at_mark)
        })
    }

    fn mark_shared(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.at_mark = shared.budget.spent();
        }
    }

    fn read(&self) -> Duration {
        if self.is_exact() {
            self.clock.thread_cpu()
        } else {
            self.clock.monotonic()
        }
    }

    fn is_exact(&self) -> bool {
        self.own >= self.slice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Sleep;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A clock whose wall-clock and CPU time differ.
    #[derive(Debug, Default)]
    struct Clocks {
        wall: AtomicU64,
        cpu: AtomicU64,
    }

    impl Clocks {
        fn pass(&self, wall: u64, cpu: u64) {
            self.wall.fetch_add(wall, Ordering::Relaxed);
            self.cpu.fetch_add(cpu, Ordering::Relaxed);
        }
    }

    impl Clock for Clocks {
        fn unix(&self) -> Duration {
            Duration::ZERO
        }

        fn monotonic(&self) -> Duration {
            Duration::from_millis(self.wall.load(Ordering::Relaxed))
        }

        fn thread_cpu(&self) -> Duration {
            Duration::from_millis(self.cpu.load(Ordering::Relaxed))
        }

        fn sleep_until(&self, _: Duration) -> Sleep {
            Box::pin(std::future::pending())
        }
    }

    fn budget(clocks: &Clocks) -> CpuBudget<'_> {
        CpuBudget::start(clocks, Duration::from_millis(50), Duration::from_millis(1))
    }

    #[test]
    fn waiting_is_not_billed() {
        let clocks = Clocks::default();
        let mut budget = budget(&clocks);
        for _ in 0..10 {
            assert_eq!(budget.bill(), Ok(()));
            clocks.pass(2_000, 2_000);
            budget.resume();
        }
        assert_eq!(budget.spent(), Duration::ZERO);
    }

    #[test]
    fn a_thread_that_others_push_aside_is_not_billed_for_it() {
        let clocks = Clocks::default();
        let mut budget = budget(&clocks);
        for _ in 0..10 {
            clocks.pass(500, 4);
            assert_eq!(budget.bill(), Ok(()));
        }
        assert_eq!(budget.spent(), Duration::from_millis(1 + 9 * 4));
    }

    #[test]
    fn computing_more_than_the_budget_is_noticed() {
        let clocks = Clocks::default();
        let mut budget = budget(&clocks);
        let slices = (0..1_000).take_while(|_| {
            clocks.pass(1, 1);
            budget.bill().is_ok()
        });
        assert_eq!(slices.count(), 50);
    }

    #[test]
    fn many_short_steps_add_up() {
        let clocks = Clocks::default();
        let mut budget =
            CpuBudget::start(&clocks, Duration::from_millis(5), Duration::from_millis(10));
        for _ in 0..5 {
            clocks.pass(1, 1);
            budget.bill().unwrap();
        }
        clocks.pass(1, 1);
        assert_eq!(budget.bill(), Err(Overspent));
    }

    #[test]
    fn the_work_of_a_call_that_another_causes_is_billed_once_to_both() {
        let clocks = Clocks::default();
        let mut outer = budget(&clocks);
        clocks.pass(2, 2);
        outer.bill().unwrap();
        let (limit, slice) = (Duration::from_secs(1), Duration::from_millis(1));
        let begin = clocks.monotonic();
        let mut inner = CpuBudget::start_at(begin, &clocks, limit, slice, outer.share());
        for _ in 0..5 {
            clocks.pass(4, 4);
            inner.bill().unwrap();
        }
        clocks.pass(3, 3);
        outer.bill().unwrap();
        assert_eq!(inner.spent(), Duration::from_millis(1 + 4 * 4));
        assert_eq!(outer.spent(), Duration::from_millis(1 + 5 * 4 + 3));
        clocks.pass(30, 30);
        assert_eq!(inner.bill(), Err(Overspent), "the budget of its caller");
        assert_eq!(outer.bill(), Err(Overspent));
    }
}
