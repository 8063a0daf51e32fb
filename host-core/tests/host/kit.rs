//! Signed modules, and hosts that run them.

pub(crate) use crate::told::{OnBind, Told};

use bytes::Bytes;
use capwire_engine_fake::{Fake, standard};
use capwire_host::{
    Actor, ActorId, ActorOptions, BindingKey, BindingName, ContractId, Error, Event, Events, Host,
    HostBuilder, Instances, Permission, SwapOptions, SwapReport,
};
use capwire_provider::Config;
use capwire_wascap::{
    ActorClaimsBuilder, KeyKind, KeyPair, PublicKey, Rule, UnixSeconds, sign_module,
};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

/// The contract of [`Told`] in most tests.
pub(crate) const CONTRACT: &str = "acme:told";

/// When modules are signed.
pub(crate) const SIGNED_AT: UnixSeconds = UnixSeconds(1_600_000_000);

/// A signed module in the making.
pub(crate) struct Module {
    key: KeyPair,
    account: KeyPair,
    name: &'static str,
    script: String,
    caps: Vec<String>,
    rules: Vec<(String, Rule)>,
    expires: Option<u64>,
    revision: Option<i32>,
}

impl Module {
    /// A module with a new key that runs the standard script and claims nothing.
    pub(crate) fn new() -> Self {
        crate::recorder::listen();
        Self {
            key: KeyPair::generate(KeyKind::Module).unwrap(),
            account: account(),
            name: "tester",
            script: standard::NAME.to_owned(),
            caps: Vec::new(),
            rules: Vec::new(),
            expires: None,
            revision: None,
        }
    }

    pub(crate) fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn script(mut self, name: impl ToString) -> Self {
        self.script = name.to_string();
        self
    }

    pub(crate) fn revision(mut self, revision: i32) -> Self {
        self.revision = Some(revision);
        self
    }

    /// The same, signed by somebody else.
    pub(crate) fn other_issuer(mut self) -> Self {
        self.account = account();
        self
    }

    pub(crate) fn claims_nothing(mut self) -> Self {
        self.caps.clear();
        self.rules.clear();
        self
    }

    pub(crate) fn claims(mut self, capability: impl ToString) -> Self {
        self.caps.push(capability.to_string());
        self
    }

    /// Claims what `permission` says, as an operator would write it.
    pub(crate) fn may(self, permission: &str) -> Self {
        let permission: Permission = permission.parse().unwrap();
        let rule = permission.rule().cloned();
        let mut module = self.claims(permission.capability());
        let capability = permission.capability().to_owned();
        module.rules.extend(rule.map(|rule| (capability, rule)));
        module
    }

    /// Claims `capability` by a rule, whether or not anybody can enforce that.
    pub(crate) fn rule(mut self, capability: &str, rule: Rule) -> Self {
        self.rules.push((capability.to_owned(), rule));
        self.claims(capability)
    }

    /// Returns the account that signs the actor.
    pub(crate) fn account(&self) -> PublicKey {
        self.account.public()
    }

    pub(crate) fn expires(mut self, at: u64) -> Self {
        self.expires = Some(at);
        self
    }

    pub(crate) fn id(&self) -> ActorId {
        ActorId::new(self.key.public()).unwrap()
    }

    pub(crate) fn wasm(&self) -> Vec<u8> {
        self.sign(&capwire_engine_fake::module(&self.script))
    }

    pub(crate) fn sign(&self, wasm: &[u8]) -> Vec<u8> {
        let claims = ActorClaimsBuilder::new(self.key.public(), SIGNED_AT).unwrap();
        let mut claims = claims.name(self.name);
        for capability in &self.caps {
            claims = claims.capability(capability);
        }
        for (capability, rule) in &self.rules {
            claims = claims.narrow(capability, rule.clone());
        }
        if let Some(at) = self.expires {
            claims = claims.expires(UnixSeconds(at));
        }
        if let Some(revision) = self.revision {
            claims = claims.revision(revision);
        }
        sign_module(wasm, claims, &self.account).unwrap()
    }
}

fn account() -> KeyPair {
    KeyPair::generate(KeyKind::Account).unwrap()
}

/// A host on the scripted engine.
pub(crate) struct Kit {
    pub(crate) fake: Fake,
    pub(crate) host: Host,
}

impl Kit {
    pub(crate) fn new() -> Self {
        Self::with(Fake::new(), |builder| builder)
    }

    pub(crate) fn with(fake: Fake, build: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        let host = build(Host::builder(fake.clone())).build().unwrap();
        Self { fake, host }
    }

    pub(crate) async fn actor(&self, module: &Module) -> Actor {
        self.host.verify(module.wasm()).await.unwrap()
    }

    pub(crate) async fn start(&self, module: &Module) -> ActorId {
        let actor = self.actor(module).await;
        self.host.start_actor(actor).await.unwrap()
    }

    pub(crate) async fn start_with(&self, module: &Module, options: ActorOptions) -> ActorId {
        let actor = self.actor(module).await;
        self.host.start_actor_with(actor, options).await.unwrap()
    }

    /// Swaps the running version of `module` for it.
    pub(crate) async fn swap(
        &self,
        module: &Module,
        options: SwapOptions,
    ) -> Result<SwapReport, Error> {
        let actor = self.actor(module).await;
        self.host.swap_actor(actor, options).await
    }

    /// Adds a provider of [`CONTRACT`] under the default name.
    pub(crate) fn told(&self) -> Arc<Told> {
        self.add(Told::new(CONTRACT), "")
    }

    pub(crate) fn add(&self, told: Told, name: &str) -> Arc<Told> {
        let told = Arc::new(told);
        let name = BindingName::new(name).unwrap();
        let provider = Arc::<Told>::clone(&told);
        self.host.add_named_provider(name, provider).unwrap();
        told
    }

    /// Binds an actor to [`CONTRACT`] by the default name.
    pub(crate) async fn bind(&self, actor: ActorId) {
        let bound = self.host.bind(binding(actor, ""), Config::default()).await;
        bound.unwrap();
    }

    /// An actor that claims [`CONTRACT`] and is bound to it.
    pub(crate) async fn bound_actor(&self, options: ActorOptions) -> ActorId {
        let module = Module::new().claims(CONTRACT);
        let actor = self.start_with(&module, options).await;
        self.bind(actor).await;
        actor
    }

    /// Has an actor call the provider of [`CONTRACT`].
    pub(crate) async fn ask(
        &self,
        actor: ActorId,
        operation: &str,
        payload: &str,
    ) -> Result<Bytes, Error> {
        let call = standard::host_call("", CONTRACT, operation, payload.as_bytes());
        self.host.call(actor, "call", call).await
    }
}

/// The binding of an actor to [`CONTRACT`].
pub(crate) fn binding(actor: ActorId, name: &str) -> BindingKey {
    let contract = ContractId::new(CONTRACT).unwrap();
    BindingKey::new(actor, contract, BindingName::new(name).unwrap())
}

/// Options with so many shared instances.
pub(crate) fn instances(count: usize) -> ActorOptions {
    let mut options = ActorOptions::default();
    options.instances = Instances::Shared(NonZeroUsize::new(count).unwrap());
    options
}

/// The text of an error and its causes, in lower case.
pub(crate) fn text(error: &Error) -> String {
    error.report().to_lowercase()
}

/// The next event that is not that of a start or a binding.
pub(crate) async fn next(events: &mut Events) -> Event {
    let next = async {
        loop {
            match events.next().await.unwrap() {
                Event::ActorStarted { .. } | Event::Bound { .. } => {}
                other => return other,
            }
        }
    };
    let next = tokio::time::timeout(Duration::from_secs(60), next).await;
    next.expect("there is an event within a minute")
}

/// Waits until `condition` holds.
pub(crate) async fn eventually(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), wait).await;
    waited.expect("the condition holds within a minute");
}
