//! What the clients of all vendors' platforms share: the way out, the clock, where the vendor answers, and the version
//! of its API.

use std::{sync::Arc, time::Duration};

use aos_capabilities::{
    PlatformError, PlatformErrorKind,
    platform::{ApiVersion, Descriptor},
    post::SETTLES,
};
use aos_kernel::{Clock, Retry, Timestamp};
use aos_outbound::{Outbound, Request, Response};
use serde::de::DeserializeOwned;
use url::Url;

use crate::failure::{self, Effect};

/// Longer than an attempt at a simulated vendor takes on a busy machine.
const SIMULATED_SETTLES: Duration = Duration::from_secs(5);

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

    /// An address that the vendor itself gave, for an upload. None where it leads away from the vendor's domain: a token
    /// follows nobody there.
    pub(crate) fn given(&self, address: &str, domain: &str) -> Option<String> {
        if self.sandbox.as_ref().is_some_and(|root| address.starts_with(root.as_str())) {
            return Some(address.to_owned());
        }
        let url = Url::parse(address).ok().filter(|url| url.scheme() == "https")?;
        let host = url.host_str()?;
        let own = host == domain || host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
        own.then(|| self.url(address))
    }

    /// The vendor is simulated, by a clock that may stand still: waiting for it is of no use.
    pub(crate) fn is_simulated(&self) -> bool {
        self.sandbox.is_some()
    }

    /// How long a post may stand there before lists show it. Lists of the simulated vendors lag by requests, not by time.
    pub(crate) fn settles(&self) -> Duration {
        if self.is_simulated() { SIMULATED_SETTLES } else { SETTLES }
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

#[cfg(test)]
mod tests {
    use aos_kernel::SystemClock;

    use super::*;

    #[test]
    fn an_address_that_leads_away_from_the_vendor_gets_no_token() {
        let real = Vendor::new(Outbound::replaying(Vec::new()).unwrap(), Arc::new(SystemClock));
        let simulated = real.clone().simulated("http://127.0.0.1:9/".parse().unwrap());
        for (address, at_the_vendor, at_the_sandbox) in [
            (
                "https://www.a.test/up?x=1",
                Some("https://www.a.test/up?x=1"),
                Some("http://127.0.0.1:9/www.a.test/up?x=1"),
            ),
            ("https://a.test/up", Some("https://a.test/up"), Some("http://127.0.0.1:9/a.test/up")),
            ("http://127.0.0.1:9/www.a.test/up", None, Some("http://127.0.0.1:9/www.a.test/up")),
            ("http://www.a.test/up", None, None),
            ("https://nota.test/up", None, None),
            ("https://a.test.example/up", None, None),
            ("https://a.test@b.example/up", None, None),
            ("nonsense", None, None),
        ] {
            assert_eq!(real.given(address, "a.test").as_deref(), at_the_vendor, "{address}");
            assert_eq!(simulated.given(address, "a.test").as_deref(), at_the_sandbox, "{address}");
        }
    }
}
