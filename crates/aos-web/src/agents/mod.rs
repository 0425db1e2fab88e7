//! Runs of agents, model providers, budgets and usage.

pub mod api;
mod models;
mod runs;
mod skills;
pub mod views;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::RUNS, runs::list)
        .get("/portal/runs/{run}", runs::page)
        .post("/portal/runs/{run}/cancel", runs::cancel)
        .post("/portal/runs/{run}/retry", runs::retry)
        .get(paths::MODELS, models::page)
        .post(paths::MODELS, models::save)
        .post("/manage/models/budget", models::budget)
        .post("/manage/models/{provider}/test", models::test)
        .post("/manage/models/{provider}/remove", models::remove)
        .get(paths::SKILLS, skills::list)
        .get("/manage/skills/{name}", skills::page)
        .post("/manage/skills/{name}", skills::save)
}
