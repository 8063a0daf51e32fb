//! The CPU time that a call may use, and what it has used.

use super::Clock;
use std::time::Duration;

/// Charges the steps of a call against its CPU budget.
///
/// Reading a thread's CPU time is a system call, and most calls end within microseconds. Until a
/// call has computed for one slice, its steps are charged by the wall clock, which is never behind
/// the CPU time, and the charge is at most that slice. Later steps are charged by the thread's CPU
/// time.
pub(crate) struct CpuBudget<'c> {
    clock: &'c dyn Clock,
    budget: Duration,
    slice: Duration,
    spent: Duration,
    mark: Duration,
}

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overspent;

impl<'c> CpuBudget<'c> {
    /// Returns a budget whose charges start now.
    pub(crate) fn start(clock: &'c dyn Clock, budget: Duration, slice: Duration) -> Self {
        Self::start_at(clock.monotonic(), clock, budget, slice)
    }

    /// Returns a budget whose charges start at the monotonic time `begin`, which was read just
    /// before.
    pub(crate) fn start_at(
        begin: Duration,
        clock: &'c dyn Clock,
        budget: Duration,
        slice: Duration,
    ) -> Self {
        let mut started = Self {
            clock,
            budget,
            slice,
            spent: Duration::ZERO,
            mark: begin,
        };
        if started.is_exact() {
            started.resume();
        }
        started
    }

    /// Does not charge the thread's work since the last charge.
    pub(crate) fn resume(&mut self) {
        self.mark = self.read();
    }

    /// Charges the thread's work since the last charge or [`resume`](Self::resume).
    pub(crate) fn bill(&mut self) -> Result<(), Overspent> {
        let now = self.read();
        let step = now.saturating_sub(self.mark);
        self.mark = now;
        if self.is_exact() {
            self.spent += step;
        } else {
            self.spent += step.min(self.slice.saturating_sub(self.spent));
            if self.is_exact() {
                self.mark = self.read();
            }
        }
        match self.spent > self.budget {
            true => Err(Overspent),
            false => Ok(()),
        }
    }

    /// The time charged so far.
    pub(crate) fn spent(&self) -> Duration {
        self.spent
    }

    fn read(&self) -> Duration {
        if self.is_exact() {
            self.clock.thread_cpu()
        } else {
            self.clock.monotonic()
        }
    }

    fn is_exact(&self) -> bool {
        self.spent >= self.slice
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
}
