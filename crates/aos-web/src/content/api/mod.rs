//! Requests and content items over the JSON API.

mod calendar;
mod items;
mod requests;
mod texts;
mod views;

use crate::api::SliceRouter;

pub fn routes() -> SliceRouter {
    SliceRouter::default().merge(requests::routes()).merge(items::routes()).merge(calendar::routes())
}
