//! Driver errors in our words.

use aos_kernel::{Error, ErrorKind};

/// Turns a driver's error into ours: what a caller can react to keeps its kind, the rest is for the log.
pub(crate) fn storage(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(e) if e.is_unique_violation() => {
            Error::conflict("already_exists", "This exists already.").with_context(e)
        }
        sqlx::Error::Database(e) if e.is_foreign_key_violation() => {
            Error::conflict("reference", "Something this refers to does not exist, or something still refers to it.")
                .with_context(e)
        }
        sqlx::Error::Database(e) if e.is_check_violation() => Error::internal(e),
        sqlx::Error::Database(e) if is_disk_full(e.as_ref()) => Error::new(
            ErrorKind::Storage,
            "disk_full",
            "The disk is full, so nothing more can be saved; what was saved before is safe.",
        )
        .with_help("Free some space on the data folder's disk; work goes on by itself.")
        .with_context(e),
        sqlx::Error::Database(e) if is_busy(e.as_ref()) => Error::storage(e),
        // A statement that the database does not understand is a defect, not an outage.
        sqlx::Error::Database(e) if is_defect(e.as_ref()) => Error::internal(e),
        sqlx::Error::Database(_)
        | sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_)
        | sqlx::Error::BeginFailed => Error::storage(&error),
        sqlx::Error::RowNotFound => Error::not_found("row").with_context(&error),
        _ => Error::internal(&error),
    }
}

fn code(error: &dyn sqlx::error::DatabaseError) -> String {
    error.code().map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// SQLITE_FULL; PostgreSQL class 53, disk_full.
fn is_disk_full(error: &dyn sqlx::error::DatabaseError) -> bool {
    matches!(code(error).as_str(), "13" | "53100")
}

/// SQLITE_BUSY and SQLITE_LOCKED with their extended codes; serialization failures and deadlocks on PostgreSQL.
fn is_busy(error: &dyn sqlx::error::DatabaseError) -> bool {
    matches!(code(error).as_str(), "5" | "6" | "261" | "517" | "262" | "40001" | "40P01" | "55P03")
}

/// SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_RANGE; PostgreSQL class 42 (syntax, unknown names, types) and 22 (data).
fn is_defect(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = code(error);
    matches!(code.as_str(), "1" | "20" | "25") || code.starts_with("42") || code.starts_with("22")
}
