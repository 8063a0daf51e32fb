//! An actor that keeps a guest book in a database.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;
use capwire_actor::sql::{ErrorClass, Value};
use serde::{Deserialize, Serialize};

actor! {
    http => router! {
        get "/entries" => entries,
        post "/entries" => sign,
        get "/guests" => guests,
    },
}

/// The entries of one page.
const PAGE: i64 = 20;

/// A new entry.
#[derive(Deserialize)]
struct NewEntry {
    guest: String,
    words: String,
}

/// An entry, as clients see it.
#[derive(Serialize)]
struct Entry {
    id: String,
    guest: String,
    words: String,
    /// Milliseconds since the Unix epoch.
    at: i64,
}

/// Returns the newest entries.
fn entries(_: http::Request) -> Result<http::Response> {
    let select = "SELECT id, guest, words, at FROM entries ORDER BY at DESC, id LIMIT $1";
    let found = sql::default().query(select, &values![PAGE])?;
    let text = |row, column| Some(found.value(row, column)?.text()?.to_owned());
    let entry = |row| {
        Some(Entry {
            id: text(row, "id")?,
            guest: text(row, "guest")?,
            words: text(row, "words")?,
            at: found.value(row, "at")?.timestamp()? / 1_000,
        })
    };
    let entries: Option<Vec<Entry>> = (0..found.rows.len()).map(entry).collect();
    let entries = entries.ok_or_else(|| Error::msg("the table `entries` has other columns"))?;
    http::Response::json(&entries)
}

/// Adds an entry, and counts it for its guest, together.
fn sign(request: http::Request) -> Result<http::Response> {
    let NewEntry { guest, words } = request.json()?;
    let id = Value::Uuid(extras::default().guid()?);
    let count = "INSERT INTO guests (name, entries) VALUES ($1, 1) \
                 ON CONFLICT (name) DO UPDATE SET entries = guests.entries + 1";
    let add = "INSERT INTO entries (id, guest, words) VALUES ($1, $2, $3)";
    let signed = sql::default()
        .transaction()
        .execute(count, &values![guest.as_str()])
        .execute(add, &values![id.clone(), guest.as_str(), words.as_str()])
        .commit();
    match signed {
        Ok(_) => {
            let response = http::Response::json(&json!({ "id": id.text() }))?;
            Ok(response.with_status(201))
        }
        Err(error) if sql::class(&error) == Some(ErrorClass::Constraint) => {
            let reason = "a name has 1 to 100 letters, and an entry 1 to 2000";
            Err(Error::http(400, reason))
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns the number of entries of each guest.
fn guests(_: http::Request) -> Result<http::Response> {
    let select = "SELECT name, entries FROM guests ORDER BY entries DESC, name LIMIT $1";
    let found = sql::default().query(select, &values![PAGE])?;
    let guests: Vec<_> = found
        .rows
        .iter()
        .map(|row| match &*row.values {
            [Value::Text(name), Value::Integer(entries)] => {
                json!({ "name": name, "entries": entries })
            }
            _ => json!(null),
        })
        .collect();
    http::Response::json(&guests)
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::contracts::extras::GeneratorResult;
    use capwire_actor::prelude::*;
    use capwire_actor::testing::FakeHost;
    use capwire_sql_sqlite::InMemory;
    use std::cell::Cell;

    /// A host with a database in memory, and with UUIDs that count.
    fn host() -> FakeHost {
        let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let database = InMemory::new().unwrap().migrated(migrations).unwrap();
        let next = Cell::new(0);
        FakeHost::new()
            .provide("capwire:sql", move |call| {
                database.answer(&call.operation, &call.payload)
            })
            .on("wascc:extras", "RequestGuid", move |_| {
                let guid = Some(format!(
                    "67e55044-10b1-426f-9247-{:012}",
                    next.replace(next.get() + 1)
                ));
                let result = GeneratorResult {
                    guid,
                    ..GeneratorResult::default()
                };
                capwire_actor::codec::encode(&result).map_err(|error| error.to_string())
            })
    }

    fn get(host: &FakeHost, target: &str) -> String {
        let response = host
            .http(&ACTOR, http::Request::new("GET", target))
            .unwrap();
        String::from_utf8(response.body).unwrap()
    }

    fn sign(host: &FakeHost, guest: &str, words: &str) -> u32 {
        let body = json!({ "guest": guest, "words": words }).to_string();
        let request = http::Request::new("POST", "/entries").with_body(body);
        host.http(&ACTOR, request).unwrap().status_code
    }

    #[test]
    fn entries_are_added_and_counted() {
        let host = host();
        for (guest, words) in [
            ("Ada", "Hello"),
            ("Grace", "It works"),
            ("Ada", "'); DROP TABLE entries; --"),
        ] {
            assert_eq!(sign(&host, guest, words), 201);
        }
        assert_eq!(
            get(&host, "/guests"),
            r#"[{"entries":2,"name":"Ada"},{"entries":1,"name":"Grace"}]"#
        );
        let entries = get(&host, "/entries");
        assert_eq!(entries.matches("\"guest\":\"Ada\"").count(), 2, "{entries}");
        assert!(
            entries.contains("DROP TABLE") && entries.contains("67e55044"),
            "{entries}"
        );
    }

    #[test]
    fn a_request_that_is_wrong_is_the_clients_fault() {
        let host = host();
        let status = |method, path| {
            let request = http::Request::new(method, path).with_body("{}");
            host.http(&ACTOR, request).unwrap().status_code
        };
        assert_eq!(status("POST", "/entries"), 400);
        assert_eq!(status("DELETE", "/entries"), 405);
        assert_eq!(status("GET", "/"), 404);
    }

    #[test]
    fn an_entry_that_is_too_long_is_not_counted_either() {
        let host = host();
        assert_eq!(sign(&host, "Ada", &"x".repeat(2_001)), 400);
        assert_eq!(sign(&host, "", "Hello"), 400);
        assert_eq!(get(&host, "/guests"), "[]");
        assert_eq!(get(&host, "/entries"), "[]");
    }
}
