//! Runs of agents, model providers, budgets and usage.

pub mod api;
mod models;
mod runs;
mod skills;
pub mod views;

use std::time::Duration;

use aos_features::{agents, product::Product};
use aos_kernel::{Error, ModelProviderId, Result};

use crate::{paths, router::Routes};

/// Somebody waits for the answer of a test; a provider that takes longer than this is no use to the agents either.
const TEST_PATIENCE: Duration = Duration::from_secs(20);

/// Makes a tiny call to a provider; its answer.
async fn test_provider(product: &Product, id: ModelProviderId) -> Result<String> {
    let call = agents::commands::test_provider(&product.db, &product.credentials, product.gateway.as_ref(), id);
    tokio::time::timeout(TEST_PATIENCE, call).await.unwrap_or_else(|_| {
        let words = format!("The provider did not answer within {} seconds.", TEST_PATIENCE.as_secs());
        Err(Error::unavailable("model_slow", words).with_help("Check its base URL and whether it is up."))
    })
}

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
        .post("/manage/models/default-budget", models::default_budget)
        .post("/manage/models/{provider}/test", models::test)
        .post("/manage/models/{provider}/remove", models::remove)
        .get(paths::SKILLS, skills::list)
        .get("/manage/skills/{name}", skills::page)
        .post("/manage/skills/{name}", skills::save)
}
