//! What somebody was told, and how they want to be told, over the JSON API.

use aos_features::notices::{
    MailWhen, NoticeKind, Notification, commands,
    preferences::{self, NewHours, Preference, clock},
    queries,
};
use aos_kernel::{NotificationId, TenantId};
use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{Asked, Body, Caller, Listed, Paging, Reply, Silent, SliceRouter, SubjectView, operations, words},
    session::At,
};

pub fn routes() -> SliceRouter {
    SliceRouter::default()
        .routes(operations!(list))
        .routes(operations!(count))
        .routes(operations!(read_all))
        .routes(operations!(read))
        .routes(operations!(unread))
        .routes(operations!(choices, choose))
}

/// Something that somebody was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationView {
    pub id: Uuid,
    #[schema(schema_with = words::notice_kind)]
    pub kind: NoticeKind,
    /// Null for what concerns the agency itself.
    pub tenant_id: Option<Uuid>,
    /// In words: "Waiting for your decision: How long do veneers last?".
    pub title: String,
    pub body: Option<String>,
    pub subject: SubjectView,
    /// How often the same cause came up.
    pub times: i64,
    /// Leads to what it is about, for a person; opening it reads the notice.
    pub url: String,
    pub created_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// Null while it is unread.
    pub read_at: Option<DateTime<Utc>>,
}

impl NotificationView {
    fn of(notice: Notification, caller: &Caller) -> aos_kernel::Result<Self> {
        let words = notice.words();
        Ok(Self {
            id: notice.id.uuid(),
            kind: notice.kind,
            tenant_id: notice.tenant_id.map(TenantId::uuid),
            title: words.title,
            body: words.body,
            url: caller.url(&format!("/n/{}", notice.id))?,
            subject: SubjectView { kind: notice.subject_kind, id: notice.subject_id },
            times: notice.times,
            created_at: notice.created_at,
            last_at: notice.last_at,
            read_at: notice.read_at,
        })
    }
}

/// How many are unread.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadView {
    /// Counted up to 100.
    pub unread: i64,
}

/// How many were read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadView {
    pub read: u64,
}

/// How somebody is told of one kind of thing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NoticeChoiceView {
    #[schema(schema_with = words::notice_kind)]
    pub kind: NoticeKind,
    /// It stands in the list behind the bell.
    pub in_app: bool,
    #[schema(schema_with = words::mail_when)]
    pub mail: MailWhen,
}

/// What somebody is told, how, and when mail may reach them.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeChoicesView {
    /// Each kind that can concern them.
    pub kinds: Vec<NoticeChoiceView>,
    /// IANA name of the zone of the times below.
    pub time_zone: String,
    /// `22:30`; null without quiet hours.
    pub quiet_from: Option<String>,
    pub quiet_until: Option<String>,
    /// When the daily digest goes out: `08:00`.
    pub digest: String,
}

/// How somebody wants to be told.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeNoticeChoices {
    /// Kinds that are left out stay as they are; those that can't concern the caller are left out.
    #[serde(default)]
    pub kinds: Vec<NoticeChoiceView>,
    /// IANA name.
    pub time_zone: String,
    /// `22:30`; both or neither.
    pub quiet_from: Option<String>,
    pub quiet_until: Option<String>,
    /// `08:00`.
    pub digest: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotificationQuery {
    /// Only those that are unread.
    #[serde(default)]
    #[param(required = false)]
    pub unread: bool,
}

/// What the caller was told, the newest first.
#[utoipa::path(get, path = "/notifications", tag = "notifications", params(NotificationQuery, Paging), responses((status = 200, body = Listed<NotificationView>)))]
async fn list(
    caller: Caller,
    Asked(query): Asked<NotificationQuery>,
    Asked(paging): Asked<Paging>,
) -> Reply<Listed<NotificationView>> {
    let after = paging.after()?;
    let mut conn = caller.read().await?;
    let page = queries::list(&mut conn, &caller.principal, query.unread, after.as_ref(), paging.size()).await?;
    let aos_kernel::Page { items, next } = page;
    let items = items.into_iter().map(|notice| NotificationView::of(notice, &caller));
    let items = items.collect::<aos_kernel::Result<Vec<_>>>()?;
    Ok(Json(Listed::page(aos_kernel::Page { items, next }, |view| view)))
}

/// How many the caller has not read.
#[utoipa::path(get, path = "/notifications/unread", tag = "notifications", responses((status = 200, body = UnreadView)))]
async fn count(caller: Caller) -> Reply<UnreadView> {
    let unread = queries::unread(&mut caller.read().await?, &caller.principal).await?;
    Ok(Json(UnreadView { unread }))
}

/// Read all that the caller was told.
#[utoipa::path(post, path = "/notifications/read-all", tag = "notifications", responses((status = 200, body = ReadView)))]
async fn read_all(caller: Caller) -> Reply<ReadView> {
    let mut tx = caller.begin().await?;
    let read = commands::mark_all_read(&mut tx, &caller.principal).await?;
    tx.commit().await?;
    Ok(Json(ReadView { read }))
}

/// Read a notification. Safe to repeat; the first time counts.
#[utoipa::path(post, path = "/notifications/{notification}/read", tag = "notifications", responses((status = 204, description = "Read.")))]
async fn read(caller: Caller, At(id): At<NotificationId>) -> Silent {
    let mut tx = caller.begin().await?;
    commands::mark_read(&mut tx, &caller.principal, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a notification unread again.
#[utoipa::path(post, path = "/notifications/{notification}/unread", tag = "notifications", responses((status = 204, description = "Unread.")))]
async fn unread(caller: Caller, At(id): At<NotificationId>) -> Silent {
    let mut tx = caller.begin().await?;
    commands::mark_unread(&mut tx, &caller.principal, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn kept(caller: &Caller) -> Reply<NoticeChoicesView> {
    let chosen = preferences::choices(&mut caller.read().await?, &caller.principal).await?;
    let view = |own: Preference| NoticeChoiceView { kind: own.kind, in_app: own.in_app, mail: own.mail };
    Ok(Json(NoticeChoicesView {
        kinds: chosen.kinds.into_iter().map(view).collect(),
        time_zone: chosen.hours.zone.name().to_owned(),
        quiet_from: chosen.hours.quiet.map(|quiet| clock(quiet.from)),
        quiet_until: chosen.hours.quiet.map(|quiet| clock(quiet.until)),
        digest: clock(chosen.hours.digest),
    }))
}

/// What the caller is told, how, and when mail may reach them.
#[utoipa::path(get, path = "/notifications/choices", tag = "notifications", responses((status = 200, body = NoticeChoicesView)))]
async fn choices(caller: Caller) -> Reply<NoticeChoicesView> {
    kept(&caller).await
}

/// Choose how the caller is told.
#[utoipa::path(put, path = "/notifications/choices", tag = "notifications", request_body = ChangeNoticeChoices, responses((status = 200, body = NoticeChoicesView)))]
async fn choose(caller: Caller, Body(body): Body<ChangeNoticeChoices>) -> Reply<NoticeChoicesView> {
    let kinds: Vec<Preference> =
        body.kinds.into_iter().map(|own| Preference { kind: own.kind, in_app: own.in_app, mail: own.mail }).collect();
    let hours = NewHours {
        zone: body.time_zone,
        quiet_from: body.quiet_from.unwrap_or_default(),
        quiet_until: body.quiet_until.unwrap_or_default(),
        digest: body.digest,
    };
    let mut tx = caller.begin().await?;
    preferences::choose(&mut tx, &caller.principal, &kinds, &hours).await?;
    tx.commit().await?;
    kept(&caller).await
}
