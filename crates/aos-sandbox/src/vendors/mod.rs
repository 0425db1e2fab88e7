//! Platforms of vendors, simulated on one listener. A vendor's host is the first part of the path:
//! `https://api.linkedin.com/rest/posts` answers at `http://127.0.0.1:PORT/api.linkedin.com/rest/posts`.
//!
//! Each vendor is a folder written from its contract, with a state of its own; consent and tokens are the same kit for
//! all ([`grants`]), with each vendor's own rules.

mod arrival;
mod blobs;
mod call;
mod consent;
mod feed;
mod fetch;
mod google;
mod grants;
mod kept;
mod klaviyo;
mod linkedin;
mod mailchimp;
mod media;
mod meta;
mod pictures;
mod platform;
mod switches;
mod tiktok;
mod webflow;
mod x;

use std::{io, path::PathBuf, sync::Arc};

use aos_kernel::Clock;
use axum::{
    Json, Router,
    http::{StatusCode, Uri},
    middleware,
    response::Html,
    routing::get,
};
use serde_json::Value;

use crate::{
    console::{self, Console},
    faults::{Faults, Service},
    log::RequestLog,
    observe::{self, Watch},
};

pub use feed::Shown;
pub use google::{Google, GoogleApi, GoogleRefusal, GoogleSettings, LocalPost, LocalPostMedia, LocalPostState, Review};
pub use grants::GrantSettings;
pub use klaviyo::{Klaviyo, KlaviyoCampaign, KlaviyoStatus, KlaviyoTemplate};
pub use linkedin::{
    Content as LinkedInContent, Figures as LinkedInFigures, LinkedIn, Post as LinkedInPost,
    Settings as LinkedInSettings,
};
pub use mailchimp::{MailAudience, MailFigures, Mailchimp, MailchimpCampaign, MailchimpStatus};
pub use meta::{
    FacebookPage, FacebookPhoto, FacebookPost, FacebookPostState, InstagramAccount, InstagramKind, InstagramMedia,
    Meta, MetaAdAccount, PostFigures,
};
use platform::Platform;
pub use tiktok::{
    Figures as TikTokFigures, Post as TikTokPost, Progress as TikTokProgress, Settings as TikTokSettings, TikTok,
};
pub use webflow::{Webflow, WebflowAsset, WebflowItem, WebflowSettings};
pub use x::{Figures as XFigures, Poll as XPoll, Post as XPost, Settings as XSettings, X};

/// What every vendor's simulation is given.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) clock: Arc<dyn Clock>,
    /// `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    /// Where state is kept between runs; none: in memory only.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
}

impl Ground {
    /// Where an address of the real vendor answers here.
    pub(crate) fn at(&self, real: &str) -> String {
        format!("{}/{}", self.origin, real.trim_start_matches("https://"))
    }

    /// What stands before a vendor's routes: the log and the faults.
    pub(crate) fn watched(&self, service: Service, refusal: fn(StatusCode) -> Value, routes: Router) -> Router {
        let watch = Watch {
            service,
            faults: self.faults.clone(),
            log: self.log.clone(),
            path_of: |uri: &Uri| uri.path().to_owned(),
            refusal,
        };
        routes.layer(middleware::from_fn_with_state(watch, observe::observe))
    }

    /// A vendor's console, with what the vendor shows of itself.
    pub(crate) fn console(&self, service: Service, summary: impl Fn() -> String + Send + Sync + 'static) -> Router {
        let console = Console::new(service, self.faults.clone(), self.log.clone(), Arc::new(summary));
        Router::new().nest(&format!("/{service}"), console::router(console))
    }
}

/// Handle of all simulated vendors. Cheap to clone.
#[derive(Clone)]
pub struct Vendors {
    ground: Ground,
    linkedin: LinkedIn,
    x: X,
    tiktok: TikTok,
    meta: Meta,
    mailchimp: Mailchimp,
    klaviyo: Klaviyo,
    google: Google,
    webflow: Webflow,
}

impl Vendors {
    pub(crate) fn open(ground: Ground) -> io::Result<Self> {
        Ok(Self {
            linkedin: LinkedIn::open(ground.clone())?,
            x: X::open(ground.clone())?,
            tiktok: TikTok::open(ground.clone())?,
            meta: Meta::open(ground.clone())?,
            mailchimp: Mailchimp::open(ground.clone())?,
            klaviyo: Klaviyo::open(ground.clone())?,
            google: Google::open(ground.clone())?,
            webflow: Webflow::open(ground.clone())?,
            ground,
        })
    }

    /// Those of one service each, in the order in which pages name them. The others have a router of their own.
    fn platforms(&self) -> Vec<Arc<dyn Platform>> {
        vec![Arc::new(self.linkedin.clone()), Arc::new(self.x.clone()), Arc::new(self.tiktok.clone())]
    }

    /// The root that the clients are pointed at: `http://127.0.0.1:PORT/`.
    pub fn url(&self) -> String {
        format!("{}/", self.ground.origin)
    }
    pub fn linkedin(&self) -> &LinkedIn {
        &self.linkedin
    }
    pub fn x(&self) -> &X {
        &self.x
    }
    pub fn tiktok(&self) -> &TikTok {
        &self.tiktok
    }
    /// Facebook pages, Instagram and Meta's ad accounts.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }
    pub fn mailchimp(&self) -> &Mailchimp {
        &self.mailchimp
    }
    pub fn klaviyo(&self) -> &Klaviyo {
        &self.klaviyo
    }
    pub fn google(&self) -> &Google {
        &self.google
    }
    pub fn webflow(&self) -> &Webflow {
        &self.webflow
    }

    /// Everything that stands on any of the platforms, the newest first.
    pub fn shown(&self) -> Vec<Shown> {
        let mut all: Vec<Shown> = self.platforms().iter().flat_map(|platform| platform.shown()).collect();
        all.extend(self.meta.shown());
        all.extend(self.mailchimp.shown());
        all.extend(self.klaviyo.shown());
        all.extend(self.google.shown());
        all.extend(self.webflow.shown());
        all.sort_by_key(|one| std::cmp::Reverse(one.at));
        all
    }

    /// LinkedIn and Meta alone.
    pub(crate) fn posting_router(&self) -> Router {
        let linkedin: Arc<dyn Platform> = Arc::new(self.linkedin.clone());
        platform::router(&self.ground, &linkedin).merge(self.meta.router())
    }

    pub(crate) fn router(&self) -> Router {
        let (all, listed) = (self.clone(), self.clone());
        let mut names: Vec<_> = self.platforms().iter().map(|platform| (platform.service(), platform.name())).collect();
        let others = [
            (Service::Facebook, "Facebook"),
            (Service::Instagram, "Instagram"),
            (Service::MetaAds, "Meta Ads"),
            (Service::Mailchimp, "Mailchimp"),
            (Service::Klaviyo, "Klaviyo"),
            (Service::Google, "Google"),
            (Service::Webflow, "Webflow"),
        ];
        names.extend(others);
        let root = Router::new()
            .route("/", get(move || async move { Html(feed::page(&all.shown(), &names)) }))
            .route("/__sandbox/shown", get(move || async move { Json(listed.shown()) }))
            .merge(self.meta.router())
            .merge(self.mailchimp.router())
            .merge(self.klaviyo.router())
            .merge(self.google.router())
            .merge(self.webflow.router());
        let root = others.into_iter().fold(root, |routes, (service, name)| {
            let all = self.clone();
            let page = move || async move {
                let shown = all.shown().into_iter().filter(|one| one.service == service).collect();
                Html(feed::page_of(name, service, shown))
            };
            routes.route(&format!("/{service}/"), get(page))
        });
        self.platforms().iter().fold(root, |routes, platform| routes.merge(platform::router(&self.ground, platform)))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Sandbox, SandboxConfig};

    #[tokio::test]
    async fn every_platform_that_the_first_page_names_has_a_page_and_a_console() {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let root = sandbox.vendors().url();
        let first = super::fetch::fetch(&root).await.unwrap();
        let page = String::from_utf8(first.bytes.to_vec()).unwrap();
        let ways: Vec<&str> = page.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ways.len(), 20, "{ways:?}");
        for way in ways {
            assert!(super::fetch::fetch(&format!("{root}{way}")).await.is_ok(), "{way}");
        }
        sandbox.stop().await;
    }
}
