//! Publishes for real on a WordPress site that is named on the command line, step by step, and says what it saw.
//!
//! `cargo run -p aos-platforms --example publish -- --url http://127.0.0.1:8080 --user editor --password "…" --allow 127.0.0.1:8080`
//!
//! It leaves its articles on the site so that they can be looked at. With `--record FILE`, on a site that has not been
//! walked before, it keeps the exchanges without secrets: that is how the recording of the conformance suite is made.

mod journey;

use std::{path::PathBuf, sync::Arc};

use aos_capabilities::Account;
use aos_kernel::{ChannelId, Clock, Secret, SystemClock, TenantId, Timestamp};
use aos_outbound::{HostRule, Outbound, OutboundConfig, RecordedBody, Recorder};
use aos_platforms::WordPress;
use clap::Parser;
use url::Url;

/// Pages of the site are kept this far: what a client needs stands in their heads.
const PAGE_KEPT: usize = 1_000;

#[derive(Parser)]
struct Arguments {
    /// The site.
    #[arg(long)]
    url: Url,
    #[arg(long)]
    user: String,
    /// An application password.
    #[arg(long)]
    password: String,
    /// A host that may be called although it is not public.
    #[arg(long)]
    allow: Vec<HostRule>,
    /// Where to keep the exchanges.
    #[arg(long)]
    record: Option<PathBuf>,
}

/// The moment of the walk, for the whole walk.
struct Moment(Timestamp);

impl Clock for Moment {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let recorder = Recorder::default();
    let config = OutboundConfig { allow: arguments.allow, ..OutboundConfig::default() };
    let now = SystemClock.now();
    let wordpress = WordPress::new(Outbound::recording(config, recorder.clone())?, Arc::new(Moment(now)));
    let account = Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: arguments.url.clone(),
        login: Some(arguments.user),
        secret: Secret::new(arguments.password),
        settings: serde_json::Value::Null,
    };
    let seen = journey::walk(&wordpress, account, now).await?;
    for line in &seen {
        println!("{line}");
    }
    if let Some(path) = arguments.record {
        let mut exchanges = recorder.take();
        for exchange in &mut exchanges {
            if let Some(response) = &mut exchange.response
                && let Some(RecordedBody::Text(page)) = &mut response.body
            {
                *page = page.chars().take(PAGE_KEPT).collect();
            }
        }
        let recording = serde_json::json!({"site": arguments.url, "now": now, "seen": seen, "exchanges": exchanges});
        std::fs::write(path, serde_json::to_string_pretty(&recording)? + "\n")?;
    }
    Ok(())
}
