//! `capwire apply`

use crate::asking::listing;
use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get};
use crate::modules::{trapping, web};
use serde_json::{Value, json};
use std::net::{TcpListener, TcpStream};

const CAPS: &str = "--cap wascc:http_server --cap wascc:keyvalue --cap wascc:logging";

/// A folder with signed actors, each of which answers with its name.
pub(crate) fn with_actors(names: &[&str]) -> Folder {
    let folder = Folder::new();
    for name in names {
        folder.signed(&web(name), name, &format!("{CAPS} --rev 1"));
    }
    folder
}

pub(crate) fn server(actor: &str, values: &str) -> String {
    format!("  - {{ actor: {actor}, capability: 'wascc:http_server', values: {{ {values} }} }}\n")
}

pub(crate) fn write(folder: &Folder, actors: &str, bindings: &[String]) {
    let bindings: String = bindings.concat();
    folder.write(
        "m.yaml",
        format!("actors: [{actors}]\nbindings:\n{bindings}"),
    );
}

/// Applies the manifest; returns what it did.
fn apply(folder: &Folder, options: &str) -> Value {
    let told = folder.succeed(&format!("apply --json {options}"));
    serde_json::from_str(&told).unwrap()
}

/// The action, kind, name and detail of each change.
fn changes(applied: &Value) -> Vec<String> {
    let changes = applied["changes"].as_array().unwrap().iter();
    let text = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    let words =
        changes.map(|change| ["action", "kind", "name", "detail"].map(|key| text(change, key)));
    words
        .map(|words| words.join(" ").trim_end().to_owned())
        .collect()
}

/// The running actors, by name, with their generation and where they serve HTTP.
pub(crate) fn running(folder: &Folder) -> Vec<(String, u64, String)> {
    let listing = listing(folder);
    let actors = listing["actors"].as_array().unwrap().iter();
    let endpoint = |actor: &Value| {
        let bindings = actor["bindings"].as_array().unwrap().iter();
        let mut endpoints = bindings.filter_map(|one| one["endpoints"][0].as_str());
        endpoints.next().unwrap_or_default().replace("http://", "")
    };
    let mut running: Vec<_> = actors
        .map(|actor| {
            let name = actor["name"].as_str().unwrap().to_owned();
            (name, actor["generation"].as_u64().unwrap(), endpoint(actor))
        })
        .collect();
    running.sort();
    running
}

#[test]
fn one_changed_binding_of_fifty_is_the_only_one_that_is_touched() {
    let names: Vec<String> = (0..25).map(|number| format!("actor{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = with_actors(&names);
    let actors: Vec<String> = names.iter().map(|name| format!("{name}.wasm")).collect();
    let manifest = |values: &dyn Fn(&str) -> &'static str| {
        let bindings = names.iter().flat_map(|name| {
            let logging = format!("  - {{ actor: {name}, capability: 'wascc:logging' }}\n");
            [logging, server(name, values(name))]
        });
        write(&folder, &actors.join(", "), &bindings.collect::<Vec<_>>());
    };
    manifest(&|_| "PORT: 0");
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    for _ in &names {
        host.address();
    }
    let before = running(&folder);
    manifest(&|name| match name {
        "actor07" => "PORT: 0, ADDRESS: 127.0.0.2",
        _ => "PORT: 0",
    });
    let applied = apply(&folder, "");
    let changed = "change binding actor07 to wascc:http_server ADDRESS";
    assert_eq!(changes(&applied), [changed]);
    // 25 actors, 2 providers, and all other bindings.
    assert_eq!(applied["unchanged"], 25 + 2 + 49);
    let after = running(&folder);
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(old == new, old.0 != "actor07", "{old:?}, {new:?}");
        says(&get(&new.2), &[&new.0]);
    }
    assert!(
        TcpStream::connect(&before[7].2).is_err(),
        "it still listens"
    );
    let log = host.logged(&["bound with other values"]);
    assert_eq!(log.matches("bound with other values").count(), 1, "{log}");
    assert!(!log.contains("unbound") && !log.contains("swap"), "{log}");
    assert_eq!(changes(&apply(&folder, "")), [""; 0]);
}

#[test]
fn one_wrong_line_changes_nothing() {
    let folder = with_actors(&["one", "two"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let before = running(&folder);
    let unchanged = |parts: &[&str]| {
        for options in ["", "--dry-run"] {
            says(&folder.fail(&format!("apply {options}"), 1), parts);
        }
        assert_eq!(running(&folder), before);
    };
    let two = server("two", "PORT: 99999");
    write(
        &folder,
        "one.wasm, two.wasm",
        &[server("one", "PORT: 0, PATH: /x"), two],
    );
    unchanged(&["m.yaml:4:", "PORT"]);
    // Nothing provides what it is bound to.
    let bindings = "bindings:\n  - { actor: one, capability: 'wascc:keyvalue', binding: gone }\n";
    let declared = "capabilities: [{ builtin: keyvalue-embedded, binding_name: here }]\n";
    folder.write(
        "m.yaml",
        format!("actors: [one.wasm]\n{declared}{bindings}"),
    );
    unchanged(&["m.yaml:4:", "no provider named `gone`"]);
    write(&folder, "one.wasm, three.wasm", &[server("one", "PORT: 0")]);
    unchanged(&["m.yaml:1:", "three.wasm"]);
    folder.write("m.yaml", "actors: [one.wasm\n");
    unchanged(&["m.yaml:"]);
}

#[test]
fn actors_come_change_and_go() {
    let folder = with_actors(&["one", "two"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi --metrics 127.0.0.1:0");
    let metrics = host.line();
    let metrics = metrics.trim().strip_prefix("metrics http://").unwrap();
    let metrics = metrics.strip_suffix("/metrics").unwrap();
    let ready = || crate::host::get_with(metrics, "/readyz", "accept: */*");
    let first = host.address();

    let (one, two) = (server("one", "PORT: 0"), server("two", "PORT: 0"));
    let both = "{ path: one.wasm, alias: first }, two.wasm";
    write(&folder, both, &[one.clone(), two.clone()]);
    let applied = apply(&folder, "");
    let added = [
        "add actor two revision 1",
        "add binding two to wascc:http_server",
        "add alias first",
    ];
    assert_eq!(changes(&applied), added);
    let second = running(&folder)[1].2.clone();
    assert_eq!(applied["endpoints"], json!([format!("http://{second}")]));
    says(&get(&second), &["two"]);
    says(&ready(), &["HTTP/1.1 200"]);

    folder.signed(&web("newer"), "one", &format!("{CAPS} --rev 2"));
    let limited = "one.wasm, { path: two.wasm, limits: { instances: 3 } }";
    write(&folder, limited, &[one.clone(), two]);
    let changed = [
        "change actor one revision 2",
        "change actor two options",
        "remove alias first",
    ];
    assert_eq!(changes(&apply(&folder, "")), changed);
    says(&get(&first), &["newer"]);
    assert_eq!(listing(&folder)["actors"].as_array().unwrap().len(), 2);
    assert!(
        running(&folder)
            .iter()
            .all(|(_, generation, _)| *generation == 2)
    );

    write(&folder, "one.wasm", &[one]);
    let removed = [
        "remove binding two to wascc:http_server",
        "remove actor two",
    ];
    assert_eq!(changes(&apply(&folder, "")), removed);
    assert!(TcpStream::connect(&second).is_err(), "it still listens");
    // Those with which the host started need not be there for it to be ready.
    write(&folder, "two.wasm", &[server("two", "PORT: 0")]);
    apply(&folder, "");
    says(&ready(), &["HTTP/1.1 200"]);
}

#[test]
fn what_actors_may_not_do_when_they_are_swapped_they_may_not_do_here() {
    let folder = with_actors(&["one"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    let sign = |body: &str, options: &str| {
        folder.signed(&web(body), "one", &format!("{CAPS} {options}"));
    };
    sign("wider", "--rev 2 --cap wascc:messaging");
    says(
        &folder.fail("apply", 1),
        &["m.yaml:1:", "claims more", "wascc:messaging"],
    );
    says(&folder.fail("apply --dry-run", 1), &["claims more"]);
    assert_eq!(
        changes(&apply(&folder, "--allow-wider")),
        ["change actor one revision 2"]
    );
    sign("older", "--rev 1");
    says(&folder.fail("apply", 1), &["running revision 2"]);
    says(&get(&address), &["wider"]);
    apply(&folder, "--allow-older");
    says(&get(&address), &["older"]);
    folder.signed(&trapping(), "one", &format!("{CAPS} --rev 3"));
    says(
        &folder.fail("apply --health-check", 1),
        &["m.yaml:1:", "health"],
    );
    says(&get(&address), &["older"]);
}

#[test]
fn a_change_that_fails_is_undone_with_those_before_it() {
    let folder = with_actors(&["one", "two"]);
    let path = |path: &str| server("one", &format!("PORT: 0, PATH: {path}"));
    let log = "  - { actor: one, capability: 'wascc:logging' }\n".to_owned();
    write(&folder, "one.wasm", &[path("/"), log]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let bindings = |folder: &Folder| {
        listing(folder)["actors"][0]["bindings"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(bindings(&folder), 2);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let two = server("two", &format!("PORT: {port}"));
    let actors = "one.wasm, { path: two.wasm, alias: second }";
    let store = "  - { actor: two, capability: 'wascc:keyvalue' }\n".to_owned();
    write(&folder, actors, &[path("/x"), store, two]);
    let refused = folder.fail("apply", 1);
    says(
        &refused,
        &["m.yaml:5:", &port.to_string(), "nothing has changed"],
    );
    let left = running(&folder);
    assert_eq!((left.len(), left[0].0.as_str(), left[0].1), (1, "one", 1));
    assert_eq!(bindings(&folder), 2);
    says(&get(&left[0].2), &["HTTP/1.1 200", "one"]);
    assert_eq!(listing(&folder)["providers"].as_array().unwrap().len(), 2);
    drop(taken);
    assert_eq!(changes(&apply(&folder, "")).len(), 8);
}

#[test]
fn a_dry_run_shows_what_would_change() {
    let folder = with_actors(&["one", "two"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let before = running(&folder);
    write(&folder, "two.wasm", &[server("two", "PORT: 0")]);
    let told = folder.succeed("apply --dry-run");
    let lines = [
        "+ actor two: revision 1",
        "- binding one to wascc:http_server",
        "2 added, 0 changed, 2 removed, 1 unchanged; nothing was done (--dry-run)",
    ];
    says(&told, &lines);
    assert_eq!(running(&folder), before);
    let told = folder.succeed("apply");
    says(
        &told,
        &[
            "listening http://",
            "2 added, 0 changed, 2 removed, 1 unchanged\n",
        ],
    );
    assert_eq!(running(&folder)[0].0, "two");
}

#[test]
fn another_manifest_takes_the_place_of_the_first() {
    let folder = with_actors(&["one", "two"]);
    write(&folder, "one.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let other = format!(
        "actors: [two.wasm]\nbindings:\n{}",
        server("two", "PORT: 0")
    );
    folder.write("other.yaml", other);
    folder.succeed("apply other.yaml");
    assert_eq!(changes(&apply(&folder, "")), [""; 0]);
    assert_eq!(running(&folder)[0].0, "two");
    assert_eq!(changes(&apply(&folder, "m.yaml")).len(), 4);
    says(&folder.fail("apply nothing.yaml", 1), &["nothing.yaml"]);
}

#[test]
fn an_actor_that_was_swapped_or_stopped_by_hand_is_as_the_manifest_says() {
    let folder = with_actors(&["one", "two"]);
    write(&folder, "one.wasm, two.wasm", &[server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    std::fs::copy(folder.path("one.wasm"), folder.path("first.wasm")).unwrap();
    folder.signed(&web("newer"), "one", &format!("{CAPS} --rev 2"));
    std::fs::rename(folder.path("one.wasm"), folder.path("newer.wasm")).unwrap();
    std::fs::rename(folder.path("first.wasm"), folder.path("one.wasm")).unwrap();
    folder.succeed("swap one newer.wasm");
    folder.succeed("stop two");
    assert_eq!(changes(&apply(&folder, "")), ["add actor two revision 1"]);
    says(&get(&address), &["newer"]);
    // The file has changed, so it counts again, and is what runs already.
    std::fs::rename(folder.path("newer.wasm"), folder.path("one.wasm")).unwrap();
    assert_eq!(changes(&apply(&folder, "")), [""; 0]);
    assert_eq!(
        listing(&folder)["actors"][0]["manifest_revision"],
        Value::Null
    );
}

#[test]
fn a_provider_that_cannot_take_over_leaves_the_old_one() {
    let folder = with_actors(&["one"]);
    let store = "  - { actor: one, capability: 'wascc:keyvalue' }\n".to_owned();
    write(&folder, "one.wasm", &[store, server("one", "PORT: 0")]);
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let bindings = format!(
        "  - {{ actor: one, capability: 'wascc:keyvalue', values: {{ URL: 'redis://127.0.0.1:{port}' }} }}\n{}",
        server("one", "PORT: 0"),
    );
    let declared = "capabilities: [{ builtin: keyvalue-redis }]\n";
    folder.write(
        "m.yaml",
        format!("actors: [one.wasm]\n{declared}bindings:\n{bindings}"),
    );
    let refused = folder.fail("apply", 1);
    says(
        &refused,
        &[
            "the provider wascc:keyvalue was not replaced",
            "nothing has changed",
        ],
    );
    eventually("the old one serves", || {
        let providers = &listing(&folder)["providers"];
        let providers = providers.as_array().unwrap().iter();
        let mut stores = providers.filter(|one| one["contract"] == "wascc:keyvalue");
        let store = stores.next().unwrap();
        store["state"] == "serving" && store["provider"] != "keyvalue-redis"
    });
}
