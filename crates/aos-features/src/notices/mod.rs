//! What people are told without having asked: that something waits for them, failed or is not whole; in the portal, and
//! by mail as each chooses.
//!
//! Owns: `notification`, `notice_preference`, `notice_hours`, `mail_server`, `mail`.
//!
//! Invariants:
//! - One notification for each cause and person; the same cause again is unread again, and counted. While a mail about
//!   it waits, there is no second.
//! - It is made from an event, so nothing is told that did not happen, and by the people's own right to see the tenant.
//! - It keeps parameters, not sentences: the words are made when it is shown or sent.
//! - Mail goes out after the commit, waits for the end of a person's quiet hours, and is left out when it was read first.

pub mod commands;
mod compose;
mod events;
mod kinds;
pub mod mail;
mod model;
pub mod preferences;
pub mod queries;
mod store;
mod workflow;

pub use compose::{LINK_DAYS, places};
pub use events::{EVENTS, LETTERS};
pub use model::{MailWhen, NoticeGroup, NoticeKind, Notification, Spec, Words};
pub use workflow::{DIGEST, TELL, WATCH, put_schedules, register};

pub const MIGRATIONS: &[aos_storage::Migration] = &[
    aos_storage::Migration {
        number: 290,
        name: "notices",
        sqlite: include_str!("../../migrations/sqlite/0290_notices.sql"),
        postgres: include_str!("../../migrations/postgres/0290_notices.sql"),
    },
    aos_storage::Migration {
        number: 310,
        name: "notices_mail",
        sqlite: include_str!("../../migrations/sqlite/0310_notices_mail.sql"),
        postgres: include_str!("../../migrations/postgres/0310_notices_mail.sql"),
    },
];
