//! Mail: through which server, what is to be sent, and what became of it.
//!
//! Invariants:
//! - A mail is a row before it is sent; the row says `sending` before the first byte leaves.
//! - A mail whose outcome is not known (`unconfirmed`) is never sent again by itself: nobody can be asked, and a second
//!   copy can't be taken back. A person can send it again; it carries the same id, so mail programs show it once.
//! - Links in mails are secrets: they are made at the attempt and stand nowhere else.

mod letter;
mod model;
mod post;
mod settings;

pub use letter::{Letter, Line};
pub use model::{MailRow, MailState, NewMail, StoredServer};
pub use post::{DecisionLinks, Post, PublicUrl, SEND, SendMail};
pub use settings::{NewServer, Setting, Source, remove_server, save_server, send_again, send_test, server};
