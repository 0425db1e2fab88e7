//! The whole product behind its web faces, on a database of its own, without a network.

use std::sync::Arc;

use aos_capabilities::{PlatformRegistry, crawl::CrawlLimits, platform::ApiVersion};
use aos_crawler::{BrowserChoice, Crawler, CrawlerConfig, FileReader};
use aos_features::{
    agents::{RunLedger, StoredProviders},
    people::{
        self, Access, Email, Grant, HashedPassword, Role,
        api_tokens::{self, NewApiToken},
        commands::NewUser,
        sessions,
    },
    product::{Outside, Product},
    tenants::{self, NewTenant, Settings},
};
use aos_kernel::{Actor, AgencyScope, Clock, Secret, SystemClock, TenantId, UserId};
use aos_llm::Gateway;
use aos_media::Images;
use aos_outbound::{HostRule, Outbound, OutboundConfig};
use aos_platforms::{Memory, OpenIdConnect, Smtp, memory::network::Network};
use aos_storage::{Credentials, Db, DbKind, DbOptions, Objects, Signal, testing::TestDb};
use aos_web::{WebSettings, csrf, signer::Signer};
use aos_workflow::{Outbox, Worker, WorkerOptions};
use chrono::NaiveDate;
use tempfile::TempDir;

/// What signs cookies and forms of every test.
const SIGNING_KEY: [u8; 32] = [7; 32];

const MASTER_KEY: &str = "master.key";

/// A network at which the agency has to register first, and the secret that it gives then.
pub const REGISTERED: &str = "registered_network";
pub const REGISTERED_SECRET: &str = "canary-app-secret";

/// The product with an agency that is set up and an administrator. Keep it for as long as it is used.
pub struct TestApp {
    pub db: Db,
    pub product: Product,
    /// The first administrator.
    pub administrator: UserId,
    /// What stands on the practice sites, and what goes wrong there.
    pub practice: Memory,
    /// The network that is connected by consent.
    pub network: Network,
    _database: TestDb,
    _folder: TempDir,
}

impl TestApp {
    /// # Panics
    /// When it can't be made: a test can't go on without it.
    pub async fn new(kind: DbKind) -> Self {
        Self::allowing(kind, Vec::new()).await
    }

    /// The same, with hosts of this machine that the product may reach: `127.0.0.1:8080`.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn allowing(kind: DbKind, hosts: Vec<String>) -> Self {
        Self::at(kind, hosts, Arc::new(SystemClock)).await
    }

    /// The same, by a clock that the story steps.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn at(kind: DbKind, hosts: Vec<String>, clock: Arc<dyn Clock>) -> Self {
        let allow: Vec<HostRule> = hosts.iter().map(|host| host.parse().expect("a host and its port")).collect();
        let migrations = aos_storage::migrations().and(aos_workflow::migrations()).and(aos_features::migrations());
        let database = TestDb::with_clock(kind, &migrations, clock).await;
        let db = database.db.clone();
        let folder = TempDir::new().expect("a temporary folder");
        let credentials = Credentials::in_file(&folder.path().join(MASTER_KEY)).expect("a master key");
        let mailer = Arc::new(Smtp::new(allow.clone()));
        let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() }).expect("an HTTP client");
        let clock = db.clock().clone();
        let gateway = Gateway::new(
            outbound.clone(),
            Arc::new(StoredProviders::new(db.clone(), credentials.clone())),
            Arc::new(RunLedger::new(db.clone())),
            clock.clone(),
        );
        let config = CrawlerConfig { browser: BrowserChoice::Off, ..CrawlerConfig::default() };
        let practice = Memory::new(clock.clone());
        let network = Network::new(clock.clone());
        let registered = network.clone().with_secret(REGISTERED_SECRET).described(|one| {
            (one.id, one.name, one.simulated) = (REGISTERED, "Registered network", false);
            one.api_version = Some(ApiVersion::known("2024-01", NaiveDate::from_ymd_opt(2025, 1, 31)));
        });
        let outside = Outside {
            credentials,
            objects: Objects::local(&folder.path().join("objects")).expect("a folder for objects"),
            platforms: PlatformRegistry::default()
                .with(Arc::new(practice.clone()))
                .with(Arc::new(network.clone()))
                .with(Arc::new(registered)),
            sign_in: Arc::new(OpenIdConnect::new(outbound.clone(), clock.clone())),
            crawler: Arc::new(Crawler::new(outbound, config, clock)),
            crawl_limits: CrawlLimits::default(),
            gateway: Arc::new(gateway),
            documents: Arc::new(FileReader),
            images: Arc::new(Images),
            browser: None,
            mailer,
            mail_server: None,
            jobs_per_tenant: 8,
        };
        let product = Product::assemble(db.clone(), outside).await.expect("the product");
        product.post.public_url().set("http://agency.test/".parse().expect("an address"));
        let administrator = set_up(&db).await;
        Self { db, product, administrator, practice, network, _database: database, _folder: folder }
    }

    /// The web faces, as the binary serves them.
    pub fn router(&self) -> axum::Router {
        let settings = WebSettings {
            signing_key: SIGNING_KEY,
            public_url: "http://agency.test/".parse().expect("an address"),
            trusted_proxies: Vec::new(),
        };
        aos_web::router(self.product.clone(), settings)
    }

    /// The web faces of another process on the same database: with connections and signals of its own.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn router_of_another_process(&self) -> axum::Router {
        let db =
            Db::connect(&DbOptions::new(&self._database.url), self.db.clock().clone()).await.expect("the database");
        db.set_outbox(Arc::new(Outbox::new(self.product.jobs.clone())));
        // It hears the others once its own connection listens.
        let mut heard = db.subscribe();
        loop {
            let mut tx = self.db.begin(Actor::system("test")).await.expect("a transaction");
            tx.signal(Signal::new("test", "hello"));
            tx.commit().await.expect("a commit");
            if tokio::time::timeout(std::time::Duration::from_millis(100), heard.recv()).await.is_ok() {
                break;
            }
        }
        let settings = WebSettings {
            signing_key: SIGNING_KEY,
            public_url: "http://agency.test/".parse().expect("an address"),
            trusted_proxies: Vec::new(),
        };
        aos_web::router(Product { db, ..self.product.clone() }, settings)
    }

    /// Does all jobs that are due, and those that they make.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn work(&self) {
        let worker = Worker::new(self.db.clone(), self.product.jobs.clone(), WorkerOptions::new("test"));
        worker.run_until_idle().await.expect("the engine");
    }

    /// Puts another master key first and wraps nothing anew, as a rotation that was interrupted leaves it.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub fn begin_rotation(&self) {
        let file = self._folder.path().join(MASTER_KEY);
        let known = std::fs::read_to_string(&file).expect("the master keys");
        std::fs::write(&file, format!("{}\n{known}", "5e".repeat(32))).expect("another master key");
    }

    /// A client of this name.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn client(&self, name: &str) -> TenantId {
        self.client_at(name, "https://client.example").await
    }

    /// A client with this website.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn client_at(&self, name: &str, website: &str) -> TenantId {
        let mut tx = self.db.begin(Actor::user(self.administrator)).await.expect("a transaction");
        let new = NewTenant {
            name: name.to_owned(),
            website: website.to_owned(),
            zone: "UTC".to_owned(),
            client_group_id: None,
            settings: Settings::default(),
        };
        let tenant = tenants::commands::register_tenant(&mut tx, &AgencyScope::all(), new).await.expect("a client");
        tx.commit().await.expect("a commit");
        tenant.id
    }

    /// Somebody with this role, in this client for a client's role.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn person(&self, name: &str, role: Role, tenant: Option<TenantId>) -> UserId {
        let user = NewUser {
            email: Email::parse(&format!("{}@agency.example", name.to_lowercase())).expect("an address"),
            name: name.to_owned(),
            password: HashedPassword::chosen(&Secret::new("a long enough phrase")).await.expect("a password"),
        };
        let mut tx = self.db.begin(Actor::user(self.administrator)).await.expect("a transaction");
        let grants = [Grant::new(role, tenant).expect("a role that fits")];
        let id = people::commands::add_user(&mut tx, &AgencyScope::all(), user, &grants).await.expect("a person");
        tx.commit().await.expect("a commit");
        id
    }

    /// What somebody's browser holds: the session's cookie, and the token of their forms.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn sign_in(&self, user: UserId) -> (Secret, String) {
        let mut tx = self.db.begin(Actor::user(user)).await.expect("a transaction");
        let session = sessions::start(&mut tx, user, None, None).await.expect("a session");
        tx.commit().await.expect("a commit");
        let form = csrf::issue(&Signer::new(SIGNING_KEY), session.token.expose());
        (session.token, form.0)
    }

    /// An API token of somebody's.
    ///
    /// # Panics
    /// As [`TestApp::new`].
    pub async fn token(&self, user: UserId, access: Access) -> Secret {
        let (session, _) = self.sign_in(user).await;
        let mut conn = self.db.read().await.expect("a connection");
        let now = self.db.clock().now();
        let principal =
            sessions::resolve(&mut conn, &session, now).await.expect("a look").expect("a session").principal;
        drop(conn);
        let mut tx = self.db.begin(principal.actor().clone()).await.expect("a transaction");
        let input = NewApiToken { name: "test".to_owned(), access, expires_at: None };
        let (_, secret) = api_tokens::create(&mut tx, &principal, input).await.expect("a token");
        tx.commit().await.expect("a commit");
        secret
    }
}

async fn set_up(db: &Db) -> UserId {
    let administrator = NewUser {
        email: Email::parse("ana@agency.example").expect("an address"),
        name: "Ana".to_owned(),
        password: HashedPassword::chosen(&Secret::new("a long enough phrase")).await.expect("a password"),
    };
    let mut tx = db.begin(Actor::system("test")).await.expect("a transaction");
    let (_, id) =
        people::commands::set_up_agency(&mut tx, "Northlight", "UTC", administrator).await.expect("an agency");
    tx.commit().await.expect("a commit");
    id
}
