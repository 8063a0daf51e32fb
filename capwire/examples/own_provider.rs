//! Adds a provider of a contract of your own:
//! `cargo run -p capwire --features wasmi,testing --example own_provider`.
#![expect(clippy::print_stdout, reason = "an example shows its outcome")]

use bytes::Bytes;
use capwire::contracts::core::{CapabilityDescriptor, Operation};
use capwire::provider::{
    Binding, BindingId, Bound, Call, Config, Provider, ProviderError, async_trait,
};
use capwire::{BindingKey, BindingName, ContractId, Host, engine, testing};
use std::error::Error;

const CONTRACT: &str = "acme:greeter";
const OPERATIONS: &[Operation] = &[Operation::to_provider("Greet", "Greets somebody by name")];

struct Greeter;

#[async_trait]
impl Provider for Greeter {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "Greeter", OPERATIONS)
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            "Greet" => Ok([b"hello ", call.payload].concat().into()),
            _ => Err(call.unknown_operation()),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let wasm = wat::parse_str(include_str!("guests/greet.wat"))?;
    let signed = testing::sign(&wasm, &[CONTRACT])?;

    let host = Host::builder(engine::Wasmi::new()).build()?;
    host.add_provider(Greeter)?;
    let actor = host.start_actor(host.verify(signed).await?).await?;
    let binding = BindingKey::new(actor, ContractId::new(CONTRACT)?, BindingName::default());
    host.bind(binding, Config::default()).await?;

    let reply = host.call(actor, "greet", "Ada").await?;
    println!("the actor answered {reply:?}");
    assert_eq!(reply, "hello Ada");
    host.shutdown().await?;
    Ok(())
}
