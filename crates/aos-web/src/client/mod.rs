//! The client dashboard: what the client's own people see and do, in the agency's branding and in plain words.
//!
//! The agency's staff may look at it too, as the client sees it. What both faces show alike (channels, onboarding) is
//! rendered by the slice that owns it, which asks on which [`Side`] it stands.

mod approvals;
mod calendar;
mod content;
mod decide;
mod face;
mod home;
mod places;
mod requests;
mod settings;
mod tasks;
pub mod views;
mod words;

pub(crate) use face::{Face, Side, instead, is_agencys, rail};
pub(crate) use places::place_of;
pub(crate) use settings::people_page;

use crate::{paths, router::Routes};

/// The routes of this face that no slice brings.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::CLIENT_FACE, home::choose)
        .get("/client/{tenant}", home::page)
        .get("/client/{tenant}/approvals", approvals::list)
        .get("/client/{tenant}/approvals/{approval}", approvals::page)
        .post("/client/{tenant}/approvals/{approval}/approve", decide::approve)
        .post("/client/{tenant}/approvals/{approval}/reject", decide::reject)
        .post("/client/{tenant}/approvals/{approval}/requests", decide::requests)
        .get("/client/{tenant}/requests", requests::list)
        .get("/client/{tenant}/requests/new", requests::new)
        .post("/client/{tenant}/requests", requests::raise)
        .get("/client/{tenant}/requests/{request}", requests::page)
        .post("/client/{tenant}/requests/{request}", requests::revise)
        .post("/client/{tenant}/requests/{request}/close", requests::close)
        .get("/client/{tenant}/tasks/{activity}", tasks::page)
        .post("/client/{tenant}/tasks/{activity}", tasks::done)
        .get("/client/{tenant}/calendar", calendar::page)
        .get("/client/{tenant}/content", content::list)
        .get("/client/{tenant}/content/{item}", content::page)
        .get("/client/{tenant}/settings", settings::page)
}
