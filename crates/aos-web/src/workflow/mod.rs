//! The engine from outside: queues, dead letters, schedules.

pub mod api;
mod pages;
mod system;
pub mod views;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::QUEUES, pages::page)
        .get(paths::SYSTEM, system::page)
        .post("/manage/queues/dead/retry-all", pages::retry_all)
        .post("/manage/queues/dead/{job}/retry", pages::retry)
        .post("/manage/queues/dead/{job}/discard", pages::discard)
}
