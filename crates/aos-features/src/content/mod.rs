//! Content: requests (briefs), the items that they become, every version, and publications.
//!
//! Owns: `request`, `content_item`, `content_version`, `publication`, `content_comment`.
//!
//! States: `draft → pending_approval → approved → in_progress → completed` for a request (or `rejected`, then revised or
//! closed); `draft → writing → review → approved → scheduled → published`, or `failed`, for an item.
//!
//! Invariants:
//! - An approved version is frozen: only that version, by its hash, is published.
//! - One publication for each item and channel. Its intent is committed before the attempt; an attempt whose outcome is
//!   unknown is looked up on the platform before anything is repeated.
//! - Each edit is a version with an author; nobody overwrites what they have not read.

mod anchor;
mod approve;
pub mod commands;
pub mod comments;
pub mod measure;
pub mod model;
pub mod planning;
mod publish;
pub mod queries;
pub mod reschedule;
mod research;
mod store;
mod write;

pub use approve::{ItemApproval, RequestApproval};
pub use model::{
    ContentItem, ContentVersion, ItemState, NewRequest, Publication, PublicationState, Request, RequestState,
};
pub use publish::{ImageSource, PublishStep, SiteImage, WATCH, WatchPublication};
pub use reschedule::{MOVE, MoveOnSite};
pub use research::ResearchTopics;
pub use write::WriteArticle;

pub const RESEARCH_TOPICS: &str = "content.research_topics";
pub const WRITE_ARTICLE: &str = "content.write_article";
pub const PUBLISH: &str = "content.publish";

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
];
