//! The page about the provider has the keys of the code.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_eventstreams_nats::EventStreamsNats;
use capwire_provider::Key;
use std::path::Path;

#[test]
fn the_page_has_the_table_of_keys() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = here.join("../../docs/providers/eventstreams-nats.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = Key::table(EventStreamsNats::DESCRIBED);
    assert!(page.contains(&table), "replace the table by:\n{table}");
}
