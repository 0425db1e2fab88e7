//! Content: requests (briefs), the items that they become, every version, and publications.
//!
//! Owns: `request`, `content_item`, `content_version`, `publication`, `content_comment`, `media`, `media_address`.
//!
//! A request is for a blog post, posts on social channels or the Google Business Profile, a newsletter, a backlink or ad
//! copy; what it becomes has a text of its kind, with title and words beside it for search, calendar and comparison.
//!
//! States: `draft → pending_approval → approved → in_progress → completed` for a request (or `rejected`, then revised or
//! closed); `draft → writing → review → approved → scheduled → published`, or `failed`, for an item. A newsletter or a mail
//! that was sent, and ad copy that was handed over, is `published`.
//!
//! Invariants:
//! - An approved version is frozen: only that version, by its hash, is published.
//! - One publication for each item and channel. Its intent is committed before the attempt; an attempt whose outcome is
//!   unknown is looked up on the platform before anything is repeated.
//! - What has a moment and stands on a platform that schedules nothing waits here, where it can still be moved.
//! - An attempt has the account's permit, taken with its intent. Where the account may do no more, it waits, which is no
//!   failure; what certainly did not happen gives its permit back.
//! - A request is completed, and counts, when all that it became is out. A blog post counts itself.
//! - An article that stands on the site can be written anew: the new text is decided on, and only then what stands there
//!   follows. It counts once.
//! - Each edit is a version with an author; nobody overwrites what they have not read.

mod anchor;
mod approve;
pub mod commands;
pub mod comments;
mod days;
pub mod library;
pub mod measure;
mod media;
pub mod model;
pub mod planning;
mod propose;
mod publish;
pub mod queries;
pub mod reach;
pub mod reschedule;
pub mod revise;
mod store;
mod write;

pub use approve::{ItemApproval, RequestApproval};
pub use library::MediaLibrary;
pub use media::{Media, MediaSource};
pub use model::{
    ContentItem, ContentVersion, ItemKind, ItemState, ItemText, NewRequest, Publication, PublicationState, Request,
    RequestKind, RequestState,
};
pub use propose::Propose;
pub use publish::{
    Confirm, NoOutreachMail, OutreachMail, PublishPost, PublishStep, SendCampaign, SendOutreach, Sent, WATCH,
    WatchPublication,
};
pub use reschedule::{MOVE, MoveOnSite};
pub use write::Write;

pub const RESEARCH_TOPICS: &str = "content.research_topics";
pub const PLAN_SOCIAL: &str = "content.plan_social";
pub const PLAN_GBP: &str = "content.plan_gbp";
pub const PLAN_NEWSLETTERS: &str = "content.plan_newsletters";
pub const PLAN_AD_COPY: &str = "content.plan_ad_copy";
pub const RESEARCH_BACKLINKS: &str = "content.research_backlinks";
pub const WRITE_ARTICLE: &str = "content.write_article";
pub const WRITE_POST: &str = "content.write_post";
pub const WRITE_NEWSLETTER: &str = "content.write_newsletter";
pub const WRITE_AD_COPY: &str = "content.write_ad_copy";
pub const WRITE_OUTREACH: &str = "content.write_outreach";
pub const PUBLISH: &str = "content.publish";
pub const PUBLISH_POST: &str = "content.publish_post";
pub const SEND_CAMPAIGN: &str = "content.send_campaign";
pub const SEND_OUTREACH: &str = "content.send_outreach";
/// A person's work: they say that it was sent or handed over.
pub const CONFIRM: &str = "content.confirm";

/// Subjects of approvals and units of pipelines.
pub const REQUEST: &str = "request";
pub const CONTENT_ITEM: &str = "content_item";

pub const MIGRATIONS: &[aos_storage::Migration] = &[
    aos_storage::Migration {
        number: 270,
        name: "content",
        sqlite: include_str!("../../migrations/sqlite/0270_content.sql"),
        postgres: include_str!("../../migrations/postgres/0270_content.sql"),
    },
    aos_storage::Migration {
        number: 320,
        name: "content_calendar",
        sqlite: include_str!("../../migrations/sqlite/0320_content_calendar.sql"),
        postgres: include_str!("../../migrations/postgres/0320_content_calendar.sql"),
    },
    aos_storage::Migration {
        number: 321,
        name: "content_comment",
        sqlite: include_str!("../../migrations/sqlite/0321_content_comment.sql"),
        postgres: include_str!("../../migrations/postgres/0321_content_comment.sql"),
    },
    aos_storage::Migration {
        number: 370,
        name: "content_calendar_of_all",
        sqlite: include_str!("../../migrations/sqlite/0370_content_calendar_of_all.sql"),
        postgres: include_str!("../../migrations/postgres/0370_content_calendar_of_all.sql"),
    },
    aos_storage::Migration {
        number: 410,
        name: "content_kinds",
        sqlite: include_str!("../../migrations/sqlite/0410_content_kinds.sql"),
        postgres: include_str!("../../migrations/postgres/0410_content_kinds.sql"),
    },
    aos_storage::Migration {
        number: 440,
        name: "content_media",
        sqlite: include_str!("../../migrations/sqlite/0440_content_media.sql"),
        postgres: include_str!("../../migrations/postgres/0440_content_media.sql"),
    },
    aos_storage::Migration {
        number: 441,
        name: "content_put_off",
        sqlite: include_str!("../../migrations/sqlite/0441_content_put_off.sql"),
        postgres: include_str!("../../migrations/postgres/0441_content_put_off.sql"),
    },
    aos_storage::Migration {
        number: 482,
        name: "content_undated",
        sqlite: include_str!("../../migrations/sqlite/0482_content_undated.sql"),
        postgres: include_str!("../../migrations/postgres/0482_content_undated.sql"),
    },
];
