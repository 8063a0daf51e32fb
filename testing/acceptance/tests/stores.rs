//! An actor keeps its data where its binding says: counts in the embedded store, on Redis or on NATS, and
//! images in files or on S3.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_acceptance::{Actor, HTTP, RunningHost, STORE, Workshop, guest};
use capwire_scaffold::{eventually, set_by_xtask};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

const BLOBS: &str = "wascc:blobstore";
/// The server of an actor, which takes large images.
const SERVED: &str = "{ PORT: 0, MAX_BODY: 2097152 }";
const CLIENTS: usize = 8;
const SWAPS: usize = 3;

#[test]
fn one_signed_file_counts_in_the_embedded_store_on_redis_and_on_nats() {
    let workshop = Workshop::new();
    let counter = workshop.sign(&guest("counter.wasm"), "counter", &[HTTP, STORE]);
    let signed = std::fs::read(&counter.file).unwrap();
    let prefix = format!("{}:", workshop.path().display());
    let manifest = embedded(&workshop, &counter);
    assert_eq!(counts(&workshop, &manifest), [1, 2, 3]);
    let redis = on_redis(&workshop, &counter, &prefix);
    assert_eq!(counts(&workshop, &redis), [1, 2, 3]);
    assert_eq!(on_server(&format!("{prefix}:hits")), "3");
    let nats = on_nats(&workshop, &counter);
    assert_eq!(counts(&workshop, &nats), [1, 2, 3]);
    assert_eq!(in_bucket(&workshop), "3");
    // The count of each store is still there.
    assert_eq!(counts(&workshop, &nats), [4, 5, 6]);
    let redis = on_redis(&workshop, &counter, &prefix);
    assert_eq!(counts(&workshop, &redis), [4, 5, 6]);
    let manifest = embedded(&workshop, &counter);
    assert_eq!(counts(&workshop, &manifest), [4, 5, 6]);
    assert_eq!(on_server(&format!("{prefix}:hits")), "6");
    assert_eq!(in_bucket(&workshop), "6");
    assert_eq!(std::fs::read(&counter.file).unwrap(), signed);
}

/// Both stores are asked, one after the other. Each answer is the next count of one of them.
#[test]
fn swaps_between_the_stores_under_load_give_no_wrong_answer() {
    let workshop = Workshop::new();
    let counter = workshop.sign(&guest("counter.wasm"), "counter", &[HTTP, STORE]);
    let prefix = format!("{}:", workshop.path().display());
    let manifest = embedded(&workshop, &counter);
    let host = RunningHost::start(&manifest, "wasmi", &workshop.path().join("data"));
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut counted = thread::scope(|scope| {
        let end = EndOfLoad(&is_over);
        let client = || keep_counting(host.url(), &is_over, &answered);
        let clients = [(); CLIENTS].map(|()| scope.spawn(client));
        for _ in 0..SWAPS {
            on_redis(&workshop, &counter, &prefix);
            swap_store(&workshop, &host, &answered);
            embedded(&workshop, &counter);
            swap_store(&workshop, &host, &answered);
        }
        drop(end);
        clients.map(|client| client.join().unwrap()).concat()
    });
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    let in_file = counts(&workshop, &manifest)[0] - 1;
    let on_redis: u64 = on_server(&format!("{prefix}:hits")).parse().unwrap();
    let mut expected: Vec<_> = (1..=in_file).chain(1..=on_redis).collect();
    expected.sort_unstable();
    counted.sort_unstable();
    assert_eq!(
        counted, expected,
        "{in_file} in the file, {on_redis} on Redis"
    );
}

#[test]
fn one_signed_file_keeps_its_images_in_files_and_on_s3() {
    let workshop = Workshop::new();
    let narrow = format!("{BLOBS}[on images]");
    let images = workshop.sign(&guest("images.wasm"), "images", &[HTTP, &narrow]);
    let signed = std::fs::read(&images.file).unwrap();
    let data = workshop.path().join("data");
    let bindings = [(&images, HTTP, SERVED), (&images, BLOBS, "{}")];
    let manifest = workshop.manifest(&[&images], &bindings);
    let file = || {
        let mut actors = std::fs::read_dir(data.join("blobs/default/actors")).unwrap();
        let actor = actors.next().unwrap().unwrap().path();
        std::fs::read(actor.join("images/2026%2Fcat.png")).ok()
    };
    serves_images(&workshop, &manifest, file);
    let server = set_by_xtask("CAPWIRE_AWS_URL");
    let bucket = format!("{server}/images-{}", token(&workshop).to_lowercase());
    let authorization = "AWS4-HMAC-SHA256 Credential=test/20261130/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    let created = ureq::put(&*bucket).header("authorization", authorization);
    created.send_empty().unwrap();
    let (_, name) = bucket.rsplit_once('/').unwrap();
    let values = format!(
        "{{ ENDPOINT: \"{server}\", BUCKET: {name}, AWS_ACCESS_KEY: test, AWS_SECRET_ACCESS_KEY: test, PREFIX: shop, TIMEOUT: 2m }}"
    );
    let manifest = bound_to(&workshop, &images, BLOBS, ("blobstore-s3", &values));
    let object = || {
        let object = ureq::get(format!("{bucket}/shop/images/2026/cat.png"));
        let object = object.header("authorization", authorization).call();
        Some(object.ok()?.body_mut().read_to_vec().unwrap())
    };
    serves_images(&workshop, &manifest, object);
    assert_eq!(std::fs::read(&images.file).unwrap(), signed);
}

/// Runs a host whose actor stores, serves and removes an image, which `stored` reads without the host.
fn serves_images(workshop: &Workshop, manifest: &Path, stored: impl Fn() -> Option<Vec<u8>>) {
    let host = RunningHost::start(manifest, "wasmi", &workshop.path().join("data"));
    let (url, agent) = (format!("{}/2026/cat.png", host.url()), agent());
    // Both the upload and the answer need several messages.
    let noise = (0_u32..1_500_000).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    let image: Vec<u8> = b"\x89PNG\r\n\x1a\n".iter().copied().chain(noise).collect();
    let put = |body: &[u8]| agent.put(&url).send(body).unwrap().status();
    assert_eq!(put(b"<html>"), 415);
    assert_eq!(put(&image), 201);
    assert!(stored().unwrap() == image);
    let mut whole = agent.get(&url).call().unwrap();
    assert_eq!(whole.headers()["content-type"], "image/png");
    assert_eq!(whole.headers()["content-length"], "1500008");
    assert!(whole.body_mut().read_to_vec().unwrap() == image);
    let range = |range: &str| agent.get(&url).header("range", range).call().unwrap();
    let mut part = range("bytes=1400000-");
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-type"], "image/png");
    assert_eq!(
        part.headers()["content-range"],
        "bytes 1400000-1500007/1500008"
    );
    assert!(part.body_mut().read_to_vec().unwrap() == image[1_400_000..]);
    let beyond = range("bytes=1500008-");
    assert_eq!(beyond.status(), 416);
    assert_eq!(beyond.headers()["content-range"], "bytes */1500008");
    let outside = agent
        .put(format!("{}/a/..%2f..%2fb", host.url()))
        .send(&image[..]);
    assert_eq!(outside.unwrap().status(), 400);
    let list = agent
        .get(host.url())
        .call()
        .unwrap()
        .body_mut()
        .read_to_string();
    assert_eq!(
        list.unwrap(),
        r#"[{"bytes":1500008,"name":"2026/cat.png"}]"#
    );
    assert_eq!(agent.delete(&url).call().unwrap().status(), 204);
    assert_eq!(agent.get(&url).call().unwrap().status(), 404);
    assert_eq!(stored(), None);
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
}

/// Ends the clients, also when the test fails, so that it does not wait for them.
struct EndOfLoad<'a>(&'a AtomicBool);

impl Drop for EndOfLoad<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Counts until it is over. Returns the counts.
fn keep_counting(url: &str, is_over: &AtomicBool, answered: &AtomicUsize) -> Vec<u64> {
    let mut counts = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        counts.push(count(url));
        answered.fetch_add(1, Ordering::SeqCst);
    }
    counts
}

/// Replaces the store by the one that the manifest names now, while clients count.
fn swap_store(workshop: &Workshop, host: &RunningHost, answered: &AtomicUsize) {
    let until_counted = || {
        let before = answered.load(Ordering::SeqCst);
        eventually("clients count", || {
            answered.load(Ordering::SeqCst) > before + 2 * CLIENTS
        });
    };
    until_counted();
    let socket = host.control().to_str().unwrap();
    let swapped = workshop.run(&["swap", STORE, "--json", "--host", socket]);
    let errors = String::from_utf8_lossy(&swapped.stderr);
    assert!(swapped.status.success(), "{errors}");
    let report: serde_json::Value = serde_json::from_slice(&swapped.stdout).unwrap();
    assert_eq!(report["dropped"], 0, "{report}");
    until_counted();
}

/// Writes a manifest that binds the counter to the embedded store.
fn embedded(workshop: &Workshop, counter: &Actor) -> PathBuf {
    let bindings = [(counter, HTTP, "{ PORT: 0 }"), (counter, STORE, "{}")];
    workshop.manifest(&[counter], &bindings)
}

/// Writes a manifest that binds the counter to Redis.
fn on_redis(workshop: &Workshop, counter: &Actor, prefix: &str) -> PathBuf {
    let url = set_by_xtask("CAPWIRE_REDIS_URL");
    let values = format!("{{ URL: \"{url}\", PREFIX: \"{prefix}\" }}");
    bound_to(workshop, counter, STORE, ("keyvalue-redis", &values))
}

/// Writes a manifest that binds the counter to NATS.
fn on_nats(workshop: &Workshop, counter: &Actor) -> PathBuf {
    let (url, prefix) = (set_by_xtask("CAPWIRE_NATS_URL"), token(workshop));
    let values = format!("{{ URL: \"{url}\", BUCKET: counters, PREFIX: \"{prefix}\" }}");
    bound_to(workshop, counter, STORE, ("keyvalue-nats", &values))
}

/// Writes a manifest that binds an actor to this store.
fn bound_to(
    workshop: &Workshop,
    actor: &Actor,
    capability: &str,
    (store, values): (&str, &str),
) -> PathBuf {
    let bindings = [(actor, HTTP, SERVED), (actor, capability, values)];
    let manifest = workshop.manifest(&[actor], &bindings);
    let text = std::fs::read_to_string(&manifest).unwrap();
    let provider = format!("capabilities:\n  - builtin: {store}\n");
    std::fs::write(&manifest, format!("{text}{provider}")).unwrap();
    manifest
}

/// Returns a text that no other workshop has, as a part of a key's name on NATS.
fn token(workshop: &Workshop) -> String {
    let name = workshop.path().file_name().unwrap().to_string_lossy();
    name.trim_matches('.').to_owned()
}

/// Runs a host and counts three times.
fn counts(workshop: &Workshop, manifest: &Path) -> [u64; 3] {
    let host = RunningHost::start(manifest, "wasmi", &workshop.path().join("data"));
    let counts = [(); 3].map(|()| count(host.url()));
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    counts
}

/// Returns a client that takes each status.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.build().into()
}

fn count(url: &str) -> u64 {
    let answer = ureq::get(format!("{url}/hits")).call();
    let text = answer.unwrap().body_mut().read_to_string().unwrap();
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    answer["counter"].as_u64().unwrap()
}

/// Returns the value of a key, as the server's own client prints it.
fn on_server(key: &str) -> String {
    let url = set_by_xtask("CAPWIRE_REDIS_URL");
    let mut client = Command::new("redis-cli");
    let printed = client.args(["-u", &url, "GET", key]).output().unwrap();
    String::from_utf8(printed.stdout).unwrap().trim().to_owned()
}

/// Returns the count in the bucket, as the broker's own client for Python reads it.
fn in_bucket(workshop: &Workshop) -> String {
    let script = "
import asyncio, nats, sys
async def main(url, bucket, key):
    server = await nats.connect(url)
    store = await server.jetstream().key_value(bucket)
    print((await store.get(key)).value.decode())
    await server.close()
asyncio.run(main(*sys.argv[1:]))";
    let (url, key) = (
        set_by_xtask("CAPWIRE_NATS_URL"),
        format!("{}.=3Ahits", token(workshop)),
    );
    let mut client = Command::new("python3");
    client.env("PYTHONPATH", set_by_xtask("CAPWIRE_NATS_PYTHON"));
    let printed = client.args(["-c", script, &url, "counters", &key]);
    let printed = printed.output().unwrap();
    let errors = String::from_utf8_lossy(&printed.stderr);
    assert!(printed.status.success(), "{errors}");
    String::from_utf8(printed.stdout).unwrap().trim().to_owned()
}
