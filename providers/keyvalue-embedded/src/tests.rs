//! The writes of the store on a disk that is full, blocks, panics, and loses power.

use crate::change::{Action, Change};
use crate::schema::KeyValue;
use crate::tables::{EXPIRIES, KEYS};
use crate::view::View;
use capwire_embedded_common::{
    Clock, Disk, Failure, Health, MOST_OF_ACTOR, Storage, SystemClock, Writer,
};
use capwire_provider::{BindingId, Call, CallLimits};
use redb::{ReadableDatabase, ReadableTableMetadata};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

const CALLERS: i32 = 64;

#[tokio::test]
async fn an_acknowledged_write_survives_a_power_failure() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    for count in 1..=20 {
        assert_eq!(write(&store, add("hits", 1)).await.unwrap(), count);
        let after = self::store(&disk.after_power_failure(), SystemClock);
        assert_eq!(text(&after, "hits").await, Some(count.to_string()));
    }
}

#[tokio::test]
async fn writes_that_wait_together_are_committed_together() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    disk.hold();
    let mut writes = vec![start(&store, add("first", 1))];
    wait_until_held(&disk).await;
    writes.extend((0..CALLERS).map(|_| start(&store, add("hits", 1))));
    queued(store.writer(), writes.len() - 1).await;
    let before = disk.syncs();
    disk.release();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert_eq!(
        disk.syncs() - before,
        2,
        "the first alone, the others together"
    );
    assert_eq!(text(&store, "hits").await, Some(CALLERS.to_string()));
}

#[tokio::test]
async fn the_cpu_time_of_a_commit_is_on_the_budgets_of_its_callers_in_equal_parts() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    disk.hold();
    let first = start(&store, add("first", 1));
    wait_until_held(&disk).await;
    let meters = [Meter::of(&disk), Meter::of(&disk)];
    let writes = meters.clone().map(|meter| {
        let store = store.clone();
        tokio::spawn(async move {
            let id = id("MACTOR");
            let call = Call::new(&id, "", b"").limited(&meter);
            store.write(&call, add("hits", 1)).await
        })
    });
    queued(store.writer(), writes.len()).await;
    disk.release();
    first.await.unwrap().unwrap();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    // The meters' clock counts a second of CPU time for each time that the disk was synced.
    assert_eq!(meters.map(|meter| meter.charged()), [500, 500]);
}

#[tokio::test]
async fn reads_do_not_wait_for_a_write_and_do_not_see_it_before_it_is_on_disk() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    write(&store, add("hits", 1)).await.unwrap();
    disk.hold();
    let write = start(&store, add("hits", 1));
    wait_until_held(&disk).await;
    assert_eq!(text(&store, "hits").await.as_deref(), Some("1"));
    disk.release();
    write.await.unwrap().unwrap();
    assert_eq!(text(&store, "hits").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_refused_write_fails_alone() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    disk.hold();
    let first = start(&store, add("first", 1));
    wait_until_held(&disk).await;
    let good = start(&store, add("hits", i32::MAX));
    let bad = start(&store, add("hits", 1));
    let also_good = start(&store, change("list", Action::Push("item".to_owned())));
    queued(store.writer(), 3).await;
    disk.release();
    first.await.unwrap().unwrap();
    assert_eq!(good.await.unwrap().unwrap(), i32::MAX);
    assert!(matches!(bad.await.unwrap(), Err(Failure::Refused(_))));
    assert_eq!(also_good.await.unwrap().unwrap(), 1);
    assert_eq!(text(&store, "hits").await, Some(i32::MAX.to_string()));
}

#[tokio::test]
async fn a_full_disk_fails_every_waiting_write_and_is_left_behind_once_there_is_room() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    write(&store, add("hits", 1)).await.unwrap();
    disk.become_of(Health::Full);
    let writes: Vec<_> = (0..CALLERS)
        .map(|_| start(&store, add("hits", 1)))
        .collect();
    for write in writes {
        let failure = write.await.unwrap().unwrap_err();
        assert!(!matches!(failure, Failure::Refused(_)), "{failure:?}");
    }
    disk.become_of(Health::Sound);
    let sum = write(&store, add("hits", 1)).await.unwrap();
    assert_eq!(text(&store, "hits").await, Some(sum.to_string()));
    let after = self::store(&disk.after_power_failure(), SystemClock);
    assert_eq!(text(&after, "hits").await, Some(sum.to_string()));
}

#[tokio::test]
async fn writes_that_wait_are_bounded_in_bytes_for_each_actor_x3() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    disk.hold();
    let mut writes = vec![start(&store, large())];
    wait_until_held(&disk).await;
    writes.extend((0..2).map(|_| start(&store, large())));
    queued(store.writer(), 2).await;
    let refused = start(&store, large());
    while !refused.is_finished() && store.writer().queued() < 3 {
        tokio::task::yield_now().await;
    }
    let neighbour = {
        let store = store.clone();
        tokio::spawn(async move { write_of("MOTHER", &store, add("hits", 1)).await })
    };
    queued(store.writer(), 3).await;
    disk.release();
    let refused = refused.await.unwrap();
    assert!(
        matches!(refused, Err(Failure::QueueFull { .. })),
        "{refused:?}"
    );
    assert_eq!(neighbour.await.unwrap().unwrap(), 1);
    for write in writes {
        write.await.unwrap().unwrap();
    }
    write(&store, large()).await.unwrap();
}

#[tokio::test]
async fn a_store_that_panics_is_opened_again_n9() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    write(&store, add("hits", 1)).await.unwrap();
    disk.hold();
    let first = start(&store, add("hits", 1));
    wait_until_held(&disk).await;
    let second = start(&store, add("hits", 1));
    queued(store.writer(), 1).await;
    disk.become_of(Health::Panics);
    disk.release();
    for failed in [first.await.unwrap(), second.await.unwrap()] {
        assert!(matches!(failed, Err(Failure::Panicked)), "{failed:?}");
    }
    disk.become_of(Health::Sound);
    // The writes that failed may have taken effect.
    let hits = write(&store, add("hits", 1)).await.unwrap();
    assert!((2..=4).contains(&hits), "{hits}");
}

#[tokio::test]
async fn what_is_queued_is_written_before_the_store_closes() {
    let disk = Disk::default();
    let store = store(&disk, SystemClock);
    disk.hold();
    let writes: Vec<_> = (0..3).map(|_| start(&store, add("hits", 1))).collect();
    wait_until_held(&disk).await;
    for abandoned in &writes {
        abandoned.abort();
    }
    for abandoned in writes {
        let _ = abandoned.await;
    }
    disk.release();
    drop(store);
    let after = self::store(&disk.after_power_failure(), SystemClock);
    assert_eq!(text(&after, "hits").await.as_deref(), Some("3"));
}

#[tokio::test]
async fn expired_strings_leave_no_rows_behind() {
    let disk = Disk::default();
    let clock = Ticks::default();
    let store = store(&disk, clock.clone());
    for key in ["a", "b", "c"] {
        write(&store, set_for(key, 10)).await.unwrap();
        write(&store, set_for(key, 20)).await.unwrap();
    }
    assert_eq!(rows(&store), (3, 3));
    clock.0.store(21, Ordering::Relaxed);
    assert_eq!(text(&store, "a").await, None);
    write(&store, add("hits", 1)).await.unwrap();
    assert_eq!(rows(&store), (1, 0));
}

#[derive(Clone, Default)]
struct Ticks(Arc<AtomicU64>);

impl Clock for Ticks {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// Limits of a call, on a machine on which a sync of the disk takes a second of CPU time.
#[derive(Clone)]
struct Meter {
    disk: Disk,
    milliseconds: Arc<AtomicU64>,
}

impl Meter {
    fn of(disk: &Disk) -> Self {
        let (disk, milliseconds) = (disk.clone(), Arc::default());
        Self { disk, milliseconds }
    }

    fn charged(&self) -> u64 {
        self.milliseconds.load(Ordering::Relaxed)
    }
}

impl CallLimits for Meter {
    fn time_left(&self) -> Option<Duration> {
        None
    }

    fn is_given_up(&self) -> bool {
        false
    }

    fn thread_cpu(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.disk.syncs()).unwrap())
    }

    fn charge(&self, cpu: Duration) -> bool {
        let cpu = u64::try_from(cpu.as_millis()).unwrap();
        self.milliseconds.fetch_add(cpu, Ordering::Relaxed);
        true
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(self.clone())
    }
}

type Store = capwire_embedded_common::Store<KeyValue>;

fn store(disk: &Disk, clock: impl Clock) -> Arc<Store> {
    let disk = disk.clone();
    let storage = Storage::open(move |check| disk.open::<KeyValue>(check)).unwrap();
    Arc::new(Store::new(storage, Arc::new(clock)).unwrap())
}

fn start(store: &Arc<Store>, change: Change) -> tokio::task::JoinHandle<Result<i32, Failure>> {
    let store = store.clone();
    tokio::spawn(async move { write(&store, change).await })
}

async fn write(store: &Store, change: Change) -> Result<i32, Failure> {
    write_of("MACTOR", store, change).await
}

async fn write_of(actor: &str, store: &Store, change: Change) -> Result<i32, Failure> {
    let id = id(actor);
    store.write(&Call::new(&id, "", b""), change).await
}

fn id(actor: &str) -> BindingId {
    BindingId {
        actor: actor.to_owned(),
        name: "default".to_owned(),
    }
}

async fn wait_until_held(disk: &Disk) {
    let disk = disk.clone();
    tokio::task::spawn_blocking(move || disk.wait_until_held())
        .await
        .unwrap();
}

async fn queued(writer: &Writer<KeyValue>, count: usize) {
    while writer.queued() < count {
        tokio::task::yield_now().await;
    }
}

async fn text(store: &Store, key: &'static str) -> Option<String> {
    let id = id("MACTOR");
    let call = Call::new(&id, "", b"");
    let text = store.read(&call, move |database, now, work| {
        View::open(database, now, work)?.text(("space", key))
    });
    text.await.unwrap()
}

fn rows(store: &Store) -> (u64, u64) {
    let transaction = store.database().unwrap().begin_read().unwrap();
    let keys = transaction.open_table(KEYS).unwrap();
    let expiries = transaction.open_table(EXPIRIES).unwrap();
    (keys.len().unwrap(), expiries.len().unwrap())
}

fn add(key: &str, by: i32) -> Change {
    change(key, Action::Add(by))
}

/// A write of a quarter of what may wait for an actor, and a little more.
fn large() -> Change {
    change("large", Action::Push("x".repeat(MOST_OF_ACTOR / 4)))
}

fn set_for(key: &str, seconds: u32) -> Change {
    let action = Action::Set {
        value: "text".to_owned(),
        expires_in_seconds: Some(seconds),
    };
    change(key, action)
}

fn change(key: &str, action: Action) -> Change {
    Change {
        quota: u64::MAX,
        space: "space".into(),
        key: key.to_owned(),
        action,
    }
}
