//! The guest book keeps its entries in a database, for as long as its claims let it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_acceptance::{Actor, HTTP, RunningHost, Workshop, engines, guest};
use capwire_scaffold::set_by_xtask;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SQL: &str = "capwire:sql";
const EXTRAS: &str = "wascc:extras";

fn migrations() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../../actors/guestbook/migrations")
}

/// Writes a manifest that binds the guest book to a schema of PostgreSQL.
fn on_postgres(workshop: &Workshop, actor: &Actor, schema: &str) -> PathBuf {
    let url = set_by_xtask("CAPWIRE_POSTGRES_URL");
    let migrations = migrations();
    let migrations = migrations.display();
    let values = format!("{{ URL: '{url}', SCHEMA: {schema}, MIGRATIONS: '{migrations}' }}");
    let bindings = [(actor, HTTP, "{ PORT: \"0\" }"), (actor, SQL, &*values)];
    let manifest = workshop.manifest(&[actor], &bindings);
    let text = fs::read_to_string(&manifest).unwrap();
    let provider = "capabilities:\n  - builtin: sql-postgres\n";
    fs::write(&manifest, format!("{text}{provider}")).unwrap();
    manifest
}

/// Returns the answer of PostgreSQL's own client to a statement.
fn psql(statement: &str) -> String {
    let url = set_by_xtask("CAPWIRE_POSTGRES_URL");
    let mut client = Command::new("psql");
    client.args(["--no-align", "--tuples-only", "--command", statement, &url]);
    let answer = client.output().unwrap();
    let errors = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{errors}");
    String::from_utf8(answer.stdout).unwrap().trim().to_owned()
}

/// Writes a manifest that binds the guest book to a database with the actor's migrations.
fn manifest(workshop: &Workshop, actor: &Actor) -> PathBuf {
    let database = format!("{{ MIGRATIONS: '{}' }}", migrations().display());
    let bindings = [(actor, HTTP, "{ PORT: \"0\" }"), (actor, SQL, &*database)];
    workshop.manifest(&[actor], &bindings)
}

/// Returns the status of a new entry.
fn sign(host: &RunningHost, guest: &str, words: &str) -> u16 {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build();
    let entry = json!({ "guest": guest, "words": words }).to_string();
    let posted = ureq::Agent::from(agent)
        .post(format!("{}/entries", host.url()))
        .send(entry);
    posted.unwrap().status().as_u16()
}

fn guests(host: &RunningHost) -> Value {
    let answer = ureq::get(format!("{}/guests", host.url())).call();
    let text = answer.unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str(&text).unwrap()
}

fn stop(host: RunningHost) -> String {
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    errors
}

#[test]
fn entries_stay_in_the_database_on_each_engine() {
    let workshop = Workshop::new();
    let actor = workshop.sign(&guest("guestbook.wasm"), "guestbook", &[HTTP, SQL, EXTRAS]);
    let (manifest, data) = (manifest(&workshop, &actor), workshop.path().join("data"));
    let mut expected = Vec::new();
    for engine in &engines() {
        let host = RunningHost::start(&manifest, engine, &data);
        assert_eq!(sign(&host, engine, "Hello"), 201);
        assert_eq!(sign(&host, engine, "'); DROP TABLE entries; --"), 201);
        assert_eq!(sign(&host, engine, ""), 400);
        expected.push(json!({ "entries": 2, "name": engine }));
        expected.sort_by_key(Value::to_string);
        assert_eq!(guests(&host), json!(expected));
        stop(host);
    }
    let folder = data.join("sql").join("default").join("actors");
    let files = fs::read_dir(folder).unwrap().count();
    assert_eq!(
        files, 1,
        "the log beside the file is gone when the host has ended"
    );
}

#[test]
fn one_signed_file_keeps_its_entries_in_sqlite_and_on_postgresql() {
    let workshop = Workshop::new();
    let actor = workshop.sign(&guest("guestbook.wasm"), "guestbook", &[HTTP, SQL, EXTRAS]);
    let signed = fs::read(&actor.file).unwrap();
    let data = workshop.path().join("data");
    let schema = format!("guestbook_{}", std::process::id());
    let mut expected = 0;
    for _ in 0..2 {
        let host = RunningHost::start(&manifest(&workshop, &actor), "wasmi", &data);
        assert_eq!(sign(&host, "Ada", "Hello"), 201);
        stop(host);
        let manifest = on_postgres(&workshop, &actor, &schema);
        let host = RunningHost::start(&manifest, "wasmi", &data);
        for words in ["Hello", "'); DROP TABLE entries; --"] {
            assert_eq!(sign(&host, "Ada", words), 201);
            expected += 1;
        }
        assert_eq!(sign(&host, "Ada", &"x".repeat(2_001)), 400);
        assert_eq!(
            guests(&host),
            json!([{ "entries": expected, "name": "Ada" }])
        );
        let entries = ureq::get(format!("{}/entries", host.url())).call();
        let entries = entries.unwrap().body_mut().read_to_string().unwrap();
        assert_eq!(
            entries.matches("DROP TABLE").count(),
            expected / 2,
            "{entries}"
        );
        stop(host);
    }
    let counted = psql(&format!("SELECT name, entries FROM {schema}.guests"));
    assert_eq!(counted, format!("Ada|{expected}"));
    let found = psql(&format!(
        "SELECT count(*) FROM {schema}.entries WHERE guest = 'Ada'"
    ));
    assert_eq!(found, expected.to_string());
    psql(&format!("DROP SCHEMA {schema} CASCADE"));
    assert_eq!(fs::read(&actor.file).unwrap(), signed);
}

#[test]
fn an_actor_that_claims_only_queries_cannot_write() {
    let workshop = Workshop::new();
    let all = workshop.sign(&guest("guestbook.wasm"), "guestbook", &[HTTP, SQL, EXTRAS]);
    let (manifest, data) = (manifest(&workshop, &all), workshop.path().join("data"));
    let host = RunningHost::start(&manifest, "wasmi", &data);
    assert_eq!(sign(&host, "Ada", "Hello"), 201);
    stop(host);
    let queries = format!("{SQL}[Query]");
    let narrow = workshop.sign(
        &guest("guestbook.wasm"),
        "guestbook",
        &[HTTP, &queries, EXTRAS],
    );
    assert_eq!(narrow.file, all.file);
    let host = RunningHost::start(&manifest, "wasmi", &data);
    assert_eq!(sign(&host, "Ada", "Again"), 500);
    assert_eq!(guests(&host), json!([{ "entries": 1, "name": "Ada" }]));
    stop(host);
}

/// A host that reads SQL in another way than the database would guess.
#[test]
fn claims_cannot_name_tables() {
    let workshop = Workshop::new();
    let claim = format!("{SQL}[Query on entries]");
    let file = guest("guestbook.wasm");
    let arguments = [
        "sign",
        file.to_str().unwrap(),
        "-o",
        "narrow.wasm",
        "--issuer",
        "account.nk",
        "--cap",
        &claim,
    ];
    let signed = workshop.run(&arguments);
    let errors = String::from_utf8_lossy(&signed.stderr);
    assert!(!signed.status.success(), "{errors}");
    assert!(errors.contains("capwire:sql"), "{errors}");
}
