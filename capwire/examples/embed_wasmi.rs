//! Embeds a host that runs the actors of one issuer, within small limits, on wasmi alone:
//! `cargo run -p capwire --no-default-features --features wasmi,testing --example embed_wasmi`.
#![expect(clippy::print_stdout, reason = "an example shows its outcome")]

use capwire::wapc::ResourceLimits;
use capwire::wascap::Verifier;
use capwire::{ActorOptions, ErrorKind, Host, HostOptions, engine, testing};
use std::error::Error;
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut limits = ResourceLimits::default();
    limits.memory_pages = 16; // of 64 KiB
    limits.message_bytes = 64 * 1024;
    let actors = ActorOptions::default()
        .with_limits(limits)
        .with_deadline(Duration::from_secs(2))
        .with_cpu_budget(Duration::from_millis(200));

    let issuer = testing::Issuer::generate()?;
    let host = Host::builder(engine::Wasmi::new())
        .options(HostOptions::default().with_actors(actors))
        .verifier(Verifier::new().trust(issuer.trust()?))
        .build()?;

    let wasm = wat::parse_str(include_str!("guests/echo.wat"))?;
    let stranger = host.verify(testing::sign(&wasm, &[])?).await;
    let refused = stranger.err().map(|error| error.kind());
    assert_eq!(refused, Some(ErrorKind::Unverified));

    let actor = host.verify(issuer.sign(&wasm, &[])?).await?;
    let echo = host.start_actor(actor).await?;
    let reply = host.call(echo, "echo", "hello").await?;
    println!("the actor of {} answered {reply:?}", issuer.account());
    assert_eq!(reply, "hello");

    let long = host.call(echo, "echo", vec![0; 64 * 1024 + 1]).await;
    let refused = long.err().map(|error| error.kind());
    assert_eq!(refused, Some(ErrorKind::Invalid));
    host.shutdown().await?;
    Ok(())
}
