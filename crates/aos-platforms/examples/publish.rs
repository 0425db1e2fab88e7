//! Publishes for real on a WordPress site that is named on the command line, step by step, and says what it saw.
//!
//! `cargo run -p aos-platforms --example publish -- --url http://127.0.0.1:8080 --user editor --password "…" --allow 127.0.0.1:8080`
//!
//! It leaves its articles on the site so that they can be looked at. With `--record FILE` it keeps the exchanges, without
//! secrets, as a recording for the conformance suite.

use std::{path::PathBuf, sync::Arc};

use aos_capabilities::{
    Account, Platform,
    publish::{Article, ArticleImage, PublishMode},
};
use aos_kernel::{ChannelId, Clock, ContentItemId, Secret, SystemClock, TenantId};
use aos_outbound::{HostRule, Outbound, OutboundConfig, Recorder};
use aos_platforms::WordPress;
use chrono::TimeDelta;
use clap::Parser;
use url::Url;

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
    /// A PNG for the article's image.
    #[arg(long)]
    image: Option<PathBuf>,
    /// Where to keep the exchanges.
    #[arg(long)]
    record: Option<PathBuf>,
}

const HTML: &str = r#"<p>A roof lasts as long as its <strong>weakest joint</strong> &amp; no longer. [gallery] is a word here.</p>
<h2>What to look at each spring</h2>
<ul><li>Flashing around the chimney</li><li>Gutters and <a href="https://example.com/gutters">downpipes</a></li></ul>
<h3>And each autumn</h3>
<ol><li>Leaves</li><li>Moss</li></ol>
<blockquote><p>We found the leak before it found us.</p></blockquote>
<table><thead><tr><th>Part</th><th>Years</th></tr></thead><tbody><tr><td>Slate</td><td>100</td></tr></tbody></table>
<pre>ridge = 2 × rafter</pre>
<hr>
<p>Ask us for an inspection.</p>"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let recorder = Recorder::default();
    let config = OutboundConfig { allow: arguments.allow, ..OutboundConfig::default() };
    let wordpress = WordPress::new(Outbound::recording(config, recorder.clone())?, Arc::new(SystemClock));
    let publisher = wordpress.publish().ok_or("WordPress publishes")?;
    let mut account = Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: arguments.url,
        login: Some(arguments.user),
        secret: Secret::new(arguments.password),
        settings: serde_json::Value::Null,
    };
    let info = wordpress.check(&account).await?;
    println!("checked: {info:#?}");
    account.settings = info.settings;

    let image = arguments.image.map(std::fs::read).transpose()?.map(|bytes| ArticleImage {
        file_name: "Roof chart.png".to_owned(),
        content_type: "image/png".to_owned(),
        bytes: bytes.into(),
        alt: "A chart of how long roofs last".to_owned(),
    });
    let article = |mode, words: &str| Article {
        item: ContentItemId::new(),
        title: format!("Roof care, {words} & in short"),
        slug: "roof-care".to_owned(),
        excerpt: "What to look at in spring and autumn.".to_owned(),
        html: HTML.to_owned(),
        categories: vec!["Tips & Tricks".to_owned()],
        tags: vec!["roof".to_owned(), "Gutters".to_owned()],
        image: image.clone(),
        mode,
    };

    let draft = article(PublishMode::Draft, "a draft");
    println!("draft: {:#?}", publisher.publish(&account, &draft).await?);
    let mut live = article(PublishMode::Now, "live");
    let published = publisher.publish(&account, &live).await?;
    println!("live: {published:#?}");
    let planned = article(PublishMode::At(SystemClock.now() + TimeDelta::days(3)), "planned");
    let scheduled = publisher.publish(&account, &planned).await?;
    println!("scheduled: {scheduled:#?}");

    println!("found: {:#?}", publisher.find(&account, live.item, &live.slug).await?);
    println!("found without its slug: {:#?}", publisher.find(&account, live.item, "another-slug").await?);
    println!("not found: {:?}", publisher.find(&account, ContentItemId::new(), "roof-care").await?);
    live.html.push_str("<p>Updated once.</p>");
    println!("updated: {:#?}", publisher.update(&account, &published.id, &live).await?);
    let at_once = Article { mode: PublishMode::Now, ..planned };
    println!("published early: {:#?}", publisher.update(&account, &scheduled.id, &at_once).await?);
    println!("read: {:#?}", publisher.read(&account, &published.id).await?);
    println!("read what was never there: {:?}", publisher.read(&account, "99999999").await?);

    let wrong = Account { secret: Secret::new("wrong"), ..account.clone() };
    println!("with a wrong password: {:#?}", wordpress.check(&wrong).await.err());
    println!("and when publishing: {:#?}", publisher.publish(&wrong, &draft).await.err());
    if let Some(path) = arguments.record {
        std::fs::write(path, serde_json::to_string_pretty(&recorder.take())? + "\n")?;
    }
    Ok(())
}
