//! What is planned for a month and approved before it is made: ideas for posts, newsletters, links and ad copy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Gap;

/// A month's posts: for social channels, or for the Google Business Profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostPlan {
    pub posts: Vec<PostIdea>,
    pub gaps: Vec<Gap>,
}

/// One post, for each of its channels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostIdea {
    /// The topic in a few words, as it stands in the calendar.
    pub title: String,
    /// Two to five sentences: what the post says, whom it is for and what they should do.
    pub brief: String,
    pub audience: String,
    /// Keys of the channels, as the task gives them.
    pub channels: Vec<String>,
    /// One of the formats that the task gives: `text`, `image`, `carousel`, `video`, `document`, `link`; `update`, `offer`, `event`.
    pub format: String,
    /// The day, as in `2026-04-07`, within the month that the task names; none where any day will do.
    pub date: Option<String>,
    /// URLs of the pages that carry the facts.
    pub sources: Vec<String>,
    pub notes: String,
}

/// A month's newsletters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewsletterPlan {
    pub newsletters: Vec<NewsletterIdea>,
    pub gaps: Vec<Gap>,
}

/// One newsletter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewsletterIdea {
    pub title: String,
    pub brief: String,
    /// Who reads it, in words.
    pub audience: String,
    /// Id of one of the audiences that the task gives; none where it gives none or none fits.
    pub list: Option<String>,
    /// The parts in order.
    pub outline: Vec<String>,
    /// The day, as in `2026-04-07`; none where any day will do.
    pub date: Option<String>,
    pub sources: Vec<String>,
    pub notes: String,
}

/// Sites that might link to the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BacklinkTargets {
    pub targets: Vec<BacklinkTarget>,
    pub gaps: Vec<Gap>,
}

/// One site that might link to the client, and how to ask. A contact is only what the material carries: never a guess.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BacklinkTarget {
    /// Address of the site, or of the page on which the link would stand.
    pub site: String,
    /// What the site is called.
    pub name: String,
    pub contact_name: Option<String>,
    /// Mail address.
    pub contact_address: Option<String>,
    /// Why this site's readers gain by the link, and how the mail should put it.
    pub angle: String,
    /// The client's page that the link would lead to.
    pub link_to: Option<String>,
    /// URLs that carry the facts.
    pub sources: Vec<String>,
    pub notes: String,
}

/// A month's sets of ad copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdCopyPlan {
    pub sets: Vec<AdCopyIdea>,
    pub gaps: Vec<Gap>,
}

/// One set: an offer to one audience in one network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdCopyIdea {
    pub title: String,
    pub brief: String,
    /// `google` or `meta`.
    pub network: String,
    pub audience: String,
    /// What people search for; the main one first.
    pub keywords: Vec<String>,
    /// The page that a click leads to.
    pub final_url: Option<String>,
    pub sources: Vec<String>,
    pub notes: String,
}

/// An approved brief of any kind but a blog post's, as it goes to whoever writes by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Brief {
    Post(PostIdea),
    Newsletter(NewsletterIdea),
    Backlink(BacklinkTarget),
    AdCopy(AdCopyIdea),
}

impl Brief {
    /// The pages that carry its facts.
    pub fn sources(&self) -> &[String] {
        match self {
            Self::Post(idea) => &idea.sources,
            Self::Newsletter(idea) => &idea.sources,
            Self::Backlink(target) => &target.sources,
            Self::AdCopy(idea) => &idea.sources,
        }
    }
}
