//! An actor that counts visits of paths, with the help of the next actor of the chain.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;
use serde::{Deserialize, Serialize};

actor! {
    op("Count") => count,
}

/// The alias of the next actor, which the manifest gives it.
const NEXT: &str = "back";

/// The path to count.
#[derive(Deserialize)]
struct Visit {
    path: String,
}

/// The number of visits.
#[derive(Serialize)]
struct Visits {
    key: String,
    count: i32,
}

#[derive(Serialize)]
struct Increment {
    key: String,
    by: i32,
}

#[derive(Deserialize)]
struct Counter {
    value: i32,
}

/// Paths that differ in case, or in a slash at the end, are the same.
fn count(visit: Visit) -> Result<Visits> {
    let key = visit.path.trim_end_matches('/').to_lowercase();
    let increment = Increment {
        key: key.clone(),
        by: 1,
    };
    let counter: Counter = actor(NEXT).call("Increment", &increment)?;
    Ok(Visits {
        key,
        count: counter.value,
    })
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::testing::FakeHost;
    use std::collections::BTreeMap;

    #[test]
    fn paths_that_mean_the_same_have_one_key() {
        let host = FakeHost::new().respond("back", "Increment", &BTreeMap::from([("value", 7)]));
        let visit = BTreeMap::from([("path", "/Hits/")]);
        let visits: BTreeMap<String, serde_json::Value> =
            host.call(&ACTOR, "Count", &visit).unwrap();
        assert_eq!(visits["key"], "/hits");
        assert_eq!(visits["count"], 7);
    }
}
