//! The media library.

use askama::Template;

use crate::{
    forms::FieldErrors,
    layout::{ClientHead, ClientTab, Shell},
    ui::{Moment, filters},
};

/// `GET /portal/clients/{id}/media`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "media/media.html")]
pub struct MediaPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub part: MediaPart,
}

/// `GET /client/{tenant}/media`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "media/of_client.html")]
pub struct ClientMediaPage {
    pub shell: Shell,
    pub part: MediaPart,
}

/// The library as both faces show it.
#[derive(Clone, Debug, Default)]
pub struct MediaPart {
    /// `/portal/clients/{id}` or `/client/{id}`: forms go below it.
    pub base: String,
    /// The tenant's id, for what is live.
    pub tenant: String,
    pub can_edit: bool,
    pub files: Vec<FileView>,
    /// What was typed for a file that was refused.
    pub alt: String,
    pub errors: FieldErrors,
    /// "JPEG, PNG, WebP or GIF up to 20 MB, …"
    pub takes: String,
    pub more: Option<String>,
}

/// One file.
#[derive(Clone, Debug, Default)]
pub struct FileView {
    pub id: String,
    pub name: String,
    /// The file itself.
    pub href: String,
    /// A small picture of it.
    pub small: Option<String>,
    /// "JPEG, 1,200 × 800 pixels, 340 kB".
    pub what: String,
    /// Where the crawl found it; otherwise somebody brought it.
    pub source: Option<String>,
    pub by: String,
    pub at: Moment,
    pub alt: String,
    /// Without words for it, it can't be published.
    pub silent: bool,
    pub uses: Vec<UseView>,
    pub can_remove: bool,
    pub error: Option<String>,
}

/// Where a file is used.
#[derive(Clone, Debug, Default)]
pub struct UseView {
    pub title: String,
    pub href: String,
    pub state: String,
}
