//! The six steps of onboarding and the context file.

pub mod api;
mod context;
mod summary;
pub mod views;
mod wizard;

pub(crate) use wizard::connect_failed;

use aos_features::onboarding::commands::LARGEST_DOCUMENT;

use crate::router::Routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .and(below("/portal/clients/{tenant}"))
        .and(below("/client/{tenant}"))
        .get("/portal/clients/{tenant}/context", context::page)
        .post("/portal/clients/{tenant}/context", context::save)
        .post("/portal/clients/{tenant}/context/restore", context::restore)
}

/// The wizard, the same on both faces.
fn below(base: &str) -> Routes {
    let at = |rest: &str| format!("{base}{rest}");
    Routes::default()
        .get(&at("/onboarding"), wizard::next_step)
        .get(&at("/onboarding/{step}"), wizard::page)
        .post(&at("/onboarding/{step}"), wizard::save)
        // Several files of the largest size, and what a form needs around them.
        .upload(&at("/documents"), 4 * LARGEST_DOCUMENT, wizard::upload)
        .post(&at("/documents/{document}/remove"), wizard::remove)
}
