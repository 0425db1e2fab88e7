//! Reads of this slice.

use aos_kernel::{ChannelId, Error, Result, TenantScope, Timestamp};
use aos_storage::Conn;

use super::{
    model::{Channel, ChannelState, Grant, GrantState, Revocation, ScoreEntry},
    store::{channels as store, grants, revocations, scores},
};

/// How many scores a trend shows.
const TREND: i64 = 24;

/// All connections of a tenant, the oldest first.
///
/// # Errors
/// `Storage`.
pub async fn channels(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Channel>> {
    store::channels(conn, scope).await
}

/// # Errors
/// `NotFound`.
pub async fn channel(conn: &mut Conn, scope: TenantScope, id: ChannelId) -> Result<Channel> {
    store::channel(conn, scope, id).await?.ok_or_else(|| Error::not_found("channel"))
}

/// The connected account of one of these platforms, the oldest first.
///
/// # Errors
/// `Storage`.
pub async fn connected(conn: &mut Conn, scope: TenantScope, platforms: &[&str]) -> Result<Option<Channel>> {
    let all = store::channels(conn, scope).await?;
    Ok(all
        .into_iter()
        .find(|channel| channel.state == ChannelState::Connected && platforms.contains(&channel.platform.as_str())))
}

/// A connection with all that is known of it.
#[derive(Clone, Debug)]
pub struct Connection {
    pub channel: Channel,
    /// The consent that opens it, while it is good.
    pub grant: Option<Grant>,
    pub score: Option<ScoreEntry>,
    /// What became of giving its access back.
    pub revocation: Option<Revocation>,
}

/// The same for all of a tenant.
///
/// # Errors
/// `Storage`.
pub async fn connections(conn: &mut Conn, scope: TenantScope) -> Result<Vec<Connection>> {
    let all = store::channels(conn, scope).await?;
    let grants = grants::grants(conn, scope).await?;
    let scores = scores::latest(conn, scope).await?;
    let mut found = Vec::with_capacity(all.len());
    for channel in all {
        let revocation = match channel.state {
            ChannelState::Disconnected => revocations::last(conn, scope, channel.id).await?,
            ChannelState::Connected | ChannelState::Expired => None,
        };
        let good = |grant: &&Grant| Some(grant.id) == channel.grant_id && grant.state == GrantState::Good;
        found.push(Connection {
            grant: grants.iter().find(good).cloned(),
            score: scores.iter().find(|entry| entry.channel_id == channel.id).cloned(),
            revocation,
            channel,
        });
    }
    Ok(found)
}

/// One connection.
///
/// # Errors
/// `NotFound`.
pub async fn connection(conn: &mut Conn, scope: TenantScope, id: ChannelId) -> Result<Connection> {
    let channel = channel(conn, scope, id).await?;
    let grant = match channel.grant_id {
        Some(grant) => grants::grant(conn, scope, grant).await?.filter(|grant| grant.state == GrantState::Good),
        None => None,
    };
    Ok(Connection {
        grant,
        score: scores::of_channel(conn, scope, id, 1).await?.into_iter().next(),
        revocation: revocations::last(conn, scope, id).await?.filter(|_| channel.state == ChannelState::Disconnected),
        channel,
    })
}

/// The scores of a channel, the oldest first.
///
/// # Errors
/// `Storage`.
pub async fn scores(conn: &mut Conn, scope: TenantScope, channel: ChannelId) -> Result<Vec<ScoreEntry>> {
    let mut scores = scores::of_channel(conn, scope, channel, TREND).await?;
    scores.reverse();
    Ok(scores)
}

/// The dimensions of a channel for which work is open, and since when.
///
/// # Errors
/// `Storage`.
pub async fn open_improvements(
    conn: &mut Conn,
    scope: TenantScope,
    channel: ChannelId,
) -> Result<Vec<(String, Timestamp)>> {
    scores::open_improvements(conn, scope, channel).await
}
