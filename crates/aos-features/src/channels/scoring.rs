//! Scoring channels: what is asked of the platform, kept, and proposed for what is low.

use aos_kernel::{
    AgencyScope, ChannelId, ChannelScoreId, Error, ImprovementId, NewEvent, NewJob, Result, Subject, TenantId,
    TenantScope,
};
use aos_storage::{Db, Signal, Tx};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    CHANNEL,
    commands::Connections,
    model::{Channel, ChannelState, ScoreEntry},
    score::{self, Dimension, Score},
    store::{channels, scores},
};

/// The job that scores one.
pub(super) const SCORE: &str = "channels.score";
/// The job that has all scored each month.
pub(super) const SCORE_ALL: &str = "channels.score_all";
/// The pipeline that betters a low dimension.
pub const TEMPLATE: &str = "channel_improvement";

/// What a look at a channel gave.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Looked {
    score: Score,
    missing: Vec<String>,
}

/// Scores a channel; `occasion` makes that happen once for it.
pub(super) fn job(tenant: TenantId, channel: ChannelId, occasion: &str) -> NewJob {
    NewJob::new(SCORE, tenant, "channels", json!({ "channel": channel })).keyed(format!("{SCORE}:{channel}:{occasion}"))
}

/// Enqueues the scoring of these clients' connected channels for a month, spread over the day.
pub(super) async fn enqueue_month(tx: &mut Tx, agency: &AgencyScope, batch: &[(TenantId, Tz)]) -> Result<()> {
    let now = tx.now();
    let tenants: Vec<TenantId> = batch.iter().map(|(tenant, _)| *tenant).collect();
    for (tenant, channel, _) in channels::connected_of(tx, agency, &tenants).await? {
        let minutes = i64::try_from(channel.uuid().as_u128() % 1200).unwrap_or(0);
        let at = now + chrono::TimeDelta::minutes(minutes);
        tx.enqueue(job(tenant, channel, &now.format("%Y-%m").to_string()).at(at));
    }
    Ok(())
}

impl Connections {
    /// Has a channel scored now.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for one that is not connected; `Invalid` for a platform without a score.
    pub async fn score_now(&self, tx: &mut Tx, scope: TenantScope, id: ChannelId) -> Result<()> {
        let channel = channels::channel(tx, scope, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        if channel.state != ChannelState::Connected {
            return Err(super::commands::not_connected(&channel));
        }
        if !self.can_score(&channel.platform) {
            return Err(Error::invalid("channel", "This platform does not tell what a score needs."));
        }
        let occasion = format!("asked:{}", tx.now().timestamp_micros());
        tx.enqueue(job(scope.tenant(), id, &occasion));
        Ok(())
    }

    /// Whether channels of this platform have a score.
    pub fn can_score(&self, platform: &str) -> bool {
        self.platforms().get(platform).is_some_and(|client| {
            client.inspect().is_some() && score::is_scored(client.descriptor().id, client.descriptor().channel_type)
        })
    }

    /// The slow part of [`SCORE`]; `None` for a channel that has no score or is not connected any more.
    pub(super) async fn look_for_score(&self, db: &Db, scope: TenantScope, id: ChannelId) -> Result<Option<Looked>> {
        let channel = channels::channel(&mut db.read().await?, scope, id).await?;
        let Some(channel) = channel.filter(|channel| channel.state == ChannelState::Connected) else { return Ok(None) };
        if !self.can_score(&channel.platform) {
            return Ok(None);
        }
        let client = self.client(&channel.platform)?;
        let Some(inspect) = client.inspect() else { return Ok(None) };
        let account = self.account(db, scope, id).await?;
        let evidence = match inspect.inspect(&account).await {
            Err(error) if error.kind == aos_capabilities::PlatformErrorKind::AuthExpired => {
                match self.refused(db, scope, &account, &error.message).await? {
                    Some(again) => inspect.inspect(&again).await?,
                    None => return Ok(None),
                }
            }
            answer => answer?,
        };
        let descriptor = client.descriptor();
        let score = score::of(descriptor.id, descriptor.channel_type, &evidence, db.clock().now());
        Ok(Some(Looked { score, missing: evidence.missing }))
    }

    /// Keeps a score, tells of it, and proposes work for what is low.
    pub(super) async fn keep_score(
        &self,
        tx: &mut Tx,
        scope: TenantScope,
        id: ChannelId,
        looked: Looked,
    ) -> Result<()> {
        let Some(channel) = channels::channel(tx, scope, id).await? else { return Ok(()) };
        let before = scores::of_channel(tx, scope, id, 1).await?.into_iter().next();
        let delta = before.and_then(|before| before.score).zip(looked.score.score);
        let entry = ScoreEntry {
            id: ChannelScoreId::new(),
            channel_id: id,
            at: tx.now(),
            score: looked.score.score,
            delta: delta.map(|(before, now)| ((now - before) * 10.0).round() / 10.0),
            dimensions: looked.score.dimensions,
            missing: looked.missing,
        };
        scores::insert(tx, scope, &entry).await?;
        let all = self.all_scores(tx, scope).await?;
        tx.emit(NewEvent::new(scope.tenant(), "channels.scored", Subject::new(CHANNEL, id)).with(json!({
            "platform": channel.platform,
            "label": channel.label,
            "score": entry.score,
            "delta": entry.delta,
            "scores": all,
        })));
        tx.signal(Signal::new("tenant", scope.tenant()));
        let low: Vec<&Dimension> = entry.dimensions.iter().filter(|one| one.is_low()).collect();
        for dimension in &low {
            self.propose(tx, scope, &channel, dimension).await?;
        }
        Ok(())
    }

    /// The latest score of each connected channel, with the platform's name, for goals that follow them.
    async fn all_scores(&self, tx: &mut Tx, scope: TenantScope) -> Result<Vec<serde_json::Value>> {
        let latest = scores::latest(tx, scope).await?;
        let connected = channels::channels(tx, scope).await?;
        let of = |channel: &Channel| {
            let score = latest.iter().find(|entry| entry.channel_id == channel.id)?.score?;
            let name = self.platforms().get(&channel.platform)?.descriptor().name;
            Some(json!({ "channel": channel.id, "name": name, "label": channel.label, "score": score }))
        };
        Ok(connected.iter().filter(|channel| channel.state == ChannelState::Connected).filter_map(of).collect())
    }

    /// Proposes work on a dimension, unless some is open.
    async fn propose(&self, tx: &mut Tx, scope: TenantScope, channel: &Channel, dimension: &Dimension) -> Result<()> {
        let opened = scores::open_improvement(tx, scope, channel.id, &dimension.key).await?;
        let Some(improvement) = opened else { return Ok(()) };
        let platform = self.platforms().get(&channel.platform).map_or("", |client| client.descriptor().name);
        tx.emit(
            NewEvent::new(scope.tenant(), "channels.improvement_proposed", Subject::new(CHANNEL, channel.id)).with(
                json!({
                    "pipeline": {
                        "template_key": TEMPLATE,
                        "name": format!("{platform}, {}: {}", channel.label, dimension.label.to_lowercase()),
                        "key": format!("improvement:{improvement}"),
                        "origin": { "kind": "ad_hoc" },
                        "input": {
                            "improvement": improvement,
                            "channel": channel.id,
                            "platform": platform,
                            "account": channel.label,
                            "dimension": dimension.label,
                            "value": dimension.value,
                            "evidence": dimension.evidence,
                            "what_to_do": dimension.advice,
                        },
                    },
                    "platform": channel.platform,
                    "label": channel.label,
                    "dimension": dimension.label,
                }),
            ),
        );
        Ok(())
    }
}

/// The work is over, done or not wanted: what is still low then is proposed again at the next score.
///
/// # Errors
/// `Storage`.
pub async fn close_improvement(tx: &mut Tx, scope: TenantScope, improvement: ImprovementId) -> Result<()> {
    if scores::close_improvement(tx, scope, improvement).await? {
        tx.signal(Signal::new("tenant", scope.tenant()));
    }
    Ok(())
}
