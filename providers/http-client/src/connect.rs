//! Connections: names are resolved, addresses are checked, and only then is one connected to.

use crate::address::{Network, Special, special};
use crate::resolve::Resolve;
use crate::settings::{Http2, Proxy};
use crate::stream::Connection;
use hyper::Uri;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tower_service::Service;

/// The number of addresses of a name that are tried.
const MOST_ADDRESSES: usize = 8;

/// The reason why no connection was made. The texts name no address: an actor could use them to
/// learn about the network of its host.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error(
        "the address of `{host}` is not on the internet ({kind}); `ALLOW_PRIVATE` of the binding does not allow it"
    )]
    Forbidden { host: String, kind: Special },
    #[error("cannot find the address of `{host}`")]
    Resolve { host: String, source: io::Error },
    #[error("cannot connect to `{host}`")]
    Connect { host: String, source: io::Error },
    #[error("cannot connect to `{host}` in time")]
    TimedOut { host: String },
    #[error("the proxy of the binding does not connect to `{host}`")]
    Proxy {
        host: String,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("cannot begin TLS with `{host}`")]
    Tls { host: String, source: io::Error },
    #[error("`{host}` does not speak HTTP/2, which `HTTP2` of the binding requires")]
    NoHttp2 { host: String },
}

impl ConnectError {
    /// Returns true if the same request can succeed when it is sent again.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Forbidden { .. } | Self::NoHttp2 { .. } => false,
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::TimedOut { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. } => true,
        }
    }
}

/// Makes the connections of one binding.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) networks: Vec<Network>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) http2: Http2,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) timeout: Duration,
}

impl Connector {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let site = Site::of(&uri);
            match timeout(inner.timeout, inner.connect(&site)).await {
                Ok(connected) => connected,
                Err(_) => Err(ConnectError::TimedOut { host: site.host }),
            }
        })
    }
}

/// The site to connect to.
struct Site {
    /// The name, or the address without brackets.
    host: String,
    port: u16,
    is_tls: bool,
}

impl Site {
    fn of(uri: &Uri) -> Self {
        let is_tls = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Self {
            host: host.to_owned(),
            port: uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            is_tls,
        }
    }
}

impl Inner {
    async fn connect(&self, site: &Site) -> Result<Connection, ConnectError> {
        let addresses = self.addresses(site).await?;
        let stream = match &self.proxy {
            None => self.open(&site.host, &addresses).await?,
            Some(proxy) => self.tunnel(proxy, site, &addresses).await?,
        };
        match site.is_tls {
            true => self.encrypt(site, stream).await,
            false => Ok(Connection::new(stream, false)),
        }
    }

    /// Returns the addresses of the site to which requests may go.
    async fn addresses(&self, site: &Site) -> Result<Vec<SocketAddr>, ConnectError> {
        let host = || site.host.clone();
        let found = match site.host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => {
                let resolved = self.resolver.resolve(&site.host).await;
                resolved.map_err(|source| ConnectError::Resolve {
                    host: host(),
                    source,
                })?
            }
        };
        let mut forbidden = None;
        let mut addresses = Vec::new();
        for address in found.into_iter().take(MOST_ADDRESSES) {
            match self.forbids(address) {
                Some(kind) => forbidden = Some(kind),
                // The address that was judged: IPv4, where IPv6 only wraps it.
                None => addresses.push(SocketAddr::new(address.to_canonical(), site.port)),
            }
        }
        match (addresses.is_empty(), forbidden) {
            (false, _) => Ok(addresses),
            (true, Some(kind)) => Err(ConnectError::Forbidden { host: host(), kind }),
            (true, None) => Err(ConnectError::Resolve {
                host: host(),
                source: io::ErrorKind::NotFound.into(),
            }),
        }
    }

    /// Returns the kind of `address` if requests may not go there.
    fn forbids(&self, address: IpAddr) -> Option<Special> {
        let allowed = |network: &Network| network.contains(address);
        special(address).filter(|_| !self.networks.iter().any(allowed))
    }

    /// Connects to the first of `addresses` that answers. Each one has its share of the time.
    async fn open(&self, host: &str, addresses: &[SocketAddr]) -> Result<TcpStream, ConnectError> {
        let end = Instant::now() + self.timeout;
        let mut source = io::ErrorKind::NotFound.into();
        for (index, address) in addresses.iter().enumerate() {
            let left = end.saturating_duration_since(Instant::now());
            let others = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let share = Instant::now() + left / others;
            match timeout_at(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Requests are written at once, so small ones need not wait for more.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => source = error,
                Err(_) => source = io::ErrorKind::TimedOut.into(),
            }
        }
        let host = host.to_owned();
        Err(ConnectError::Connect { host, source })
    }

    /// Connects to the first of `addresses` through the proxy. The proxy gets no name, which it
    /// could resolve to another address.
    async fn tunnel(
        &self,
        proxy: &Proxy,
        site: &Site,
        addresses: &[SocketAddr],
    ) -> Result<TcpStream, ConnectError> {
        let failed = |source| ConnectError::Proxy {
            host: site.host.clone(),
            source,
        };
        let found = match proxy.host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => {
                let found = self.resolver.resolve(&proxy.host).await;
                found.map_err(|error| failed(error.into()))?
            }
        };
        let to_proxy: Vec<SocketAddr> = found
            .into_iter()
            .map(|address| SocketAddr::new(address, proxy.port))
            .collect();
        let Some(target) = addresses.first() else {
            return Err(failed("no address".into()));
        };
        let stream = self.open(&proxy.host, &to_proxy).await;
        let stream = stream.map_err(|error| failed(error.into()))?;
        let mut tunnel = Tunnel::new(Uri::default(), Opened(Some(stream)));
        if let Some(authorization) = &proxy.authorization {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        let uri = format!("https://{target}/").parse::<Uri>();
        let uri = uri.map_err(|error| failed(error.into()))?;
        let opened = tunnel.call(uri).await;
        let opened = opened.map_err(|error| failed(error.into()))?;
        Ok(opened.into_inner())
    }

    async fn encrypt(&self, site: &Site, stream: TcpStream) -> Result<Connection, ConnectError> {
        let failed = |source| ConnectError::Tls {
            host: site.host.clone(),
            source,
        };
        let name = ServerName::try_from(site.host.clone());
        let name = name.map_err(|error| failed(io::Error::other(error)))?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(name, stream).await.map_err(failed)?;
        let (_, session) = stream.get_ref();
        let is_http2 = session.alpn_protocol() == Some(b"h2");
        if self.http2 == Http2::Only && !is_http2 {
            return Err(ConnectError::NoHttp2 {
                host: site.host.clone(),
            });
        }
        Ok(Connection::new(stream, is_http2))
    }
}

/// A connection to a proxy that is open already.
struct Opened(Option<TcpStream>);

impl Service<Uri> for Opened {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<TokioIo<TcpStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let opened = self.0.take().map(TokioIo::new);
        std::future::ready(opened.ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}
