//! The client of a request: the peer of the connection, or what a trusted proxy says of it.

mod forwarded;
mod network;
mod node;

use crate::keys::{CLIENT_FIELDS, PROXY_FIELDS, TRUSTED_PROXIES};
use capwire_provider::{Config, ProviderError};
use forwarded::Element;
use hyper::HeaderMap;
use hyper::header::{FORWARDED, HOST, HeaderName, HeaderValue};
use hyper::http::uri::Authority;
use network::Network;
use std::net::IpAddr;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
/// The begin of the names of fields that only the server may set for the actor.
const OWN_FIELDS: &str = "x-forwarded-";
/// The maximum length of a host, in bytes.
const LONGEST_HOST: usize = 255;

/// The rules by which a binding finds the client of a request.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    trusted: Vec<Network>,
    fields: ProxyFields,
    /// `true` if the actor learns of the client.
    tells_actor: bool,
    is_tls: bool,
}

/// The fields in which the proxies say for whom they ask. A proxy passes on fields that it does not
/// know, so only those of one kind are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProxyFields {
    XForwarded,
    Forwarded,
}

/// A client, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) address: IpAddr,
    scheme: &'static str,
    /// The host that the client asked for, if a proxy says so.
    host: Option<String>,
}

impl Clients {
    pub(crate) fn read(config: &Config, is_tls: bool) -> Result<Self, ProviderError> {
        let trusted = match config.get(TRUSTED_PROXIES) {
            Some(list) => list.split(',').map(|entry| network(entry.trim())).collect(),
            None => Ok(Vec::new()),
        };
        let trusted: Vec<Network> = trusted?;
        let fields = match config.get(PROXY_FIELDS) {
            None | Some("x-forwarded") => ProxyFields::XForwarded,
            Some("forwarded") => ProxyFields::Forwarded,
            Some(_) => {
                let reason = "must be `x-forwarded` or `forwarded`";
                return Err(ProviderError::config(PROXY_FIELDS, reason));
            }
        };
        let tells_actor = match config.get(CLIENT_FIELDS) {
            Some(text) => text
                .parse()
                .map_err(|_| ProviderError::config(CLIENT_FIELDS, "must be `true` or `false`"))?,
            None => !trusted.is_empty(),
        };
        Ok(Self {
            trusted,
            fields,
            tells_actor,
            is_tls,
        })
    }

    /// Returns the client of a request that came from `peer`.
    pub(crate) fn find(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let client = Client {
            address: peer.to_canonical(),
            scheme: if self.is_tls { "https" } else { "http" },
            host: None,
        };
        if !self.trusts(client.address) {
            return client;
        }
        match self.fields {
            ProxyFields::XForwarded => self.by_x_forwarded(client, headers),
            ProxyFields::Forwarded => self.by_forwarded(client, headers),
        }
    }

    /// Replaces what the head says of the client, if the actor learns of it from the server.
    pub(crate) fn tell(&self, client: &Client, headers: &mut HeaderMap) {
        if !self.tells_actor {
            return;
        }
        let is_own = |name: &&HeaderName| {
            **name == FORWARDED || **name == REAL_IP || name.as_str().starts_with(OWN_FIELDS)
        };
        let own: Vec<HeaderName> = headers.keys().filter(is_own).cloned().collect();
        for name in own {
            headers.remove(name);
        }
        if let Ok(address) = HeaderValue::try_from(client.address.to_string()) {
            headers.insert(FORWARDED_FOR, address);
        }
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static(client.scheme));
        let host = match &client.host {
            Some(host) => HeaderValue::try_from(host.as_str()).ok(),
            None => headers.get(HOST).cloned(),
        };
        if let Some(host) = host {
            headers.insert(FORWARDED_HOST, host);
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// Goes from the right, where the last proxy writes, to the first address that is no proxy's.
    fn by_x_forwarded(&self, mut client: Client, headers: &HeaderMap) -> Client {
        let mut hops: usize = 0;
        for entry in from_the_right(headers, FORWARDED_FOR) {
            let Some(address) = node::address(entry) else {
                break;
            };
            client.address = address;
            if !self.trusts(address) {
                break;
            }
            hops = hops.saturating_add(1);
        }
        // The proxy that wrote the address wrote these at the same place, or else alone.
        let of_hop = |name| {
            from_the_right(headers, name)
                .take(hops.saturating_add(1))
                .last()
        };
        if let Some(scheme) = of_hop(FORWARDED_PROTO).and_then(scheme) {
            client.scheme = scheme;
        }
        client.host = of_hop(FORWARDED_HOST).and_then(host);
        client
    }

    fn by_forwarded(&self, mut client: Client, headers: &HeaderMap) -> Client {
        for line in headers.get_all(FORWARDED).iter().rev() {
            let elements = line.to_str().ok().and_then(forwarded::elements);
            let Some(elements) = elements else {
                return client;
            };
            for Element {
                of,
                proto,
                host: named,
            } in elements.into_iter().rev()
            {
                if let Some(scheme) = proto.as_deref().and_then(scheme) {
                    client.scheme = scheme;
                }
                if let Some(host) = named.as_deref().and_then(host) {
                    client.host = Some(host);
                }
                let Some(address) = of.as_deref().and_then(node::bracketed) else {
                    return client;
                };
                client.address = address;
                if !self.trusts(address) {
                    return client;
                }
            }
        }
        client
    }
}

fn network(text: &str) -> Result<Network, ProviderError> {
    Network::parse(text).map_err(|reason| {
        let reason = format!("its entry {text:?} is wrong; {reason}");
        ProviderError::config(TRUSTED_PROXIES, reason)
    })
}

/// Returns the entries of a list, the last one first. The list may be in several fields.
fn from_the_right(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).iter().rev();
    let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    let entries = entries
        .map(<[u8]>::trim_ascii)
        .filter(|entry| !entry.is_empty());
    // What is no text is no address, so nothing before it counts.
    entries.map(|entry| str::from_utf8(entry).unwrap_or("?"))
}

fn scheme(text: &str) -> Option<&'static str> {
    let mut known = ["http", "https"].into_iter();
    known.find(|it| it.eq_ignore_ascii_case(text))
}

fn host(text: &str) -> Option<String> {
    let authority = Authority::try_from(text).ok()?;
    let is_host = text.len() <= LONGEST_HOST && !text.contains('@') && !authority.host().is_empty();
    is_host.then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
