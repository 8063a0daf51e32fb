//! The bindings of a provider.

use crate::operations::Member;
use crate::settings::Limits;
use crate::store::Store;
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_provider::{Binding, BindingId, Call, ProviderError};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The bindings of a provider, each with its store.
pub struct Service<S> {
    members: ArcSwap<HashMap<BindingId, Arc<Member<S>>>>,
}

impl<S: Store> Service<S> {
    /// Adds a binding. One of the same name ends.
    pub async fn bind(&self, binding: Binding, store: S, limits: Limits) {
        let id = binding.id.clone();
        let member = Arc::new(Member::new(binding, store, limits));
        if let Some(earlier) = self.put(&id, Some(&member)) {
            earlier.end().await;
        }
    }

    /// Ends a binding. Its uploads leave nothing behind, and its downloads have a while to finish.
    pub async fn unbind(&self, id: &BindingId) {
        if let Some(member) = self.put(id, None) {
            member.end().await;
        }
    }

    /// Handles a call.
    ///
    /// # Errors
    /// Returns an error whose text begins with its class, or [`ProviderError::NotBound`].
    pub async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let member = self.members.load().get(call.binding).cloned();
        let member = member.ok_or(ProviderError::NotBound)?;
        member.call(&call).await
    }

    /// Adds a binding, or removes it if it is `None`. Returns the one that was there.
    fn put(&self, id: &BindingId, member: Option<&Arc<Member<S>>>) -> Option<Arc<Member<S>>> {
        let before = self.members.rcu(|members| {
            let mut members = HashMap::clone(members);
            match member {
                Some(member) => members.insert(id.clone(), Arc::clone(member)),
                None => members.remove(id),
            };
            members
        });
        before.get(id).cloned()
    }
}

impl<S> Default for Service<S> {
    fn default() -> Self {
        let members = ArcSwap::default();
        Self { members }
    }
}

impl<S> fmt::Debug for Service<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("bindings", &self.members.load().len())
            .finish()
    }
}
