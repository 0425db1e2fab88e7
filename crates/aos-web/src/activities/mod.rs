//! The queue, decisions and a client's work.

mod activity;
pub mod api;
mod approvals;
mod decide;
mod head;
mod mailed;
mod queue;
mod templates;
pub mod views;
mod work;

pub(crate) use decide::changed;
pub(crate) use head::{Opened, decision as decision_of, shown_hash};
pub(crate) use queue::item as queue_item;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::QUEUE, queue::page)
        .post(paths::QUEUE_DECIDE, decide::from_queue)
        .get("/portal/approvals/{approval}", approvals::page)
        .post("/portal/approvals/{approval}/approve", decide::approve)
        .post("/portal/approvals/{approval}/reject", decide::reject)
        .post("/portal/approvals/{approval}/requests", decide::requests)
        .get("/portal/approvals/{approval}/edit", approvals::editor)
        .post("/portal/approvals/{approval}/edit", approvals::edit)
        .get("/a/{token}", mailed::page)
        .post("/a/{token}", mailed::decide)
        .get("/a/{token}/media/{media}", mailed::image)
        .get("/a/{token}/media/{media}/file", mailed::file)
        .get("/portal/clients/{tenant}/work", work::page)
        .get("/portal/activities/{activity}", activity::page)
        .post("/portal/activities/{activity}/retry", work::retry)
        .post("/portal/activities/{activity}/complete", activity::complete)
        .post("/portal/activities/{activity}/cancel", activity::cancel)
        .get(paths::TEMPLATES, templates::list)
        .get("/manage/templates/{key}", templates::page)
        .post("/manage/templates/{key}", templates::save)
}
