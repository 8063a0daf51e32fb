//! The API of a host for new versions of its actors.

use super::{Host, detached};
use crate::actor::{self, Actor, PreparedSwap, SwapOptions};
use crate::error::{Error, Thing};
use crate::id::ActorId;
use crate::report::SwapReport;

impl Host {
    /// Replaces the running version of an actor with a newer one while it serves. New calls enter
    /// the new version, calls in progress finish in the old one, and the report counts both.
    ///
    /// The new version has the same key and issuer, a higher revision, and claims that are no
    /// wider, unless the options allow that. The new version is compiled and started before
    /// anything changes. Bindings stay, and their providers keep the actor's old claims. Bindings
    /// whose contract the new version no longer claims end. Swaps of one actor run one after the
    /// other.
    ///
    /// ```
    /// # use capwire_engine_fake::{Fake, module};
    /// # use capwire_host::{Host, SwapOptions};
    /// # use capwire_wascap::{ActorClaimsBuilder, KeyKind, KeyPair, UnixSeconds, sign_module};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let account = KeyPair::generate(KeyKind::Account)?;
    /// # let key = KeyPair::generate(KeyKind::Module)?.public();
    /// # let claims = ActorClaimsBuilder::new(key, UnixSeconds(1_600_000_000))?;
    /// # let sign = |revision| {
    /// #     sign_module(&module("standard"), claims.clone().revision(revision), &account)
    /// # };
    /// # let (signed, newer) = (sign(1)?, sign(2)?);
    /// # let host = Host::builder(Fake::new()).build()?;
    /// # let echo = host.start_actor(host.verify(signed).await?).await?;
    /// let newer = host.verify(newer).await?;
    /// let report = host.swap_actor(newer, SwapOptions::default()).await?;
    /// assert_eq!((report.new_revision, report.dropped()), (2, 0));
    /// # host.shutdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if no such actor is running, or the new version is not allowed or not able
    /// to take over. The old version then keeps running unchanged.
    pub async fn swap_actor(
        &self,
        actor: Actor,
        options: SwapOptions,
    ) -> Result<SwapReport, Error> {
        self.prepare_swap(actor, options).await?.carry_out().await
    }

    /// Checks whether `actor` may take over from its running version. Neither compiles nor starts it.
    ///
    /// # Errors
    /// Returns an error if no such actor is running, or the new version is not allowed to take over.
    pub fn may_swap(&self, actor: &Actor, options: &SwapOptions) -> Result<(), Error> {
        actor::check_swap(self.shared(), actor, options)
    }

    /// Withdraws the new version of an actor that proves itself with a share of the calls: no more calls
    /// enter it, and its swap is refused. Does not wait for that.
    ///
    /// # Errors
    /// Returns an error if no such actor is running, or it has no such version.
    pub fn withdraw_canary(&self, actor: ActorId) -> Result<(), Error> {
        let running = self.shared().tables.read().running_actor(actor)?;
        match running.is_withdrawn() {
            true => Err(Error::not_found(Thing::Canary(actor))),
            false => {
                running.withdraw();
                Ok(())
            }
        }
    }

    /// Checks, compiles and starts a new version of a running actor, as
    /// [`swap_actor`](Self::swap_actor) does first. Nothing changes before it is
    /// [carried out](PreparedSwap::carry_out), so several swaps can be made ready before the first one
    /// takes effect. No other swap of the actor begins while the result exists.
    ///
    /// # Errors
    /// Returns an error if no such actor is running, or the new version is not allowed or not able
    /// to take over.
    pub async fn prepare_swap(
        &self,
        actor: Actor,
        options: SwapOptions,
    ) -> Result<PreparedSwap, Error> {
        PreparedSwap::new(&self.0, actor, options).await
    }
}

impl PreparedSwap {
    /// Lets the new version take over: new calls enter it, and calls in progress finish in the old
    /// one. Completes even if this future is dropped.
    ///
    /// # Errors
    /// Returns an error if the actor was stopped meanwhile.
    pub async fn carry_out(self) -> Result<SwapReport, Error> {
        detached(self.take_over()).await
    }
}
