//! Exports a provider that is written in Rust from a shared library.

mod calls;
mod functions;
mod host;
mod running;

#[cfg(feature = "process")]
pub(crate) use calls::thread_cpu;
pub use functions::table;
#[cfg(feature = "process")]
pub(crate) use host::{Host, Level};
#[cfg(feature = "process")]
pub(crate) use running::Running;

use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{HandOver, Provider, ProviderError, ProviderFactory, async_trait};
use std::sync::Arc;

/// The provider of a library; [`export!`](crate::export!) implements it.
pub trait Exported: 'static {
    /// Returns the factory of the provider.
    fn factory() -> impl ProviderFactory;
}

/// A factory that makes providers with a function.
#[derive(Clone, Copy, Debug)]
pub struct EachWith<F>(F);

/// Returns the factory of providers that `make` returns, for providers that need nothing but their bindings.
///
/// The factory calls `make` once more to describe the provider.
pub const fn each_with<P: Provider, F: Fn() -> P>(make: F) -> EachWith<F> {
    EachWith(make)
}

#[async_trait]
impl<P: Provider, F: Fn() -> P + Send + Sync + 'static> ProviderFactory for EachWith<F> {
    fn descriptor(&self) -> CapabilityDescriptor {
        (self.0)().descriptor()
    }

    fn hand_over(&self) -> HandOver {
        (self.0)().hand_over()
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::new((self.0)()))
    }
}

/// Exports a provider from this library, which must be a `cdylib`.
///
/// The argument is an expression that returns a [`ProviderFactory`], such as [`each_with`]. It is evaluated more than
/// once. The provider runs on a tokio runtime of the library's own; the host sees a table of C functions.
///
/// ```
/// # use bytes::Bytes;
/// # use capwire_contracts::core::{CapabilityDescriptor, Operation};
/// # use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
/// #[derive(Default)]
/// struct Echo;
///
/// # #[async_trait]
/// # impl Provider for Echo {
/// #     fn descriptor(&self) -> CapabilityDescriptor { CapabilityDescriptor::new("acme:echo", "Echo", &[]) }
/// #     async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> { Ok(Bound::default()) }
/// #     async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> { Ok(()) }
/// #     async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> { Ok(Bytes::copy_from_slice(call.payload)) }
/// # }
/// # fn main() {}
/// capwire_plugin::export!(capwire_plugin::each_with(Echo::default));
/// ```
#[macro_export]
macro_rules! export {
    ($factory:expr) => {
        const _: () = {
            struct This;

            impl $crate::Exported for This {
                fn factory() -> impl $crate::ProviderFactory {
                    $factory
                }
            }

            #[allow(
                unsafe_code,
                reason = "the note tells hosts the version before they load the library"
            )]
            #[used]
            #[unsafe(link_section = ".note.capwire")]
            static NOTE: $crate::abi::Note = $crate::abi::Note::CURRENT;

            #[allow(
                unsafe_code,
                non_upper_case_globals,
                reason = "hosts find the provider by this name"
            )]
            #[unsafe(no_mangle)]
            static capwire_provider: $crate::abi::ProviderTable = $crate::table::<This>();
        };
    };
}
