//! How much of what a platform takes is used, in the platform's own units, and what is broken of its rules.

use aos_capabilities::{Descriptor, post::PostRules, text::marked_words};
use aos_features::content::{
    ContentItem, ItemText,
    model::{AdCopyText, CampaignText, PostText},
    reach::{self, Strictness},
};
use aos_kernel::{Result, TenantScope};
use aos_storage::Conn;

use super::views::{Figure, Figures};
use crate::session::Viewer;

fn figure(key: &'static str, label: &str, is: usize, most: Option<usize>, unit: &str) -> Figure {
    Figure { key, label: label.to_owned(), is: is as u64, most: most.map(|most| most as u64), unit: unit.to_owned() }
}

/// # Errors
/// `Storage`.
pub(in crate::content) async fn figures(
    viewer: &Viewer,
    conn: &mut Conn,
    scope: TenantScope,
    item: &ContentItem,
    text: &ItemText,
) -> Result<Figures> {
    let platforms = viewer.state.product.connections.platforms();
    let channel = reach::channel_of(conn, platforms, scope, item).await?;
    let descriptor = channel.and_then(|(_, descriptor)| descriptor);
    let broken = reach::problems(conn, platforms, scope, item, text, Strictness::Approved).await?;
    let rules = descriptor.and_then(|descriptor| descriptor.posts.as_ref());
    Ok(Figures {
        figures: match text {
            ItemText::Article(_) => Vec::new(),
            ItemText::Post(text) => of_post(text, rules),
            ItemText::Campaign(text) => of_campaign(text, descriptor),
            ItemText::Outreach(text) => {
                let words = aos_features::markdown::word_count(&text.body);
                vec![
                    figure("subject", "Subject", text.subject.chars().count(), None, "characters"),
                    figure("body", "Text", words, None, "words"),
                ]
            }
            ItemText::AdCopy(text) => of_ads(text),
        },
        problems: broken.into_iter().map(|(_, words)| words).collect(),
        style: rules.filter(|_| text.post().is_some()).map(|rules| rules.style.to_owned()).unwrap_or_default(),
    })
}

fn of_post(text: &PostText, rules: Option<&PostRules>) -> Vec<Figure> {
    let Some(rules) = rules else {
        return vec![figure("text", "Text", text.text.chars().count(), None, "characters")];
    };
    let mut figures = vec![figure("text", "Text", rules.unit.measure(&text.text), Some(rules.text), rules.unit.name())];
    if rules.title.is_some() {
        let length = text.title.as_deref().unwrap_or_default().chars().count();
        figures.push(figure("title", "Title", length, rules.title, "characters"));
    }
    for (key, name, sign, most) in
        [("hashtags", "Hashtags", '#', rules.hashtags), ("mentions", "Mentions", '@', rules.mentions)]
    {
        let used = marked_words(&text.text, sign);
        if most.is_some() || (used > 0 && key == "hashtags") {
            figures.push(figure(key, name, used, most, ""));
        }
    }
    if let Some(rule) = rules.media.iter().max_by_key(|rule| rule.most) {
        figures.push(figure("media", "Pictures", text.media.len(), Some(rule.most), ""));
    }
    figures
}

fn of_campaign(text: &CampaignText, descriptor: Option<&Descriptor>) -> Vec<Figure> {
    let rules = descriptor.and_then(|descriptor| descriptor.campaigns.as_ref());
    let words = aos_features::markdown::word_count(&text.markdown);
    vec![
        figure(
            "subject",
            "Subject",
            text.subject.chars().count(),
            rules.map(|rules| rules.subject_characters),
            "characters",
        ),
        figure(
            "preview",
            "Preview",
            text.preview.chars().count(),
            rules.map(|rules| rules.preview_characters),
            "characters",
        ),
        figure("markdown", "Text", words, None, "words"),
    ]
}

/// Of each part the line that comes nearest to its end, or is over it.
fn of_ads(text: &AdCopyText) -> Vec<Figure> {
    let parts = [
        ("headlines", "Longest headline", &text.headlines),
        ("descriptions", "Longest description", &text.descriptions),
        ("primary_texts", "Longest primary text", &text.primary_texts),
    ];
    let limits = text.network.limits();
    parts
        .into_iter()
        .zip(limits)
        .filter(|(_, limit)| limit.most > 0)
        .map(|((key, name, lines), limit)| {
            let longest = lines.iter().map(|line| line.trim().chars().count()).max().unwrap_or(0);
            figure(key, name, longest, Some(limit.characters), "characters")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use aos_capabilities::{post::MediaRule, text::TextUnit};
    use aos_features::content::model::AdNetwork;

    use super::*;

    const RULES: PostRules = PostRules {
        text: 280,
        unit: TextUnit::Weighted,
        text_required: false,
        hashtags: Some(2),
        mentions: None,
        media: &[MediaRule {
            kind: aos_capabilities::post::MediaKind::Image,
            most: 4,
            types: &["image/png"],
            bytes: None,
            width: None,
            height: None,
            ratio: None,
            alt_characters: None,
        }],
        media_required: false,
        media_by_url: false,
        link: false,
        actions: &[],
        title: None,
        per_day: None,
        style: "",
    };

    #[test]
    fn a_post_is_counted_in_the_units_of_its_platform() {
        let text = PostText { text: "👍 https://a.test/long/address #one".into(), ..PostText::default() };
        let figures = of_post(&text, Some(&RULES));
        let shown: Vec<(&str, u64, Option<u64>)> = figures.iter().map(|one| (one.key, one.is, one.most)).collect();
        // An emoji counts two, the address 23, and five more with the hash and spaces.
        assert_eq!(shown, [("text", 31, Some(280)), ("hashtags", 1, Some(2)), ("media", 0, Some(4))]);
        assert!(!figures[0].over() && figures[0].filled() == 11);
    }

    #[test]
    fn of_ad_copy_the_longest_line_counts() {
        let text = AdCopyText {
            network: AdNetwork::Google,
            headlines: vec!["x".repeat(31), "short".into()],
            ..AdCopyText::default()
        };
        let figures = of_ads(&text);
        assert_eq!((figures.len(), figures[0].is, figures[0].over()), (2, 31, true));
    }
}
