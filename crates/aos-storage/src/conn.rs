//! A connection to read with. Writing needs a [`crate::Tx`].

use aos_kernel::{Error, Result};
use sqlx::{
    AssertSqlSafe, Postgres, Sqlite, Transaction, pool::PoolConnection, postgres::PgArguments, query::Query,
    sqlite::SqliteArguments,
};

use crate::{
    FromRow, Row, Sql, Value,
    db::DbKind,
    error::storage,
    row::Inner as RowInner,
    value::{Column, Kind, json_without_nul, without_nul},
};

/// Reads from either database.
pub struct Conn(pub(crate) Inner);

pub(crate) enum Inner {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
    SqliteTx(Transaction<'static, Sqlite>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// Runs `$body` with `$c` as a `&mut` connection of the driver and `$bind` as the function that binds for it.
macro_rules! on {
    ($conn:expr, $c:ident, $bind:ident => $body:expr) => {
        match &mut $conn.0 {
            Inner::Sqlite(c) => {
                let $c = &mut **c;
                use bind_sqlite as $bind;
                $body
            }
            Inner::SqliteTx(c) => {
                let $c = &mut **c;
                use bind_sqlite as $bind;
                $body
            }
            Inner::Postgres(c) => {
                let $c = &mut **c;
                use bind_postgres as $bind;
                $body
            }
            Inner::PostgresTx(c) => {
                let $c = &mut **c;
                use bind_postgres as $bind;
                $body
            }
        }
    };
}

impl Conn {
    pub fn kind(&self) -> DbKind {
        match &self.0 {
            Inner::Sqlite(_) | Inner::SqliteTx(_) => DbKind::Sqlite,
            Inner::Postgres(_) | Inner::PostgresTx(_) => DbKind::Postgres,
        }
    }

    /// All rows.
    ///
    /// # Errors
    /// `Storage` when the database can't answer now, `Internal` when the statement is wrong.
    pub async fn rows(&mut self, sql: impl Into<Sql>, params: Vec<Value>) -> Result<Vec<Row>> {
        let sql = self.dialect(sql.into(), &params);
        on!(self, c, bind => {
            let rows = bind(sql, params)?.fetch_all(c).await.map_err(storage)?;
            Ok(rows.into_iter().map(Row::from).collect())
        })
    }

    /// All rows, read into a type.
    ///
    /// # Errors
    /// As [`Conn::rows`].
    pub async fn all<T: FromRow>(&mut self, sql: impl Into<Sql>, params: Vec<Value>) -> Result<Vec<T>> {
        self.rows(sql, params).await?.iter().map(T::from_row).collect()
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`Conn::rows`].
    pub async fn row(&mut self, sql: impl Into<Sql>, params: Vec<Value>) -> Result<Option<Row>> {
        let sql = self.dialect(sql.into(), &params);
        on!(self, c, bind => {
            let row = bind(sql, params)?.fetch_optional(c).await.map_err(storage)?;
            Ok(row.map(Row::from))
        })
    }

    /// The first row, read into a type.
    ///
    /// # Errors
    /// As [`Conn::rows`].
    pub async fn one<T: FromRow>(&mut self, sql: impl Into<Sql>, params: Vec<Value>) -> Result<Option<T>> {
        self.row(sql, params).await?.as_ref().map(T::from_row).transpose()
    }

    /// A count or a sum in a column named `n`.
    ///
    /// # Errors
    /// As [`Conn::rows`]; `Internal` when there is no row.
    pub async fn count(&mut self, sql: impl Into<Sql>, params: Vec<Value>) -> Result<i64> {
        match self.row(sql, params).await? {
            Some(row) => row.get("n"),
            None => Err(Error::internal("a count without a row")),
        }
    }

    pub(crate) async fn execute(&mut self, sql: impl Into<Sql>, params: Vec<Value>) -> Result<u64> {
        let sql = self.dialect(sql.into(), &params);
        on!(self, c, bind => {
            let done = bind(sql, params)?.execute(c).await.map_err(storage)?;
            Ok(done.rows_affected())
        })
    }

    /// As [`Conn::execute`], with whole columns behind the values, which only PostgreSQL takes.
    pub(crate) async fn execute_with(&mut self, sql: Sql, params: Vec<Value>, columns: Vec<Column>) -> Result<u64> {
        match &mut self.0 {
            Inner::Postgres(c) if !columns.is_empty() => {
                let done = bind_columns(bind_postgres(sql, params)?, columns).execute(&mut **c).await;
                Ok(done.map_err(storage)?.rows_affected())
            }
            Inner::PostgresTx(c) if !columns.is_empty() => {
                let done = bind_columns(bind_postgres(sql, params)?, columns).execute(&mut **c).await;
                Ok(done.map_err(storage)?.rows_affected())
            }
            _ => self.execute(sql, params).await,
        }
    }

    /// As [`Conn::rows`], with whole columns behind the values, which only PostgreSQL takes.
    pub(crate) async fn rows_with(&mut self, sql: Sql, params: Vec<Value>, columns: Vec<Column>) -> Result<Vec<Row>> {
        let rows = match &mut self.0 {
            Inner::Postgres(c) if !columns.is_empty() => {
                bind_columns(bind_postgres(sql, params)?, columns).fetch_all(&mut **c).await
            }
            Inner::PostgresTx(c) if !columns.is_empty() => {
                bind_columns(bind_postgres(sql, params)?, columns).fetch_all(&mut **c).await
            }
            _ => return self.rows(sql, params).await,
        };
        Ok(rows.map_err(storage)?.into_iter().map(Row::from).collect())
    }

    /// `= ANY($n)` is PostgreSQL's; SQLite gets the list as JSON. Rewritten only where a list is bound.
    fn dialect(&self, sql: Sql, params: &[Value]) -> Sql {
        if self.kind() == DbKind::Postgres {
            return sql;
        }
        let mut text: Option<String> = None;
        for (i, value) in params.iter().enumerate() {
            let element = match value {
                Value::UuidList(_) | Value::Null(Kind::UuidList) => "unhex(value)",
                Value::TextList(_) | Value::Null(Kind::TextList) => "value",
                _ => continue,
            };
            let current = text.as_deref().unwrap_or_else(|| sql.as_str());
            text =
                Some(current.replace(
                    &format!("= ANY(${})", i + 1),
                    &format!("IN (SELECT {element} FROM json_each(${}))", i + 1),
                ));
        }
        text.map_or(sql, Sql::built)
    }
}

impl From<sqlx::sqlite::SqliteRow> for Row {
    fn from(row: sqlx::sqlite::SqliteRow) -> Self {
        Self(RowInner::Sqlite(row))
    }
}
impl From<sqlx::postgres::PgRow> for Row {
    fn from(row: sqlx::postgres::PgRow) -> Self {
        Self(RowInner::Postgres(row))
    }
}

fn statement<DB: sqlx::Database>(sql: Sql) -> Query<'static, DB, DB::Arguments> {
    match sql.0 {
        std::borrow::Cow::Borrowed(text) => sqlx::query(text),
        std::borrow::Cow::Owned(text) => sqlx::query(AssertSqlSafe(text)),
    }
}

fn bind_sqlite(sql: Sql, params: Vec<Value>) -> Result<Query<'static, Sqlite, SqliteArguments>> {
    let mut query = statement::<Sqlite>(sql);
    for value in params {
        query = match value {
            Value::Null(_) => query.bind(None::<i64>),
            Value::Bool(v) => query.bind(i64::from(v)),
            Value::Int(v) => query.bind(v),
            Value::Float(v) => query.bind(v),
            Value::Text(v) => query.bind(v),
            Value::Bytes(v) => query.bind(v),
            Value::Uuid(v) => query.bind(v),
            Value::Time(v) => query.bind(v.timestamp_micros()),
            Value::Json(v) => query.bind(v.to_string()),
            Value::UuidList(v) => query.bind(
                serde_json::Value::from(v.iter().map(|u| u.simple().to_string()).collect::<Vec<_>>()).to_string(),
            ),
            Value::TextList(v) => query.bind(serde_json::Value::from(v).to_string()),
        };
    }
    Ok(query)
}

fn bind_postgres(sql: Sql, params: Vec<Value>) -> Result<Query<'static, Postgres, PgArguments>> {
    let mut query = statement::<Postgres>(sql);
    for value in params {
        query = match value {
            Value::Null(Kind::Bool) => query.bind(None::<bool>),
            Value::Null(Kind::Int) => query.bind(None::<i64>),
            Value::Null(Kind::Float) => query.bind(None::<f64>),
            Value::Null(Kind::Text) => query.bind(None::<String>),
            Value::Null(Kind::Bytes) => query.bind(None::<Vec<u8>>),
            Value::Null(Kind::Uuid) => query.bind(None::<uuid::Uuid>),
            Value::Null(Kind::Time) => query.bind(None::<aos_kernel::Timestamp>),
            Value::Null(Kind::Json) => query.bind(None::<serde_json::Value>),
            Value::Null(Kind::UuidList) => query.bind(None::<Vec<uuid::Uuid>>),
            Value::Null(Kind::TextList) => query.bind(None::<Vec<String>>),
            Value::Bool(v) => query.bind(v),
            Value::Int(v) => query.bind(v),
            Value::Float(v) => query.bind(v),
            Value::Text(v) => query.bind(without_nul(v)),
            Value::Bytes(v) => query.bind(v),
            Value::Uuid(v) => query.bind(v),
            Value::Time(v) => query.bind(v),
            Value::Json(v) => query.bind(json_without_nul(v)),
            Value::UuidList(v) => query.bind(v),
            Value::TextList(v) => query.bind(v),
        };
    }
    Ok(query)
}

fn bind_columns(
    query: Query<'static, Postgres, PgArguments>,
    columns: Vec<Column>,
) -> Query<'static, Postgres, PgArguments> {
    columns.into_iter().fold(query, |query, column| match column {
        Column::Bool(v) => query.bind(v),
        Column::Int(v) => query.bind(v),
        Column::Float(v) => query.bind(v),
        Column::Text(v) => query.bind(v),
        Column::Bytes(v) => query.bind(v),
        Column::Uuid(v) => query.bind(v),
        Column::Time(v) => query.bind(v),
        Column::Json(v) => query.bind(v),
    })
}
