//! Typed identifiers: a UUIDv7 that knows what it names, so that a tenant's id can't be passed for a user's.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// What an [`Id`] names. Implemented by the marker types below, never by a row type.
pub trait Named: 'static {
    /// The word that an error message uses: "not a tenant id".
    const NAME: &'static str;
}

/// An identifier of a `T`. Sorts by creation time, because it is a UUIDv7 that this process made.
pub struct Id<T: Named>(Uuid, PhantomData<fn() -> T>);

impl<T: Named> Id<T> {
    /// A new identifier, ordered after those made before it.
    #[expect(clippy::new_without_default, reason = "a default that differs at each call would surprise")]
    pub fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }
    /// An identifier read back from storage or a URL.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<T: Named> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Named> Copy for Id<T> {}
impl<T: Named> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T: Named> Eq for Id<T> {}
impl<T: Named> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T: Named> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T: Named> Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T: Named> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", T::NAME, self.0)
    }
}
impl<T: Named> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text was not an identifier.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[error("not a {0} id")]
pub struct NotAnId(pub &'static str);

impl<T: Named> FromStr for Id<T> {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        Uuid::parse_str(text).map(Self::from_uuid).map_err(|_| NotAnId(T::NAME))
    }
}
impl<T: Named> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, T: Named> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

macro_rules! ids {
    ($($marker:ident, $alias:ident, $name:literal;)+) => {$(
        #[doc = concat!("Marker of [`", stringify!($alias), "`].")]
        pub enum $marker {}
        impl Named for $marker {
            const NAME: &'static str = $name;
        }
        #[doc = concat!("Identifies one ", $name, ".")]
        pub type $alias = Id<$marker>;
    )+};
}

ids! {
    AgencyMark, AgencyId, "agency";
    TenantMark, TenantId, "tenant";
    ClientGroupMark, ClientGroupId, "client group";
    UserMark, UserId, "user";
    SessionMark, SessionId, "session";
    MembershipMark, MembershipId, "membership";
    ApiTokenMark, ApiTokenId, "API token";
    AuditEntryMark, AuditEntryId, "audit entry";
    InvitationMark, InvitationId, "invitation";
    InvitationGrantMark, InvitationGrantId, "invitation grant";
    AccountLinkMark, AccountLinkId, "account link";
    IdentityProviderMark, IdentityProviderId, "identity provider";
    SavedViewMark, SavedViewId, "saved view";
    CredentialMark, CredentialId, "credential";
    ChannelMark, ChannelId, "channel";
    ChannelGrantMark, ChannelGrantId, "grant of a channel";
    ConsentVisitMark, ConsentVisitId, "consent";
    RevocationMark, RevocationId, "revocation";
    ChannelScoreMark, ChannelScoreId, "channel score";
    ImprovementMark, ImprovementId, "improvement";
    CrawlMark, CrawlId, "crawl";
    SitePageMark, SitePageId, "site page";
    DocumentMark, DocumentId, "document";
    ContextVersionMark, ContextVersionId, "context version";
    StrategyMark, StrategyId, "strategy";
    GoalMark, GoalId, "goal";
    DeliverableMark, DeliverableId, "deliverable";
    PeriodMark, PeriodId, "period";
    TemplateMark, TemplateId, "pipeline template";
    PipelineMark, PipelineId, "pipeline";
    ActivityMark, ActivityId, "activity";
    ApprovalMark, ApprovalId, "approval";
    RequestMark, RequestId, "request";
    ContentItemMark, ContentItemId, "content item";
    ContentVersionMark, ContentVersionId, "content version";
    PublicationMark, PublicationId, "publication";
    MediaMark, MediaId, "media item";
    RunMark, RunId, "run";
    RunStepMark, RunStepId, "run step";
    SkillVersionMark, SkillVersionId, "skill version";
    ModelProviderMark, ModelProviderId, "model provider";
    LedgerEntryMark, LedgerEntryId, "ledger entry";
    NotificationMark, NotificationId, "notification";
    MailMark, MailId, "mail";
    ApprovalLinkMark, ApprovalLinkId, "approval link";
    JobMark, JobId, "job";
    ScheduleMark, ScheduleId, "schedule";
    EventMark, EventId, "event";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_json_and_refuses_other_words() {
        let id = TenantId::new();
        assert_eq!(id.to_string().parse::<TenantId>().unwrap(), id);
        assert_eq!(serde_json::from_str::<TenantId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
        assert_eq!("acme".parse::<TenantId>().unwrap_err().to_string(), "not a tenant id");
    }

    #[test]
    fn ids_sort_in_the_order_in_which_they_were_made() {
        let ids: Vec<_> = (0..100).map(|_| JobId::new()).collect();
        assert!(ids.is_sorted());
    }
}
