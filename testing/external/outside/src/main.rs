//! A host with one provider of its own and an engine that is none of ours: it answers a call.
#![forbid(unsafe_code)]

use async_trait::async_trait;
use bytes::Bytes;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::provider::{Binding, BindingId, Bound, Call, Config, Provider, ProviderError};
use capwire::{BindingKey, BindingName, ContractId, Host, testing};
use capwire_engine_fake::{Fake, module, standard};
use std::error::Error;

const CONTRACT: &str = "example:greeter";

struct Greeter;

#[async_trait]
impl Provider for Greeter {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "Greeter", &[])
    }

    async fn bind(&self, _binding: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _binding: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        Ok([b"hello from ", call.payload].concat().into())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let host = Host::builder(Fake::new()).build()?;
    host.add_provider(Greeter)?;

    let signed = testing::sign(&module(standard::NAME), &[CONTRACT])?;
    let actor = host.start_actor(host.verify(signed).await?).await?;
    let key = BindingKey::new(actor, ContractId::new(CONTRACT)?, BindingName::default());
    host.bind(key, Config::default()).await?;

    let question = standard::host_call("default", CONTRACT, "Greet", b"outside");
    let answer = host.call(actor, "call", question).await?;
    println!("answered: {}", String::from_utf8_lossy(&answer));
    host.shutdown().await?;
    Ok(())
}
