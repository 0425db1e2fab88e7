//! Connected platforms of a client: connecting by password and by consent, each connection, and those of all clients
//! that need somebody.

pub mod api;
mod api_consents;
mod attention;
mod consent;
mod detail;
mod pages;
mod parts;
pub mod views;

pub(crate) use parts::{channel_view, return_address, scopes, ways};

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    ["/portal/clients/{tenant}", "/client/{tenant}"]
        .iter()
        .fold(Routes::default(), |routes, base| routes.and(below(base)))
        .get(paths::CHANNELS_RETURN, consent::arrive)
        .get(paths::CHANNELS, attention::page)
}

/// The same on both faces.
fn below(base: &str) -> Routes {
    Routes::default()
        .get(&format!("{base}/channels"), pages::page)
        .post(&format!("{base}/channels"), pages::connect)
        .post(&format!("{base}/channels/consents"), consent::begin)
        .get(&format!("{base}/channels/consents/{{visit}}"), consent::page)
        .post(&format!("{base}/channels/consents/{{visit}}"), consent::choose)
        .get(&format!("{base}/channels/{{channel}}"), detail::page)
        .post(&format!("{base}/channels/{{channel}}/check"), pages::check)
        .post(&format!("{base}/channels/{{channel}}/score"), detail::score)
        .post(&format!("{base}/channels/{{channel}}/disconnect"), pages::disconnect)
}
