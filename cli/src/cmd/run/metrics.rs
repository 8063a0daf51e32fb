//! The metrics endpoint of `capwire run --metrics`.

use crate::deployment::Deployment;
use crate::error::Error;
use crate::output;
use capwire::metrics::Endpoint;
use serde_json::json;
use std::net::SocketAddr;

/// Serves the metrics of the host of `deployment` at `address`, and prints the URL.
pub(super) async fn listen(
    deployment: &Deployment,
    address: SocketAddr,
    json: bool,
) -> Result<Endpoint, Error> {
    let (host, expectation) = (deployment.host().clone(), deployment.expectation().clone());
    let endpoint = Endpoint::listen_expecting(address, host, expectation).await;
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
