//! A new version of an actor that gets a share of its calls, until it has proven itself.

use super::generation::Generation;
use crate::options::Proportion;
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The place of a canary.
#[derive(Default)]
pub(crate) struct CanaryPlace {
    generation: ArcSwapOption<Generation>,
    /// The share in basis points. Zero means that no call enters it.
    share: AtomicU32,
    turn: AtomicU64,
}

impl CanaryPlace {
    /// Lets this share of new calls enter `generation`.
    pub(super) fn begin(&self, generation: Arc<Generation>, share: Proportion) {
        self.generation.store(Some(generation));
        let share = share.basis_points();
        self.share.store(share.into(), Ordering::Release);
    }

    /// Returns the generation that the next call enters, if it is its turn.
    pub(super) fn next(&self) -> Option<Arc<Generation>> {
        let share: u64 = self.share.load(Ordering::Acquire).into();
        if share == 0 {
            return None;
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.generation.load_full().filter(|_| takes(turn, share))
    }

    /// Lets no more calls enter it.
    pub(super) fn withdraw(&self) {
        self.share.store(0, Ordering::Release);
    }

    /// The part of the new calls that enter it, or `None` if none does.
    pub(super) fn share(&self) -> Option<Proportion> {
        let share = u16::try_from(self.share.load(Ordering::Acquire)).ok()?;
        Proportion::from_basis_points(share).filter(|_| share > 0)
    }

    pub(super) fn generation(&self) -> Option<Arc<Generation>> {
        self.generation.load_full()
    }

    /// Empties the place.
    pub(super) fn clear(&self) -> Option<Arc<Generation>> {
        self.withdraw();
        self.generation.swap(None)
    }
}

/// Returns true for `share` of each ten thousand turns, as evenly as possible.
fn takes(turn: u64, share: u64) -> bool {
    let whole: u64 = Proportion::WHOLE.into();
    let turn = turn % whole;
    (turn + 1) * share / whole > turn * share / whole
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn a_share_is_spread_evenly() {
        for share in [1, 33, 500, 1_000, 9_999, 10_000] {
            let taken: Vec<u64> = (0..20_000).filter(|turn| takes(*turn, share)).collect();
            assert_eq!(taken.len() as u64, 2 * share);
            let gaps = taken.windows(2).map(|pair| pair[1] - pair[0]);
            let (most, ideal) = (gaps.max().unwrap(), 10_000 / share);
            assert!(most <= ideal + 1, "{share}: {most}");
        }
        assert!((0..20_000).all(|turn| !takes(turn, 0)));
    }
}
