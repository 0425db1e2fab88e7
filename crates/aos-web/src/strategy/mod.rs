//! The plan of a client: strategy, goals, deliverables, and the approval of a strategy.

pub mod api;
mod edit;
mod plan;
pub mod views;

pub(crate) use plan::{approval, deliverable_views, goal_view, strategy_view};

use crate::router::Routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get("/portal/clients/{tenant}/plan", plan::page)
        .get("/portal/clients/{tenant}/strategies/{strategy}", plan::version)
        .get("/portal/clients/{tenant}/strategies/{strategy}/edit", edit::page)
        .post("/portal/clients/{tenant}/strategies/{strategy}/edit", edit::save)
}
