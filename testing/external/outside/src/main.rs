//! A host with one provider of its own and an engine that is none of ours: it answers a call.
#![forbid(unsafe_code)]

use async_trait::async_trait;
use bytes::Bytes;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::provider::{Binding, BindingId, Bound, Call, Config, Provider, ProviderError};
use capwire::wascap::{ActorClaimsBuilder, KeyKind, KeyPair, UnixSeconds, sign_module};
use capwire::{BindingKey, BindingName, ContractId, Host};
use capwire_engine_fake::{Fake, module, standard};
use getrandom::{SysRng, rand_core::UnwrapErr};
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

    let actor = host.start_actor(host.verify(signed()?).await?).await?;
    let key = BindingKey::new(actor, ContractId::new(CONTRACT)?, BindingName::default());
    host.bind(key, Config::default()).await?;

    let question = standard::host_call("default", CONTRACT, "Greet", b"outside");
    let answer = host.call(actor, "call", question).await?;
    println!("answered: {}", String::from_utf8_lossy(&answer));
    host.shutdown().await?;
    Ok(())
}

fn signed() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut rng = UnwrapErr(SysRng);
    let account = KeyPair::generate(KeyKind::Account, &mut rng);
    let key = KeyPair::generate(KeyKind::Module, &mut rng).public();
    let claims = ActorClaimsBuilder::new(key, UnixSeconds(1_600_000_000), &mut rng)
        .name("caller")
        .capability(CONTRACT);
    Ok(sign_module(&module(standard::NAME), claims, &account)?)
}
