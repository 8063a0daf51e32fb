//! The number of connections that the process can open.

/// The assumed limit of open descriptors where the system does not tell it.
const USUAL: u64 = 1024;
/// The minimum number of descriptors that are not for connections.
const RESERVE: u64 = 48;

/// Returns the maximum number of connections of all servers in this process. It follows from the
/// limit of open descriptors (`ulimit -n`): a quarter of them, and at least 48, are reserved for
/// files, for requests to the process, and for what else it does.
#[must_use]
pub fn most_connections() -> usize {
    let most = beside_reserve(limit().unwrap_or(USUAL));
    usize::try_from(most).unwrap_or(usize::MAX)
}

fn beside_reserve(limit: u64) -> u64 {
    let reserve = RESERVE.max(limit / 4);
    // With very few descriptors, there are some for both.
    limit.saturating_sub(reserve).max(limit / 4).max(1)
}

#[cfg(unix)]
fn limit() -> Option<u64> {
    use rustix::process::{Resource, getrlimit};
    getrlimit(Resource::Nofile).current
}

#[cfg(not(unix))]
fn limit() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::beside_reserve;

    #[test]
    fn descriptors_are_kept_in_reserve_c1() {
        let expected = [
            (0, 1),
            (20, 5),
            (64, 16),
            (256, 192),
            (1_024, 768),
            (1 << 20, (1 << 20) / 4 * 3),
        ];
        for (limit, connections) in expected {
            assert_eq!(beside_reserve(limit), connections, "{limit}");
        }
    }
}
