//! Saved views of lists: the bar above a list, the page that looks after them, and the JSON API.

pub mod api;
mod pages;
pub mod views;

use aos_features::people::saved_views::{self, SavedPlace};
use aos_kernel::Result;
use aos_storage::Conn;

use crate::{
    paths,
    router::Routes,
    saved::views::{SavedBar, SavedLink},
    session::Viewer,
};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::SAVED_VIEWS, pages::page)
        .post(paths::SAVED_VIEWS, pages::save)
        .post("/portal/views/{view}", pages::change)
        .post("/portal/views/{view}/remove", pages::remove)
}

/// The list that a view is of.
pub(crate) const fn list_of(place: SavedPlace) -> &'static str {
    match place {
        SavedPlace::Clients => paths::CLIENTS,
        SavedPlace::Queue => paths::QUEUE,
    }
}

pub(crate) fn href(place: SavedPlace, query: &str) -> String {
    if query.is_empty() { list_of(place).to_owned() } else { format!("{}?{query}", list_of(place)) }
}

/// What stands above a list: its saved views, and how to save the filters that it has now.
///
/// # Errors
/// `Denied` for whoever is not of the staff; `Storage`.
pub(crate) async fn bar(
    viewer: &Viewer,
    conn: &mut Conn,
    place: SavedPlace,
    filters: &[(&str, &str)],
) -> Result<SavedBar> {
    let present = place.canonical(filters.iter().copied());
    let views = saved_views::list(conn, &viewer.principal, Some(place)).await?;
    let links: Vec<SavedLink> = views
        .into_iter()
        .map(|view| SavedLink {
            current: view.query == present,
            href: href(place, &view.query),
            by: (view.user_id != viewer.principal.user()).then_some(view.owner),
            shared: view.shared,
            name: view.name,
        })
        .collect();
    Ok(SavedBar {
        place: place.as_str(),
        list: list_of(place),
        can_save: !present.is_empty() && !links.iter().any(|link| link.current && link.by.is_none()),
        present,
        links,
    })
}
