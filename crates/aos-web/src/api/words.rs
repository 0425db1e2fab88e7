//! The product's enumerations as schemas: the words are those of the types, so they can't differ.

use aos_features::{
    activities, agents, channels, content, notices, onboarding, people, read_models, strategy, tenants, website,
};
use aos_kernel::ErrorKind;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

fn one_of(words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

macro_rules! words {
    ($($name:ident: $type:ty;)+) => {$(
        pub fn $name() -> Object {
            one_of(<$type>::ALL.iter().map(|word| word.as_str()))
        }
    )+};
}

words! {
    role: people::Role;
    access: people::Access;
    tenant_state: tenants::TenantState;
    approval_route: tenants::ApprovalRoute;
    party: tenants::Party;
    publish_default: tenants::PublishMode;
    readiness: tenants::ReadinessState;
    crawl_state: website::CrawlState;
    severity: aos_capabilities::crawl::Severity;
    channel_state: channels::ChannelState;
    onboarding_step: onboarding::model::OnboardingStep;
    strategy_state: strategy::StrategyState;
    deliverable_state: strategy::DeliverableState;
    period_status: strategy::pace::PeriodStatus;
    goal_status: strategy::pace::GoalStatus;
    activity_state: activities::ActivityState;
    pipeline_state: activities::PipelineState;
    approval_state: activities::ApprovalState;
    media_origin: content::library::MediaOrigin;
    request_kind: content::RequestKind;
    request_state: content::RequestState;
    ad_network: content::model::AdNetwork;
    item_kind: content::ItemKind;
    priority: content::model::Priority;
    item_state: content::ItemState;
    publication_state: content::PublicationState;
    run_state: agents::RunState;
    run_step_kind: agents::RunStepKind;
    purpose: aos_capabilities::model::Purpose;
    notice_kind: notices::NoticeKind;
    mail_when: notices::MailWhen;
    saved_place: people::saved_views::SavedPlace;
    credential_kind: read_models::credentials::CredentialKind;
    dialect: aos_capabilities::model::Dialect;
}

/// As [`ad_network`], where it may be left out.
pub fn ad_network_or_none() -> Object {
    let words = content::model::AdNetwork::ALL.iter().map(|word| Some(word.as_str())).chain([None]);
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null])).enum_values(Some(words)).build()
}

/// How a failure looks to whoever asked.
pub fn error_kind() -> Object {
    let all = [
        ErrorKind::Invalid,
        ErrorKind::Unauthenticated,
        ErrorKind::Denied,
        ErrorKind::NotFound,
        ErrorKind::Conflict,
        ErrorKind::Limited,
        ErrorKind::Unavailable,
        ErrorKind::Outside,
        ErrorKind::Storage,
        ErrorKind::Internal,
    ];
    let words = all.iter().filter_map(|kind| serde_json::to_value(kind).ok());
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}
