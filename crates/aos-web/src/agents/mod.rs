//! Runs of agents, model providers, budgets and usage.

pub mod api;
mod runs;
pub mod views;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::RUNS, runs::list)
        .get("/portal/runs/{run}", runs::page)
        .post("/portal/runs/{run}/cancel", runs::cancel)
        .post("/portal/runs/{run}/retry", runs::retry)
}
