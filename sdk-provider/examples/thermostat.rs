//! A provider of a contract of its own: `cargo run -p capwire-provider --example thermostat`.
#![allow(clippy::unwrap_used, reason = "an example")]
use capwire_contracts::{codec, core::CapabilityDescriptor, core::Operation};
use capwire_engine_fake::{Fake, module, standard};
use capwire_host::{BindingKey, BindingName, ContractId, Host};
use capwire_provider::{Binding, BindingId, Bound, Call, Config, Provider, ProviderError};
use capwire_wascap::testing;
use std::{collections::HashMap, error::Error, sync::Mutex};

const CONTRACT: &str = "acme:thermostat";
const OPERATIONS: &[Operation] = &[Operation::to_provider("Set", "Sets the temperature")];

/// The highest temperature of each bound actor, in °C.
#[derive(Default)]
struct Thermostat(Mutex<HashMap<BindingId, f64>>);

#[capwire_provider::async_trait]
impl Provider for Thermostat {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "Thermostat", OPERATIONS)
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        binding.config.only(&["LIMIT"])?; // refuses misspelt keys
        let limit = binding.config.parse("LIMIT")?.unwrap_or(25.0);
        self.0.lock().unwrap().insert(binding.id, limit);
        Ok(Bound::default())
    }

    async fn unbind(&self, id: &BindingId) -> Result<(), ProviderError> {
        let limit = self.0.lock().unwrap().remove(id);
        limit.map(drop).ok_or(ProviderError::NotBound)
    }

    async fn call(&self, call: Call<'_>) -> Result<bytes::Bytes, ProviderError> {
        let limit = self.0.lock().unwrap().get(call.binding).copied();
        let celsius: f64 = call.message()?;
        match call.operation {
            "Set" if limit < Some(celsius) => Err(ProviderError::Refused("too hot".into())),
            "Set" => call.reply(&celsius),
            _ => Err(call.unknown_operation()),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let host = Host::builder(Fake::new()).build()?;
    host.add_provider(Thermostat::default())?;
    let signed = testing::sign(&module(standard::NAME), &[CONTRACT])?;
    let actor = host.start_actor(host.verify(signed).await?).await?;
    let binding = BindingKey::new(actor, ContractId::new(CONTRACT)?, BindingName::default());
    let config = Config::from_iter([("LIMIT", "30")]);
    host.bind(binding, config).await?;
    for (celsius, accepted) in [(29.0, true), (31.0, false)] {
        let call = standard::host_call("default", CONTRACT, "Set", &codec::encode(&celsius)?);
        assert_eq!(host.call(actor, "call", call).await.is_ok(), accepted);
    }
    Ok(())
}
