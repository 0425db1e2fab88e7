//! Approvals, pipelines, activities and templates over the JSON API.

mod approvals;
mod template_views;
mod templates;
mod views;
mod work;

use crate::api::SliceRouter;

pub fn routes() -> SliceRouter {
    SliceRouter::default().merge(approvals::routes()).merge(work::routes()).merge(templates::routes())
}
