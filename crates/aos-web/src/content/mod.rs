//! Requests, posts, their approvals.

pub mod api;
mod approval;
pub mod calendar;
mod collision;
mod comments;
mod edit;
mod items;
mod lists;
pub(crate) mod parts;
pub(crate) mod piece;
mod preview;
mod request_form;
mod requests;
pub mod views;

pub(crate) use approval::{post_approval, publish_mode, requests_approval};
pub(crate) use edit::{edit_page, save_edit};

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::CONTENT, lists::all)
        .get(paths::CALENDAR, calendar::all)
        .get("/portal/clients/{tenant}/calendar", calendar::one)
        .post("/portal/clients/{tenant}/items/{item}/reschedule", calendar::move_item)
        .post("/portal/clients/{tenant}/requests/{request}/reschedule", calendar::move_request)
        .get("/portal/clients/{tenant}/content", lists::page)
        .get("/portal/clients/{tenant}/items/{item}", items::page)
        .get("/portal/clients/{tenant}/items/{item}/edit", items::edit)
        .post("/portal/clients/{tenant}/items/{item}/edit", items::save)
        .post("/portal/clients/{tenant}/items/{item}/preview", preview::fragment)
        .post("/portal/clients/{tenant}/items/{item}/restore", edit::restore)
        .post("/portal/clients/{tenant}/items/{item}/comments", comments::begin)
        .post("/portal/clients/{tenant}/items/{item}/comments/{comment}", comments::act)
        .post("/portal/clients/{tenant}/items/{item}/publication/check", items::try_again)
        .post("/portal/clients/{tenant}/items/{item}/publication/retry", items::try_again)
        .post("/portal/clients/{tenant}/items/{item}/publication/without-image", items::without_image)
        .get("/portal/clients/{tenant}/requests/new", requests::new)
        .post("/portal/clients/{tenant}/requests", requests::raise)
        .get("/portal/clients/{tenant}/requests/{request}", requests::page)
        .get("/portal/clients/{tenant}/requests/{request}/edit", requests::edit)
        .post("/portal/clients/{tenant}/requests/{request}/edit", requests::save)
}
