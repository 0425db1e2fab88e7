//! How each dimension is measured.

use std::collections::BTreeSet;

use aos_capabilities::evidence::{CampaignFigures, Evidence, PostFigures};
use aos_kernel::Timestamp;
use chrono::TimeDelta;

use super::Measured;

pub(super) type Measure = fn(&Evidence, Timestamp) -> Measured;

fn measured(value: f64, evidence: String, advice: impl Into<String>) -> Measured {
    Measured::Value { value, evidence, advice: advice.into() }
}

fn not(why: &str) -> Measured {
    Measured::Not(why.to_owned())
}

/// "1 post", "12 posts".
fn several(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole * 100.0 } else { 0.0 }
}

/// Against what makes 100.
fn share(value: f64, full: f64) -> f64 {
    (value / full * 100.0).clamp(0.0, 100.0)
}

/// Why an empty list is no answer: the platform said that it could not give it.
fn unread(evidence: &Evidence, word: &str) -> Option<Measured> {
    let said = evidence.missing.iter().find(|words| words.to_lowercase().contains(word))?;
    Some(Measured::Not(said.clone()))
}

fn days(n: i64) -> TimeDelta {
    TimeDelta::days(n)
}

fn posts(evidence: &Evidence, at: Timestamp, back: i64) -> impl Iterator<Item = &PostFigures> {
    evidence.posts.iter().filter(move |post| post.published_at > at - days(back) && post.published_at <= at)
}

pub(super) fn profile(evidence: &Evidence, _: Timestamp) -> Measured {
    if evidence.profile.is_empty() {
        return unread(evidence, "profile")
            .unwrap_or_else(|| not("The platform does not tell what the profile holds."));
    }
    let empty: Vec<&str> = evidence.profile.iter().filter(|part| !part.filled).map(|part| part.part.as_str()).collect();
    let (all, filled) = (evidence.profile.len(), evidence.profile.len() - empty.len());
    let advice = if empty.is_empty() { String::new() } else { format!("Fill in: {}.", empty.join(", ")) };
    measured(percent(filled as f64, all as f64), format!("{filled} of {all} parts are filled in."), advice)
}

pub(super) fn frequency<const FULL: u32>(evidence: &Evidence, at: Timestamp) -> Measured {
    if evidence.posts.is_empty()
        && let Some(why) = unread(evidence, "post")
    {
        return why;
    }
    let n = posts(evidence, at, 30).filter(|post| post.kind != "story").count();
    let advice = format!("Plan {FULL} posts a month.");
    measured(share(n as f64, f64::from(FULL)), format!("{} in the last 30 days.", several(n, "post", "posts")), advice)
}

pub(super) fn engagement(evidence: &Evidence, at: Timestamp) -> Measured {
    let advice = "Ask questions, answer comments, and do more of what people reacted to.";
    let seen: Vec<(u64, u64)> = posts(evidence, at, 90)
        .filter_map(|post| Some((post.engagements?, post.impressions.filter(|impressions| *impressions > 0)?)))
        .collect();
    if !seen.is_empty() {
        let engagements: f64 = seen.iter().map(|(engagements, _)| *engagements as f64).sum();
        let impressions: f64 = seen.iter().map(|(_, impressions)| *impressions as f64).sum();
        let rate = percent(engagements, impressions);
        let words = format!("{engagements} reactions to {impressions} impressions: {rate:.1} %.");
        return measured(share(rate, 4.0), words, advice);
    }
    let reacted: Vec<u64> = posts(evidence, at, 90).filter_map(|post| post.engagements).collect();
    let followers = evidence.followers.filter(|followers| *followers > 0);
    match (followers, reacted.is_empty()) {
        (Some(followers), false) => {
            let mean = reacted.iter().map(|n| *n as f64).sum::<f64>() / reacted.len() as f64;
            let rate = percent(mean, followers as f64);
            let words = format!("{mean:.1} reactions to a post, with {followers} followers: {rate:.1} %.");
            measured(share(rate, 2.0), words, advice)
        }
        _ => unread(evidence, "engagement")
            .unwrap_or_else(|| not("No reactions to posts of the last 90 days are known.")),
    }
}

pub(super) fn growth(evidence: &Evidence, _: Timestamp) -> Measured {
    let (Some(followers), Some(gained)) = (evidence.followers, evidence.followers_gained) else {
        return unread(evidence, "follower")
            .unwrap_or_else(|| not("The platform does not tell how the followers change."));
    };
    let before = (followers as f64 - gained as f64).max(1.0);
    let rate = percent(gained as f64, before);
    let words = format!("{gained} in the last 30 days, {followers} now: {rate:.1} %.");
    measured(share(rate, 2.0), words, "Invite people to follow, and show the channel on the website and in mails.")
}

pub(super) fn variety(evidence: &Evidence, at: Timestamp) -> Measured {
    let kinds: BTreeSet<&str> = posts(evidence, at, 90).map(|post| post.kind.as_str()).collect();
    if kinds.is_empty() {
        return unread(evidence, "post").unwrap_or_else(|| not("Nothing was posted in the last 90 days."));
    }
    let names: Vec<&str> = kinds.iter().copied().collect();
    let advice = "Post what was not among them: images, videos, documents.";
    measured(share(kinds.len() as f64, 4.0), format!("Kinds of post: {}.", names.join(", ")), advice)
}

pub(super) fn stories(evidence: &Evidence, at: Timestamp) -> Measured {
    if let Some(why) = unread(evidence, "stor") {
        return why;
    }
    let n = posts(evidence, at, 30).filter(|post| post.kind == "story").count();
    let words = format!("{} in the last 30 days.", several(n, "story", "stories"));
    measured(share(n as f64, 8.0), words, "Publish two stories a week.")
}

/// 0 to 100 for the hashtags of one post.
fn hashtag_value(n: u32) -> f64 {
    match n {
        0..3 => f64::from(n) / 3.0 * 100.0,
        3..=8 => 100.0,
        9..30 => f64::from(30 - n) / 22.0 * 100.0,
        _ => 0.0,
    }
}

pub(super) fn hashtags(evidence: &Evidence, at: Timestamp) -> Measured {
    let all: Vec<u32> = posts(evidence, at, 90).filter(|post| post.kind != "story").map(|post| post.hashtags).collect();
    if all.is_empty() {
        return unread(evidence, "post").unwrap_or_else(|| not("Nothing was posted in the last 90 days."));
    }
    let n = all.len() as f64;
    let mean = all.iter().map(|n| f64::from(*n)).sum::<f64>() / n;
    let value = all.iter().map(|n| hashtag_value(*n)).sum::<f64>() / n;
    measured(
        value,
        format!("{mean:.1} hashtags to a post."),
        "Use three to eight hashtags that say what the post is about.",
    )
}

pub(super) fn responses(evidence: &Evidence, _: Timestamp) -> Measured {
    let Some(responses) = evidence.responses else {
        return unread(evidence, "comment").unwrap_or_else(|| not("The platform does not tell what was answered."));
    };
    if responses.asked == 0 {
        return not("Nobody wrote in the last 90 days.");
    }
    let answered = responses.answered.min(responses.asked);
    let open = responses.asked - answered;
    let words = format!("{answered} of {} were answered.", responses.asked);
    let advice =
        format!("Answer the {} that wait.", several(usize::try_from(open).unwrap_or(0), "comment", "comments"));
    measured(percent(answered as f64, responses.asked as f64), words, advice)
}

/// 0 at one star, 100 at five.
fn stars(average: f64) -> f64 {
    ((average - 1.0) / 4.0 * 100.0).clamp(0.0, 100.0)
}

pub(super) fn rating(evidence: &Evidence, _: Timestamp) -> Measured {
    match evidence
        .reviews
        .and_then(|reviews| Some((reviews, reviews.average?)))
        .filter(|(reviews, _)| reviews.count > 0)
    {
        Some((reviews, average)) => {
            let words = format!(
                "{average:.1} of 5 in {}.",
                several(usize::try_from(reviews.count).unwrap_or(0), "review", "reviews")
            );
            measured(stars(average), words, "Ask content customers for a review, and answer those who were not.")
        }
        None => unread(evidence, "review").unwrap_or_else(|| not("There is no review yet.")),
    }
}

pub(super) fn reviews(evidence: &Evidence, _: Timestamp) -> Measured {
    let Some(reviews) = evidence.reviews else {
        return unread(evidence, "review").unwrap_or_else(|| not("The platform does not tell the reviews."));
    };
    let rating = reviews.average.filter(|_| reviews.count > 0).map_or(0.0, stars);
    let value = (share(reviews.count as f64, 25.0) + rating) / 2.0;
    let count = several(usize::try_from(reviews.count).unwrap_or(0), "review", "reviews");
    let words = match reviews.average.filter(|_| reviews.count > 0) {
        Some(average) => format!("{count}, {average:.1} of 5."),
        None => format!("{count}."),
    };
    let advice = match reviews.unanswered {
        0 => "Ask content customers for a review.".to_owned(),
        n => format!(
            "Respond to {}.",
            several(usize::try_from(n).unwrap_or(0), "unanswered review", "unanswered reviews")
        ),
    };
    measured(value, words, advice)
}

fn no_articles(evidence: &Evidence) -> Measured {
    unread(evidence, "article").unwrap_or_else(|| not("No article of the last 12 months is known."))
}

/// The mean of something over all articles.
fn mean(evidence: &Evidence, of: impl Fn(&aos_capabilities::evidence::ArticleFigures) -> f64) -> Option<f64> {
    let n = evidence.articles.len();
    (n > 0).then(|| evidence.articles.iter().map(of).sum::<f64>() / n as f64)
}

pub(super) fn technical(evidence: &Evidence, _: Timestamp) -> Measured {
    let yes = |yes: bool| if yes { 100.0 } else { 0.0 };
    match (mean(evidence, |article| yes(article.excerpt)), mean(evidence, |article| yes(article.image))) {
        (Some(described), Some(pictured)) => {
            let words = format!("{described:.0} % have a description, {pictured:.0} % an image.");
            let advice = "Give each article a description for search engines and a featured image.";
            measured((described + pictured) / 2.0, words, advice)
        }
        _ => no_articles(evidence),
    }
}

pub(super) fn freshness(evidence: &Evidence, at: Timestamp) -> Measured {
    let newest = evidence.articles.iter().map(|article| article.updated_at.max(article.published_at)).max();
    let Some(newest) = newest else { return no_articles(evidence) };
    let age = (at - newest).num_days().max(0);
    let value = (120 - age).clamp(0, 106) as f64 / 106.0 * 100.0;
    let words = match age {
        0 => "The newest is of today.".to_owned(),
        age => format!("The newest is {} old.", several(usize::try_from(age).unwrap_or(0), "day", "days")),
    };
    measured(value, words, "Publish an article, or revise one that people still find.")
}

pub(super) fn words(evidence: &Evidence, _: Timestamp) -> Measured {
    match mean(evidence, |article| f64::from(article.words)) {
        Some(words) => {
            measured(share(words, 1000.0), format!("{words:.0} words on average."), "Treat topics more fully.")
        }
        None => no_articles(evidence),
    }
}

pub(super) fn links(evidence: &Evidence, _: Timestamp) -> Measured {
    match mean(evidence, |article| f64::from(article.internal_links)) {
        Some(links) => measured(
            share(links, 3.0),
            format!("{links:.1} links on average."),
            "Link each article to three related pages of the site.",
        ),
        None => no_articles(evidence),
    }
}

fn sent(evidence: &Evidence, at: Timestamp, back: i64) -> impl Iterator<Item = &CampaignFigures> {
    evidence.campaigns.iter().filter(move |one| one.sent_at > at - days(back) && one.sent_at <= at)
}

pub(super) fn sends(evidence: &Evidence, at: Timestamp) -> Measured {
    if evidence.campaigns.is_empty()
        && let Some(why) = unread(evidence, "campaign")
    {
        return why;
    }
    let n = sent(evidence, at, 30).count();
    let words = format!("{} in the last 30 days.", several(n, "campaign", "campaigns"));
    measured(share(n as f64, 2.0), words, "Send a newsletter twice a month.")
}

/// What share of the recipients did something, in percent, in the last 90 days.
fn rate(evidence: &Evidence, at: Timestamp, of: impl Fn(&CampaignFigures) -> u64) -> Option<f64> {
    let recipients: u64 = sent(evidence, at, 90).map(|one| one.recipients).sum();
    let did: u64 = sent(evidence, at, 90).map(of).sum();
    (recipients > 0).then(|| percent(did as f64, recipients as f64))
}

fn nothing_sent(evidence: &Evidence) -> Measured {
    unread(evidence, "campaign").unwrap_or_else(|| not("Nothing was sent in the last 90 days."))
}

pub(super) fn opens(evidence: &Evidence, at: Timestamp) -> Measured {
    match rate(evidence, at, |one| one.opens) {
        Some(rate) => measured(
            share(rate, 35.0),
            format!("{rate:.1} % opened."),
            "Try other subjects, and write to those who asked for it.",
        ),
        None => nothing_sent(evidence),
    }
}

pub(super) fn clicks(evidence: &Evidence, at: Timestamp) -> Measured {
    match rate(evidence, at, |one| one.clicks) {
        Some(rate) => {
            measured(share(rate, 3.0), format!("{rate:.1} % clicked."), "Give each mail one clear next step.")
        }
        None => nothing_sent(evidence),
    }
}

pub(super) fn stays(evidence: &Evidence, at: Timestamp) -> Measured {
    match rate(evidence, at, |one| one.unsubscribes) {
        Some(rate) => measured(
            100.0 - share(rate, 1.0),
            format!("{rate:.2} % unsubscribed."),
            "Write less often, or to smaller groups about what concerns them.",
        ),
        None => nothing_sent(evidence),
    }
}
