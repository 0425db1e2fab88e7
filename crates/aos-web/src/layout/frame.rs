//! What stands around every page. Templates of their own, rendered once and for all: what a template includes is compiled
//! anew into each page that extends it, and these are longer than most pages.

use askama::{Template, filters::HtmlSafe};

use super::Shell;
use crate::ui::filters;

/// The rail, or a client's own.
#[derive(Template)]
#[template(path = "frame/rail.html")]
pub struct Rail<'a> {
    shell: &'a Shell,
}

/// Where one is, and what can be opened from anywhere.
#[derive(Template)]
#[template(path = "frame/topbar.html")]
pub struct Topbar<'a> {
    shell: &'a Shell,
}

/// What was just done, and the dialogs of every page.
#[derive(Template)]
#[template(path = "frame/below.html")]
pub struct Below<'a> {
    shell: &'a Shell,
}

impl HtmlSafe for Rail<'_> {}
impl HtmlSafe for Topbar<'_> {}
impl HtmlSafe for Below<'_> {}

impl Shell {
    pub(crate) const fn rail(&self) -> Rail<'_> {
        Rail { shell: self }
    }
    pub(crate) const fn topbar(&self) -> Topbar<'_> {
        Topbar { shell: self }
    }
    pub(crate) const fn below(&self) -> Below<'_> {
        Below { shell: self }
    }
}
