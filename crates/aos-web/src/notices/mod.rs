//! What people are told: the list and its bell, each one's choices, the agency's mail.

pub mod api;
mod choices;
mod list;
mod mail;
mod places;
pub mod views;

pub(crate) use places::decides;

use crate::{paths, router::Routes};

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
