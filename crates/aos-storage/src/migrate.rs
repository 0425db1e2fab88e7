//! Bringing the schema up to date. Each crate and slice brings its own steps; their numbers are unique over all of them.

use std::borrow::Cow;

use aos_kernel::{Error, Result};
use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration as Step, MigrationType, Migrator},
};

use crate::{Db, db::Pools};

/// One step, in both dialects.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// Steps of one or several crates.
#[derive(Clone, Debug, Default)]
pub struct Migrations(Vec<Migration>);

impl Migrations {
    pub fn new(steps: &[Migration]) -> Self {
        Self(steps.to_vec())
    }
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }
    /// Runs what has not been run, in the order of the numbers. Several processes may start at once.
    ///
    /// # Errors
    /// `Storage` when a step can't be run; the steps before it stay.
    pub async fn run(&self, db: &Db) -> Result<()> {
        let mut steps = self.0.clone();
        steps.sort_by_key(|step| step.number);
        if let Some(twice) = steps.windows(2).find(|pair| pair[0].number == pair[1].number) {
            return Err(Error::internal(format!("two migrations have the number {}", twice[0].number)));
        }
        let failed = |e: sqlx::migrate::MigrateError| {
            Error::new(aos_kernel::ErrorKind::Storage, "migration", "The database could not be brought up to date.")
                .with_help("The version of the program and of the database may differ; see the log.")
                .with_context(e)
        };
        match db.pools() {
            Pools::Sqlite { write, .. } => migrator(&steps, |step| step.sqlite).run(write).await.map_err(failed),
            Pools::Postgres(pool) => migrator(&steps, |step| step.postgres).run(pool).await.map_err(failed),
        }
    }
}

fn migrator(steps: &[Migration], sql: impl Fn(&Migration) -> &'static str) -> Migrator {
    Migrator::with_migrations(
        steps
            .iter()
            .map(|step| {
                Step::new(
                    step.number,
                    Cow::Borrowed(step.name),
                    MigrationType::Simple,
                    AssertSqlSafe(sql(step)).into_sql_str(),
                    false,
                )
            })
            .collect(),
    )
}
