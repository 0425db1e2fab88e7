//! Pieces that are no articles (posts, newsletters, mails, ad copy): as their readers will see them, and their editor.

mod edit;
mod figures;
mod form;
mod look;
pub mod views;

pub(super) use edit::{edit_page, fragment, save_edit};
pub(super) use figures::figures;
pub(crate) use look::look;
