//! Where state lives: SQL on SQLite or PostgreSQL behind one face, objects in a folder or S3, secrets in envelopes.
//!
//! Invariants:
//! - No driver type leaves this crate, so that a slice can't come to depend on one database.
//! - One SQL text serves both databases: `$1` placeholders, `= ANY($n)` for lists, no `now()`.
//! - Nothing outside is called while a [`Tx`] is open; what has to happen outside is enqueued and released by the commit.
//! - It knows no feature's table; its own are `credential` and the migration record.

mod backup;
mod bulk;
mod conn;
mod credentials;
mod db;
mod error;
mod hash;
mod keyring;
mod migrate;
mod objects;
mod row;
mod savepoint;
mod signals;
mod text;
mod tx;
mod value;

#[cfg(feature = "testing")]
pub mod testing;

pub use backup::{BackupSummary, Integrity};
pub use bulk::BulkInsert;
pub use conn::Conn;
pub use credentials::{Credentials, KeyState, MasterKeys, Rotation};
pub use db::{Db, DbKind, DbOptions};
pub use hash::content_hash;
pub use keyring::{Keyring, KeyringError};
pub use migrate::{Migration, Migrations};
pub use objects::{ObjectKey, Objects};
pub use row::{FromColumn, FromRow, Row};
pub use savepoint::{Lock, Savepoint};
pub use signals::Signal;
pub use text::{MARK_END, MARK_START, Words, postgres_vector};
pub use tx::{OutboxSink, Outgoing, Tx};
pub use value::{Kind, Sql, ToValue, Value};

/// The migrations of this crate's own tables.
pub fn migrations() -> Migrations {
    Migrations::new(&[
        Migration {
            number: 1,
            name: "credentials",
            sqlite: include_str!("../migrations/sqlite/0001_credentials.sql"),
            postgres: include_str!("../migrations/postgres/0001_credentials.sql"),
        },
        Migration {
            number: 360,
            name: "credentials_maker",
            sqlite: include_str!("../migrations/sqlite/0360_credentials_maker.sql"),
            postgres: include_str!("../migrations/postgres/0360_credentials_maker.sql"),
        },
    ])
}
