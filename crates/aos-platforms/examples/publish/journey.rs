//! A journey through everything that can be done with an article, and what was seen on the way.
//!
//! The example walks it on a real site and keeps the exchanges; the conformance suite walks it on the recording.

use aos_capabilities::{
    Account, Platform,
    publish::{Article, ArticleImage, PublishMode, Published},
};
use aos_kernel::{ContentItemId, Secret, Timestamp};
use bytes::Bytes;
use chrono::TimeDelta;

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

/// Items that are the same in every walk, so that a recording fits. A site that was walked before knows them already.
fn item(number: u128) -> ContentItemId {
    ContentItemId::from_uuid(uuid::Uuid::from_u128(0x0199_c0de_0000_7000_8000_0000_0000_0000 + number))
}

fn article(number: u128, mode: PublishMode, words: &str) -> Article {
    Article {
        item: item(number),
        title: format!("Roof care, {words} & in short"),
        slug: "roof-care".to_owned(),
        excerpt: "What to look at in spring and autumn.".to_owned(),
        html: HTML.to_owned(),
        categories: vec!["Tips & Tricks".to_owned()],
        tags: vec!["roof".to_owned(), "Gutters".to_owned()],
        image: Some(ArticleImage {
            file_name: "Roof chart.png".to_owned(),
            content_type: "image/png".to_owned(),
            bytes: Bytes::from_static(include_bytes!("roof-chart.png")),
            alt: "A chart of how long roofs last".to_owned(),
        }),
        mode,
    }
}

/// Walks; each line says what was done and what was seen. `account` has no settings yet.
///
/// # Errors
/// At the first step that fails although it should not.
pub async fn walk(
    platform: &dyn Platform,
    mut account: Account,
    now: Timestamp,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let publisher = platform.publish().ok_or("this platform publishes nothing")?;
    let mut seen = Vec::new();
    let info = platform.check(&account).await?;
    seen.push(format!("checked: {} {} {:?}", info.label, info.url, info.warnings));
    account.settings = info.settings;

    let draft = article(1, PublishMode::Draft, "a draft");
    seen.push(format!("drafted: {}", show(&publisher.publish(&account, &draft).await?)));
    let mut live = article(2, PublishMode::Now, "live");
    let published = publisher.publish(&account, &live).await?;
    seen.push(format!("published: {}", show(&published)));
    let planned = article(3, PublishMode::At(now + TimeDelta::days(3)), "planned");
    let scheduled = publisher.publish(&account, &planned).await?;
    seen.push(format!("planned: {}", show(&scheduled)));

    for (words, item, slug) in [
        ("by its address", live.item, "roof-care"),
        ("by its mark", live.item, "another-address"),
        ("though it was never there", item(9), "roof-care"),
    ] {
        let found = publisher.find(&account, item, slug).await?;
        seen.push(format!("looked for {words}: {}", found.as_ref().map_or("nothing".to_owned(), show)));
    }
    live.html.push_str("<p>Updated once.</p>");
    seen.push(format!("updated: {}", show(&publisher.update(&account, &published.id, &live).await?)));
    let early = Article { mode: PublishMode::Now, ..planned };
    seen.push(format!("brought forward: {}", show(&publisher.update(&account, &scheduled.id, &early).await?)));
    for id in [&published.id, "99999999"] {
        let read = publisher.read(&account, id).await?;
        seen.push(format!("read {id}: {}", read.as_ref().map_or("nothing".to_owned(), show)));
    }

    let wrong = Account { secret: Secret::new("wrong"), ..account.clone() };
    for error in [platform.check(&wrong).await.err(), publisher.publish(&wrong, &draft).await.err()] {
        let error = error.ok_or("a wrong password was accepted")?;
        seen.push(format!("refused: {:?} {:?} {} {}", error.kind, error.retry, error.operation, error.message));
    }
    Ok(seen)
}

fn show(published: &Published) -> String {
    format!("{} {:?} {} {:?}", published.id, published.state, published.url, published.notes)
}
