//! Shapes of requests, content items, versions and publications.

use aos_capabilities::publish::PublishMode;
use aos_features::content::{
    ContentItem, ContentVersion, ItemKind, ItemState, NewRequest, Publication, PublicationState, Request, RequestKind,
    RequestState,
    model::{AdNetwork, Priority, RequestDetails},
};
use aos_kernel::{ChannelId, Error, PeriodId, Result};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::texts::TextContent;
use crate::api::{ActorView, GapView, words};

/// A brief as somebody gives it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BriefContent {
    /// What is asked for; stays as it is when a request is changed.
    #[serde(default)]
    #[schema(required = false, schema_with = words::request_kind)]
    pub kind: RequestKind,
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What the post tells whom, and why.
    #[schema(min_length = 1, max_length = 10000)]
    pub brief: String,
    /// The main one first.
    #[serde(default)]
    #[schema(required = false)]
    pub keywords: Vec<String>,
    /// `informational`, `commercial`, `transactional` or `navigational`; empty: informational.
    #[serde(default)]
    #[schema(required = false)]
    pub search_intent: String,
    #[serde(default)]
    #[schema(required = false, max_length = 10000)]
    pub audience: String,
    /// Headings in order.
    #[serde(default)]
    #[schema(required = false)]
    pub outline: Vec<String>,
    /// Addresses of the client's pages that carry the facts.
    #[serde(default)]
    #[schema(required = false)]
    pub sources: Vec<String>,
    #[serde(default)]
    #[schema(required = false, max_length = 10000)]
    pub notes: String,
    #[serde(default)]
    #[schema(required = false, schema_with = words::priority)]
    pub priority: Priority,
    /// Channels that it is for: one item for each. Left out, it stands wherever its kind stands; a social post names them.
    #[serde(default)]
    #[schema(required = false)]
    pub channels: Vec<Uuid>,
    /// Of a social post `text`, `image`, `carousel`, `video`, `document` or `link`; of a post for the Google Business
    /// Profile `update`, `offer` or `event`; else empty.
    #[serde(default)]
    #[schema(required = false)]
    pub format: String,
    #[serde(default)]
    #[schema(required = false)]
    pub details: BriefDetails,
    /// When it should be published, for a new request; afterwards it is moved in the calendar.
    #[serde(default)]
    #[schema(required = false)]
    pub planned_at: Option<DateTime<Utc>>,
}

/// What only some kinds of request have.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct BriefDetails {
    /// Newsletter: the platform's id of the audience.
    pub list: Option<String>,
    /// Backlink: the site that is asked; required there.
    pub site: Option<String>,
    pub contact_name: Option<String>,
    pub contact_address: Option<String>,
    /// Backlink: the client's page that the link would lead to.
    pub link_to: Option<String>,
    /// Ad copy: whose ads it is for; required there.
    #[schema(schema_with = words::ad_network_or_none)]
    pub network: Option<AdNetwork>,
    /// Ad copy: the page that a click leads to.
    pub final_url: Option<String>,
}

impl From<BriefDetails> for RequestDetails {
    fn from(details: BriefDetails) -> Self {
        let BriefDetails { list, site, contact_name, contact_address, link_to, network, final_url } = details;
        Self { list, site, contact_name, contact_address, link_to, network, final_url }
    }
}
impl From<RequestDetails> for BriefDetails {
    fn from(details: RequestDetails) -> Self {
        let RequestDetails { list, site, contact_name, contact_address, link_to, network, final_url } = details;
        Self { list, site, contact_name, contact_address, link_to, network, final_url }
    }
}

impl From<BriefContent> for NewRequest {
    fn from(content: BriefContent) -> Self {
        Self {
            kind: content.kind,
            title: content.title,
            brief: content.brief,
            keywords: content.keywords,
            search_intent: content.search_intent,
            audience: content.audience,
            outline: content.outline,
            sources: content.sources,
            notes: content.notes,
            priority: content.priority,
            channels: content.channels.into_iter().map(ChannelId::from_uuid).collect(),
            format: content.format,
            details: content.details.into(),
            planned_at: content.planned_at,
        }
    }
}

/// An edit of a request.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeRequest {
    /// The version that was read before.
    #[schema(minimum = 1)]
    pub based_on: i64,
    pub brief: BriefContent,
}

/// The approved-before-made brief of one piece of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestView {
    pub id: Uuid,
    #[schema(schema_with = words::request_state)]
    pub state: RequestState,
    pub brief: BriefContent,
    /// The month that it counts for; null for an ad-hoc request.
    pub period_id: Option<Uuid>,
    /// When its post should be published; no part of what is approved.
    pub planned_at: Option<DateTime<Utc>>,
    pub version: i64,
    /// A decision names it.
    pub hash: String,
    /// Proposed without a model.
    pub offline: bool,
    pub made_by: ActorView,
    /// The notes of the last rejection.
    pub rejection: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<Request> for RequestView {
    fn from(request: Request) -> Self {
        Self {
            id: request.id.uuid(),
            state: request.state,
            brief: BriefContent {
                kind: request.kind,
                title: request.title,
                brief: request.brief,
                keywords: request.keywords,
                search_intent: request.search_intent,
                audience: request.audience,
                outline: request.outline,
                sources: request.sources,
                notes: request.notes,
                priority: request.priority,
                channels: request.channels.into_iter().map(ChannelId::uuid).collect(),
                format: request.format,
                details: request.details.into(),
                planned_at: request.planned_at,
            },
            period_id: request.period_id.map(PeriodId::uuid),
            planned_at: request.planned_at,
            version: request.version,
            hash: request.hash.to_string(),
            offline: request.offline,
            made_by: request.made_by.into(),
            rejection: request.rejection,
            created_at: request.created_at,
            updated_at: request.updated_at,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublishModeContent {
    /// Public at once.
    Now,
    /// Left on the platform as a draft.
    Draft,
    /// Public at the moment of `at`.
    At,
}

impl PublishModeContent {
    /// # Errors
    /// `Invalid` for a moment that is missing, or one that means nothing.
    pub fn mode(self, at: Option<DateTime<Utc>>) -> Result<PublishMode> {
        match (self, at) {
            (Self::Now, None) => Ok(PublishMode::Now),
            (Self::Draft, None) => Ok(PublishMode::Draft),
            (Self::At, Some(at)) => Ok(PublishMode::At(at)),
            (Self::At, None) => Err(Error::invalid("at", "Say when.")),
            (_, Some(_)) => Err(Error::invalid("at", "A moment goes with the mode “at” only.")),
        }
    }
}

/// When and how an item is to be published.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PublishPlan {
    pub mode: PublishModeContent,
    /// With the mode `at`.
    pub at: Option<DateTime<Utc>>,
}

/// What a request became.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    pub id: Uuid,
    pub request_id: Uuid,
    #[schema(schema_with = words::item_kind)]
    pub kind: ItemKind,
    /// The one that it is made for; null where any of its kind will do, or where a person sends it.
    pub channel_id: Option<Uuid>,
    #[schema(schema_with = words::item_state)]
    pub state: ItemState,
    pub title: String,
    pub period_id: Option<Uuid>,
    /// 0 while nothing was written.
    pub current_version: i64,
    pub approved_version: Option<i64>,
    pub publish_mode: PublishModeContent,
    /// With the mode `at`.
    pub publish_at: Option<DateTime<Utc>>,
    pub published_url: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub problem: Option<String>,
    pub problem_help: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<ContentItem> for ItemView {
    fn from(item: ContentItem) -> Self {
        let (publish_mode, publish_at) = match item.publish_mode {
            PublishMode::Now => (PublishModeContent::Now, None),
            PublishMode::Draft => (PublishModeContent::Draft, None),
            PublishMode::At(at) => (PublishModeContent::At, Some(at)),
        };
        Self {
            id: item.id.uuid(),
            request_id: item.request_id.uuid(),
            kind: item.kind,
            channel_id: item.channel_id.map(ChannelId::uuid),
            state: item.state,
            title: item.title,
            period_id: item.period_id.map(PeriodId::uuid),
            current_version: item.current_version,
            approved_version: item.approved_version,
            publish_mode,
            publish_at,
            published_url: item.published_url,
            published_at: item.published_at,
            problem: item.problem,
            problem_help: item.problem_help,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// An edit of an item.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeItem {
    /// The version that was read before.
    #[schema(minimum = 1)]
    pub based_on: i64,
    #[serde(flatten)]
    pub text: TextContent,
    /// What was changed and why.
    pub note: Option<String>,
}

/// One version of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    pub id: Uuid,
    pub version: i64,
    #[serde(flatten)]
    pub text: TextContent,
    /// Pages that the facts come from.
    pub sources: Vec<String>,
    /// What the material did not carry.
    pub gaps: Vec<GapView>,
    pub word_count: i64,
    /// A decision names it.
    pub hash: String,
    /// Drafted without a model.
    pub offline: bool,
    pub author: ActorView,
    pub note: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl From<ContentVersion> for VersionView {
    fn from(version: ContentVersion) -> Self {
        Self {
            id: version.id.uuid(),
            version: version.version,
            text: version.text.into(),
            sources: version.sources,
            gaps: version.gaps.into_iter().map(GapView::from).collect(),
            word_count: version.word_count,
            hash: version.hash.to_string(),
            offline: version.offline,
            author: version.author.into(),
            note: version.note,
            created_at: version.created_at,
        }
    }
}

/// One item on one channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationView {
    pub id: Uuid,
    pub item_id: Uuid,
    /// Null for what a person sent or handed over.
    pub channel_id: Option<Uuid>,
    pub version: i64,
    pub hash: String,
    #[schema(schema_with = words::publication_state)]
    pub state: PublicationState,
    /// The platform's id.
    pub platform_id: Option<String>,
    pub url: Option<String>,
    /// What the platform changed or left out.
    pub notes: Vec<String>,
    pub problem: Option<String>,
    pub attempts: i64,
    pub updated_at: DateTime<Utc>,
}

impl From<Publication> for PublicationView {
    fn from(publication: Publication) -> Self {
        Self {
            id: publication.id.uuid(),
            item_id: publication.item_id.uuid(),
            channel_id: publication.channel_id.map(ChannelId::uuid),
            version: publication.version,
            hash: publication.hash.to_string(),
            state: publication.state,
            platform_id: publication.platform_id,
            url: publication.url,
            notes: publication.notes,
            problem: publication.problem,
            attempts: publication.attempts,
            updated_at: publication.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn what_a_brief_may_leave_out_is_described_as_null() {
        let schema = serde_json::to_value(BriefDetails::schema()).unwrap();
        let Value::Object(nothing) = serde_json::to_value(BriefDetails::default()).unwrap() else { panic!("{schema}") };
        for (name, value) in nothing {
            let described = &schema["properties"][&name];
            let of = |key: &str| described[key].as_array().cloned();
            assert!(of("type").is_some_and(|types| types.contains(&"null".into())), "{name}: {described}");
            assert!(of("enum").is_none_or(|words| words.contains(&value)), "{name}: {described}");
        }
    }
}
