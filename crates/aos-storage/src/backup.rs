//! Copying the database out while it is in use, and looking whether it is whole.

use std::path::Path;

use aos_kernel::{Error, Result};

use crate::{Conn, Db, DbKind, Sql, Tx, Value, conn::Inner, db::Pools, error::storage, params};

/// What a backup holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct BackupSummary {
    pub tables: Vec<(String, u64)>,
}

/// What the database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integrity {
    /// Empty when it is whole.
    pub problems: Vec<String>,
}

impl Db {
    /// Names of the tables, without the database's own.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn tables(&self) -> Result<Vec<String>> {
        let mut conn = self.read().await?;
        tables(&mut conn).await
    }

    /// Writes a consistent copy of the whole database below `folder` without stopping anybody: `database.sqlite`, or
    /// one file of JSON lines for each table of PostgreSQL.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn backup(&self, folder: &Path) -> Result<BackupSummary> {
        let write = |path: &Path, e: std::io::Error| Error::storage(format!("{}: {e}", path.display()));
        match self.pools() {
            Pools::Sqlite { read, .. } => {
                let file = folder.join("database.sqlite");
                let mut conn = Conn(Inner::Sqlite(read.acquire().await.map_err(storage)?));
                conn.execute("VACUUM INTO $1", vec![Value::Text(file.display().to_string())]).await?;
                let mut summary = BackupSummary::default();
                for table in tables(&mut conn).await? {
                    let n = conn.count(Sql::built(format!("SELECT COUNT(*) AS n FROM {table}")), vec![]).await?;
                    summary.tables.push((table, n.unsigned_abs()));
                }
                Ok(summary)
            }
            Pools::Postgres(pool) => {
                let mut conn = Conn(Inner::PostgresTx(pool.begin().await.map_err(storage)?));
                // One snapshot for all tables.
                conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", vec![]).await?;
                let mut summary = BackupSummary::default();
                for table in tables(&mut conn).await? {
                    let file = folder.join(format!("{table}.jsonl"));
                    let mut text = String::new();
                    let rows =
                        conn.rows(Sql::built(format!("SELECT to_jsonb(t) AS line FROM {table} AS t")), vec![]).await?;
                    for row in &rows {
                        text.push_str(&row.get::<serde_json::Value>("line")?.to_string());
                        text.push('\n');
                    }
                    tokio::fs::write(&file, text).await.map_err(|e| write(&file, e))?;
                    summary.tables.push((table, rows.len() as u64));
                }
                Ok(summary)
            }
        }
    }

    /// Fills a PostgreSQL database from a backup's folder. Its schema must have been made just now: the few rows that
    /// came with it are replaced. An SQLite backup is a database file already: it is copied into place before opening.
    ///
    /// # Errors
    /// `Storage`; nothing is changed then.
    pub async fn restore(&self, folder: &Path) -> Result<BackupSummary> {
        if self.kind() != DbKind::Postgres {
            return Err(Error::internal("an SQLite backup is restored by copying its file"));
        }
        let mut tx = self.begin(aos_kernel::Actor::system("restore")).await?;
        let mut summary = BackupSummary::default();
        let tables = tables(&mut tx).await?;
        // Rows refer to each other across tables, so references are not checked while they come in.
        tx.execute("SET LOCAL session_replication_role = replica", vec![]).await?;
        for table in &tables {
            tx.execute(Sql::built(format!("DELETE FROM {table}")), vec![]).await?;
        }
        for table in tables {
            let file = folder.join(format!("{table}.jsonl"));
            let text = tokio::fs::read_to_string(&file)
                .await
                .map_err(|e| Error::storage(format!("{}: {e}", file.display())))?;
            let insert = insert_statement(&mut tx, &table).await?;
            let mut n = 0;
            for chunk in text.lines().collect::<Vec<_>>().chunks(500) {
                let lines = format!("[{}]", chunk.join(","));
                let rows: serde_json::Value = serde_json::from_str(&lines).map_err(Error::storage)?;
                n += tx.execute(Sql::built(insert.clone()), params![rows]).await?;
            }
            count_on(&mut tx, &table).await?;
            summary.tables.push((table, n));
        }
        tx.commit().await?;
        Ok(summary)
    }

    /// Asks the database whether it is whole.
    ///
    /// # Errors
    /// `Storage` when it can't even answer.
    pub async fn integrity(&self) -> Result<Integrity> {
        let mut conn = self.read().await?;
        let mut problems = Vec::new();
        if self.kind() == DbKind::Sqlite {
            for row in conn.rows("PRAGMA integrity_check", vec![]).await? {
                let line: String = row.get("integrity_check")?;
                if line != "ok" {
                    problems.push(line);
                }
            }
            for row in conn.rows("PRAGMA foreign_key_check", vec![]).await? {
                problems.push(format!("a row of {} refers to nothing", row.get::<String>("table")?));
            }
        } else {
            conn.rows("SELECT 1 AS n", vec![]).await?;
        }
        Ok(Integrity { problems })
    }
}

/// A JSON null and an empty column look the same in a line of the backup; where a column may not be empty, it was the
/// first.
async fn insert_statement(tx: &mut Tx, table: &str) -> Result<String> {
    let sql = "SELECT column_name::text AS name, data_type = 'jsonb' AND is_nullable = 'NO' AS json
               FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1
               ORDER BY ordinal_position";
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for row in tx.rows(sql, params![table]).await? {
        let name: String = row.get("name")?;
        let json: bool = row.get("json")?;
        values.push(if json { format!("COALESCE(r.{name}, 'null'::jsonb)") } else { format!("r.{name}") });
        names.push(name);
    }
    Ok(format!(
        "INSERT INTO {table} ({}) SELECT {} FROM jsonb_populate_recordset(NULL::{table}, $1) AS r",
        names.join(", "),
        values.join(", ")
    ))
}

/// Lets numbers that the database gives out go on behind those that were restored.
async fn count_on(tx: &mut Tx, table: &str) -> Result<()> {
    let numbered = "SELECT column_name::text AS name FROM information_schema.columns
                    WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'";
    for row in tx.rows(numbered, params![table]).await? {
        let column: String = row.get("name")?;
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), MAX({column})) FROM {table} HAVING COUNT(*) > 0"
        );
        tx.rows(Sql::built(sql), vec![]).await?;
    }
    Ok(())
}

async fn tables(conn: &mut Conn) -> Result<Vec<String>> {
    let sql = match conn.kind() {
        DbKind::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'
             ORDER BY name"
        }
        DbKind::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT LIKE '\\_sqlx%'
             ORDER BY tablename"
        }
    };
    conn.rows(sql, vec![]).await?.iter().map(|row| row.get("name")).collect()
}
