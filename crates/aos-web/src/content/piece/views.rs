//! What pages show of a piece that is no article.

use askama::Template;

use super::form::PieceForm;
use crate::{
    content::views::{BriefView, Conflict, ImageView},
    forms::FieldErrors,
    layout::Shell,
    markdown::CleanHtml,
    ui::{Choices, filters},
};

/// A piece as its readers will see it. Renders itself.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/look.html")]
pub struct Look {
    /// What it is: "post", "newsletter", "mail", "ad copy".
    pub noun: &'static str,
    /// "LinkedIn"; empty for a mail to one person.
    pub place: String,
    /// The platform's id, for the shape of its frame.
    pub platform: String,
    /// Whose name stands above it.
    pub account: String,
    /// Of a post.
    pub post: Option<PostLook>,
    /// Of a newsletter or a mail.
    pub mail: Option<MailLook>,
    /// Of ad copy: as the network may put it together.
    pub ads: Vec<AdLook>,
}

#[derive(Clone, Debug, Default)]
pub struct PostLook {
    pub title: Option<String>,
    pub text: String,
    pub pictures: Vec<ImageView>,
    /// Of pictures that are not here: what they show.
    pub unseen: Vec<String>,
    /// The site and the whole address.
    pub link: Option<(String, String)>,
    /// The words on its button, and where it leads.
    pub button: Option<(String, String)>,
    /// Pictures stand above the text and fill the frame, as on Instagram.
    pub pictures_first: bool,
}

#[derive(Clone, Debug, Default)]
pub struct MailLook {
    pub from: String,
    pub to: String,
    pub subject: String,
    /// What mail programs show beside the subject.
    pub preview: String,
    /// A newsletter.
    pub html: Option<CleanHtml>,
    /// Plain text.
    pub body: String,
    pub leaves: bool,
}

#[derive(Clone, Debug, Default)]
pub struct AdLook {
    pub site: String,
    pub headline: String,
    pub text: String,
    pub description: String,
}

/// How much of what a platform takes is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// The form's field, or `hashtags`.
    pub key: &'static str,
    pub label: String,
    pub is: u64,
    /// None: there is no limit.
    pub most: Option<u64>,
    /// "characters".
    pub unit: String,
}

impl Figure {
    pub(crate) fn over(&self) -> bool {
        self.most.is_some_and(|most| self.is > most)
    }
    /// For the bar, in percent.
    pub(crate) fn filled(&self) -> u64 {
        self.most.map_or(0, |most| (self.is.saturating_mul(100) / most.max(1)).min(100))
    }
}

/// The figures of a piece and what it breaks of its platform's rules.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub figures: Vec<Figure>,
    pub problems: Vec<String>,
    /// How one writes for the platform.
    pub style: String,
}

impl Figures {
    /// "312 of 3,000", beside the field that it is about.
    pub(crate) fn of_field(&self, key: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.key == key)
    }
}

/// `GET …/items/{id}/edit` of a piece that is no article.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/edit_piece.html")]
pub struct PieceEditPage {
    pub shell: Shell,
    pub action: String,
    pub back: String,
    pub client: String,
    pub form: PieceForm,
    pub errors: FieldErrors,
    pub brief: Option<BriefView>,
    pub conflict: Option<Conflict>,
    pub preview_action: String,
    pub topic: String,
    pub newest: u32,
    pub newest_by: String,
    pub look: Look,
    pub figures: Figures,
    pub offers: Offers,
}

/// What there is to choose from in the editor.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// `post`, `newsletter`, `mail`, `ad_copy`.
    pub kind: &'static str,
    /// The platform takes a title, a link, pictures.
    pub title: bool,
    pub link: bool,
    pub pictures: bool,
    /// Its buttons; empty: it has none.
    pub buttons: Choices,
    /// Pictures that can be added.
    pub library: Choices,
    /// Whom a newsletter may go to; empty: the platform did not say.
    pub audiences: Choices,
    /// Why the platform did not say.
    pub audiences_problem: Option<String>,
    /// Ad copy has primary texts.
    pub primary: bool,
    /// How many lines of each part of ad copy: headlines, descriptions, primary texts.
    pub lines: [String; 3],
}

/// `POST …/items/{id}/preview` of a piece that is no article.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "content/piece_preview.html")]
pub struct PiecePreview {
    pub look: Look,
    pub figures: Figures,
}
