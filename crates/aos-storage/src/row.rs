//! Rows on their way out.

use aos_kernel::{Actor, ContentHash, Error, Id, MicroUsd, Month, Named, Result, Timestamp};
use chrono::DateTime;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

/// A row of either database, read by column name.
pub struct Row(pub(crate) Inner);

pub(crate) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The column's value.
    ///
    /// # Errors
    /// `Internal` when there is no such column or it holds something else: a defect of the query.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T> {
        T::from_column(self, column)
    }
    /// A text column read as one of our enumerations, ids or other words.
    ///
    /// # Errors
    /// `Internal`, as the column can only hold what we wrote.
    pub fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(&self, column: &str) -> Result<T> {
        let text: String = self.get(column)?;
        text.parse().map_err(|e| Error::internal(format!("column {column}: {e}")))
    }
    /// As [`Row::parse`], for a column that may be NULL.
    ///
    /// # Errors
    /// As [`Row::parse`].
    pub fn parse_opt<T: std::str::FromStr<Err: std::fmt::Display>>(&self, column: &str) -> Result<Option<T>> {
        let text: Option<String> = self.get(column)?;
        text.map(|t| t.parse().map_err(|e| Error::internal(format!("column {column}: {e}")))).transpose()
    }
    /// A JSON column read into a type.
    ///
    /// # Errors
    /// `Internal`, as the column can only hold what we wrote.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let value: serde_json::Value = self.get(column)?;
        serde_json::from_value(value).map_err(|e| Error::internal(format!("column {column}: {e}")))
    }
}

fn read_error(column: &str) -> impl FnOnce(sqlx::Error) -> Error + '_ {
    move |e| Error::internal(format!("column {column}: {e}"))
}

/// What a column can be read as.
pub trait FromColumn: Sized {
    /// # Errors
    /// As [`Row::get`].
    fn from_column(row: &Row, column: &str) -> Result<Self>;
}

/// A type that is read from a whole row.
pub trait FromRow: Sized {
    /// # Errors
    /// As [`Row::get`].
    fn from_row(row: &Row) -> Result<Self>;
}

/// Types that both drivers read natively.
macro_rules! native {
    ($($type:ty),+) => {$(
        impl FromColumn for $type {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                match &row.0 {
                    Inner::Sqlite(r) => r.try_get(column).map_err(read_error(column)),
                    Inner::Postgres(r) => r.try_get(column).map_err(read_error(column)),
                }
            }
        }
        impl FromColumn for Option<$type> {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                match &row.0 {
                    Inner::Sqlite(r) => r.try_get(column).map_err(read_error(column)),
                    Inner::Postgres(r) => r.try_get(column).map_err(read_error(column)),
                }
            }
        }
    )+};
}
native!(i64, f64, String, Vec<u8>, Uuid);

/// Types that SQLite keeps as another one.
macro_rules! converted {
    ($($type:ty, $stored:ty, $name:ident => $convert:expr;)+) => {$(
        impl FromColumn for Option<$type> {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                match &row.0 {
                    Inner::Sqlite(r) => {
                        let stored: Option<$stored> = r.try_get(column).map_err(read_error(column))?;
                        stored.map(|$name| $convert).transpose().map_err(|e: String| Error::internal(format!("column {column}: {e}")))
                    }
                    Inner::Postgres(r) => r.try_get(column).map_err(read_error(column)),
                }
            }
        }
        impl FromColumn for $type {
            fn from_column(row: &Row, column: &str) -> Result<Self> {
                Option::<$type>::from_column(row, column)?
                    .ok_or_else(|| Error::internal(format!("column {column} is NULL")))
            }
        }
    )+};
}
converted! {
    bool, i64, n => Ok(n != 0);
    Timestamp, i64, micros => DateTime::from_timestamp_micros(micros).ok_or_else(|| format!("{micros} is no time"));
    serde_json::Value, String, text => serde_json::from_str(&text).map_err(|e| e.to_string());
}

impl<T: Named> FromColumn for Id<T> {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        Uuid::from_column(row, column).map(Self::from_uuid)
    }
}
impl<T: Named> FromColumn for Option<Id<T>> {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        Ok(Option::<Uuid>::from_column(row, column)?.map(Id::from_uuid))
    }
}
impl FromColumn for MicroUsd {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        i64::from_column(row, column).map(Self)
    }
}
impl FromColumn for ContentHash {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        String::from_column(row, column).map(Self::from_hex)
    }
}
impl FromColumn for Option<ContentHash> {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        Ok(Option::<String>::from_column(row, column)?.map(ContentHash::from_hex))
    }
}
impl FromColumn for crate::ObjectKey {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        String::from_column(row, column).map(Self::from_text)
    }
}
impl FromColumn for Month {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        row.parse(column)
    }
}
impl FromColumn for Actor {
    fn from_column(row: &Row, column: &str) -> Result<Self> {
        row.parse(column)
    }
}

/// Implements [`FromRow`] for a struct whose fields are named as the columns. A field after `parse` is a text column
/// read with `FromStr`, one after `parse_opt` may be NULL, one after `json` is deserialised.
///
/// ```ignore
/// from_row!(Tenant { id, name, created_at, parse state, parse_opt pace, json settings });
/// ```
#[macro_export]
macro_rules! from_row {
    ($type:ident { $($fields:tt)* }) => {
        impl $crate::FromRow for $type {
            fn from_row(row: &$crate::Row) -> ::aos_kernel::Result<Self> {
                $crate::from_row!(@fields $type row [] $($fields)*)
            }
        }
    };
    (@fields $type:ident $row:ident [$($done:tt)*]) => { Ok($type { $($done)* }) };
    (@fields $type:ident $row:ident [$($done:tt)*] parse $field:ident $(, $($rest:tt)*)?) => {
        $crate::from_row!(@fields $type $row [$($done)* $field: $row.parse(stringify!($field))?,] $($($rest)*)?)
    };
    (@fields $type:ident $row:ident [$($done:tt)*] parse_opt $field:ident $(, $($rest:tt)*)?) => {
        $crate::from_row!(@fields $type $row [$($done)* $field: $row.parse_opt(stringify!($field))?,] $($($rest)*)?)
    };
    (@fields $type:ident $row:ident [$($done:tt)*] json $field:ident $(, $($rest:tt)*)?) => {
        $crate::from_row!(@fields $type $row [$($done)* $field: $row.json(stringify!($field))?,] $($($rest)*)?)
    };
    (@fields $type:ident $row:ident [$($done:tt)*] $field:ident $(, $($rest:tt)*)?) => {
        $crate::from_row!(@fields $type $row [$($done)* $field: $row.get(stringify!($field))?,] $($($rest)*)?)
    };
}
