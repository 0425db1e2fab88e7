//! Opening a database and handing out connections.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aos_kernel::{Actor, Clock, Error, Result};
use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::broadcast;

use crate::{Conn, Migrations, OutboxSink, Signal, Tx, conn::Inner, error::storage, signals::Signals};

/// Which database it is; for what has to differ, and for System health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DbKind {
    Sqlite,
    Postgres,
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections of a PostgreSQL pool, or readers of SQLite.
    pub connections: u32,
    /// How long to wait for a connection before saying that the database is busy.
    pub patience: Duration,
}

impl DbOptions {
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: 8, patience: Duration::from_secs(15) }
    }
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Shared>);

struct Shared {
    pools: Pools,
    clock: Arc<dyn Clock>,
    outbox: OnceLock<Arc<dyn OutboxSink>>,
    signals: Signals,
}

pub(crate) enum Pools {
    /// One writer and many readers; a reader sees the last commit and never waits for the writer.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    /// Opens the database (creating an SQLite file) and brings its schema up to date.
    ///
    /// # Errors
    /// `Storage` when it can't be reached; `Invalid` for a URL that names neither database.
    pub async fn open(options: &DbOptions, clock: Arc<dyn Clock>, migrations: &Migrations) -> Result<Self> {
        let db = Self::connect(options, clock).await?;
        migrations.run(&db).await?;
        Ok(db)
    }

    /// Opens the database as it is, without touching its schema.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn connect(options: &DbOptions, clock: Arc<dyn Clock>) -> Result<Self> {
        let signals = Signals::new();
        let pools = if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            let connect: PgConnectOptions =
                options.url.parse().map_err(|_| Error::invalid("database", "This is not a usable PostgreSQL URL."))?;
            let pool = PgPoolOptions::new()
                .max_connections(options.connections.max(2))
                .acquire_timeout(options.patience)
                .connect_with(connect)
                .await
                .map_err(storage)?;
            signals.listen(pool.clone());
            Pools::Postgres(pool)
        } else if let Some(path) = options.url.strip_prefix("sqlite:") {
            let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
            let connect = SqliteConnectOptions::new()
                .filename(&path)
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                // A commit that returned survives a power cut; the engine commits in groups, so this costs little.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(options.patience)
                .pragma("cache_size", "-65536")
                .pragma("temp_store", "memory")
                .pragma("mmap_size", "268435456")
                // 32 MB: a page that many commits change is copied back into the file once, not each few commits.
                .pragma("wal_autocheckpoint", "8192")
                // Rows of a bulk read cross from the driver's thread in few steps.
                .row_buffer_size(1024)
                .statement_cache_capacity(512);
            let write = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(options.patience)
                // A file does not go away as a server does: what asks whether it is there costs two switches of threads.
                .test_before_acquire(false)
                .connect_with(connect.clone())
                .await
                .map_err(storage)?;
            let read = SqlitePoolOptions::new()
                .max_connections(options.connections.max(1))
                .acquire_timeout(options.patience)
                .test_before_acquire(false)
                // What is read comes from the mapped file; this is only for what changed since the last checkpoint.
                .connect_with(connect.read_only(true).pragma("cache_size", "-8192"))
                .await
                .map_err(storage)?;
            Pools::Sqlite { write, read }
        } else {
            return Err(Error::invalid("database", "The database URL must begin with sqlite: or postgres://."));
        };
        Ok(Self(Arc::new(Shared { pools, clock, outbox: OnceLock::new(), signals })))
    }

    /// Sets who writes events and jobs. Once, at start; without it they are dropped, which only tests of storage want.
    pub fn set_outbox(&self, sink: Arc<dyn OutboxSink>) {
        if self.0.outbox.set(sink).is_err() {
            tracing::warn!("the outbox was set already");
        }
    }
    pub(crate) fn outbox(&self) -> Option<Arc<dyn OutboxSink>> {
        self.0.outbox.get().cloned()
    }
    pub(crate) fn signals(&self) -> &Signals {
        &self.0.signals
    }
    pub(crate) fn pools(&self) -> &Pools {
        &self.0.pools
    }

    pub fn kind(&self) -> DbKind {
        match self.0.pools {
            Pools::Sqlite { .. } => DbKind::Sqlite,
            Pools::Postgres(_) => DbKind::Postgres,
        }
    }
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// `Storage` when none is free or the database is gone.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.0.pools {
            Pools::Sqlite { read, .. } => Inner::Sqlite(read.acquire().await.map_err(storage)?),
            Pools::Postgres(pool) => Inner::Postgres(pool.acquire().await.map_err(storage)?),
        }))
    }

    /// A write transaction in the name of `actor`.
    ///
    /// # Errors
    /// `Storage` when the database does not take one now.
    pub async fn begin(&self, actor: Actor) -> Result<Tx> {
        let inner = match &self.0.pools {
            // Immediate: a transaction that reads first and writes later would fail when another wrote in between.
            Pools::Sqlite { write, .. } => Inner::SqliteTx(write.begin_with("BEGIN IMMEDIATE").await.map_err(storage)?),
            Pools::Postgres(pool) => Inner::PostgresTx(pool.begin().await.map_err(storage)?),
        };
        Ok(Tx::new(Conn(inner), self.clone(), actor, self.0.clock.now()))
    }

    /// Hears the signals of all processes from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.0.signals.subscribe()
    }
    /// Sends a signal that belongs to no transaction (progress of something that is not stored). This process only.
    pub fn signal(&self, signal: Signal) {
        self.0.signals.send(signal);
    }

    /// Waits until what is under way is done and closes the connections.
    pub async fn close(&self) {
        match &self.0.pools {
            Pools::Sqlite { write, read, .. } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}
