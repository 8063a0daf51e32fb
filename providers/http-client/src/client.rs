//! The client of one binding: its limits, its connections and its requests.

use crate::connect::{Connector, Inner};
use crate::failure::Failure;
use crate::redirect;
use crate::request::Outgoing;
use crate::resolve::Resolve;
use crate::response;
use crate::settings::{Http2, Settings};
use bytes::Bytes;
use capwire_contracts::http::{Request, Response};
use capwire_provider::Call;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Method, http};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// The maximum size of the head of a response, in bytes.
const MAX_HEAD: usize = 64 << 10;
/// The longest wait before the first repetition of a request, which doubles with each one.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

type Answer = http::Response<Incoming>;

/// The client of one binding.
pub(crate) struct Client {
    settings: Settings,
    pool: Pool<Connector, Full<Bytes>>,
    /// A permit for each request at once.
    permits: Semaphore,
}

impl Client {
    pub(crate) fn new(settings: Settings, resolver: Arc<dyn Resolve>) -> Self {
        let connector = Connector::new(Inner {
            resolver,
            networks: settings.networks.clone(),
            tls: Arc::clone(&settings.tls),
            http2: settings.http2,
            proxy: settings.proxy.clone(),
            timeout: settings.connect_timeout,
        });
        let pool = Pool::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(settings.idle_timeout)
            .pool_max_idle_per_host(settings.idle_connections)
            .http1_max_buf_size(MAX_HEAD)
            .http2_max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
            .http2_only(settings.http2 == Http2::Only)
            .build(connector);
        Self {
            permits: Semaphore::new(settings.max_requests),
            settings,
            pool,
        }
    }

    /// Performs the request of `call` within its time.
    pub(crate) async fn perform(
        &self,
        call: &Call<'_>,
        message: Request,
    ) -> Result<Response, Failure> {
        let request = Outgoing::checked(message, call.trace)?;
        if self.settings.sites.is_empty() {
            return Err(Failure::NoHosts);
        }
        if !self.settings.sites.allow(&request.url) {
            let site = site(&request);
            return Err(Failure::NotAllowed { site });
        }
        let time = call.time_left().unwrap_or(Duration::MAX);
        let time = time.min(self.settings.timeout);
        let answered = timeout(time, self.answered(call, request)).await;
        answered.unwrap_or(Err(Failure::TooSlow))
    }

    async fn answered(&self, call: &Call<'_>, request: Outgoing) -> Result<Response, Failure> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.ok();
        let answer = self.followed(call, request).await?;
        response::message(answer, self.settings.max_body).await
    }

    /// Sends `request` and the requests to which it is redirected.
    async fn followed(&self, call: &Call<'_>, mut request: Outgoing) -> Result<Answer, Failure> {
        let most = self.settings.redirects;
        let mut redirects = 0;
        loop {
            let answer = self.repeated(&request).await?;
            if most == 0 {
                return Ok(answer);
            }
            let Some(next) = redirect::next(&request, answer.status(), answer.headers())? else {
                return Ok(answer);
            };
            redirects += 1;
            if redirects > most {
                return Err(Failure::TooManyRedirects { most });
            }
            self.may_follow(call, &next)?;
            request = next;
        }
    }

    /// Checks a redirect as strictly as the request itself: the host checks only the URL that the
    /// actor sent.
    fn may_follow(&self, call: &Call<'_>, next: &Outgoing) -> Result<(), Failure> {
        if !self.settings.sites.allow(&next.url) {
            let site = site(next);
            return Err(Failure::RedirectNotAllowed { site });
        }
        let (method, site) = (next.method.to_string(), next.url.authority());
        match call.may_use(&method, &site) {
            true => Ok(()),
            false => Err(Failure::RedirectNotClaimed { method, site }),
        }
    }

    /// Sends `request`, and sends it again if no response begins and its method allows this.
    async fn repeated(&self, request: &Outgoing) -> Result<Answer, Failure> {
        let retries = match is_idempotent(&request.method) {
            true => self.settings.retries,
            false => 0,
        };
        let mut wait = FIRST_WAIT;
        for _ in 0..retries {
            match self.sent(request).await {
                Err(failure) if failure.is_temporary() => {
                    sleep(wait.mul_f64(fastrand::f64())).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                answer => return answer,
            }
        }
        self.sent(request).await
    }

    async fn sent(&self, request: &Outgoing) -> Result<Answer, Failure> {
        let mut sent = http::Request::new(Full::new(request.body.clone()));
        *sent.method_mut() = request.method.clone();
        *sent.headers_mut() = request.headers.clone();
        let text = request.url.to_string();
        *sent.uri_mut() = text.parse().map_err(|_| Failure::BadUrl)?;
        let end = Instant::now() + self.settings.head_timeout;
        match timeout_at(end, self.pool.request(sent)).await {
            Ok(answer) => answer.map_err(Failure::Send),
            Err(_) => Err(Failure::HeadTooSlow),
        }
    }
}

/// Returns true if a server may get such a request twice (RFC 9110, section 9.2.2).
fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    )
}

/// Returns the site of a request as `ALLOW` would name it.
fn site(request: &Outgoing) -> String {
    let url = &request.url;
    format!("`{}://{}`", url.scheme().name(), url.authority())
}
