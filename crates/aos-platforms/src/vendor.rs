//! What the clients of all vendors' platforms share: the way out, the clock, where the vendor answers, and the version
//! of its API.

use std::sync::Arc;

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    platform::{ApiVersion, Descriptor},
};
use aos_kernel::{Clock, Retry, Timestamp};
use aos_outbound::{Outbound, Request, Response};
use serde::de::DeserializeOwned;
use url::Url;

use crate::failure::{self, Effect};

/// How a vendor is reached. Cheap to clone.
#[derive(Clone)]
pub struct Vendor {
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    /// Where the simulated vendors answer, each below its own host's name; none: the vendors themselves.
    sandbox: Option<Url>,
    version: Option<ApiVersion>,
}

impl Vendor {
    pub fn new(outbound: Outbound, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, clock, sandbox: None, version: None }
    }

    /// Speaks to the simulated vendors at this root; every page that shows the platform says so.
    #[must_use]
    pub fn simulated(self, root: Url) -> Self {
        Self { sandbox: Some(root), ..self }
    }

    /// Speaks another version of the API than the client's own.
    #[must_use]
    pub fn version(self, version: ApiVersion) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The client's description, as this installation reaches the vendor.
    pub(crate) fn describe(&self, descriptor: Descriptor) -> Descriptor {
        let api_version = self.version.clone().filter(|_| descriptor.api_version.is_some()).or(descriptor.api_version);
        Descriptor { simulated: self.sandbox.is_some(), api_version, ..descriptor }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An address of the vendor (`https://api.vendor.test/path`), or where the sandbox answers for it.
    pub(crate) fn url(&self, real: &str) -> String {
        match &self.sandbox {
            None => real.to_owned(),
            Some(root) => format!("{}{}", root, real.trim_start_matches("https://")),
        }
    }

    /// Sends a request; any status is an answer.
    pub(crate) async fn exchange(
        &self,
        platform: &str,
        operation: &str,
        effect: Effect,
        request: Request,
    ) -> Result<Response, PlatformError> {
        self.outbound.send(request).await.map_err(|error| failure::without_answer(platform, operation, effect, &error))
    }
}

/// Reads a good answer's JSON.
pub(crate) fn read<T: DeserializeOwned>(
    platform: &str,
    name: &str,
    operation: &str,
    effect: Effect,
    response: &Response,
) -> Result<T, PlatformError> {
    serde_json::from_slice(&response.body).map_err(|_| unreadable(platform, name, operation, effect))
}

/// An answer that does not follow the contract. After a write nobody knows what happened.
pub(crate) fn unreadable(platform: &str, name: &str, operation: &str, effect: Effect) -> PlatformError {
    PlatformError {
        kind: PlatformErrorKind::UnexpectedResponse,
        retry: Retry::Backoff,
        outcome_unknown: effect == Effect::Visible,
        platform: platform.to_owned(),
        operation: operation.to_owned(),
        provider_code: None,
        message: format!("{name} answered with something that can't be read."),
        help: Some("It is looked at again. If it stays like this, tell an administrator.".to_owned()),
    }
}

/// When the vendor wants to be asked again: what its `Retry-After` says, or by our own patience.
pub(crate) fn wait_of(response: &Response, now: Timestamp) -> Retry {
    response.retry_after(now).map_or(Retry::Backoff, Retry::After)
}
