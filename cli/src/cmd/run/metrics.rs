//! The metrics endpoint of `capwire run --metrics`.

use crate::error::Error;
use crate::output;
use crate::plan::Plan;
use capwire::Host;
use capwire::metrics::{Endpoint, Expected};
use serde_json::json;
use std::net::SocketAddr;

/// Returns what must be up for a host of `plan` to be ready.
pub(super) fn expected(plan: &Plan) -> Expected {
    let mut expected = Expected::default();
    let actors = plan.actors.iter();
    expected.actors = actors
        .map(|actor| (actor.id(), actor.actor.name()))
        .collect();
    let bindings = plan.bindings.iter();
    expected.bindings = bindings.map(|binding| binding.key.clone()).collect();
    expected
}

/// Serves the metrics of `host` at `address`, and prints the URL.
pub(super) async fn listen(
    host: &Host,
    address: SocketAddr,
    expected: Expected,
    json: bool,
) -> Result<Endpoint, Error> {
    let endpoint = Endpoint::listen_expecting(address, host.clone(), expected).await;
    let endpoint = endpoint.map_err(|error| {
        Error::failure(format!("cannot serve metrics at {address}"))
            .because(error)
            .help("choose an address of this machine with a free port for `--metrics`; port 0 means any free port")
    })?;
    let url = format!("http://{}/metrics", endpoint.address());
    match json {
        true => output::json_text(&json!({ "metrics": url }).to_string())?,
        false => output::line(&format!("metrics {url}"))?,
    }
    Ok(endpoint)
}
