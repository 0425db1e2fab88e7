//! What the stories share: a database with all tables, the engine, a clock to step, and what the transactions told.

use std::sync::{Arc, Mutex, PoisonError};

use aos_capabilities::{
    PlatformRegistry,
    mail::{Mail, MailAccepted, MailError, MailErrorKind, MailServer, Mailer},
};
use aos_features::{
    channels::{self, Connections},
    notices::{
        self,
        mail::{DecisionLinks, Post, PublicUrl},
    },
    people::{self, Email, HashedPassword, Principal, SignIn, commands::NewUser, sessions},
    strategy,
    tenants::{self, NewTenant, Settings, Tenant},
};
use aos_kernel::{Actor, AgencyScope, Clock as _, NewEvent, Result, Secret, TenantId, TenantScope, UserId};
use aos_platforms::memory::network::Network;
use aos_storage::{
    Conn, Credentials, Db, DbKind, DbOptions, Keyring, OutboxSink, Outgoing, Tx,
    testing::{TestDb, kinds},
};
use aos_workflow::{Outbox, Registry, Scheduler, Worker, WorkerOptions};
use uuid::Uuid;

use crate::clock::SteppingClock;

/// One installation on one kind of database.
pub struct World {
    pub db: Db,
    pub clock: Arc<SteppingClock>,
    registry: Arc<Registry>,
    told: Arc<Told>,
    pub post: Post,
    pub credentials: Credentials,
    pub mailer: Arc<Postman>,
    /// The network on which clients have pages.
    pub network: Network,
    pub connections: Connections,
    test: TestDb,
}

/// Remembers the events on their way to the engine.
struct Told {
    outbox: Outbox,
    events: Mutex<Vec<NewEvent>>,
}

#[async_trait::async_trait]
impl OutboxSink for Told {
    async fn write(&self, tx: &mut Tx, outgoing: Outgoing) -> Result<()> {
        let events: Vec<NewEvent> = outgoing.events.iter().map(|(_, event)| event.clone()).collect();
        self.outbox.write(tx, outgoing).await?;
        self.events.lock().unwrap_or_else(PoisonError::into_inner).extend(events);
        Ok(())
    }
}

/// Keeps what is sent, and fails as it is told.
#[derive(Default)]
pub struct Postman {
    pub sent: Mutex<Vec<(MailServer, Mail)>>,
    pub fails: Mutex<Vec<MailErrorKind>>,
}

impl Postman {
    /// The mails since the last time.
    pub fn taken(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.sent.lock().unwrap()).into_iter().map(|(_, mail)| mail).collect()
    }
    pub fn fail_next(&self, kind: MailErrorKind) {
        self.fails.lock().unwrap().push(kind);
    }
}

#[async_trait::async_trait]
impl Mailer for Postman {
    async fn send(&self, server: &MailServer, mail: &Mail) -> Result<MailAccepted, MailError> {
        let failing = self.fails.lock().unwrap().pop();
        if let Some(kind) = failing {
            return Err(MailError::new(kind, "The server said no."));
        }
        self.sent.lock().unwrap().push((server.clone(), mail.clone()));
        Ok(MailAccepted { answer: "2.0.0 Ok".to_owned() })
    }
}

/// A password that is long enough.
pub const PASSWORD: &str = "a long enough phrase";

/// A link for everything that is asked for, but for what was decided meanwhile: the activity whose id is nil.
struct LinkNamedAfterIt;

#[async_trait::async_trait]
impl DecisionLinks for LinkNamedAfterIt {
    async fn issue(&self, _: &mut Tx, _: TenantScope, activity: Uuid, _: UserId) -> Result<Option<Secret>> {
        Ok((!activity.is_nil()).then(|| Secret::new(format!("secret-{activity}"))))
    }
}

impl World {
    /// A world on each database that is there, at nine o'clock UTC on the first of April 2026.
    pub async fn each() -> Vec<Self> {
        let mut worlds = Vec::new();
        for kind in kinds() {
            worlds.push(Self::on(kind).await);
        }
        worlds
    }

    async fn on(kind: DbKind) -> Self {
        Self::with(kind, |network| network).await
    }

    /// A world on each database with a network that is not as usual.
    pub async fn each_with(change: impl Fn(Network) -> Network) -> Vec<Self> {
        let mut worlds = Vec::new();
        for kind in kinds() {
            worlds.push(Self::with(kind, &change).await);
        }
        worlds
    }

    async fn with(kind: DbKind, change: impl Fn(Network) -> Network) -> Self {
        let clock = Arc::new(SteppingClock::at("2026-04-01T09:00:00Z"));
        let migrations = aos_storage::migrations().and(aos_workflow::migrations()).and(aos_features::migrations());
        let test = TestDb::with_clock(kind, &migrations, clock.clone()).await;
        let folder = tempfile::tempdir().unwrap();
        let keyring = Keyring::load_or_create(&folder.path().join("master.key")).unwrap();
        let mailer = Arc::new(Postman::default());
        let credentials = Credentials::new(keyring);
        let public_url = PublicUrl::default();
        public_url.set("https://os.lighthouse.example/".parse().unwrap());
        let post = Post::new(mailer.clone(), None, credentials.clone(), public_url, Arc::new(LinkNamedAfterIt));
        let network = change(Network::new(clock.clone()));
        let platforms = PlatformRegistry::default().with(Arc::new(network.clone()));
        let connections = Connections::new(platforms, credentials.clone());
        let registry = channels::register(people::register(Registry::new()), &connections);
        let registry = notices::register(strategy::register(registry), &post);
        let registry = Arc::new(registry);
        let told = Arc::new(Told { outbox: Outbox::new(registry.clone()), events: Mutex::default() });
        test.db.set_outbox(told.clone());
        Self { db: test.db.clone(), clock, registry, told, post, credentials, mailer, network, connections, test }
    }

    /// The database as another process has it: with connections of its own.
    pub async fn another_process(&self) -> Db {
        let db = Db::connect(&DbOptions::new(&self.test.url), self.clock.clone()).await.unwrap();
        db.set_outbox(self.told.clone());
        db
    }

    pub async fn read(&self) -> Conn {
        self.db.read().await.unwrap()
    }
    pub async fn begin(&self) -> Tx {
        self.db.begin(Actor::system("test")).await.unwrap()
    }
    pub async fn begin_as(&self, user: UserId) -> Tx {
        self.db.begin(Actor::user(user)).await.unwrap()
    }
    pub fn now(&self) -> aos_kernel::Timestamp {
        self.clock.now()
    }

    /// The kinds of the events since the last time, in order.
    pub fn events(&self) -> Vec<String> {
        self.taken_events().into_iter().map(|event| event.kind).collect()
    }
    /// The events since the last time, in order.
    pub fn taken_events(&self) -> Vec<NewEvent> {
        std::mem::take(&mut self.told.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets the engine fire what is due and do all that can be done now.
    pub async fn work(&self) {
        Scheduler::new(self.db.clone(), "test").tick().await.unwrap();
        let worker = Worker::new(self.db.clone(), self.registry.clone(), WorkerOptions::new("test"));
        worker.run_until_idle().await.unwrap();
    }

    /// Another slice or the outside says that something happened.
    pub async fn tell(&self, event: NewEvent) {
        let mut tx = self.begin().await;
        tx.emit(event);
        tx.commit().await.unwrap();
        self.work().await;
    }

    /// The agency “Lighthouse” with its administrator Ana.
    pub async fn set_up(&self) -> UserId {
        let administrator = new_user("ana@lighthouse.example", "Ana").await;
        let mut tx = self.begin().await;
        let (_, user) =
            people::commands::set_up_agency(&mut tx, "Lighthouse", "Europe/Lisbon", administrator).await.unwrap();
        tx.commit().await.unwrap();
        user
    }

    /// Whoever signs in with this address and [`PASSWORD`].
    pub async fn principal(&self, email: &str) -> Principal {
        let input = SignIn {
            email: email.to_owned(),
            password: Secret::new(PASSWORD),
            address: None,
            user_agent: None,
            previous: None,
        };
        let session = sessions::sign_in(&self.db, input).await.unwrap().session().unwrap();
        sessions::resolve(&mut self.read().await, &session.token, self.now()).await.unwrap().unwrap().principal
    }

    /// A client in this time zone.
    pub async fn client(&self, name: &str, zone: &str) -> Tenant {
        let mut tx = self.begin().await;
        let tenant = tenants::commands::register_tenant(&mut tx, &everywhere(), new_client(name, zone)).await.unwrap();
        tx.commit().await.unwrap();
        tenant
    }
}

pub fn new_client(name: &str, zone: &str) -> NewTenant {
    NewTenant {
        name: name.to_owned(),
        website: "www.acme.example".to_owned(),
        zone: zone.to_owned(),
        client_group_id: None,
        settings: Settings::default(),
    }
}

pub async fn new_user(email: &str, name: &str) -> NewUser {
    NewUser { email: Email::parse(email).unwrap(), name: name.to_owned(), password: password().await }
}

/// [`PASSWORD`], hashed once, as hashing is slow on purpose.
pub async fn password() -> HashedPassword {
    static HASHED: tokio::sync::OnceCell<HashedPassword> = tokio::sync::OnceCell::const_new();
    HASHED.get_or_init(|| async { HashedPassword::chosen(&Secret::new(PASSWORD)).await.unwrap() }).await.clone()
}

pub fn everywhere() -> AgencyScope {
    AgencyScope::all()
}

pub fn inside(tenant: TenantId) -> TenantScope {
    TenantScope::granted(tenant)
}
