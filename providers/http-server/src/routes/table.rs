//! The routes of one port.

use super::host::{Host, normal};
use super::pattern::Pattern;
use crate::cors;
use crate::site::Site;
use arc_swap::ArcSwap;
use bytes::Bytes;
use capwire_provider::BindingId;
use capwire_serving::{Peer, Request, Response, Service};
use hyper::header::{ALLOW, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, StatusCode, Uri};
use std::sync::Arc;

/// The routes of one port. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Table(Arc<ArcSwap<Vec<Route>>>);

/// One host and path of a binding.
#[derive(Clone)]
struct Route {
    host: Host,
    path: String,
    methods: Vec<Method>,
    strips: bool,
    site: Arc<Site>,
}

/// No route is for a request.
enum Miss {
    Host,
    Path,
    /// The methods of the routes with this host and path.
    Method(Vec<Method>),
}

impl Table {
    /// Adds the routes of `site`. Calls must not run at the same time.
    pub(crate) fn add(&self, pattern: &Pattern, site: &Arc<Site>) {
        let mut routes = Vec::clone(&self.0.load());
        for host in &pattern.hosts {
            routes.extend(pattern.paths.iter().map(|path| Route {
                host: host.clone(),
                path: path.clone(),
                methods: pattern.methods.clone(),
                strips: pattern.strips,
                site: Arc::clone(site),
            }));
        }
        let longest = |route: &Route| std::cmp::Reverse(route.path.len());
        routes.sort_by(|one, other| {
            let paths = longest(one)
                .cmp(&longest(other))
                .then(one.path.cmp(&other.path));
            one.host.cmp(&other.host).then(paths)
        });
        self.0.store(Arc::new(routes));
    }

    /// Removes the routes of `binding`. Requests in progress go on.
    pub(crate) fn remove(&self, binding: &BindingId) {
        let mut routes = Vec::clone(&self.0.load());
        routes.retain(|route| route.site.binding() != binding);
        self.0.store(Arc::new(routes));
    }

    fn find(&self, request: &Request) -> Result<(Arc<Site>, Option<Uri>), Miss> {
        let routes = self.0.load();
        if let [route] = routes.as_slice()
            && route.is_everything()
        {
            return Ok((Arc::clone(&route.site), None));
        }
        let host = request
            .headers()
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        let (host, path) = (normal(host.unwrap_or_default()), request.uri().path());
        let first = routes
            .iter()
            .find(|route| route.host.includes(&host))
            .ok_or(Miss::Host)?;
        let of_host = || routes.iter().filter(|route| route.host == first.host);
        let mut of_host_and_path = of_host().filter(|route| route.leads_to(path));
        let first = of_host_and_path.next().ok_or(Miss::Path)?;
        let same = of_host().filter(|route| route.path == first.path);
        // The server answers a preflight for the route of the request that is to follow.
        let preflight = cors::requested_method(request.method(), request.headers());
        let preflight = preflight.and_then(|method| {
            let mut with_cors = same.clone().filter(|route| route.site.has_cors());
            with_cors.find(|route| route.takes(&method))
        });
        match preflight.or_else(|| same.clone().find(|route| route.takes(request.method()))) {
            Some(route) => Ok((Arc::clone(&route.site), route.stripped(request.uri()))),
            None => Err(Miss::Method(
                same.flat_map(|it| it.methods.clone()).collect(),
            )),
        }
    }
}

impl Route {
    fn is_everything(&self) -> bool {
        self.host == Host::Any && self.path.is_empty() && self.methods.is_empty()
    }

    /// Returns `true` if `path` is the path of this route, or below it.
    fn leads_to(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.path);
        rest.is_some_and(|rest| self.path.is_empty() || rest.is_empty() || rest.starts_with('/'))
    }

    fn takes(&self, method: &Method) -> bool {
        self.methods.is_empty() || self.methods.contains(method)
    }

    /// Returns `uri` without the path of this route, if the actor must not see it.
    fn stripped(&self, uri: &Uri) -> Option<Uri> {
        if !self.strips || self.path.is_empty() {
            return None;
        }
        let target = uri.path_and_query()?.as_str();
        let rest = target.strip_prefix(&self.path)?;
        let target = match rest.starts_with('/') {
            true => PathAndQuery::try_from(rest),
            false => PathAndQuery::try_from(format!("/{rest}")),
        };
        target.ok().map(Uri::from)
    }
}

impl Service for Table {
    async fn answer(&self, mut request: Request, peer: &Peer) -> Response {
        match self.find(&request) {
            Ok((site, target)) => {
                if let Some(target) = target {
                    *request.uri_mut() = target;
                }
                site.answer(request, peer).await
            }
            Err(miss) => miss.response(),
        }
    }
}

impl Miss {
    fn response(self) -> Response {
        let (status, text) = match &self {
            Self::Host => (
                StatusCode::MISDIRECTED_REQUEST,
                "This server has no such host",
            ),
            Self::Path => (StatusCode::NOT_FOUND, "Not found"),
            Self::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
        };
        tracing::debug!(status = status.as_u16(), "no binding is for a request");
        let mut response = Response::new(Bytes::from_static(text.as_bytes()).into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(CONTENT_TYPE, plain);
        if let Self::Method(methods) = self {
            let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
            if let Ok(allowed) = HeaderValue::try_from(names.join(", ")) {
                headers.insert(ALLOW, allowed);
            }
        }
        response
    }
}
