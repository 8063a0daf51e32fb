//! Reads the manifest of a running host again.

use crate::admission::{Admission, Judge, PluginTrust};
use crate::args::{Run, TrustFiles};
use crate::data::DataDir;
use crate::deployment::Replacement;
use crate::error::Error;
use crate::plan::{Opening, Plan};
use crate::secrets::Secrets;
use crate::swaps::Swaps;
use crate::time;
use crate::trust::Trusting;
use capwire::ProviderId;
use std::path::{Path, PathBuf};

/// The means to read the manifest again.
pub(crate) struct Replan {
    pub(crate) manifest: PathBuf,
    /// The port of a module without a manifest.
    pub(crate) port: Option<u16>,
    pub(crate) swaps: Swaps,
    pub(crate) secrets: Secrets,
    /// The files by which archives of providers are verified, as they are then.
    pub(crate) trust: TrustFiles,
    /// The file of the operator's policy.
    pub(crate) policy: Option<PathBuf>,
    pub(crate) unsigned_plugins: bool,
    pub(crate) opening: Opening,
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
            policy: command.policy.clone(),
            unsigned_plugins: command.allows_unsigned_plugins(),
            opening: Opening {
                data,
                dev: command.dev,
            },
        }
    }

    /// Returns what the manifest at `path` describes now, as the trust and policy files are now. Reads
    /// files, so it blocks.
    ///
    /// # Errors
    /// All faults of the manifest and the files.
    pub(crate) fn plan(&self, path: &Path) -> Result<Plan, Error> {
        let mut faults = Vec::new();
        let (trust, policy) = (self.trust.clone(), self.policy.clone());
        let admission = Admission::read(trust, policy, &self.opening.data, &mut faults);
        let judge = admission
            .judge(time::now()?)
            .trusting_unsigned_plugins(self.unsigned_plugins)
            .continuing(self.swaps.clone());
        let plan = self.survey(path, &judge, &mut faults)?;
        match Error::all(faults) {
            Some(error) => Err(error),
            None => Ok(plan),
        }
    }

    /// Returns the provider `id` as the manifest at `path` describes it now. Reads files, so it blocks.
    ///
    /// # Errors
    /// All faults of the manifest, or it does not name the provider any more.
    pub(crate) fn provider(&self, path: &Path, id: &ProviderId) -> Result<Replacement, Error> {
        // The host has admitted its actors, and decides again on each binding.
        let trust = Trusting::read(self.trust.clone(), &self.opening.data)?;
        let judge = Judge::of_signatures(time::now()?)
            .continuing(self.swaps.clone())
            .with_plugins(PluginTrust::of(trust.verifier().clone()))
            .trusting_unsigned_plugins(self.unsigned_plugins);
        let mut faults = Vec::new();
        let plan = self.survey(path, &judge, &mut faults)?;
        if let Some(error) = Error::all(faults) {
            return Err(error);
        }
        let planned = plan.providers.into_iter().find(|(other, _)| other == id);
        let Some((_, provider)) = planned else {
            let manifest = path.display();
            let problem = format!("the manifest `{manifest}` has no provider {id} any more");
            return Err(Error::failure(problem).help("add it again, or restart the host"));
        };
        // Here, where it may block, and where its error is the answer.
        provider.load()?;
        let bindings = plan.bindings.into_iter();
        let own = bindings.filter(|binding| binding.key.provider == *id);
        Ok(Replacement {
            provider,
            bindings: own.map(|binding| (binding.key, binding.config)).collect(),
        })
    }

    fn survey(&self, path: &Path, judge: &Judge, faults: &mut Vec<Error>) -> Result<Plan, Error> {
        // Another manifest does not have the port of a module.
        let port = self.port.filter(|_| path == self.manifest);
        Plan::survey_any(path, port, judge, &self.secrets, faults)
    }
}
