//! Throw-away databases for tests, of both kinds.

use std::sync::Arc;

use aos_kernel::{Clock, SystemClock};
use tempfile::TempDir;

use crate::{Db, DbKind, DbOptions, Migrations};

/// A database that goes with the test. Keep it for as long as the database is used.
pub struct TestDb {
    pub db: Db,
    pub url: String,
    _folder: TempDir,
}

/// The variable that names the PostgreSQL server for tests: `postgres://…`; each test gets a schema of its own there.
pub const POSTGRES_VARIABLE: &str = "AGENCY_OS_TEST_POSTGRES";

/// The databases to run a test on: SQLite always, PostgreSQL where a server is named.
pub fn kinds() -> Vec<DbKind> {
    if std::env::var_os(POSTGRES_VARIABLE).is_some() {
        vec![DbKind::Sqlite, DbKind::Postgres]
    } else {
        vec![DbKind::Sqlite]
    }
}

impl TestDb {
    /// A fresh database with this schema and the machine's clock.
    ///
    /// # Panics
    /// When it can't be made: a test can't go on without it.
    pub async fn new(kind: DbKind, migrations: &Migrations) -> Self {
        Self::with_clock(kind, migrations, Arc::new(SystemClock)).await
    }

    /// # Panics
    /// As [`TestDb::new`].
    pub async fn with_clock(kind: DbKind, migrations: &Migrations, clock: Arc<dyn Clock>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = match kind {
            DbKind::Sqlite => format!("sqlite:{}", folder.path().join("test.sqlite").display()),
            DbKind::Postgres => postgres_schema().await,
        };
        let db = Db::open(&DbOptions::new(&url), clock, migrations).await.expect("a database for the test");
        Self { db, url, _folder: folder }
    }
}

/// A URL that names a schema of its own on the test server.
///
/// # Panics
/// When there is no such server.
pub async fn postgres_schema() -> String {
    let server = std::env::var(POSTGRES_VARIABLE).expect("the variable that names the test server");
    let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
    let pool = sqlx::PgPool::connect(&server).await.expect("the PostgreSQL server for tests");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&pool).await.expect("a schema");
    pool.close().await;
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options[search_path]={schema}")
}
