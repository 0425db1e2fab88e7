//! What a case needs of a platform and its surroundings.

use std::time::Duration;

use aos_capabilities::{Account, Platform, publish::Publish};
use aos_kernel::{Clock, Retry, Timestamp};
use aos_sandbox::FaultKind;

use crate::Running;

/// A platform with one connected account and somebody who can make things go wrong.
pub trait Bench {
    fn platform(&self) -> &dyn Platform;
    /// The account, connected.
    fn account(&self) -> Account;
    /// Makes the next writes of an article, or the next reads, go wrong, often enough for the client's own retries.
    fn arrange(&self, mishap: Mishap, on: Request);
    /// How many articles stand on the platform, the bin left out.
    fn standing(&self) -> usize;
    /// The password stops being right.
    fn revoke(&self);
    /// A person removes an article for good.
    fn delete(&self, id: &str);
    /// A person puts an article into the bin.
    fn bin<'a>(&'a self, id: &'a str) -> Running<'a>;
    /// How many requests left the client so far.
    fn requests(&self) -> usize;
    /// Everything that was written down about the requests, for the search for secrets.
    fn records(&self) -> String;

    /// Whether an article's categories and tags are set; else a note says that they are not.
    fn sets_terms(&self) -> bool {
        true
    }

    /// What was unreachable answers again.
    fn reach_again(&self) {}
    /// When to try again after a page for people where the API should have answered.
    fn after_a_page(&self) -> Again {
        Again::Never
    }

    fn publisher(&self) -> &dyn Publish {
        self.platform().publish().expect("a platform that declares publishing can publish")
    }
}

/// A read is repeated once by the client itself.
pub const TRIES_OF_A_READ: u32 = 2;

/// Which requests a mishap is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    Write,
    Read,
}

/// What can go wrong on the other side. The names are the ends of the trials' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    Unreachable,
    Unauthorized,
    Forbidden,
    RouteMissing,
    Conflict,
    Busy,
    BusyForSevenSeconds,
    Failed500,
    Failed502,
    Failed503,
    Failed500AfterEffect,
    DroppedBeforeEffect,
    DroppedAfterEffect,
    DroppedInBody,
    BodySlow,
    JsonCutOff,
    Firewall403,
    MaintenancePage503,
    LoginPage200,
    Redirected,
    PhpNotice,
}

impl Mishap {
    pub const ALL: &[Self] = &[
        Self::Unreachable,
        Self::Unauthorized,
        Self::Forbidden,
        Self::RouteMissing,
        Self::Conflict,
        Self::Busy,
        Self::BusyForSevenSeconds,
        Self::Failed500,
        Self::Failed502,
        Self::Failed503,
        Self::Failed500AfterEffect,
        Self::DroppedBeforeEffect,
        Self::DroppedAfterEffect,
        Self::DroppedInBody,
        Self::BodySlow,
        Self::JsonCutOff,
        Self::Firewall403,
        Self::MaintenancePage503,
        Self::LoginPage200,
        Self::Redirected,
        Self::PhpNotice,
    ];

    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        }
        name
    }

    /// What the sandbox does for it; none where nobody is to be reached at all.
    pub fn fault(self) -> Option<FaultKind> {
        Some(match self {
            Self::Unreachable => return None,
            Self::Unauthorized => FaultKind::Status(401),
            Self::Forbidden => FaultKind::Status(403),
            Self::RouteMissing => FaultKind::Status(404),
            Self::Conflict => FaultKind::Status(409),
            Self::Busy => FaultKind::RateLimited { retry_after: None },
            Self::BusyForSevenSeconds => FaultKind::RateLimited { retry_after: Some(7) },
            Self::Failed500 => FaultKind::Status(500),
            Self::Failed502 => FaultKind::Status(502),
            Self::Failed503 => FaultKind::Status(503),
            Self::Failed500AfterEffect => FaultKind::StatusAfterEffect(500),
            Self::DroppedBeforeEffect => FaultKind::DropBeforeEffect,
            Self::DroppedAfterEffect => FaultKind::DropAfterEffect,
            Self::DroppedInBody => FaultKind::DropInBody,
            Self::BodySlow => FaultKind::SlowBody { milliseconds: 20 },
            Self::JsonCutOff => FaultKind::MalformedJson,
            Self::Firewall403 => FaultKind::HtmlPage { status: 403 },
            Self::MaintenancePage503 => FaultKind::HtmlPage { status: 503 },
            Self::LoginPage200 => FaultKind::HtmlPage { status: 200 },
            Self::Redirected => FaultKind::Redirect { to: "https://elsewhere.test/".to_owned() },
            Self::PhpNotice => FaultKind::PhpNotice,
        })
    }
}

/// When things may be tried again, without the length of the wait that is our own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    Never,
    Later,
    After(Duration),
}

impl From<Retry> for Again {
    fn from(retry: Retry) -> Self {
        match retry {
            Retry::Never => Self::Never,
            Retry::Backoff => Self::Later,
            Retry::After(wait) => Self::After(wait),
        }
    }
}

/// A clock that stands still.
pub struct StandingClock(pub Timestamp);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The moment at which all cases take place.
pub fn now() -> Timestamp {
    "2030-03-04T09:00:00Z".parse().expect("a moment")
}
