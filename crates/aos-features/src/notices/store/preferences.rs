//! What people chose.

use std::collections::HashMap;

use aos_kernel::{Result, UserId};
use aos_storage::{BulkInsert, Conn, Row, Tx, params};
use chrono_tz::Tz;

use crate::notices::{
    kinds::NoticeKind,
    preferences::{Hours, Preference, Quiet},
};

fn read(row: &Row) -> Result<Preference> {
    Ok(Preference { kind: row.parse("kind")?, in_app: row.get("in_app")?, mail: row.parse("mail")? })
}

pub async fn of_person(conn: &mut Conn, user: UserId) -> Result<Vec<Preference>> {
    // Rows of kinds that a later version has no longer are passed over.
    let known: Vec<String> = NoticeKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    let rows = conn
        .rows(
            "SELECT kind, in_app, mail FROM notice_preference WHERE user_id = $1 AND kind = ANY($2)",
            params![user, known],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// What these people chose about these kinds.
pub async fn of_people(
    conn: &mut Conn,
    users: &[UserId],
    kinds: &[NoticeKind],
) -> Result<HashMap<(UserId, NoticeKind), Preference>> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let rows = conn
        .rows(
            "SELECT user_id, kind, in_app, mail FROM notice_preference WHERE user_id = ANY($1) AND kind = ANY($2)",
            params![users, kinds],
        )
        .await?;
    rows.iter().map(|row| read(row).and_then(|choice| Ok(((row.get("user_id")?, choice.kind), choice)))).collect()
}

pub async fn put(tx: &mut Tx, user: UserId, choices: &[Preference]) -> Result<()> {
    let mut rows = BulkInsert::new(
        "notice_preference",
        &["user_id", "kind", "in_app", "mail"],
        "ON CONFLICT (user_id, kind) DO UPDATE SET in_app = excluded.in_app, mail = excluded.mail",
    );
    for choice in choices {
        rows.row(params![user, choice.kind.as_str(), choice.in_app, choice.mail.as_str()]);
    }
    rows.write(tx).await?;
    Ok(())
}

pub async fn hours(conn: &mut Conn, users: &[UserId]) -> Result<HashMap<UserId, Hours>> {
    let rows = conn
        .rows(
            "SELECT user_id, zone, quiet_from, quiet_until, digest_minute FROM notice_hours WHERE user_id = ANY($1)",
            params![users],
        )
        .await?;
    let minute = |row: &Row, column: &str| -> Result<Option<u32>> {
        Ok(row.get::<Option<i64>>(column)?.and_then(|minute| u32::try_from(minute).ok()))
    };
    rows.iter()
        .map(|row| {
            let zone: String = row.get("zone")?;
            let quiet = minute(row, "quiet_from")?.zip(minute(row, "quiet_until")?);
            let hours = Hours {
                zone: zone.parse().unwrap_or(Tz::UTC),
                quiet: quiet.map(|(from, until)| Quiet { from, until }),
                digest: u32::try_from(row.get::<i64>("digest_minute")?).unwrap_or(0),
            };
            Ok((row.get("user_id")?, hours))
        })
        .collect()
}

pub async fn put_hours(tx: &mut Tx, user: UserId, hours: &Hours) -> Result<()> {
    tx.execute(
        "INSERT INTO notice_hours (user_id, zone, quiet_from, quiet_until, digest_minute) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id) DO UPDATE SET zone = excluded.zone, quiet_from = excluded.quiet_from,
           quiet_until = excluded.quiet_until, digest_minute = excluded.digest_minute",
        params![
            user,
            hours.zone.name(),
            hours.quiet.map(|quiet| i64::from(quiet.from)),
            hours.quiet.map(|quiet| i64::from(quiet.until)),
            i64::from(hours.digest)
        ],
    )
    .await?;
    Ok(())
}
