//! The operations of the contract that the store serves.

use crate::values::Values;
use bytes::Bytes;
use capwire_contracts::keyvalue::{
    AddRequest, AddResponse, GetResponse, KeyRequest, KeyResponse, SetRequest, SetResponse,
};
use capwire_provider::{Call, ProviderError};

pub(crate) fn serve(call: &Call<'_>, values: &mut Values<'_>) -> Result<Bytes, ProviderError> {
    match call.operation {
        "Add" => {
            let AddRequest { key, value } = call.message()?;
            let value = values.add(key, value)?;
            call.reply(&AddResponse { value })
        }
        "Del" => {
            let KeyRequest { key } = call.message()?;
            values.remove(&key);
            call.reply(&KeyResponse { key })
        }
        "Get" | "KeyExists" => {
            let KeyRequest { key } = call.message()?;
            let found = values.get(&key);
            let exists = found.is_some();
            let value = found.filter(|_| call.operation == "Get").cloned();
            let value = value.unwrap_or_default();
            call.reply(&GetResponse { value, exists })
        }
        "Set" => {
            let message: SetRequest = call.message()?;
            values.set(message.key, &message.value, message.expires)?;
            let value = message.value;
            call.reply(&SetResponse { value })
        }
        _ => Err(call.unknown_operation()),
    }
}
