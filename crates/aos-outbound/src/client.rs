//! The client: limits, guard, redirects, retries around one HTTP library.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderMap, Method, header};
use tracing::Instrument;
use url::{Host, Url};

use crate::{
    Exchange, HostRule, Lookup, OutboundError, OutboundErrorKind, Recorder, Request, Response, Sent, StreamedResponse,
    guard::{Verdict, judge},
    limiter::Limiters,
    recording::Tape,
    request::Body,
    resolver::{Resolver, SystemLookup, public_only},
    response::{Limits, Source},
    retry, trust,
};

/// How long an unused connection is kept. Many servers close theirs after five seconds; a write on a connection that
/// closes at that moment has an unknown outcome, so ours go first.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// What an installation says about its way out.
#[derive(Clone, Debug)]
pub struct OutboundConfig {
    /// Hosts that may be called although their addresses are not public.
    pub allow: Vec<HostRule>,
    pub user_agent: String,
    /// For name, connection and encryption together.
    pub connect_timeout: Duration,
    /// For a whole exchange, unless the request says otherwise.
    pub timeout: Duration,
    /// For the silence between two pieces of a body, unless the request says otherwise.
    pub idle_timeout: Duration,
    /// Of a body after decompression, unless the request says otherwise.
    pub max_bytes: u64,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            user_agent: concat!("agency-os/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            max_bytes: 16 << 20,
        }
    }
}

/// The way out. Cheap to clone; clones share connections and rate limits.
#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

struct Inner {
    config: OutboundConfig,
    lookup: Arc<dyn Lookup>,
    /// Connects to public addresses only.
    guarded: reqwest::Client,
    /// For hosts of the allow list.
    open: reqwest::Client,
    limiters: Limiters,
    wire: Wire,
}

/// What requests travel over.
enum Wire {
    Network,
    Recorded(Recorder),
    Replayed(Tape, Recorder),
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Outbound {
    /// # Errors
    /// When the HTTP library can't start, mostly for want of the system's certificates.
    pub fn new(config: OutboundConfig) -> Result<Self, OutboundError> {
        Self::assemble(config, Arc::new(SystemLookup), Wire::Network)
    }
    /// The same with another source of addresses.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_lookup(config: OutboundConfig, lookup: Arc<dyn Lookup>) -> Result<Self, OutboundError> {
        Self::assemble(config, lookup, Wire::Network)
    }
    /// The same, with every exchange kept in `recorder`. Bodies are read whole before they are handed on.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn recording(config: OutboundConfig, recorder: Recorder) -> Result<Self, OutboundError> {
        Self::assemble(config, Arc::new(SystemLookup), Wire::Recorded(recorder))
    }
    /// Answers from a recording and never touches the network. A request that is not the next one of the recording
    /// fails with words that say which one was expected.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn replaying(exchanges: Vec<Exchange>) -> Result<Self, OutboundError> {
        Self::rehearsing(exchanges, Recorder::default())
    }
    /// The same, with what was sent kept in `recorder`, so that requests can be looked at although nothing left.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn rehearsing(exchanges: Vec<Exchange>, recorder: Recorder) -> Result<Self, OutboundError> {
        let wire = Wire::Replayed(Tape::new(exchanges), recorder);
        Self::assemble(OutboundConfig::default(), Arc::new(SystemLookup), wire)
    }

    fn assemble(config: OutboundConfig, lookup: Arc<dyn Lookup>, wire: Wire) -> Result<Self, OutboundError> {
        let no_start = |why: &dyn fmt::Display| {
            OutboundError::unsent(OutboundErrorKind::Tls, format!("The HTTP client can't start: {why}."))
        };
        let trust = trust::of_the_system().map_err(|error| no_start(&error))?;
        let client = |guarded| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(trust.clone())
                .user_agent(&config.user_agent)
                .connect_timeout(config.connect_timeout)
                .pool_idle_timeout(KEEP_IDLE)
                // Redirects are followed here, under the guard.
                .redirect(reqwest::redirect::Policy::none())
                // A proxy from the environment would resolve names out of the guard's sight.
                .no_proxy()
                .dns_resolver(Arc::new(Resolver { lookup: lookup.clone(), guarded }))
                .build()
                .map_err(|error| no_start(&error))
        };
        let (guarded, open) = (client(true)?, client(false)?);
        Ok(Self(Arc::new(Inner { config, lookup, guarded, open, limiters: Limiters::default(), wire })))
    }

    /// Sends a request and reads the whole answer. Any status is an answer.
    ///
    /// # Errors
    /// When no whole answer came; [`OutboundError::sent`] says whether the request may have taken effect.
    pub async fn send(&self, request: Request) -> Result<Response, OutboundError> {
        let mut tries = 1;
        loop {
            let outcome = match self.attempt(&request).await {
                Ok(streamed) => streamed.collect().await,
                Err(error) => Err(error),
            };
            let pause = match &outcome {
                Ok(response) => retry::pause_after_answer(response.status, &response.headers, tries),
                Err(error) => retry::pause_after_error(error, tries),
            };
            match pause {
                Some(pause) if request.may_repeat(tries) => tokio::time::sleep(pause).await,
                _ => return outcome,
            }
            tries += 1;
        }
    }

    /// Sends a request and hands the answer on as it arrives. Retries end where the body begins.
    ///
    /// # Errors
    /// As [`Self::send`]; those of the body come from [`StreamedResponse::chunk`].
    pub async fn stream(&self, request: Request) -> Result<StreamedResponse, OutboundError> {
        let mut tries = 1;
        loop {
            let outcome = self.attempt(&request).await;
            let pause = match &outcome {
                Ok(response) => retry::pause_after_answer(response.status, &response.headers, tries),
                Err(error) => retry::pause_after_error(error, tries),
            };
            match pause {
                Some(pause) if request.may_repeat(tries) => tokio::time::sleep(pause).await,
                _ => return outcome,
            }
            tries += 1;
        }
    }

    /// Whether the guard lets a URL pass, its name's addresses included.
    ///
    /// For requests that somebody else makes, such as a browser: between this answer and their own look-up the name
    /// may change, so they need a boundary of their own as well.
    ///
    /// # Errors
    /// `Blocked`, `InvalidUrl` or `Dns`.
    pub async fn check_url(&self, url: &Url) -> Result<(), OutboundError> {
        let (Verdict::ToBeChecked, Some(Host::Domain(name))) = (judge(url, &self.0.config.allow)?, url.host()) else {
            return Ok(());
        };
        let limit = self.0.config.connect_timeout;
        let unknown = || OutboundError::unsent(OutboundErrorKind::Dns, format!("The name {name} could not be found."));
        let addresses = tokio::time::timeout(limit, self.0.lookup.addresses(name))
            .await
            .map_err(|_| OutboundError::timed_out(url, limit, Sent::No))?
            .map_err(|_| unknown())?;
        let public = public_only(addresses).map_err(|refused| OutboundError::blocked(url, refused.reason))?;
        if public.is_empty() { Err(unknown()) } else { Ok(()) }
    }

    /// What can be said of a URL without asking for its name's addresses: scheme, literal addresses, `localhost`.
    ///
    /// # Errors
    /// `Blocked` or `InvalidUrl`.
    pub fn allows_literally(&self, url: &Url) -> Result<(), OutboundError> {
        judge(url, &self.0.config.allow).map(|_| ())
    }

    /// One try, redirects included.
    async fn attempt(&self, request: &Request) -> Result<StreamedResponse, OutboundError> {
        if let Some(mistake) = &request.mistake {
            return Err(mistake.clone());
        }
        let host = crate::error::host_of(&request.url);
        let span = tracing::debug_span!("outbound", method = %request.method, host);
        let started = Instant::now();
        let outcome = self.follow(request, started).instrument(span.clone()).await;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let _entered = span.enter();
        match &outcome {
            Ok(answer) => tracing::debug!(status = answer.status, milliseconds, "answered"),
            Err(error) => tracing::debug!(kind = ?error.kind, sent = ?error.sent, milliseconds, "no answer"),
        }
        outcome
    }

    async fn follow(&self, request: &Request, started: Instant) -> Result<StreamedResponse, OutboundError> {
        let limits = Limits {
            total: request.timeout.unwrap_or(self.0.config.timeout),
            idle: request.idle_timeout.unwrap_or(self.0.config.idle_timeout),
            max_bytes: request.max_bytes.unwrap_or(self.0.config.max_bytes),
            truncate: request.truncate,
        };
        let deadline = started + limits.total;
        if let (Some(key), false) = (&request.rate_key, matches!(self.0.wire, Wire::Replayed(..))) {
            tokio::time::timeout(limits.total, self.0.limiters.wait(key)).await.map_err(|_| {
                let message = "This account has been called as often as its platform allows for now.";
                OutboundError::unsent(OutboundErrorKind::Timeout, message)
            })?;
        }
        let mut hop = request.clone();
        let mut passed = Vec::new();
        loop {
            let answer = self.exchange(&hop, &limits, deadline).await.map_err(|mut error| {
                // An earlier hop did reach a server.
                if !passed.is_empty() {
                    error.sent = Sent::Maybe;
                }
                error
            })?;
            if let Some(next) = redirect_target(&answer, &hop.url).filter(|_| request.redirects > 0) {
                if passed.len() >= usize::from(request.redirects) {
                    let message =
                        format!("{} redirected more than {} times.", crate::redacted(&request.url), request.redirects);
                    return Err(OutboundError::maybe_sent(OutboundErrorKind::TooManyRedirects, message));
                }
                passed.push(hop.url.clone());
                hop.redirect_to(next, answer.status);
                continue;
            }
            return Ok(StreamedResponse {
                status: answer.status,
                headers: answer.headers,
                final_url: hop.url,
                redirects: passed,
                source: answer.source,
                limits,
                received: 0,
                truncated: answer.truncated,
                started,
            });
        }
    }

    /// One request and the head of its answer.
    async fn exchange(&self, hop: &Request, limits: &Limits, deadline: Instant) -> Result<Answer, OutboundError> {
        match &self.0.wire {
            Wire::Network => self.over_network(hop, limits, deadline).await,
            Wire::Replayed(tape, recorder) => {
                let outcome = tape.answer(hop);
                let kept = outcome.as_ref().map(|(status, headers, body)| (*status, headers, &body[..]));
                recorder.keep(Exchange::new(hop, kept));
                let (status, headers, body) = outcome?;
                Ok(Answer { status, headers, source: Source::Ready(Some(body)), truncated: false })
            }
            Wire::Recorded(recorder) => {
                let outcome = self.whole_over_network(hop, limits, deadline).await;
                let kept = outcome.as_ref().map(|whole| (whole.status, &whole.headers, &whole.body[..]));
                recorder.keep(Exchange::new(hop, kept));
                let Response { status, headers, body, truncated, .. } = outcome?;
                Ok(Answer { status, headers, source: Source::Ready(Some(body)), truncated })
            }
        }
    }

    async fn whole_over_network(
        &self,
        hop: &Request,
        limits: &Limits,
        deadline: Instant,
    ) -> Result<Response, OutboundError> {
        let answer = self.over_network(hop, limits, deadline).await?;
        let streamed = StreamedResponse {
            status: answer.status,
            headers: answer.headers,
            final_url: hop.url.clone(),
            redirects: Vec::new(),
            source: answer.source,
            limits: *limits,
            received: 0,
            truncated: false,
            started: Instant::now(),
        };
        streamed.collect().await
    }

    async fn over_network(&self, hop: &Request, limits: &Limits, deadline: Instant) -> Result<Answer, OutboundError> {
        let client = match judge(&hop.url, &self.0.config.allow)? {
            Verdict::Allowed => &self.0.open,
            Verdict::ToBeChecked => &self.0.guarded,
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(OutboundError::timed_out(&hop.url, limits.total, Sent::No));
        }
        let failed = |error: reqwest::Error| OutboundError::from_transport(&error, &hop.url, limits.total);
        let mut builder =
            client.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone()).timeout(left);
        builder = match &hop.body {
            Body::None => builder,
            Body::Bytes(bytes) => builder.body(bytes.clone()),
            Body::Multipart(parts) => builder.multipart(form(parts).map_err(failed)?),
        };
        let response = builder.send().await.map_err(failed)?;
        // What the other side announces needs not be read first.
        if let Some(announced) = response.content_length()
            && announced > limits.max_bytes
            && !limits.truncate
            && hop.method != Method::HEAD
        {
            return Err(OutboundError::too_large(&hop.url, limits.max_bytes));
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, source: Source::Network(response), truncated: false })
    }
}

/// The head of an answer and where its body comes from.
struct Answer {
    status: u16,
    headers: HeaderMap,
    source: Source,
    /// The body was cut while it was recorded.
    truncated: bool,
}

/// Where an answer sends its reader, when it does.
fn redirect_target(answer: &Answer, from: &Url) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    // Servers write non-ASCII paths as raw UTF-8; the URL parser encodes them.
    let location = std::str::from_utf8(answer.headers.get(header::LOCATION)?.as_bytes()).ok()?;
    let mut target = from.join(location).ok()?;
    target.set_fragment(None);
    Some(target)
}

impl Request {
    fn may_repeat(&self, tries: u8) -> bool {
        self.is_repeatable() && tries <= self.retries
    }
    /// Turns this request into the one that follows a redirect.
    fn redirect_to(&mut self, target: Url, status: u16) {
        let becomes_a_read = match status {
            303 => self.method != Method::HEAD,
            301 | 302 => self.method == Method::POST,
            _ => false,
        };
        if becomes_a_read {
            self.method = Method::GET;
            self.body = Body::None;
            self.headers.remove(header::CONTENT_TYPE);
        }
        if target.origin() != self.url.origin() {
            let secret: Vec<_> =
                self.headers.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.clone()).collect();
            for name in secret {
                self.headers.remove(name);
            }
        }
        self.url = target;
    }
}

fn form(parts: &[crate::Part]) -> reqwest::Result<reqwest::multipart::Form> {
    parts.iter().try_fold(reqwest::multipart::Form::new(), |form, part| {
        let mut made = reqwest::multipart::Part::stream_with_length(part.bytes.clone(), part.bytes.len() as u64);
        if let Some(file_name) = &part.file_name {
            made = made.file_name(file_name.clone());
        }
        if let Some(content_type) = &part.content_type {
            made = made.mime_str(content_type)?;
        }
        Ok(form.part(part.name.clone(), made))
    })
}
