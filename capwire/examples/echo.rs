//! Starts an actor and calls it: `cargo run -p capwire --features wasmi,testing --example echo`.
#![expect(clippy::print_stdout, reason = "an example shows its outcome")]

use capwire::{Host, engine, testing};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // An author signs modules with `capwire sign`; this test signature serves as well.
    let wasm = wat::parse_str(include_str!("guests/echo.wat"))?;
    let signed = testing::sign(&wasm, &[])?;

    let host = Host::builder(engine::Wasmi::new()).build()?;
    let actor = host.verify(signed).await?;
    let echo = host.start_actor(actor).await?;

    let reply = host.call(echo, "echo", "hello").await?;
    println!("the actor answered {reply:?}");
    assert_eq!(reply, "hello");

    host.shutdown().await?;
    Ok(())
}
