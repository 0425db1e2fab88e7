//! What is written by an approved brief: posts, newsletters, outreach mails and ad copy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Gap;

/// A post for one channel, within that channel's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SocialDraft {
    /// As people read it on the platform, hashtags included.
    pub text: String,
    /// Only where the platform has titles.
    pub title: Option<String>,
    /// Only where the platform has a place for a link beside the text.
    pub link: Option<String>,
    /// Only where the platform has buttons.
    pub action: Option<ActionDraft>,
    /// Of the images that the task offers.
    pub media: Vec<MediaChoice>,
    /// URLs of the pages that the facts come from.
    pub sources: Vec<String>,
    pub gaps: Vec<Gap>,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionDraft {
    /// One of the platform's words.
    pub kind: String,
    /// Where it leads; none for a button that needs no address.
    pub url: Option<String>,
}

/// One picture of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MediaChoice {
    /// As the task names it.
    pub media: String,
    /// What it shows, for those who can't see it.
    pub alt: String,
}

/// A newsletter. Sender and audience are the request's and no matter of the draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewsletterDraft {
    pub subject: String,
    /// What mail programs show beside the subject.
    pub preview: String,
    /// CommonMark with headings from `##` down, without greeting placeholders; the link to leave the list is added.
    pub markdown: String,
    pub sources: Vec<String>,
    pub gaps: Vec<Gap>,
}

/// A mail to one person at another site. Whom it goes to is the approved target's and no matter of the draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutreachDraft {
    pub subject: String,
    /// Plain text in paragraphs.
    pub text: String,
    pub sources: Vec<String>,
    pub gaps: Vec<Gap>,
}

/// A set of ad copy, within its network's limits: on Google 3 to 15 headlines of up to 30 characters and 2 to 4
/// descriptions of up to 90; on Meta 1 to 5 primary texts of up to 125 characters, headlines of up to 40 and descriptions of up to 30.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdCopyDraft {
    pub headlines: Vec<String>,
    pub descriptions: Vec<String>,
    /// Meta only.
    pub primary_texts: Vec<String>,
    /// The page that a click leads to.
    pub final_url: String,
    pub sources: Vec<String>,
    pub gaps: Vec<Gap>,
}
