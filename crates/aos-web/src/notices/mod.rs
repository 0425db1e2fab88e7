//! What people are told: the list and its bell, each one's choices, the agency's mail.

pub mod api;
mod choices;
mod list;
mod mail;
mod places;
pub mod views;

pub(crate) use places::decides;

use aos_kernel::Result;
use aos_storage::Conn;

use crate::{paths, router::Routes, state::AppState};

/// Whether mail can go out, so that no page promises one that nobody gets.
///
/// # Errors
/// `Storage`.
pub(crate) async fn sends_mail(conn: &mut Conn, state: &AppState) -> Result<bool> {
    let known = aos_features::notices::mail::server(conn, &state.product.post).await?;
    Ok(known.source != aos_features::notices::mail::Source::Nowhere)
}

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::NOTIFICATIONS, list::page)
        .post("/notifications/read-all", list::read_all)
        .post("/notifications/{notification}/read", list::read)
        .post("/notifications/{notification}/unread", list::unread)
        .get("/n/{notification}", list::open)
        .get(paths::NOTICE_CHOICES, choices::page)
        .post(paths::NOTICE_CHOICES, choices::save)
        .get(paths::MAIL, mail::page)
        .post(paths::MAIL, mail::save)
        .post("/manage/mail/remove", mail::remove)
        .post("/manage/mail/test", mail::test)
        .post("/manage/mail/patience", mail::patience)
        .post("/manage/mail/sent/{mail}/again", mail::again)
}
