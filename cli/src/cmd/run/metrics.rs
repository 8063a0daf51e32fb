//! The metrics endpoint of `capwire run --metrics`.

use crate::error::Error;
use crate::output;
use capwire::Host;
use capwire::metrics::Endpoint;
use serde_json::json;
use std::net::SocketAddr;

/// Serves the metrics of `host` at `address`, and prints the URL.
pub(super) async fn listen(
    host: &Host,
    address: SocketAddr,
    json: bool,
) -> Result<Endpoint, Error> {
    let endpoint = Endpoint::listen(address, host.clone()).await;
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
