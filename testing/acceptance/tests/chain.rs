//! Three actors in three languages answer together, and each is swapped while they do.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_acceptance::{HTTP, RunningHost, STORE, Workshop, counters, engines, guest, requests};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

const CLIENTS: usize = 8;
/// The swaps of each actor.
const SWAPS: usize = 4;

/// A link of the chain, and the signed files of its versions.
struct Link {
    name: &'static str,
    releases: Vec<PathBuf>,
}

#[test]
fn each_actor_of_the_chain_is_swapped_and_no_request_fails() {
    let here: Vec<String> = counters().into_iter().map(|(name, _)| name).collect();
    if !["assemblyscript", "zig"]
        .iter()
        .all(|needed| here.iter().any(|it| it == needed))
    {
        capwire_scaffold::skip("the tools of AssemblyScript and Zig are missing");
        return;
    }
    // An unsafe engine needs an option that no test of swaps is about.
    for engine in engines().into_iter().filter(|engine| engine != "wasm3") {
        swaps_under_load(&engine);
    }
}

fn swaps_under_load(engine: &str) {
    let workshop = Workshop::new();
    let links = links(&workshop);
    let host = RunningHost::start(&manifest(&workshop), engine, &workshop.path().join("data"));
    let socket = host.control().to_str().unwrap();
    let each = requests().div_ceil(CLIENTS);
    thread::scope(|scope| {
        let (answered, answers) = channel();
        for client in 0..CLIENTS {
            let (url, answered) = (host.url(), answered.clone());
            scope.spawn(move || ask(url, client, each, &answered));
        }
        drop(answered);
        let between = each * CLIENTS / (SWAPS * links.len() + 1);
        let rounds = (1..=SWAPS).flat_map(|version| links.iter().map(move |link| (version, link)));
        for (version, link) in rounds {
            wait_for(&answers, between);
            let file = link.releases[version].to_str().unwrap();
            let ended = workshop.run(&["swap", link.name, file, "--host", socket]);
            assert!(ended.status.success(), "{engine}: {ended:?}");
        }
        // The clients end when they have all their answers.
        while answers.recv().is_ok() {}
    });
    let listing = workshop.run(&["ps", "--json", "--host", socket]);
    let listing: serde_json::Value = serde_json::from_slice(&listing.stdout).unwrap();
    let actors = listing["actors"].as_array().unwrap();
    assert_eq!(actors.len(), links.len());
    for actor in actors {
        let calls = &actor["calls"];
        assert_eq!(calls["served"], each * CLIENTS, "{engine}: {actor}");
        assert_eq!(
            (&calls["failed"], &calls["dropped"]),
            (&0.into(), &0.into()),
            "{actor}"
        );
        assert_eq!(actor["generation"], SWAPS + 1);
    }
    let (status, errors) = host.stop();
    assert!(status.success(), "{engine}: {errors}");
}

/// Asks for the next count of a key of its own, in several spellings of one path.
fn ask(url: &str, client: usize, times: usize, answered: &Sender<()>) {
    let agent = ureq::Agent::new_with_defaults();
    for count in 1..=times {
        let path = if count % 2 == 0 { "Client" } else { "client" };
        let mut response = agent.get(format!("{url}/{path}-{client}/")).call().unwrap();
        let answer = response.body_mut().read_to_string().unwrap();
        assert_eq!(answer, format!("/client-{client}: {count}\n"));
        answered.send(()).unwrap();
    }
}

fn wait_for(answers: &Receiver<()>, number: usize) {
    for _ in 0..number {
        answers.recv().unwrap();
    }
}

/// Signs all versions of the actors. The claims of each name only its neighbour.
fn links(workshop: &Workshop) -> Vec<Link> {
    let mut next: Option<String> = None;
    let mut links = Vec::new();
    for (name, capabilities) in [
        ("back", vec![STORE]),
        ("middle", vec![]),
        ("front", vec![HTTP]),
    ] {
        let mut granted = capabilities;
        granted.extend(next.as_deref());
        let module = guest(&format!("chain_{name}.wasm"));
        let mut releases = Vec::new();
        for version in (0..=SWAPS).rev() {
            let signed = workshop.release(&module, name, &granted, i32::try_from(version).unwrap());
            let file = workshop.path().join(format!("{name}.{version}.wasm"));
            std::fs::copy(signed.file, &file).unwrap();
            releases.insert(0, file);
        }
        let shown = workshop.run(&["keys", "show", &format!("{name}.nk")]);
        let shown = String::from_utf8(shown.stdout).unwrap();
        next = shown.split_whitespace().last().map(str::to_owned);
        links.push(Link { name, releases });
    }
    links
}

fn manifest(workshop: &Workshop) -> PathBuf {
    let path = workshop.path().join("manifest.yaml");
    let text = "actors:
  - front.0.wasm
  - { path: middle.0.wasm, alias: middle }
  - { path: back.0.wasm, alias: back }
bindings:
  - { actor: front, capability: 'wascc:http_server', values: { PORT: 0 } }
  - { actor: back, capability: 'wascc:keyvalue' }
";
    std::fs::write(&path, text).unwrap();
    path
}
