//! The month on social channels: sandbox accounts are connected by their consent pages, the strategy is agreed as posts on
//! them, and each post gets a moment of its own.

use anyhow::{Context, Result, bail};
use aos_capabilities::{
    drafts::{DeliverableDraft, GoalDraft, StrategyDraft},
    publish::PublishMode,
};
use aos_features::{
    activities::PendingApproval,
    channels::{self, Begin, Came, Face, VisitStage},
    content, strategy,
};
use aos_kernel::{ContentItemId, Secret, StrategyId, TenantScope};
use aos_outbound::{Outbound, Request};
use aos_sandbox::ConsentForm;
use chrono::TimeDelta;
use url::Url;

use super::{people::Cast, screen::Voice};
use crate::assemble::{self, App, plain};

/// What the strategy agrees: each becomes a post on every channel.
const REQUESTS_A_MONTH: u32 = 12;
const MONTHS: u32 = 6;
/// A month passes in seconds here: this lies between one post and the next.
const BETWEEN: TimeDelta = TimeDelta::milliseconds(150);

/// Connects the sandbox account of each platform, unless it is connected already.
pub async fn connect(
    app: &App,
    cast: &Cast,
    scope: TenantScope,
    platforms: &[String],
    voice: &Voice<'_>,
) -> Result<()> {
    let outbound = assemble::outbound(&app.config)?;
    for platform in platforms {
        let mut conn = app.product.db.read().await.map_err(plain)?;
        let known = channels::queries::connected(&mut conn, scope, &[platform]).await.map_err(plain)?;
        drop(conn);
        if known.is_some() {
            continue;
        }
        let label = connect_one(app, cast, scope, platform, &outbound)
            .await
            .with_context(|| format!("connecting the sandbox account of {platform}"))?;
        voice.done(&format!("A sandbox account is connected: {label} (simulated)"));
    }
    Ok(())
}

/// As a person connects it: there, through the page that asks, back, and a choice where there is one.
async fn connect_one(
    app: &App,
    cast: &Cast,
    scope: TenantScope,
    platform: &str,
    outbound: &Outbound,
) -> Result<String> {
    let (db, connections) = (&app.product.db, &app.product.connections);
    let client = connections.platforms().get(platform).context("there is no platform of this name")?;
    if !client.descriptor().simulated {
        bail!("only simulated accounts are connected by the demonstration");
    }
    let base = app.product.post.public_url().get().context("only a process with the web faces can connect accounts")?;
    let actor = || cast.administrator.actor().clone();
    let begin = Begin {
        platform: platform.to_owned(),
        face: Face::Portal,
        redirect: base.join(channels::RETURN)?,
        again: None,
        onboarding: false,
    };
    let departure = connections.begin(db, actor(), scope, begin).await.map_err(plain)?;
    let came = agree(outbound, departure.url).await?;
    let arrived = connections.arrive(db, actor(), came).await.map_err(plain)?;
    if arrived.visit.stage == VisitStage::Refused {
        let (problem, help) = (arrived.visit.problem.unwrap_or_default(), arrived.visit.help.unwrap_or_default());
        bail!("{problem} {help}");
    }
    let person = cast.administrator.user();
    let chosen = match arrived.chosen {
        Some(chosen) => chosen,
        None => {
            let mut conn = db.read().await.map_err(plain)?;
            let (_, offered) = connections.visit(&mut conn, scope, person, arrived.visit.id).await.map_err(plain)?;
            drop(conn);
            let usable = offered.into_iter().find(|one| one.refusal.is_none()).context("there is nothing to choose")?;
            connections.choose(db, actor(), scope, arrived.visit.id, &[usable.key]).await.map_err(plain)?
        }
    };
    if let Some(refused) = chosen.refused.first() {
        bail!("{}: {}", refused.label, refused.problem);
    }
    let channel = chosen.connected.first().context("nothing was connected")?;
    let mut conn = db.read().await.map_err(plain)?;
    let channel = channels::queries::channel(&mut conn, scope, *channel).await.map_err(plain)?;
    Ok(content::reach::name_of(connections.platforms(), &channel))
}

/// Fills the platform's page in as its first person would, with everything ticked, and reads where it leads back to.
async fn agree(outbound: &Outbound, departure: Url) -> Result<Came> {
    let page = outbound.send(Request::get(departure)).await?;
    if !page.is_success() {
        bail!("the consent page answered {}", page.status);
    }
    let form = ConsentForm::read(&page.text()).context("the consent page asks nothing")?;
    let answer = outbound.send(Request::post(page.final_url.clone()).form(form.agreed())).await?;
    let back = answer.header("location").and_then(|address| page.final_url.join(address).ok());
    let back = back.with_context(|| format!("the consent page answered {} and leads nowhere", answer.status))?;
    let parameter = |name: &str| back.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
    Ok(Came {
        state: parameter("state").unwrap_or_default(),
        code: parameter("code").map(Secret::new),
        error: parameter("error"),
    })
}

/// Brings what waits for a decision to what this month is about: a strategy of posts on the channels, and a moment for
/// each post. What was changed is left out of the list, since it has to be looked at again before it is approved.
pub async fn prepare(
    app: &App,
    cast: &Cast,
    scope: TenantScope,
    waiting: Vec<PendingApproval>,
    voice: &Voice<'_>,
) -> Result<Vec<PendingApproval>> {
    let mut ready = Vec::new();
    for item in waiting {
        let changed = item.approval.subject.kind == "strategy"
            && agree_on_posts(app, cast, scope, StrategyId::from_uuid(item.approval.subject.id), voice).await?;
        if !changed {
            ready.push(item);
        }
    }
    Ok(ready)
}

/// Gives these posts their moments: the next ones, one after the other.
pub async fn schedule(tx: &mut aos_storage::Tx, scope: TenantScope, waiting: &[PendingApproval]) -> Result<()> {
    let posts = waiting.iter().filter(|item| item.approval.subject.kind == content::CONTENT_ITEM);
    let mut at = tx.now();
    for post in posts {
        at += BETWEEN;
        let id = ContentItemId::from_uuid(post.approval.subject.id);
        content::reschedule::reschedule(tx, scope, id, PublishMode::At(at)).await.map_err(plain)?;
    }
    Ok(())
}

/// Edits the strategy, unless it agrees on posts already; whether it did.
async fn agree_on_posts(app: &App, cast: &Cast, scope: TenantScope, id: StrategyId, voice: &Voice<'_>) -> Result<bool> {
    let product = &app.product;
    let mut tx = product.db.begin(cast.administrator.actor().clone()).await.map_err(plain)?;
    let strategy = strategy::queries::strategy(&mut tx, scope, id).await.map_err(plain)?;
    if strategy.content.deliverables.iter().all(|own| own.deliverable_type == "social_posts") {
        return Ok(false);
    }
    let platforms = channels::queries::channels(&mut tx, scope).await.map_err(plain)?;
    let content = StrategyDraft {
        goals: vec![GoalDraft {
            name: "Be seen where customers look".to_owned(),
            description: "Posts on the social channels, each from an approved plan.".to_owned(),
            metric: "published_posts".to_owned(),
            unit: "posts".to_owned(),
            baseline: Some(0.0),
            target: f64::from(REQUESTS_A_MONTH * MONTHS),
            months: MONTHS,
        }],
        deliverables: vec![DeliverableDraft {
            deliverable_type: "social_posts".to_owned(),
            name: "Social posts".to_owned(),
            monthly_quantity: REQUESTS_A_MONTH,
            goal: 0,
            rationale: "Each is made for every channel that is connected.".to_owned(),
        }],
        platforms: platforms.into_iter().map(|channel| channel.platform).collect(),
        ..strategy.content
    };
    let (steps, revision) = (product.steps.as_ref(), strategy.revision);
    strategy::commands::edit(&mut tx, steps, scope, id, revision, content).await.map_err(plain)?;
    tx.commit().await.map_err(plain)?;
    voice.decided(&format!("The strategy is agreed as {REQUESTS_A_MONTH} social posts a month"));
    Ok(true)
}
