//! What a benchmark runs on: the whole product over a database with all tables, and clients.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use aos_capabilities::{
    PlatformRegistry,
    crawl::{CrawlLimits, SiteCrawler},
    model::ModelGateway,
};
use aos_crawler::FileReader;
use aos_features::{
    agents::{RunLedger, StoredProviders},
    people::{self, Email, HashedPassword, commands::NewUser},
    product::{Outside, Product},
    tenants::{self, NewTenant, Settings},
};
use aos_kernel::{Actor, AgencyScope, Clock, Secret, TenantScope, UserId};
use aos_llm::Gateway;
use aos_media::Images;
use aos_outbound::Outbound;
use aos_platforms::{OpenIdConnect, Smtp, WordPress};
use aos_storage::{Credentials, Db, DbKind, Keyring, Objects, Tx, testing::TestDb};
use tempfile::TempDir;

/// The product and the folder of its files, which goes with it.
pub struct World {
    pub db: Db,
    pub product: Product,
    pub administrator: UserId,
    database: TestDb,
    folder: TempDir,
}

/// Who signs in, and with what.
pub const EMAIL: &str = "ana@agency.example";
pub const PASSWORD: &str = "a long enough phrase";

impl World {
    /// Puts the product together as the binary does, with the crawler and the way out given, and sets up the agency.
    pub async fn new(
        kind: DbKind,
        clock: Arc<dyn Clock>,
        crawler: Arc<dyn SiteCrawler>,
        outbound: Outbound,
    ) -> Result<Self> {
        let sites = PlatformRegistry::default().with(Arc::new(WordPress::new(outbound.clone(), clock.clone())));
        Self::assembled(kind, clock, outbound, (crawler, sites, None)).await
    }

    /// The same on other platforms, with a gateway instead of the models'.
    pub async fn with(
        kind: DbKind,
        clock: Arc<dyn Clock>,
        outbound: Outbound,
        (crawler, platforms, gateway): (Arc<dyn SiteCrawler>, PlatformRegistry, Arc<dyn ModelGateway>),
    ) -> Result<Self> {
        Self::assembled(kind, clock, outbound, (crawler, platforms, Some(gateway))).await
    }

    async fn assembled(
        kind: DbKind,
        clock: Arc<dyn Clock>,
        outbound: Outbound,
        (crawler, platforms, gateway): (Arc<dyn SiteCrawler>, PlatformRegistry, Option<Arc<dyn ModelGateway>>),
    ) -> Result<Self> {
        let migrations = aos_storage::migrations().and(aos_workflow::migrations()).and(aos_features::migrations());
        let database = TestDb::with_clock(kind, &migrations, clock.clone()).await;
        let db = database.db.clone();
        let folder = TempDir::new()?;
        let credentials = Credentials::new(Keyring::load_or_create(&folder.path().join("master.key"))?);
        let own = || {
            Gateway::new(
                outbound.clone(),
                Arc::new(StoredProviders::new(db.clone(), credentials.clone())),
                Arc::new(RunLedger::new(db.clone())),
                clock.clone(),
            )
        };
        let gateway = gateway.unwrap_or_else(|| Arc::new(own()));
        let outside = Outside {
            credentials,
            objects: Objects::local(&folder.path().join("objects"))?,
            sign_in: Arc::new(OpenIdConnect::new(outbound, clock)),
            platforms,
            crawler,
            crawl_limits: CrawlLimits::default(),
            gateway,
            documents: Arc::new(FileReader),
            images: Arc::new(Images),
            browser: None,
            mailer: Arc::new(Smtp::new(Vec::new())),
            mail_server: None,
            jobs_per_tenant: 8,
        };
        let product = Product::assemble(db.clone(), outside).await?;
        let administrator = set_up(&db).await?;
        Ok(Self { db, product, administrator, database, folder })
    }

    /// Where the database is, as `--database` wants it.
    pub fn database(&self) -> &str {
        &self.database.url
    }
    /// The folder of the files and the master key, as `--data` wants it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.db.begin(Actor::system("bench")).await?)
    }
}

async fn set_up(db: &Db) -> Result<UserId> {
    let password = HashedPassword::chosen(&Secret::new(PASSWORD)).await?;
    let administrator = NewUser { email: Email::parse(EMAIL)?, name: "Ana".to_owned(), password };
    let mut tx = db.begin(Actor::system("bench")).await?;
    let (_, administrator) = people::commands::set_up_agency(&mut tx, "Agency", "UTC", administrator).await?;
    tx.commit().await?;
    Ok(administrator)
}

/// A client with this website.
pub async fn register(tx: &mut Tx, name: String, website: String) -> Result<TenantScope> {
    let new = NewTenant { name, website, zone: "UTC".to_owned(), client_group_id: None, settings: Settings::default() };
    let tenant = tenants::commands::register_tenant(tx, &AgencyScope::all(), new).await?;
    Ok(TenantScope::granted(tenant.id))
}
