//! Many callers at once.

use super::Subject;
use futures_util::future::join_all;

/// Every caller sees a sum that nobody else sees, and the last one is the number of additions.
pub async fn concurrent_additions_are_all_counted(subject: &Subject) {
    const CALLERS: i32 = 64;
    const EACH: i32 = 5;
    let kv = &subject.client().await;
    let callers = (0..CALLERS).map(|_| async move {
        let mut sums = Vec::new();
        for _ in 0..EACH {
            sums.push(kv.add("hits", 1).await.unwrap());
        }
        assert!(
            sums.is_sorted(),
            "a caller saw the counter go back: {sums:?}"
        );
        sums
    });
    let mut sums = join_all(callers).await.concat();
    sums.sort_unstable();
    assert_eq!(sums, (1..=CALLERS * EACH).collect::<Vec<_>>());
}
