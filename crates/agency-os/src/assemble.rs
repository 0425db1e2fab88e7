//! Wiring: the product with the real outside.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use aos_capabilities::{Platform, PlatformRegistry};
use aos_crawler::{BrowserChoice, Crawler, CrawlerConfig, FileReader};
use aos_features::{
    agents::{RunLedger, StoredProviders},
    product::{Outside, Product},
};
use aos_kernel::{Clock, SystemClock};
use aos_llm::Gateway;
use aos_media::Images;
use aos_outbound::{Outbound, OutboundConfig};
use aos_platforms::{
    Facebook, Ga4, GoogleAds, GoogleBusiness, Instagram, Klaviyo, LinkedIn, Mailchimp, MetaAds, OpenIdConnect,
    SearchConsole, Smtp, TikTok, Vendor, Webflow, WordPress, X,
};
use aos_storage::{Credentials, Db, DbOptions, Keyring, Migrations, Objects};

use crate::config::Config;

/// Everything that a role needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub product: Product,
    /// What signs cookies and form tokens.
    pub signing_key: [u8; 32],
}

/// The migrations of all crates.
pub fn migrations() -> Migrations {
    aos_storage::migrations().and(aos_workflow::migrations()).and(aos_features::migrations())
}

/// The stored secrets with the master keys: from the environment, or from the file, which is made at the first start.
pub fn credentials(config: &Config) -> Result<Credentials> {
    match Config::master_key() {
        Some(key) => Ok(Credentials::new(Keyring::parse(&key).context("the master key of the environment")?)),
        None => {
            let file = config.master_key_file();
            Credentials::in_file(&file).with_context(|| format!("the master key {}", file.display()))
        }
    }
}

pub fn objects(config: &Config) -> Result<Objects> {
    let objects = match config.data.objects.as_str() {
        "" => Objects::local(&config.objects_folder()),
        url => Objects::s3(url),
    };
    objects.map_err(plain)
}

/// Opens the database and brings its schema up to date.
pub async fn database(config: &Config) -> Result<Db> {
    std::fs::create_dir_all(&config.data.folder)
        .with_context(|| format!("the data folder {}", config.data.folder.display()))?;
    Db::open(&options(config), Arc::new(SystemClock), &migrations()).await.map_err(plain)
}

/// Opens the database as it is.
pub async fn unmigrated(config: &Config) -> Result<Db> {
    Db::connect(&options(config), Arc::new(SystemClock)).await.map_err(plain)
}

fn options(config: &Config) -> DbOptions {
    DbOptions { connections: config.data.connections, ..DbOptions::new(config.database_url()) }
}

pub fn outbound(config: &Config) -> Result<Outbound> {
    let options = OutboundConfig { allow: config.allowed_hosts()?, ..OutboundConfig::default() };
    Outbound::new(options).map_err(|e| anyhow::anyhow!("the HTTP client: {e}"))
}

pub fn crawler(config: &Config, outbound: &Outbound, clock: Arc<dyn Clock>) -> Crawler {
    Crawler::new(outbound.clone(), CrawlerConfig { browser: browser(config), ..CrawlerConfig::default() }, clock)
}

pub fn browser(config: &Config) -> BrowserChoice {
    match config.crawl.browser.as_str() {
        "" => BrowserChoice::Detect,
        "none" => BrowserChoice::Off,
        path => BrowserChoice::At(path.into()),
    }
}

type Client = fn(Vendor) -> Arc<dyn Platform>;

/// How the client of each vendor is made, by its platform's id. WordPress sites have no vendor.
const VENDORS: &[(&str, Client)] = &[
    ("facebook", |vendor| Arc::new(Facebook::new(vendor))),
    ("instagram", |vendor| Arc::new(Instagram::new(vendor))),
    ("linkedin", |vendor| Arc::new(LinkedIn::new(vendor))),
    ("x", |vendor| Arc::new(X::new(vendor))),
    ("tiktok", |vendor| Arc::new(TikTok::new(vendor))),
    ("webflow", |vendor| Arc::new(Webflow::new(vendor))),
    ("google_business", |vendor| Arc::new(GoogleBusiness::new(vendor))),
    ("search_console", |vendor| Arc::new(SearchConsole::new(vendor))),
    ("ga4", |vendor| Arc::new(Ga4::new(vendor))),
    ("google_ads", |vendor| Arc::new(GoogleAds::new(vendor))),
    ("meta_ads", |vendor| Arc::new(MetaAds::new(vendor))),
    ("mailchimp", |vendor| Arc::new(Mailchimp::new(vendor))),
    ("klaviyo", |vendor| Arc::new(Klaviyo::new(vendor))),
];

/// The platforms that clients can connect.
pub fn platforms(config: &Config, outbound: &Outbound, clock: &Arc<dyn Clock>) -> Result<PlatformRegistry> {
    let mut registry = PlatformRegistry::default().with(Arc::new(WordPress::new(outbound.clone(), clock.clone())));
    for (id, client) in VENDORS {
        let vendor = Vendor::new(outbound.clone(), clock.clone());
        let vendor = match &config.simulated_vendors {
            Some(root) => vendor.simulated(root.clone()),
            None => vendor,
        };
        registry = registry.with(client(match config.api_version(id) {
            Some(version) => vendor.version(version),
            None => vendor,
        }));
    }
    // A setting that would not be followed is refused.
    for id in config.platforms.keys() {
        if registry.get(id).is_none_or(|platform| platform.descriptor().api_version.is_none()) {
            bail!("the settings can't be used:\n  - platforms.{id}: no platform of this name has a version to choose");
        }
    }
    Ok(registry)
}

/// Opens everything.
pub async fn app(config: Config) -> Result<App> {
    let db = database(&config).await?;
    let credentials = credentials(&config)?;
    let signing_key = credentials.agency_key(&db, "cookies and forms").await.map_err(plain)?;
    let objects = objects(&config)?;
    let outbound = outbound(&config)?;
    let clock = db.clock().clone();
    let gateway = Gateway::new(
        outbound.clone(),
        Arc::new(StoredProviders::new(db.clone(), credentials.clone())),
        Arc::new(RunLedger::new(db.clone())),
        clock.clone(),
    )
    .with_payload_logging(config.models.log_payloads);
    let outside = Outside {
        credentials,
        objects,
        platforms: platforms(&config, &outbound, &clock)?,
        sign_in: Arc::new(OpenIdConnect::new(outbound.clone(), clock.clone())),
        crawler: Arc::new(crawler(&config, &outbound, clock)),
        crawl_limits: config.crawl_limits(),
        gateway: Arc::new(gateway),
        documents: Arc::new(FileReader),
        images: Arc::new(Images),
        browser: browser(&config).program().map(|path| path.display().to_string()),
        mailer: Arc::new(Smtp::new(config.allowed_hosts()?)),
        mail_server: config.mail_server(),
        jobs_per_tenant: config.worker.per_tenant,
    };
    let product = Product::assemble(db, outside).await.map_err(plain)?;
    // A process that listens itself on a port of the machine's choice sets it again once it knows.
    if config.server.port != 0 || !config.server.public_url.is_empty() {
        product.post.public_url().set(config.public_url(config.server.port)?);
    }
    Ok(App { config: Arc::new(config), product, signing_key })
}

/// Our error as a line for a terminal: what happened, and what to do.
pub fn plain(error: aos_kernel::Error) -> anyhow::Error {
    let mut text = error.message().to_owned();
    if let Some(help) = error.help() {
        text.push(' ');
        text.push_str(help);
    }
    if let Some(context) = error.context() {
        text.push_str(&format!(" [{context}]"));
    }
    anyhow::anyhow!(text)
}
