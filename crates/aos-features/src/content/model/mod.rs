//! Requests, items, versions and publications. Pure.

mod item;
mod proposed;
mod request;
mod text;

pub use item::{ContentItem, ContentVersion, Publication};
pub use request::{AdNetwork, NewRequest, Request, RequestDetails};
pub use text::{
    AdCopyText, ArticleText, AudienceRef, CampaignText, ItemText, Limit, MediaRef, OutreachText, PostText, slug,
};

/// Longer titles are slips.
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 10_000;

aos_kernel::text_enum! {
    /// What a request asks for.
    #[derive(Default)]
    pub enum RequestKind {
        #[default] Blog = "blog",
        Social = "social",
        /// A post for the Google Business Profile.
        Gbp = "gbp",
        Newsletter = "newsletter", AdCopy = "ad_copy", Backlink = "backlink",
    }
}

impl RequestKind {
    /// What a request of this kind becomes.
    pub const fn item(self) -> ItemKind {
        match self {
            Self::Blog => ItemKind::BlogPost,
            Self::Social | Self::Gbp => ItemKind::SocialPost,
            Self::Newsletter => ItemKind::EmailCampaign,
            Self::AdCopy => ItemKind::AdCopySet,
            Self::Backlink => ItemKind::OutreachEmail,
        }
    }
    /// The pipeline template that makes it, which is named as the deliverable type, and the step at which a request
    /// that is there already enters.
    pub const fn pipeline(self) -> (&'static str, &'static str) {
        match self {
            Self::Blog => ("blog_posts", "approve_topics"),
            Self::Social => ("social_posts", "approve_calendar"),
            Self::Gbp => ("gbp_posts", "approve_posts"),
            Self::Newsletter => ("newsletters", "approve_newsletters"),
            Self::AdCopy => ("ad_copy_sets", "approve_sets"),
            Self::Backlink => ("backlinks", "approve_targets"),
        }
    }
    /// The piece that is asked for, for a person: "Say what the newsletter should tell".
    pub const fn piece(self) -> &'static str {
        match self {
            Self::Blog | Self::Social | Self::Gbp => "post",
            Self::Newsletter => "newsletter",
            Self::AdCopy => "ad copy",
            Self::Backlink => "mail",
        }
    }
    /// It is made for channels of the client.
    pub const fn has_channels(self) -> bool {
        matches!(self, Self::Social | Self::Gbp | Self::Newsletter)
    }
    /// The formats to choose from; empty where there is nothing to choose.
    pub const fn formats(self) -> &'static [&'static str] {
        match self {
            Self::Social => &["text", "image", "carousel", "video", "document", "link"],
            Self::Gbp => &["update", "offer", "event"],
            _ => &[],
        }
    }
}

aos_kernel::text_enum! {
    /// Where a request stands (P3).
    pub enum RequestState {
        Draft = "draft", PendingApproval = "pending_approval", Approved = "approved", InProgress = "in_progress",
        Completed = "completed", Rejected = "rejected", Closed = "closed",
    }
}

aos_kernel::text_enum! {
    #[derive(Default)]
    pub enum Priority { Low = "low", #[default] Normal = "normal", High = "high" }
}

aos_kernel::text_enum! {
    pub enum ItemKind {
        BlogPost = "blog_post", SocialPost = "social_post", EmailCampaign = "email_campaign", AdCopySet = "ad_copy_set",
        OutreachEmail = "outreach_email",
    }
}

aos_kernel::text_enum! {
    /// Where a content item stands (P3). A newsletter or a mail that was sent, and ad copy that was handed over, is
    /// `published`.
    pub enum ItemState {
        Draft = "draft", Writing = "writing", Review = "review", Approved = "approved", Scheduled = "scheduled",
        Published = "published", Failed = "failed",
    }
}

aos_kernel::text_enum! {
    /// Where a publication stands.
    pub enum PublicationState {
        /// Written down; at most one attempt may be under way.
        Intended = "intended",
        /// An attempt was made and nobody knows whether it worked: it is looked up before anything is repeated.
        Unconfirmed = "unconfirmed",
        /// The platform took it and has not shown it yet.
        Processing = "processing",
        /// It stands on the site as a draft or is scheduled there.
        OnSite = "on_site",
        Live = "live",
        Failed = "failed",
    }
}
