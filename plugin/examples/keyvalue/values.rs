//! The values of one actor.

use crate::store::Inner;
use capwire_provider::ProviderError;
use std::collections::HashMap;
use std::sync::MutexGuard;

/// The values of one actor. Nobody else uses the store meanwhile.
pub(crate) struct Values<'s> {
    pub(crate) store: MutexGuard<'s, Inner>,
    pub(crate) actor: String,
}

impl Values<'_> {
    pub(crate) fn add(&mut self, key: String, value: i32) -> Result<i32, ProviderError> {
        let refused = |why: &str| ProviderError::Refused(format!("the value of `{key}` {why}"));
        let old = self.get(&key).map_or("0", String::as_str);
        let number: i32 = old.parse().map_err(|_| refused("is not a number"))?;
        if number.to_string() != old {
            return Err(refused("is not a number"));
        }
        let sum = number.checked_add(value);
        let sum = sum.ok_or_else(|| refused("would leave the range of 32 bits"))?;
        self.all().insert(key, sum.to_string());
        Ok(sum)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&String> {
        self.store.values.get(&self.actor)?.get(key)
    }

    pub(crate) fn set(
        &mut self,
        key: String,
        value: &str,
        expires: i32,
    ) -> Result<(), ProviderError> {
        if expires != 0 {
            return Err(ProviderError::Refused(
                "values of this store do not expire".to_owned(),
            ));
        }
        self.all().insert(key, value.to_owned());
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.all().remove(key);
    }

    fn all(&mut self) -> &mut HashMap<String, String> {
        self.store.values.entry(self.actor.clone()).or_default()
    }
}
