//! What was found.

use aos_features::read_models::search::Piece;
use askama::Template;

use crate::{
    layout::Shell,
    ui::{Choice, filters},
};

/// `GET /portal/search`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "search/page.html")]
pub struct SearchPage {
    pub shell: Shell,
    pub typed: String,
    pub kinds: Vec<Choice>,
    /// The chosen one; empty: all.
    pub kind: String,
    pub actions: Vec<Hit>,
    pub hits: Vec<Hit>,
    /// There may be more.
    pub full: bool,
}

impl SearchPage {
    pub(crate) fn href(&self, kind: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.typed);
        if !kind.is_empty() {
            query.append_pair("kind", kind);
        }
        format!("{}?{}", crate::paths::SEARCH, query.finish())
    }
}

/// The options of the palette.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "search/palette.html")]
pub struct Palette {
    pub typed: String,
    pub options: Vec<Hit>,
    /// Where all matches are.
    pub more: Option<String>,
}

/// Something to go to.
#[derive(Clone, Debug, Default)]
pub struct Hit {
    /// "Client", "Post", "Action".
    pub kind: String,
    pub icon: String,
    pub title: Vec<Piece>,
    pub excerpt: Vec<Piece>,
    pub client: Option<String>,
    pub href: String,
    /// It is read on another site.
    pub outside: bool,
}
