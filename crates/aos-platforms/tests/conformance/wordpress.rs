//! WordPress under test: our client against the sandbox's site over HTTP.

use std::{
    cell::Cell,
    sync::{Arc, LazyLock},
};

use aos_capabilities::{Account, Capability, Descriptor, Platform};
use aos_kernel::{ChannelId, Secret, TenantId};
use aos_outbound::{Outbound, OutboundConfig, Recorder};
use aos_platforms::WordPress;
use aos_sandbox::{Fault, Role, Sandbox, SandboxConfig, Service, Settings, Status};
use url::Url;

use crate::{
    Running, Subject,
    bench::{Bench, Mishap, Request, StandingClock, TRIES_OF_A_READ, now},
    wordpress_connect, wordpress_inspect, wordpress_publish,
};

const POSTS: &str = "/wp-json/wp/v2/posts";

/// The sandbox's site with our client connected to it.
pub struct Site {
    pub sandbox: Sandbox,
    pub recorder: Recorder,
    pub wordpress: WordPress,
    /// An editor's.
    pub account: Account,
    /// From now on nothing answers.
    unreachable: Cell<bool>,
}

pub fn subject() -> Subject {
    Subject {
        descriptor: descriptor(),
        open: || Box::pin(async { Box::new(Site::open().await) as Box<dyn Bench> }),
        mishaps: Mishap::ALL.to_vec(),
        own: wordpress_connect::cases()
            .into_iter()
            .map(|case| (Capability::Connect, case))
            .chain(wordpress_publish::cases().into_iter().map(|case| (Capability::PublishArticle, case)))
            .chain(wordpress_inspect::cases().into_iter().map(|case| (Capability::Inspect, case)))
            .collect(),
    }
}

fn descriptor() -> Descriptor {
    static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| {
        let outbound = Outbound::replaying(Vec::new()).unwrap();
        WordPress::new(outbound, Arc::new(StandingClock(now()))).descriptor().clone()
    });
    DESCRIPTOR.clone()
}

/// A way out to the servers of this machine.
pub fn outbound(recorder: &Recorder) -> Outbound {
    let allow = vec!["127.0.0.1".parse().unwrap()];
    Outbound::recording(OutboundConfig { allow, ..OutboundConfig::default() }, recorder.clone()).unwrap()
}

/// Our client, which keeps what it said.
pub fn client(recorder: &Recorder) -> WordPress {
    WordPress::new(outbound(recorder), Arc::new(StandingClock(now())))
}

impl Site {
    pub async fn open() -> Self {
        let config = SandboxConfig { clock: Arc::new(StandingClock(now())), ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        let base_url = Url::parse(&sandbox.wordpress().url()).unwrap();
        let recorder = Recorder::default();
        let wordpress = client(&recorder);
        let mut site = Self {
            account: account(&sandbox, Role::Editor, &base_url),
            sandbox,
            recorder,
            wordpress,
            unreachable: Cell::new(false),
        };
        site.account.settings = site.wordpress.check(&site.account).await.unwrap().settings;
        site
    }
}

/// The account of a role.
pub fn account(sandbox: &Sandbox, role: Role, base_url: &Url) -> Account {
    let login = sandbox.wordpress().login(role);
    Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: base_url.clone(),
        login: Some(login.user),
        secret: Secret::new(login.password),
        settings: serde_json::Value::Null,
    }
}

impl Bench for Site {
    fn platform(&self) -> &dyn Platform {
        &self.wordpress
    }
    fn account(&self) -> Account {
        let mut account = self.account.clone();
        if self.unreachable.get() {
            // Bound and let go of at once: nobody listens there.
            let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            account.settings["api_root"] = format!("http://{closed}/wp-json/").into();
        }
        account
    }
    fn arrange(&self, mishap: Mishap, on: Request) {
        let Some(kind) = mishap.fault() else { return self.unreachable.set(true) };
        let (method, times) = match on {
            Request::Write => ("POST", 1),
            Request::Read => ("GET", TRIES_OF_A_READ),
        };
        self.sandbox.faults().push(Fault::new(Service::WordPress, POSTS, kind).method(method).times(times));
    }
    fn standing(&self) -> usize {
        let ours = |content: &str| content.contains("agency-os:item=");
        let posts = self.sandbox.wordpress().posts();
        posts.iter().filter(|post| ours(&post.content) && post.status != Status::Trash).count()
    }
    fn revoke(&self) {
        self.sandbox.wordpress().revoke(Role::Editor);
    }
    fn delete(&self, id: &str) {
        assert!(self.sandbox.wordpress().delete_post(id.parse().unwrap()));
    }
    fn bin<'a>(&'a self, id: &'a str) -> Running<'a> {
        Box::pin(async move {
            let url = self.account.base_url.join(&format!("{POSTS}/{id}")).unwrap();
            let (user, password) = (self.account.login.as_deref().unwrap(), &self.account.secret);
            let request = aos_outbound::Request::delete(url).basic_auth(user, password);
            let answer = outbound(&Recorder::default()).send(request).await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
        })
    }
    fn requests(&self) -> usize {
        self.recorder.exchanges().len()
    }
    fn records(&self) -> String {
        serde_json::to_string(&self.recorder.exchanges()).unwrap()
    }
}

/// A site that is set up as the case needs, not connected yet.
pub async fn site_with(change: impl FnOnce(&mut Settings)) -> Site {
    let mut site = Site::open().await;
    site.sandbox.wordpress().configure(change);
    site.account.settings = serde_json::Value::Null;
    site
}
