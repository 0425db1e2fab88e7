//! The page where the branding is chosen.

use askama::Template;

use crate::{forms::FieldErrors, layout::Shell, ui::filters, website::views::Swatch};

/// `GET /manage/settings/branding`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "branding/branding.html")]
pub struct BrandingPage {
    pub shell: Shell,
    /// As typed.
    pub accent: String,
    /// How it is used; `None`: the usual colour.
    pub used: Option<UsedColour>,
    pub logo: Option<String>,
    pub errors: FieldErrors,
    /// What a logo may be: "PNG, JPEG or WebP, up to 512 kB".
    pub takes: String,
}

/// A colour as it can be read.
#[derive(Clone, Debug, Default)]
pub struct UsedColour {
    pub light: Swatch,
    pub on_light: Swatch,
    pub dark: Swatch,
    pub on_dark: Swatch,
    /// "5.2" to 1, of words on it.
    pub light_contrast: String,
    pub dark_contrast: String,
    /// What was changed so that it can be read.
    pub note: Option<String>,
}
