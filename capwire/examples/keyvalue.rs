//! Binds an actor to the embedded key-value store:
//! `cargo run -p capwire --features wasmi,testing,keyvalue-embedded --example keyvalue`.
#![expect(clippy::print_stdout, reason = "an example shows its outcome")]

use capwire::contracts::keyvalue;
use capwire::provider::Config;
use capwire::providers::KeyValueEmbedded;
use capwire::{BindingKey, BindingName, ContractId, Host, engine, testing};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let wasm = wat::parse_str(include_str!("guests/visits.wat"))?;
    // Without this claim the host refuses the binding.
    let signed = testing::sign(&wasm, &[keyvalue::CONTRACT])?;

    let directory = tempfile::tempdir()?;
    let host = Host::builder(engine::Wasmi::new()).build()?;
    host.add_provider(KeyValueEmbedded::open(directory.path())?)?;
    let actor = host.start_actor(host.verify(signed).await?).await?;

    let contract = ContractId::new(keyvalue::CONTRACT)?;
    let binding = BindingKey::new(actor, contract, BindingName::default());
    host.bind(binding, Config::default()).await?;

    for visit in 1..=3 {
        let counter: keyvalue::AddResponse = host.request(actor, "visit", &()).await?;
        println!("visit {}", counter.value);
        assert_eq!(counter.value, visit);
    }
    host.shutdown().await?;
    Ok(())
}
