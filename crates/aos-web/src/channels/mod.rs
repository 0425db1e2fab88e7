//! Connected platforms of a client.

pub mod api;
mod pages;
pub mod views;

pub(crate) use pages::channel_view;

use crate::router::Routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    ["/portal/clients/{tenant}", "/client/{tenant}"]
        .iter()
        .fold(Routes::default(), |routes, base| routes.and(below(base)))
}

/// The same on both faces.
fn below(base: &str) -> Routes {
    Routes::default()
        .get(&format!("{base}/channels"), pages::page)
        .post(&format!("{base}/channels"), pages::connect)
        .post(&format!("{base}/channels/{{channel}}/check"), pages::check)
        .post(&format!("{base}/channels/{{channel}}/disconnect"), pages::disconnect)
}
