//! Vendor services simulated on loopback: a WordPress site, social platforms, three dialects of model API, an OpenID
//! Connect provider, a mail server and a sample client website.
//!
//! Everything here is written from the wire contracts alone and shares no code with the clients that call it, so that
//! each checks the other. A simulated service keeps state, refuses what the real one refuses, records every request
//! and can be told to misbehave ([`Faults`]). Every page that it serves says that it is simulated.
//!
//! ```no_run
//! # async fn story() -> std::io::Result<()> {
//! use aos_sandbox::{Role, Sandbox, SandboxConfig};
//!
//! let sandbox = Sandbox::start(SandboxConfig::default()).await?;
//! let login = sandbox.wordpress().login(Role::Editor);
//! println!("{} as {}", sandbox.wordpress().url(), login.user);
//! assert!(sandbox.wordpress().posts().is_empty());
//! sandbox.stop().await;
//! # Ok(()) }
//! ```

mod accounts;
mod consent_form;
mod console;
mod crowd;
mod faults;
mod html;
mod log;
mod mail;
mod models;
mod observe;
mod server;
mod site;
mod vendors;
mod wordpress;

use std::{io, path::PathBuf, sync::Arc};

use aos_kernel::{Clock, SystemClock};

pub use accounts::{Account, Accounts, Lie};
pub use consent_form::ConsentForm;
pub use crowd::Crowd;
pub use faults::{Fault, FaultKind, Faults, Service};
pub use log::{LoggedRequest, RequestLog};
pub use mail::{MailSink, ReceivedMail};
pub use models::{Models, Script};
pub use site::SampleSite;
pub use vendors::{
    FacebookPage, FacebookPhoto, FacebookPost, FacebookPostState, InstagramAccount, InstagramKind, InstagramMedia,
    Meta, MetaAdAccount, PostFigures,
};
pub use vendors::{
    Google, GoogleApi, GoogleRefusal, GoogleSettings, LocalPost, LocalPostMedia, LocalPostState, Review,
};
pub use vendors::{
    GrantSettings, LinkedIn, LinkedInContent, LinkedInFigures, LinkedInPost, LinkedInSettings, Shown, TikTok,
    TikTokFigures, TikTokPost, TikTokProgress, TikTokSettings, Vendors, X, XFigures, XPoll, XPost, XSettings,
};
pub use vendors::{Klaviyo, KlaviyoCampaign, KlaviyoStatus, KlaviyoTemplate};
pub use vendors::{MailAudience, MailFigures, Mailchimp, MailchimpCampaign, MailchimpStatus};
pub use vendors::{Webflow, WebflowAsset, WebflowItem, WebflowSettings};
pub use wordpress::{AppPassword, Login, Media, Post, PostKind, Role, Settings, Status, Term, User, WordPress};

use server::Server;
use vendors::Ground;

/// How to start a [`Sandbox`]. Ports of 0 are chosen by the machine.
pub struct SandboxConfig {
    /// What scheduled posts and dates go by.
    pub clock: Arc<dyn Clock>,
    /// Where the WordPress site is kept between runs; none: in memory only.
    pub folder: Option<PathBuf>,
    pub wordpress_port: u16,
    pub models_port: u16,
    /// Where the platforms of all vendors answer, each below its own host's name.
    pub vendors_port: u16,
    /// Where the mail server speaks SMTP, and where its page is.
    pub smtp_port: u16,
    pub mail_port: u16,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            folder: None,
            wordpress_port: 0,
            models_port: 0,
            vendors_port: 0,
            smtp_port: 0,
            mail_port: 0,
        }
    }
}

/// The running services. Dropping it stops them; [`Sandbox::stop`] also lets answers under way finish.
pub struct Sandbox {
    wordpress: WordPress,
    models: Models,
    vendors: Vendors,
    mail: MailSink,
    smtp: mail::Listening,
    faults: Faults,
    log: RequestLog,
    servers: Vec<Server>,
}

impl Sandbox {
    /// Starts WordPress, the models, the vendors' platforms and the mail server, each on a listener of its own on 127.0.0.1.
    ///
    /// # Errors
    /// A port is taken, or the kept state can't be read.
    pub async fn start(config: SandboxConfig) -> io::Result<Self> {
        let (faults, log) = (Faults::default(), RequestLog::default());
        let (listener, origin) = server::bind(config.wordpress_port).await?;
        let wordpress = WordPress::open(config.clock.clone(), origin, config.folder.clone())?;
        let first = Server::run(listener, wordpress::router(wordpress.clone(), faults.clone(), log.clone()));
        let (listener, origin) = server::bind(config.models_port).await?;
        let models = Models::new(config.clock.clone(), origin);
        let second = Server::run(listener, models::router(models.clone(), faults.clone(), log.clone()));
        let (listener, origin) = server::bind(config.vendors_port).await?;
        let vendors = Vendors::open(Ground {
            clock: config.clock.clone(),
            origin,
            folder: config.folder,
            faults: faults.clone(),
            log: log.clone(),
        })?;
        let vendors_server = Server::run(listener, vendors.router());
        let mail = mail::open(config.clock, config.smtp_port, config.mail_port, faults.clone(), log.clone()).await?;
        let third = Server::run(mail.pages.0, mail.pages.1);
        let servers = vec![first, second, third, vendors_server];
        Ok(Self { wordpress, models, vendors, mail: mail.sink, smtp: mail.smtp, faults, log, servers })
    }

    /// Serves the sample client website "Harbour & Pine" on a listener of its own; it needs no [`Sandbox`].
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start_site(port: u16) -> io::Result<SampleSite> {
        SampleSite::start(port).await
    }

    /// Serves an OpenID Connect provider on a listener of its own; it needs no [`Sandbox`].
    ///
    /// # Errors
    /// The port is taken, or no key could be made.
    pub async fn start_accounts(clock: Arc<dyn Clock>, port: u16) -> io::Result<Accounts> {
        Accounts::start(clock, port).await
    }

    pub fn wordpress(&self) -> &WordPress {
        &self.wordpress
    }
    pub fn models(&self) -> &Models {
        &self.models
    }
    /// The simulated platforms of all vendors.
    pub fn vendors(&self) -> &Vendors {
        &self.vendors
    }
    pub fn mail(&self) -> &MailSink {
        &self.mail
    }
    /// Faults of all services of this sandbox.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
    /// What was asked of all services of this sandbox, in order.
    pub fn requests(&self) -> &RequestLog {
        &self.log
    }

    /// Stops listening, lets answers under way finish for a moment, then closes every connection.
    pub async fn stop(self) {
        for server in self.servers {
            server.stop().await;
        }
        self.smtp.stop().await;
    }
}
