//! The website that is read, and the WordPress and the social platforms that are published on, as somebody outside sees
//! them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aos_kernel::{Secret, SystemClock};
use aos_outbound::{Outbound, OutboundConfig, Request};
use aos_sandbox::{Fault, FaultKind, Role, SampleSite, Sandbox, SandboxConfig, Service, Shown};
use url::Url;

/// A real WordPress to publish on; `_USER` and `_PASSWORD` belong to it.
const WORDPRESS_VARIABLE: &str = "AGENCY_OS_CHAOS_WORDPRESS";

/// More often than anything is asked here.
const ALWAYS: u32 = 100_000;

/// Where the program reads and publishes. They live in the test's process, so that they outlive every kill.
pub struct Places {
    pub website: Url,
    pub wordpress: Url,
    pub user: String,
    pub password: Secret,
    /// Where the vendors' platforms are simulated.
    pub vendors: Url,
    site: SampleSite,
    sandbox: Sandbox,
}

impl Places {
    /// The sample site, and the WordPress that the environment names or else the sandbox's.
    pub async fn open() -> Self {
        let site = Sandbox::start_site(0).await.expect("the sample site");
        let config = SandboxConfig { clock: Arc::new(SystemClock), ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.expect("the sandbox");
        let website = site.url().parse().expect("an address");
        let (wordpress, user, password) = match std::env::var(WORDPRESS_VARIABLE) {
            Ok(url) => {
                let variable = |name: &str| std::env::var(name).expect("a login beside the address");
                (url, variable("AGENCY_OS_CHAOS_USER"), variable("AGENCY_OS_CHAOS_PASSWORD"))
            }
            Err(_) => {
                let login = sandbox.wordpress().login(Role::Editor);
                (sandbox.wordpress().url(), login.user, login.password)
            }
        };
        let wordpress = wordpress.parse().expect("an address");
        let vendors = sandbox.vendors().url().parse().expect("an address");
        Self { website, wordpress, user, password: Secret::new(password), vendors, site, sandbox }
    }

    /// All as `HOST:PORT`, for the guard on outgoing requests.
    pub fn hosts(&self) -> [String; 3] {
        [&self.website, &self.wordpress, &self.vendors]
            .map(|url| format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80)))
    }

    /// The newest hundred posts in whatever state, by their number: a second one that stayed a draft is one too many.
    pub async fn posts(&self) -> BTreeMap<u64, String> {
        let allow = self.hosts().iter().map(|host| host.parse().expect("a rule")).collect();
        let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() }).expect("a client");
        let mut list = self.wordpress.clone();
        let route = "rest_route=/wp/v2/posts&per_page=100&status=publish,future,draft,pending,private";
        list.set_query(Some(route));
        let request = Request::get(list).basic_auth(&self.user, &self.password);
        let answer = outbound.send(request).await.expect("the site answers");
        assert!(answer.is_success(), "{}: {}", answer.status, answer.text());
        let posts: Vec<serde_json::Value> = answer.json().expect("a list of posts");
        let entry = |post: &serde_json::Value| {
            let title = post["title"]["rendered"].as_str().unwrap_or_default().to_owned();
            (post["id"].as_u64().expect("a number"), title)
        };
        posts.iter().map(entry).collect()
    }

    /// Everything that stands on the social platforms.
    pub fn shown(&self) -> Vec<Shown> {
        self.sandbox.vendors().shown()
    }

    /// Has a platform take its time for the answer to what it has done already: the moment at which a loss hurts most.
    pub fn answer_slowly(&self, service: Service, path: &str, pause: Duration) {
        let milliseconds = u64::try_from(pause.as_millis()).expect("a short time");
        let slow = Fault::new(service, path, FaultKind::SlowBody { milliseconds }).method("POST");
        self.sandbox.faults().push(slow.times(ALWAYS));
    }

    pub async fn close(self) {
        self.sandbox.stop().await;
        self.site.stop().await;
    }
}
