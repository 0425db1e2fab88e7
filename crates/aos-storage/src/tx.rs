//! A write transaction: it knows who acts and when, and carries what is to happen after the commit.

use std::{
    collections::HashSet,
    ops::{Deref, DerefMut},
};

use aos_kernel::{Actor, NewEvent, NewJob, Result, Timestamp};

use crate::{Conn, Db, Signal, Sql, Value, conn::Inner, error::storage};

/// Writes to either database. Dropped without [`Tx::commit`], it undoes everything.
///
/// Nothing outside may be called while one is open: SQLite has one writer, and an outside call takes as long as it likes.
pub struct Tx {
    conn: Conn,
    db: Db,
    actor: Actor,
    now: Timestamp,
    outgoing: Outgoing,
    signals: Vec<Signal>,
}

/// What a transaction leaves for after its commit.
#[derive(Default)]
pub struct Outgoing {
    pub events: Vec<(Actor, NewEvent)>,
    pub jobs: Vec<NewJob>,
}

/// Writes what a transaction leaves behind, inside it. `aos-workflow` is the one that does.
#[async_trait::async_trait]
pub trait OutboxSink: Send + Sync {
    /// # Errors
    /// Fails the transaction: an event or a job is never lost silently.
    async fn write(&self, tx: &mut Tx, outgoing: Outgoing) -> Result<()>;
}

impl Tx {
    pub(crate) fn new(conn: Conn, db: Db, actor: Actor, now: Timestamp) -> Self {
        Self { conn, db, actor, now, outgoing: Outgoing::default(), signals: Vec::new() }
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    /// The moment of this transaction: the same for all that it writes.
    pub fn now(&self) -> Timestamp {
        self.now
    }
    /// Records that something happened, by this transaction's actor.
    pub fn emit(&mut self, event: NewEvent) {
        self.outgoing.events.push((self.actor.clone(), event));
    }
    /// As [`Tx::emit`], for a transaction that commits the work of several actors.
    pub fn emit_by(&mut self, actor: Actor, event: NewEvent) {
        self.outgoing.events.push((actor, event));
    }
    /// Goes on in the name of somebody else, for a transaction that commits the work of several; answers who it was.
    pub fn act_as(&mut self, actor: Actor) -> Actor {
        std::mem::replace(&mut self.actor, actor)
    }
    /// Lets something be done after the commit.
    pub fn enqueue(&mut self, job: NewJob) {
        self.outgoing.jobs.push(job);
    }
    /// Tells whoever listens in any process, after the commit; the same signal is sent once.
    pub fn signal(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    /// Runs a statement that writes; the number of rows it changed.
    ///
    /// # Errors
    /// `Conflict` for a broken unique or foreign key, `Storage` when the database can't take it now.
    pub async fn execute(&mut self, sql: impl Into<Sql>, params: Vec<Value>) -> Result<u64> {
        self.conn.execute(sql, params).await
    }

    /// Runs `head ($1,$2),… tail` for many tuples at once. `head` ends with `FROM (VALUES `, `tail` begins with
    /// `) AS v`; the tuple's columns are `v.column1`, `v.column2`, … on both databases.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn execute_values(
        &mut self,
        head: &'static str,
        tail: &'static str,
        width: usize,
        values: Vec<Value>,
    ) -> Result<u64> {
        self.conn.execute_values(head, tail, width, values).await
    }

    /// How many events, jobs and signals wait for the commit.
    pub(crate) fn buffered(&self) -> (usize, usize, usize) {
        (self.outgoing.events.len(), self.outgoing.jobs.len(), self.signals.len())
    }
    pub(crate) fn forget_after(&mut self, events: usize, jobs: usize, signals: usize) {
        self.outgoing.events.truncate(events);
        self.outgoing.jobs.truncate(jobs);
        self.signals.truncate(signals);
    }

    /// Lets only one transaction at a time go on that locks the same words; until the commit. For checks that span rows,
    /// such as a budget. SQLite has one writer anyway.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn lock(&mut self, words: &str) -> Result<()> {
        if self.conn.kind() == crate::DbKind::Postgres {
            self.conn
                .execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", vec![Value::Text(words.to_owned())])
                .await?;
        }
        Ok(())
    }

    /// Makes it last, and releases the events, jobs and signals.
    ///
    /// # Errors
    /// When it fails, nothing of it is there.
    pub async fn commit(mut self) -> Result<()> {
        let outgoing = std::mem::take(&mut self.outgoing);
        if (!outgoing.events.is_empty() || !outgoing.jobs.is_empty())
            && let Some(sink) = self.db.outbox()
        {
            sink.write(&mut self, outgoing).await?;
        }
        let mut signals = std::mem::take(&mut self.signals);
        let mut sent = HashSet::new();
        signals.retain(|signal| sent.insert(signal.clone()));
        if matches!(self.conn.0, Inner::PostgresTx(_)) && !signals.is_empty() {
            // Sent inside the transaction: PostgreSQL delivers them to every process at the commit.
            let texts = signals.iter().map(Signal::to_text).collect();
            let sql = "SELECT pg_notify('agency_os', v) FROM UNNEST($1) AS v";
            self.conn.execute(sql, vec![Value::TextList(texts)]).await?;
        }
        match self.conn.0 {
            Inner::SqliteTx(tx) => {
                tx.commit().await.map_err(storage)?;
                for signal in signals {
                    self.db.signals().send(signal);
                }
                Ok(())
            }
            Inner::PostgresTx(tx) => tx.commit().await.map_err(storage),
            Inner::Sqlite(_) | Inner::Postgres(_) => {
                Err(aos_kernel::Error::internal("a transaction without a transaction"))
            }
        }
    }

    /// Undoes everything at once, instead of when the connection is next used.
    ///
    /// # Errors
    /// When the connection is gone; nothing was kept in that case either.
    pub async fn rollback(self) -> Result<()> {
        match self.conn.0 {
            Inner::SqliteTx(tx) => tx.rollback().await.map_err(storage),
            Inner::PostgresTx(tx) => tx.rollback().await.map_err(storage),
            Inner::Sqlite(_) | Inner::Postgres(_) => Ok(()),
        }
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}
impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
