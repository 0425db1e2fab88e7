//! What a real WordPress answered, played back: the client still sends the same and understands the same.
//!
//! The recording is made by the example `publish` on a fresh site; see there.

use std::sync::Arc;

use aos_capabilities::Account;
use aos_kernel::{ChannelId, Secret, TenantId, Timestamp};
use aos_outbound::{Exchange, Outbound};
use aos_platforms::WordPress;
use serde::Deserialize;
use url::Url;

use crate::bench::StandingClock;

#[path = "../../examples/publish/journey.rs"]
mod journey;

#[derive(Deserialize)]
struct Recording {
    site: Url,
    now: Timestamp,
    seen: Vec<String>,
    exchanges: Vec<Exchange>,
}

pub async fn plays_back() {
    let file = include_str!("../../src/wordpress/fixtures/real-6.1.json");
    assert!(!file.contains("Basic "), "a recording holds no credentials");
    let Recording { site, now, seen, exchanges } = serde_json::from_str(file).unwrap();
    let account = Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: site,
        login: Some("editor".to_owned()),
        secret: Secret::new("not needed"),
        settings: serde_json::Value::Null,
    };
    let wordpress = WordPress::new(Outbound::replaying(exchanges).unwrap(), Arc::new(StandingClock(now)));
    assert_eq!(journey::walk(&wordpress, account, now).await.unwrap(), seen);
}
