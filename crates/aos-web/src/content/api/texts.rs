//! Shapes of what a version says, by kind.

use aos_capabilities::{campaign::Sender, post::PostAction};
use aos_features::content::{
    ItemText,
    model::{AdCopyText, AdNetwork, ArticleText, AudienceRef, CampaignText, MediaRef, OutreachText, PostText},
};
use aos_kernel::Error;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::api::words;

/// The text of a version: the one part of its item's kind.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TextContent {
    /// Of a `blog_post`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<ArticleContent>,
    /// Of a `social_post`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostContent>,
    /// Of an `email_campaign`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignContent>,
    /// Of an `outreach_email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outreach: Option<OutreachContent>,
    /// Of an `ad_copy_set`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ad_copy: Option<AdCopyContent>,
}

impl TryFrom<TextContent> for ItemText {
    type Error = Error;

    fn try_from(content: TextContent) -> Result<Self, Error> {
        let TextContent { article, post, campaign, outreach, ad_copy } = content;
        let mut given: Vec<Self> = Vec::new();
        given.extend(article.map(|text| ArticleText::from(text).into()));
        if let Some(post) = post {
            given.push(PostText::try_from(post)?.into());
        }
        given.extend(campaign.map(|text| CampaignText::from(text).into()));
        given.extend(outreach.map(|text| OutreachText::from(text).into()));
        given.extend(ad_copy.map(|text| AdCopyText::from(text).into()));
        match (given.pop(), given.is_empty()) {
            (Some(text), true) => Ok(text),
            _ => Err(Error::invalid(
                "article",
                "Give exactly one of article, post, campaign, outreach and ad_copy: the one of the item's kind.",
            )),
        }
    }
}

impl From<ItemText> for TextContent {
    fn from(text: ItemText) -> Self {
        let nothing = Self::default();
        match text {
            ItemText::Article(text) => Self { article: Some(text.into()), ..nothing },
            ItemText::Post(text) => Self { post: Some(text.into()), ..nothing },
            ItemText::Campaign(text) => Self { campaign: Some(text.into()), ..nothing },
            ItemText::Outreach(text) => Self { outreach: Some(text.into()), ..nothing },
            ItemText::AdCopy(text) => Self { ad_copy: Some(text.into()), ..nothing },
        }
    }
}

/// The parts of an article that a person may edit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ArticleContent {
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// The last part of the address; empty: made from the title.
    #[serde(default)]
    #[schema(required = false)]
    pub slug: String,
    #[serde(default)]
    #[schema(required = false)]
    pub excerpt: String,
    /// CommonMark.
    #[schema(min_length = 1)]
    pub markdown: String,
    #[serde(default)]
    #[schema(required = false)]
    pub categories: Vec<String>,
    #[serde(default)]
    #[schema(required = false)]
    pub tags: Vec<String>,
    /// Address of the featured image on the client's site.
    pub image: Option<String>,
}

impl From<ArticleContent> for ArticleText {
    fn from(content: ArticleContent) -> Self {
        let ArticleContent { title, slug, excerpt, markdown, categories, tags, image } = content;
        Self { title, slug, excerpt, markdown, categories, tags, image }
    }
}
impl From<ArticleText> for ArticleContent {
    fn from(text: ArticleText) -> Self {
        let ArticleText { title, slug, excerpt, markdown, categories, tags, image } = text;
        Self { title, slug, excerpt, markdown, categories, tags, image }
    }
}

/// The parts of a post that a person may edit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PostContent {
    /// As people read it.
    pub text: String,
    /// Only where the platform has titles.
    pub title: Option<String>,
    /// Only where the platform has a place for a link beside the text.
    pub link: Option<String>,
    /// Only where the platform has buttons.
    pub action: Option<ActionContent>,
    #[serde(default)]
    #[schema(required = false)]
    pub media: Vec<MediaContent>,
}

/// A button.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ActionContent {
    /// One of the platform's words.
    pub kind: String,
    pub url: Option<String>,
}

/// A picture, film or document.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MediaContent {
    /// Its id, or the address of an image of the client's site.
    pub media: String,
    /// What it shows, for those who can't see it.
    pub alt: String,
}

impl TryFrom<PostContent> for PostText {
    type Error = Error;

    fn try_from(content: PostContent) -> Result<Self, Error> {
        let action = content.action.map(|action| {
            let bad = || Error::invalid("action", "Give the whole address, with https:// in front.");
            let url = action.url.map(|url| Url::parse(url.trim()).map_err(|_| bad())).transpose()?;
            Ok::<_, Error>(PostAction { kind: action.kind, url })
        });
        let media = content.media.into_iter().map(|media| MediaRef { media: media.media, alt: media.alt });
        Ok(Self {
            text: content.text,
            title: content.title,
            link: content.link,
            action: action.transpose()?,
            media: media.collect(),
        })
    }
}
impl From<PostText> for PostContent {
    fn from(text: PostText) -> Self {
        let action =
            text.action.map(|action| ActionContent { kind: action.kind, url: action.url.map(|url| url.to_string()) });
        let media = text.media.into_iter().map(|media| MediaContent { media: media.media, alt: media.alt });
        Self { text: text.text, title: text.title, link: text.link, action, media: media.collect() }
    }
}

/// The parts of a newsletter that a person may edit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CampaignContent {
    #[schema(min_length = 1, max_length = 200)]
    pub subject: String,
    /// What mail programs show beside the subject.
    #[serde(default)]
    #[schema(required = false)]
    pub preview: String,
    /// CommonMark; the link to leave the list is added.
    #[schema(min_length = 1)]
    pub markdown: String,
    #[serde(default)]
    #[schema(required = false)]
    pub sender_name: String,
    #[serde(default)]
    #[schema(required = false)]
    pub sender_address: String,
    /// The platform's id of the audience; empty: not chosen yet.
    #[serde(default)]
    #[schema(required = false)]
    pub audience: String,
    #[serde(default)]
    #[schema(required = false)]
    pub audience_name: String,
}

impl From<CampaignContent> for CampaignText {
    fn from(content: CampaignContent) -> Self {
        Self {
            subject: content.subject,
            preview: content.preview,
            markdown: content.markdown,
            sender: Sender { name: content.sender_name, address: content.sender_address },
            audience: AudienceRef { id: content.audience, name: content.audience_name },
        }
    }
}
impl From<CampaignText> for CampaignContent {
    fn from(text: CampaignText) -> Self {
        Self {
            subject: text.subject,
            preview: text.preview,
            markdown: text.markdown,
            sender_name: text.sender.name,
            sender_address: text.sender.address,
            audience: text.audience.id,
            audience_name: text.audience.name,
        }
    }
}

/// The parts of an outreach mail that a person may edit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OutreachContent {
    #[serde(default)]
    #[schema(required = false)]
    pub recipient_name: String,
    /// Empty: nobody knows it yet.
    #[serde(default)]
    #[schema(required = false)]
    pub recipient_address: String,
    /// The site that is asked.
    #[serde(default)]
    #[schema(required = false)]
    pub site: String,
    #[schema(min_length = 1, max_length = 200)]
    pub subject: String,
    /// Plain text.
    #[schema(min_length = 1)]
    pub body: String,
}

impl From<OutreachContent> for OutreachText {
    fn from(content: OutreachContent) -> Self {
        let OutreachContent { recipient_name, recipient_address, site, subject, body } = content;
        Self { recipient_name, recipient_address, site, subject, body }
    }
}
impl From<OutreachText> for OutreachContent {
    fn from(text: OutreachText) -> Self {
        let OutreachText { recipient_name, recipient_address, site, subject, body } = text;
        Self { recipient_name, recipient_address, site, subject, body }
    }
}

/// The parts of a set of ad copy that a person may edit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AdCopyContent {
    #[schema(schema_with = words::ad_network)]
    pub network: AdNetwork,
    pub headlines: Vec<String>,
    #[serde(default)]
    #[schema(required = false)]
    pub descriptions: Vec<String>,
    /// Meta only.
    #[serde(default)]
    #[schema(required = false)]
    pub primary_texts: Vec<String>,
    /// The page that a click leads to.
    pub final_url: String,
}

impl From<AdCopyContent> for AdCopyText {
    fn from(content: AdCopyContent) -> Self {
        let AdCopyContent { network, headlines, descriptions, primary_texts, final_url } = content;
        Self { network, headlines, descriptions, primary_texts, final_url }
    }
}
impl From<AdCopyText> for AdCopyContent {
    fn from(text: AdCopyText) -> Self {
        let AdCopyText { network, headlines, descriptions, primary_texts, final_url } = text;
        Self { network, headlines, descriptions, primary_texts, final_url }
    }
}
