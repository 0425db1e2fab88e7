//! Agents over the JSON API: their runs, models and skills.

mod models;
mod runs;
mod views;

use crate::api::SliceRouter;

pub fn routes() -> SliceRouter {
    SliceRouter::default().merge(runs::routes()).merge(models::routes())
}
