//! What the crawl found: pages, findings, brand.

pub mod api;
mod pages;
pub mod views;

pub(crate) use pages::{brand_view, crawl_view, image_of};

use crate::router::Routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get("/portal/clients/{tenant}/website", pages::page)
        .post("/portal/clients/{tenant}/crawl", pages::start)
        .post("/portal/clients/{tenant}/crawl/cancel", pages::cancel)
        .post("/portal/clients/{tenant}/crawl/resume", pages::start)
        .get("/portal/clients/{tenant}/media/{media}", pages::image)
        .get("/portal/clients/{tenant}/screenshots/{crawl}", pages::screenshot)
        .get("/client/{tenant}/media/{media}", pages::image)
        .get("/client/{tenant}/screenshots/{crawl}", pages::screenshot)
}
