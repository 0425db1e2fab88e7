//! Saved views as pages show them.

use askama::Template;
use serde::Deserialize;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Choices, filters},
};

/// What stands above a list.
#[derive(Clone, Debug, Default)]
pub struct SavedBar {
    /// `clients`, `queue`.
    pub place: &'static str,
    /// The list without a filter.
    pub list: &'static str,
    /// The filters that the list has now, as they would be kept; empty: none.
    pub present: String,
    pub links: Vec<SavedLink>,
    /// The filters that it has now are not saved yet.
    pub can_save: bool,
}

/// A saved view, as a tab of its list.
#[derive(Clone, Debug, Default)]
pub struct SavedLink {
    pub name: String,
    pub href: String,
    /// The list shows it now.
    pub current: bool,
    pub shared: bool,
    /// Who shares it; none for one's own.
    pub by: Option<String>,
}

/// `GET /portal/views`: one's own views and those that others share.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "saved/views.html")]
pub struct SavedViewsPage {
    pub shell: Shell,
    /// By list, in words.
    pub lists: Vec<SavedList>,
    /// A view that is being saved and could not be.
    pub form: Option<SavedForm>,
    pub places: Choices,
    pub errors: FieldErrors,
}

#[derive(Clone, Debug, Default)]
pub struct SavedList {
    pub name: String,
    pub href: String,
    pub views: Vec<SavedRow>,
}

#[derive(Clone, Debug, Default)]
pub struct SavedRow {
    pub id: String,
    pub name: String,
    pub href: String,
    /// Its filters in words: "Readiness: Ready".
    pub says: Vec<String>,
    pub shared: bool,
    pub by: Option<String>,
    pub may_remove: bool,
    /// What is wrong with the name that was typed for it.
    pub error: Option<String>,
}

/// A view to be saved, or its new name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedForm {
    pub place: String,
    pub query: String,
    pub name: String,
    pub shared: Option<String>,
}
