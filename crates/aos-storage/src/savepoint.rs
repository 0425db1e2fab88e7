//! Undoing a part of a transaction, and locking rows: what a command that does many things in one transaction needs.

use aos_kernel::Result;

use crate::{Sql, Tx, db::DbKind};

/// How far a transaction had come.
#[must_use = "a savepoint is released or rolled back to"]
pub struct Savepoint {
    events: usize,
    jobs: usize,
    signals: usize,
}

/// What to do about rows that another transaction has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Wait until it is done.
    Wait,
    /// Leave them out.
    Skip,
}

impl Tx {
    /// Marks the point to which [`Tx::roll_back_to`] can return. Savepoints nest: the last one is given up first.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn savepoint(&mut self) -> Result<Savepoint> {
        self.execute("SAVEPOINT part", vec![]).await?;
        let (events, jobs, signals) = self.buffered();
        Ok(Savepoint { events, jobs, signals })
    }

    /// Undoes what came after the savepoint: rows, events, jobs and signals.
    ///
    /// # Errors
    /// As [`Tx::execute`]; the whole transaction is lost then.
    pub async fn roll_back_to(&mut self, savepoint: Savepoint) -> Result<()> {
        self.execute("ROLLBACK TO SAVEPOINT part", vec![]).await?;
        self.execute("RELEASE SAVEPOINT part", vec![]).await?;
        self.forget_after(savepoint.events, savepoint.jobs, savepoint.signals);
        Ok(())
    }

    /// Keeps what came after the savepoint, as part of the transaction.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        let Savepoint { .. } = savepoint;
        self.execute("RELEASE SAVEPOINT part", vec![]).await?;
        Ok(())
    }

    /// The query with PostgreSQL's clause that locks the rows it finds until the end of the transaction. SQLite has one
    /// writer, who holds everything already.
    pub fn locking(&self, select: &'static str, lock: Lock) -> Sql {
        match (self.kind(), lock) {
            (DbKind::Sqlite, _) => Sql::from(select),
            (DbKind::Postgres, Lock::Wait) => Sql::built(format!("{select} FOR UPDATE")),
            (DbKind::Postgres, Lock::Skip) => Sql::built(format!("{select} FOR UPDATE SKIP LOCKED")),
        }
    }
}

#[cfg(test)]
mod tests {
    use aos_kernel::{Actor, NewJob};

    use crate::{
        Migration, Migrations, params,
        testing::{TestDb, kinds},
    };

    const TABLE: &str = "CREATE TABLE thing (n bigint NOT NULL)";

    #[tokio::test]
    async fn what_came_after_a_savepoint_is_undone_with_its_jobs() {
        for kind in kinds() {
            let step = Migration { number: 1, name: "thing", sqlite: TABLE, postgres: TABLE };
            let test = TestDb::new(kind, &Migrations::new(&[step])).await;
            let mut tx = test.db.begin(Actor::system("test")).await.unwrap();
            tx.execute("INSERT INTO thing VALUES ($1)", params![1i64]).await.unwrap();
            let savepoint = tx.savepoint().await.unwrap();
            tx.execute("INSERT INTO thing VALUES ($1)", params![2i64]).await.unwrap();
            tx.enqueue(NewJob::new("a", None, "q", serde_json::Value::Null));
            tx.roll_back_to(savepoint).await.unwrap();
            let kept = tx.savepoint().await.unwrap();
            tx.execute("INSERT INTO thing VALUES ($1)", params![4i64]).await.unwrap();
            tx.release(kept).await.unwrap();
            assert_eq!(tx.buffered(), (0, 0, 0));
            let sum = tx.count("SELECT CAST(SUM(n) AS bigint) AS n FROM thing", vec![]).await.unwrap();
            assert_eq!(sum, 5);
        }
    }
}
