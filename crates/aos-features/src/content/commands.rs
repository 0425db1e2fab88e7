//! Writes of this slice that a person asks for.

use aos_capabilities::{PlatformRegistry, publish::PublishMode};
use aos_kernel::{ActivityId, ContentItemId, Error, NewEvent, RequestId, Result, Subject, TenantScope, Timestamp};
use aos_storage::{Signal, Tx};
use serde_json::json;

use super::{
    CONTENT_ITEM, REQUEST,
    model::{ContentItem, ItemKind, ItemState, ItemText, NewRequest, Request, RequestState},
    reach::{self, Strictness},
    reschedule, revise,
    store::{self, RequestRow, VersionRow},
};
use crate::activities::{self, Origin, StartPipeline, StepRegistry};

/// Raises a request outside of the monthly deliverables: it goes through the same approval, writing, review and
/// publishing, and counts against no month.
///
/// # Errors
/// `Invalid` with the field; `Conflict` with code `time_passed`.
pub async fn raise_request(
    tx: &mut Tx,
    registry: &StepRegistry,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    input: NewRequest,
) -> Result<RequestId> {
    let input = reach::settle_channels(tx, platforms, scope, input.cleaned()?).await?;
    if let Some(at) = input.planned_at {
        in_future(PublishMode::At(at), tx.now())?;
    }
    let id = RequestId::new();
    let made_by = tx.actor().clone();
    let row = RequestRow { id, input: &input, period: None, offline: false, made_by: &made_by };
    store::insert_request(tx, scope, row).await?;
    let subject = Subject::new(REQUEST, id);
    tx.emit(
        NewEvent::new(scope.tenant(), "content.request_raised", subject.clone())
            .with(json!({ "title": input.title, "kind": input.kind })),
    );
    let (template, enter_at) = input.kind.pipeline();
    let start = StartPipeline {
        template_key: template.into(),
        name: input.title.clone(),
        origin: Origin::AdHoc,
        input: json!({ "request": id }),
        key: format!("request:{id}"),
        enter_at: Some(enter_at.into()),
        subjects: vec![subject],
    };
    activities::commands::start_pipeline(tx, registry, scope, start).await?;
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(id)
}

/// Changes a brief that waits for its approval. What is decided on is then the changed one.
///
/// # Errors
/// `Conflict` when it was decided on already, or when somebody changed it meanwhile.
pub async fn edit_request(
    tx: &mut Tx,
    registry: &StepRegistry,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    id: RequestId,
    based_on: i64,
    input: NewRequest,
) -> Result<()> {
    tx.lock(&format!("request {id}")).await?;
    let request = request(tx, scope, id).await?;
    let input = NewRequest { kind: request.kind, ..input }.cleaned()?;
    if request.state != RequestState::PendingApproval {
        return Err(Error::conflict(
            "decided_already",
            "This brief was decided on already, so it can't be changed any more.",
        ));
    }
    unchanged(based_on, request.version)?;
    let input = reach::settle_channels(tx, platforms, scope, input).await?;
    if request.hash == input.hash() && request.priority == input.priority {
        return Ok(());
    }
    let actor = tx.actor().clone();
    store::revise_request(tx, scope, id, &input, false, &request.made_by).await?;
    let subject = Subject::new(REQUEST, id);
    tx.emit(
        NewEvent::new(scope.tenant(), "content.request_edited", subject.clone())
            .with(json!({ "version": request.version + 1, "by": actor.to_string() })),
    );
    activities::commands::refingerprint(tx, registry, scope, &subject).await?;
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// Changes a brief that a person brought and that was sent back, and hands it in again.
///
/// # Errors
/// `Conflict` when it was not sent back, when an agent makes it again, or when somebody changed it meanwhile.
pub async fn revise_request(
    tx: &mut Tx,
    registry: &StepRegistry,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    id: RequestId,
    based_on: i64,
    input: NewRequest,
) -> Result<()> {
    tx.lock(&format!("request {id}")).await?;
    let request = request(tx, scope, id).await?;
    let input = NewRequest { kind: request.kind, ..input }.cleaned()?;
    if request.state != RequestState::Rejected {
        return Err(Error::conflict(
            "not_sent_back",
            "This request was not sent back, so it can't be handed in again.",
        ));
    }
    unchanged(based_on, request.version)?;
    let input = reach::settle_channels(tx, platforms, scope, input).await?;
    store::revise_request(tx, scope, id, &input, false, &request.made_by).await?;
    let subject = Subject::new(REQUEST, id);
    tx.emit(NewEvent::new(scope.tenant(), "content.request_revised", subject.clone()));
    activities::commands::resubmit(tx, registry, scope, &subject).await?;
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// Takes back a request that nobody has approved yet. Safe to repeat.
///
/// # Errors
/// `Conflict` when work on it has begun, or when an agent makes it again.
pub async fn close_request(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, id: RequestId) -> Result<()> {
    tx.lock(&format!("request {id}")).await?;
    let request = request(tx, scope, id).await?;
    match request.state {
        RequestState::Closed => return Ok(()),
        RequestState::PendingApproval | RequestState::Rejected if request.period_id.is_none() => {}
        _ => {
            return Err(Error::conflict(
                "decided_already",
                format!("“{}” is being worked on, so it can't be taken back here.", request.title),
            )
            .with_help("Send the text back with notes when it comes for approval, or write to the agency."));
        }
    }
    let subject = Subject::new(REQUEST, id);
    activities::commands::withdraw(tx, registry, scope, &subject, "It was taken back.").await?;
    store::set_request_state(tx, scope, id, RequestState::Closed, request.rejection.as_deref()).await?;
    tx.emit(NewEvent::new(scope.tenant(), "content.request_closed", subject));
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// A person's edit of a piece.
#[derive(Clone, Debug)]
pub struct Edit<'a> {
    /// The version that they read.
    pub based_on: i64,
    pub text: ItemText,
    /// What was changed and why.
    pub note: Option<&'a str>,
}

/// A reviewer's edit of a piece: a new version on top of the one they read. Work that waits for its approval is then
/// decided on as edited; what stands on the client's site stays as it is until the new text is approved.
///
/// # Errors
/// `Invalid` with the field for what the platform that it is made for would not take; `Conflict` when somebody saved a
/// version meanwhile, or when the piece is approved and so frozen.
pub async fn edit_item(
    tx: &mut Tx,
    registry: &StepRegistry,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    id: ContentItemId,
    edit: Edit<'_>,
) -> Result<i64> {
    let Edit { based_on, text, note } = edit;
    let text = text.cleaned()?;
    tx.lock(&format!("content_item {id}")).await?;
    let item = item(tx, scope, id).await?;
    let reviewed = item.state == ItemState::Review;
    if !reviewed && !revise::may_revise(tx, scope, &item).await? {
        let words = format!("“{}” is {}; it can be edited while it waits for its review.", item.title, item.state);
        return Err(Error::conflict("frozen", words));
    }
    unchanged(based_on, item.current_version)?;
    let before = store::version(tx, scope, id, item.current_version)
        .await?
        .ok_or_else(|| Error::internal("an item in review without a version"))?;
    if before.text == text {
        return Ok(item.current_version);
    }
    if text.kind() != item.kind {
        return Err(Error::invalid("kind", "This text is of another kind than the piece."));
    }
    let problems = reach::problems(tx, platforms, scope, &item, &text, Strictness::Edited).await?;
    if let Some((field, words)) = problems.into_iter().next() {
        return Err(Error::invalid(field, words));
    }
    let version = item.current_version + 1;
    let author = tx.actor().clone();
    let row = VersionRow {
        item: id,
        version,
        title: &item.title,
        text: &text,
        sources: &before.sources,
        gaps: &before.gaps,
        // A person went over it, but it stands on a draft that was made without a model.
        offline: before.offline,
        author: &author,
        note,
        state: item.state,
    };
    store::insert_version(tx, scope, row).await?;
    let subject = Subject::new(CONTENT_ITEM, id);
    tx.emit(NewEvent::new(scope.tenant(), "content.item_edited", subject.clone()).with(json!({ "version": version })));
    if reviewed {
        activities::commands::refingerprint(tx, registry, scope, &subject).await?;
    } else {
        revise::ask(tx, registry, scope, &item, version).await?;
    }
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(version)
}

/// Says when and how the item is to be published.
///
/// # Errors
/// `Conflict` when it is published already; `Invalid` for a time that has passed.
pub async fn plan_publishing(tx: &mut Tx, scope: TenantScope, id: ContentItemId, mode: PublishMode) -> Result<()> {
    let item = item(tx, scope, id).await?;
    if revise::is_revised(&item) {
        // It stands there already and stays where and when it is.
        return Ok(());
    }
    if item.state == ItemState::Scheduled && item.channel_id.is_some() {
        // It waits here.
        return reschedule::reschedule(tx, scope, id, mode).await.map(drop);
    }
    if matches!(item.state, ItemState::Published | ItemState::Scheduled) {
        return Err(Error::conflict("published_already", format!("“{}” is on the site already.", item.title)));
    }
    in_future(mode, tx.now())?;
    store::set_publish_mode(tx, scope, id, mode).await?;
    tx.emit(
        NewEvent::new(scope.tenant(), "content.publishing_planned", Subject::new(CONTENT_ITEM, id))
            .with(json!({ "mode": mode })),
    );
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// A person has a post published without the image that the platform refused, and the failed work tried again. The
/// approved version stays as it was approved; that its image was left out, by whom and why, is on record beside it.
///
/// # Errors
/// `Conflict` when the image is not what was refused, or when `activity` does not publish this item or did not fail.
pub async fn publish_without_image(
    tx: &mut Tx,
    registry: &StepRegistry,
    scope: TenantScope,
    id: ContentItemId,
    activity: ActivityId,
) -> Result<()> {
    tx.lock(&format!("content_item {id}")).await?;
    let item = item(tx, scope, id).await?;
    let publication = store::publication_of(tx, scope, id).await?;
    let refused = publication
        .filter(|publication| publication.refused_part.as_deref() == Some("image") && item.state == ItemState::Failed);
    let work = activities::queries::activity(tx, scope, activity).await?.activity;
    let Some(publication) = refused.filter(|_| work.unit.is_some_and(|unit| unit.id == id.uuid())) else {
        return Err(Error::conflict("image_not_refused", "The site did not refuse the image, so it is not left out."));
    };
    store::leave_out_image(tx, scope, id).await?;
    let mut event = NewEvent::new(scope.tenant(), "content.image_left_out", Subject::new(CONTENT_ITEM, id))
        .with(json!({ "version": publication.version, "hash": publication.hash }));
    if let Some(problem) = publication.problem {
        event = event.because(problem);
    }
    tx.emit(event);
    activities::commands::retry_activity(tx, registry, scope, activity).await
}

/// Has a piece made again that the platform refused after it had taken it, or that is gone from there: it is written,
/// approved and published anew, and counts for the month that it was made for.
///
/// # Errors
/// `Conflict` when it did not fail, or when work on it waits for a retry.
pub async fn make_again(tx: &mut Tx, registry: &StepRegistry, scope: TenantScope, id: ContentItemId) -> Result<()> {
    tx.lock(&format!("content_item {id}")).await?;
    let item = item(tx, scope, id).await?;
    let unit = Subject::new(CONTENT_ITEM, id);
    if item.state != ItemState::Failed {
        let words = format!("“{}” did not fail, so it is not made again.", item.title);
        return Err(Error::conflict("not_failed", words));
    }
    if !activities::queries::open_for_unit(tx, scope, &unit).await?.is_empty() {
        let words = format!("Work on “{}” is open.", item.title);
        return Err(
            Error::conflict("work_is_open", words).with_help("Retry the activity that failed, or cancel it first.")
        );
    }
    let request = request(tx, scope, item.request_id).await?;
    // A time that passed would keep it from being approved.
    if let PublishMode::At(at) = item.publish_mode
        && at <= tx.now()
    {
        store::set_publish_mode(tx, scope, id, PublishMode::Now).await?;
    }
    tx.emit(NewEvent::new(scope.tenant(), "content.made_again", unit.clone()));
    let start = StartPipeline {
        template_key: request.kind.pipeline().0.into(),
        name: item.title.clone(),
        origin: Origin::AdHoc,
        input: json!({ "item": id }),
        key: format!("again:{id}:{}", tx.now().timestamp_micros()),
        enter_at: Some("write".into()),
        subjects: vec![unit],
    };
    activities::commands::start_pipeline(tx, registry, scope, start).await?;
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// A planned time must still lie ahead.
pub(super) fn in_future(mode: PublishMode, now: Timestamp) -> Result<()> {
    match mode {
        PublishMode::At(at) if at <= now => Err(Error::conflict("time_passed", "The planned time has passed.")
            .with_help("Choose a new time, or publish at once.")),
        _ => Ok(()),
    }
}

/// A post or a newsletter goes out at a time: no platform keeps it as a draft that a person could publish there.
pub(super) fn has_time(item: &ContentItem) -> Result<()> {
    let needs_one = matches!(item.kind, ItemKind::SocialPost | ItemKind::EmailCampaign);
    if needs_one && item.publish_mode == PublishMode::Draft {
        let words = format!("Nobody said yet when “{}” is to go out.", item.title);
        return Err(Error::conflict("time_needed", words).with_help("Choose a time, or have it go out at once."));
    }
    Ok(())
}

pub(super) async fn request(tx: &mut Tx, scope: TenantScope, id: RequestId) -> Result<Request> {
    store::request(tx, scope, id).await?.ok_or_else(|| Error::not_found("request"))
}

pub(super) async fn item(tx: &mut Tx, scope: TenantScope, id: ContentItemId) -> Result<ContentItem> {
    store::item(tx, scope, id).await?.ok_or_else(|| Error::not_found("content item"))
}

fn unchanged(based_on: i64, current: i64) -> Result<()> {
    if based_on == current {
        return Ok(());
    }
    Err(Error::conflict(
        "edited_meanwhile",
        format!(
            "Somebody saved version {current} while you were editing version {based_on}; yours was not saved over it."
        ),
    )
    .with_help("Your text is still in the form. Compare it with the newer version, then save again."))
}
