//! The six steps of onboarding and the context file.

pub mod api;
mod context;
pub mod views;
mod wizard;

pub(crate) use wizard::connect_failed;

use aos_features::onboarding::commands::LARGEST_DOCUMENT;

use crate::router::Routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get("/portal/clients/{tenant}/onboarding", wizard::next_step)
        .get("/portal/clients/{tenant}/onboarding/{step}", wizard::page)
        .post("/portal/clients/{tenant}/onboarding/{step}", wizard::save)
        // Several files of the largest size, and what a form needs around them.
        .upload("/portal/clients/{tenant}/documents", 4 * LARGEST_DOCUMENT, wizard::upload)
        .post("/portal/clients/{tenant}/documents/{document}/remove", wizard::remove)
        .get("/portal/clients/{tenant}/context", context::page)
        .post("/portal/clients/{tenant}/context", context::save)
        .post("/portal/clients/{tenant}/context/restore", context::restore)
}
