//! Reads the manifest of a running host again, for a provider that is replaced.

use crate::admission::{Judge, PluginTrust};
use crate::args::{Run, TrustFiles};
use crate::data::DataDir;
use crate::error::Error;
use crate::factory::Opener;
use crate::plan::{Opening, Plan};
use crate::secrets::Secrets;
use crate::swaps::Swaps;
use crate::time;
use crate::trust::Trusting;
use capwire::provider::Config;
use capwire::{BindingKey, ProviderId};
use std::path::PathBuf;

/// The means to read the manifest again.
pub(crate) struct Replan {
    pub(crate) manifest: PathBuf,
    /// The port of a module without a manifest.
    pub(crate) port: Option<u16>,
    pub(crate) swaps: Swaps,
    pub(crate) secrets: Secrets,
    /// The files by which archives of providers are verified, as they are then.
    pub(crate) trust: TrustFiles,
    pub(crate) unsigned_plugins: bool,
    pub(crate) opening: Opening,
}

/// A provider as the manifest describes it now.
pub(crate) struct Replacement {
    pub(crate) factory: Opener,
    pub(crate) bindings: Vec<(BindingKey, Config)>,
}

impl Replan {
    /// Returns the means to read the manifest of `command` again. The data of its providers are in
    /// `data`.
    pub(crate) fn new(command: &Run, data: DataDir, secrets: &Secrets) -> Self {
        Self {
            manifest: command.manifest.clone(),
            port: command.port,
            swaps: Swaps::of(&data, &command.manifest),
            secrets: secrets.clone(),
            trust: command.trust.clone(),
            unsigned_plugins: command.allows_unsigned_plugins(),
            opening: Opening {
                data,
                dev: command.dev,
            },
        }
    }

    /// Returns the provider `id` as the manifest describes it now. Reads files, so it blocks.
    ///
    /// # Errors
    /// All faults of the manifest, or it does not name the provider any more.
    pub(crate) fn provider(&self, id: &ProviderId) -> Result<Replacement, Error> {
        // The host has admitted its actors, and decides again on each binding.
        let trust = Trusting::read(self.trust.clone(), &self.opening.data)?;
        let judge = Judge::of_signatures(time::now()?)
            .continuing(self.swaps.clone())
            .with_plugins(PluginTrust::of(trust.verifier().clone()))
            .trusting_unsigned_plugins(self.unsigned_plugins);
        let mut faults = Vec::new();
        let (path, port) = (&self.manifest, self.port);
        let plan = Plan::survey_any(path, port, &judge, &self.secrets, &mut faults)?;
        if let Some(error) = Error::all(faults) {
            return Err(error);
        }
        let planned = plan.providers.into_iter().find(|(other, _)| other == id);
        let Some((_, provider)) = planned else {
            let manifest = self.manifest.display();
            let problem = format!("the manifest `{manifest}` has no provider {id} any more");
            return Err(Error::failure(problem).help("add it again, or restart the host"));
        };
        // Here, where it may block, and where its error is the answer.
        provider.load()?;
        let bindings = plan.bindings.into_iter();
        let own = bindings.filter(|binding| binding.key.provider == *id);
        Ok(Replacement {
            factory: Opener::new(provider, id.name.clone(), self.opening.clone()),
            bindings: own.map(|binding| (binding.key, binding.config)).collect(),
        })
    }
}
