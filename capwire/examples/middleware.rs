//! Logs every call, and refuses one operation, in a layer of tower around all calls:
//! `cargo run -p capwire --features wasmi,testing --example middleware`.
#![expect(clippy::print_stdout, reason = "an example shows its outcome")]

use capwire::{Dispatch, Error as HostError, ErrorKind, Host, Invocation, engine, testing};
use std::error::Error;
use std::time::Instant;
use tower::{ServiceExt, layer::layer_fn, service_fn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let audit = layer_fn(|inner: Dispatch| {
        service_fn(move |invocation: Invocation| {
            let inner = inner.clone();
            async move {
                let operation = invocation.operation().to_owned();
                if operation == "reset" {
                    return Err(HostError::middleware("reset is not allowed"));
                }
                let begun = Instant::now();
                let result = inner.oneshot(invocation).await;
                println!("{operation} took {:?}", begun.elapsed());
                result
            }
        })
    });
    let host = Host::builder(engine::Wasmi::new()).layer(audit).build()?;

    let wasm = wat::parse_str(include_str!("guests/echo.wat"))?;
    let actor = host.verify(testing::sign(&wasm, &[])?).await?;
    let echo = host.start_actor(actor).await?;

    assert_eq!(host.call(echo, "echo", "hello").await?, "hello");
    let refused = host.call(echo, "reset", "").await;
    let kind = refused.err().map(|error| error.kind());
    assert_eq!(kind, Some(ErrorKind::Middleware));
    host.shutdown().await?;
    Ok(())
}
