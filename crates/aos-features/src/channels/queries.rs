//! Reads of this slice.

use aos_kernel::{ChannelId, Error, Result, TenantScope};
use aos_storage::Conn;

use super::{
    model::{Channel, ChannelState},
    store,
};

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
