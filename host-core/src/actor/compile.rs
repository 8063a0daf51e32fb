//! Compiles modules on threads that may block.

use crate::error::CompileFault;
use bytes::Bytes;
use capwire_wapc::{Engine, Module, ResourceLimits};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Compiles a module for guests with `limits` when one of `places` is free.
pub(super) async fn compile(
    engine: Arc<dyn Engine>,
    wasm: Bytes,
    limits: ResourceLimits,
    places: Arc<Semaphore>,
) -> Result<Arc<dyn Module>, CompileFault> {
    // The semaphore is never closed. The place stays taken if the caller goes away meanwhile.
    let place = places.acquire_owned().await;
    let compiled = spawn_blocking(move || {
        let _place = place;
        let module = engine.compile(&wasm)?;
        module.prepare(&limits)?;
        Ok(module)
    });
    match compiled.await {
        Ok(module) => module.map_err(CompileFault::Compile),
        Err(_) => Err(CompileFault::Panic),
    }
}
