//! Faults on demand: what a service does wrong, for which requests and how often.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::Method;
use serde::{Deserialize, Serialize};

aos_kernel::text_enum! {
    /// A simulated service.
    pub enum Service {
        WordPress = "wordpress", Models = "models", Site = "site", Accounts = "accounts", Mail = "mail",
        LinkedIn = "linkedin", X = "x", TikTok = "tiktok", Facebook = "facebook", Instagram = "instagram",
        MetaAds = "meta_ads", Google = "google", Webflow = "webflow", Mailchimp = "mailchimp", Klaviyo = "klaviyo",
    }
}

/// What goes wrong. "Before" means that the request had no effect; "after" that it had, and only the answer is lost
/// or wrong, which is what a client can't tell apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The status with an error body in the service's own shape, before the effect: 401, 403, 404, 409, 500, 502, 503.
    Status(u16),
    /// The same after the effect.
    StatusAfterEffect(u16),
    /// 429, with `Retry-After` in seconds where given; before the effect.
    RateLimited { retry_after: Option<u64> },
    /// The connection closes without an answer; before the effect.
    DropBeforeEffect,
    /// The connection closes without an answer; after the effect.
    DropAfterEffect,
    /// The head and half of the body arrive, the rest never: the connection breaks. After the effect.
    DropInBody,
    /// The body takes this many milliseconds to arrive. After the effect.
    SlowBody { milliseconds: u64 },
    /// JSON that stops in the middle, with status and content type as if it were whole. After the effect.
    MalformedJson,
    /// An HTML page of a firewall or a maintenance mode where JSON was expected; before the effect.
    HtmlPage { status: u16 },
    /// 302 to another address; before the effect.
    Redirect { to: String },
    /// WordPress refuses the file: 500 `rest_upload_unknown_error`; before the effect.
    UploadRefused,
    /// WordPress stored the image but failed to make its smaller sizes: 500 with `X-WP-Upload-Attachment-ID`.
    ThumbnailsFailed,
    /// A PHP notice stands before the JSON of the answer. After the effect.
    PhpNotice,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "answers {status} before the effect"),
            Self::StatusAfterEffect(status) => write!(f, "answers {status} after the effect"),
            Self::RateLimited { retry_after: Some(seconds) } => write!(f, "answers 429 with Retry-After {seconds}"),
            Self::RateLimited { retry_after: None } => f.write_str("answers 429 without Retry-After"),
            Self::DropBeforeEffect => f.write_str("drops the connection before the effect"),
            Self::DropAfterEffect => f.write_str("drops the connection after the effect"),
            Self::DropInBody => f.write_str("drops the connection in the middle of the body"),
            Self::SlowBody { milliseconds } => write!(f, "sends the body over {milliseconds} ms"),
            Self::MalformedJson => f.write_str("cuts the JSON off"),
            Self::HtmlPage { status } => write!(f, "answers {status} with an HTML page"),
            Self::Redirect { to } => write!(f, "redirects to {to}"),
            Self::UploadRefused => f.write_str("refuses the upload with 500"),
            Self::ThumbnailsFailed => f.write_str("stores the image, then answers 500"),
            Self::PhpNotice => f.write_str("prints a PHP notice before the JSON"),
        }
    }
}

/// A fault that waits for the requests it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub service: Service,
    /// `POST`; none: any method. For mail: the verb of SMTP, as in `RCPT`.
    #[serde(default)]
    pub method: Option<String>,
    /// Start of the path; empty: any. WordPress routes are written `/wp-json/…` whichever form the client uses.
    #[serde(default)]
    pub path_prefix: String,
    /// How many requests it still hits.
    #[serde(default = "once")]
    pub times: u32,
    pub kind: FaultKind,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// Hits the next request of a service to a path.
    pub fn new(service: Service, path_prefix: impl Into<String>, kind: FaultKind) -> Self {
        Self { service, method: None, path_prefix: path_prefix.into(), times: 1, kind }
    }
    #[must_use]
    pub fn method(self, method: impl Into<String>) -> Self {
        Self { method: Some(method.into()), ..self }
    }
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }
    fn hits(&self, service: Service, method: &Method, path: &str) -> bool {
        self.times > 0
            && self.service == service
            && self.method.as_deref().is_none_or(|m| m.eq_ignore_ascii_case(method.as_str()))
            && path.starts_with(&self.path_prefix)
    }
}

/// The faults that wait, in the order in which they were added; the first that fits a request hits it. Cloning shares
/// the list.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    waiting: Arc<Mutex<Vec<Fault>>>,
}

impl Faults {
    pub fn push(&self, fault: Fault) {
        self.lock().push(fault);
    }
    pub fn waiting(&self) -> Vec<Fault> {
        self.lock().clone()
    }
    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn take(&self, service: Service, method: &Method, path: &str) -> Option<FaultKind> {
        let mut waiting = self.lock();
        let at = waiting.iter().position(|fault| fault.hits(service, method, path))?;
        waiting[at].times -= 1;
        let kind = waiting[at].kind.clone();
        if waiting[at].times == 0 {
            waiting.remove(at);
        }
        Some(kind)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
