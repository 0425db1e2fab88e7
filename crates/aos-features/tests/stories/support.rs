//! What the stories share: a database with the slices' tables, a clock to step, and what the transactions left behind.

use std::sync::{Arc, Mutex, PoisonError};

use aos_features::people::{self, Email, HashedPassword, commands::NewUser};
use aos_kernel::{Actor, AgencyScope, NewEvent, NewJob, Result, Secret, TenantScope, UserId};
use aos_storage::{
    Conn, Db, DbKind, OutboxSink, Outgoing, Tx,
    testing::{TestDb, kinds},
};

use crate::clock::SteppingClock;

/// One installation on one kind of database.
pub struct World {
    pub db: Db,
    pub clock: Arc<SteppingClock>,
    left: Arc<Left>,
    _test: TestDb,
}

/// Keeps the events and jobs of committed transactions, in place of the engine.
#[derive(Default)]
struct Left(Mutex<(Vec<NewEvent>, Vec<NewJob>)>);

#[async_trait::async_trait]
impl OutboxSink for Left {
    async fn write(&self, _tx: &mut Tx, outgoing: Outgoing) -> Result<()> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.0.extend(outgoing.events.into_iter().map(|(_, event)| event));
        left.1.extend(outgoing.jobs);
        Ok(())
    }
}

/// A password that is long enough.
pub const PASSWORD: &str = "a long enough phrase";

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
        let clock = Arc::new(SteppingClock::at("2026-04-01T09:00:00Z"));
        let migrations = aos_storage::migrations().and(aos_features::migrations());
        let test = TestDb::with_clock(kind, &migrations, clock.clone()).await;
        let left = Arc::new(Left::default());
        test.db.set_outbox(left.clone());
        Self { db: test.db.clone(), clock, left, _test: test }
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
    /// The kinds of the events since the last time, in order.
    pub fn events(&self) -> Vec<String> {
        self.taken_events().into_iter().map(|event| event.kind).collect()
    }
    /// The events since the last time, in order.
    pub fn taken_events(&self) -> Vec<NewEvent> {
        std::mem::take(&mut self.left.0.lock().unwrap_or_else(PoisonError::into_inner).0)
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

pub fn inside(tenant: aos_kernel::TenantId) -> TenantScope {
    TenantScope::granted(tenant)
}
