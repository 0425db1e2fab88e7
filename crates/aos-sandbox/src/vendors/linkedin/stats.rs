//! Statistics of the page (contract 1.7).

use chrono::{DateTime, Days, NaiveDate};
use serde_json::{Value, json};

use super::{
    super::{call::Call, grants::Holder},
    LinkedIn, PAGE_URN,
    api::{Outcome, asked_list, asked_urn, needs, page, paging},
    errors::Refused,
    state::{Figures, Post, State},
};
use aos_kernel::Timestamp;

/// Longest span that is answered by day, so that a wrong date costs no more than a refusal.
const MOST_DAYS: i64 = 370;

/// `(timeRange:(start:1700000000000,end:1702592000000),timeGranularityType:DAY)`, by day or in one piece.
struct Span {
    start: NaiveDate,
    end: NaiveDate,
    by_day: bool,
}

fn span(call: &Call) -> Result<Option<Span>, Refused> {
    let Some(raw) = call.asked("timeIntervals") else { return Ok(None) };
    let bad = || Refused::bad(format!("Parameter 'timeIntervals' value '{raw}' is invalid"));
    let number = |name: &str| -> Option<Timestamp> {
        let (_, rest) = raw.split_once(&format!("{name}:"))?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        DateTime::from_timestamp_millis(digits.parse().ok()?)
    };
    let (start, end) = (number("start").ok_or_else(bad)?, number("end").ok_or_else(bad)?);
    let by_day = match raw.split_once("timeGranularityType:").map(|(_, rest)| rest.trim_end_matches(')')) {
        Some("DAY") => true,
        Some("MONTH") => false,
        _ => return Err(bad()),
    };
    let span = Span { start: start.date_naive(), end: end.date_naive(), by_day };
    let days = (span.end - span.start).num_days();
    if (0..=MOST_DAYS).contains(&days) { Ok(Some(span)) } else { Err(bad()) }
}

impl Span {
    /// Start and end of each piece, the end not included.
    fn pieces(&self) -> Vec<(NaiveDate, NaiveDate)> {
        if !self.by_day {
            return vec![(self.start, self.end)];
        }
        self.start
            .iter_days()
            .take_while(|day| *day < self.end)
            .map(|day| (day, day.checked_add_days(Days::new(1)).unwrap_or(day)))
            .collect()
    }
}

fn range(from: NaiveDate, to: NaiveDate) -> Value {
    let at = |day: NaiveDate| day.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
    json!({"start": at(from), "end": at(to)})
}

fn sum<'a>(posts: impl Iterator<Item = &'a Post>) -> Figures {
    posts.fold(Figures::default(), |sum, post| Figures {
        impressions: sum.impressions + post.figures.impressions,
        unique_impressions: sum.unique_impressions + post.figures.unique_impressions,
        clicks: sum.clicks + post.figures.clicks,
        likes: sum.likes + post.figures.likes,
        comments: sum.comments + post.figures.comments,
        shares: sum.shares + post.figures.shares,
    })
}

fn shape(figures: Figures) -> Value {
    let acted = figures.clicks + figures.likes + figures.comments + figures.shares;
    let engagement = if figures.impressions == 0 { 0.0 } else { acted as f64 / figures.impressions as f64 };
    json!({
        "impressionCount": figures.impressions, "uniqueImpressionsCount": figures.unique_impressions,
        "clickCount": figures.clicks, "likeCount": figures.likes, "commentCount": figures.comments,
        "shareCount": figures.shares, "engagement": engagement,
    })
}

fn own_page(state: &State, call: &Call, holder: &Holder, what: &str) -> Result<(), Refused> {
    needs(holder, &["rw_organization_admin"], what)?;
    if call.asked("q").as_deref() != Some("organizationalEntity") {
        return Err(Refused::bad("Query parameter q must be organizationalEntity"));
    }
    if asked_urn(call, "organizationalEntity")? != PAGE_URN || state.role(&holder.person) != Some("ADMINISTRATOR") {
        return Err(Refused::denied(what));
    }
    Ok(())
}

impl LinkedIn {
    pub(super) fn share_statistics(&self, call: &Call, holder: &Holder) -> Outcome {
        let state = self.kept.lock();
        own_page(&state, call, holder, "organizationalEntityShareStatistics.FINDER-organizationalEntity")?;
        let (start, count) = paging(call)?;
        let (shares, others, span) = (asked_list(call, "shares")?, asked_list(call, "ugcPosts")?, span(call)?);
        let published = |post: &&Post| post.author == PAGE_URN && post.state == "PUBLISHED";
        if shares.is_some() || others.is_some() {
            let named = |(field, urns): (&'static str, Option<Vec<String>>)| {
                urns.unwrap_or_default().into_iter().map(move |urn| (field, urn))
            };
            // A post with nothing to tell is left out.
            let elements = [("share", shares), ("ugcPost", others)]
                .into_iter()
                .flat_map(named)
                .filter_map(|(field, urn)| state.posts.get(&urn).filter(published).map(|post| (field, post)))
                .filter(|(_, post)| post.figures != Figures::default())
                .map(|(field, post)| {
                    json!({"organizationalEntity": PAGE_URN, field: post.urn, "totalShareStatistics": shape(post.figures)})
                })
                .collect();
            // Named posts come in one answer, however many they are.
            return Ok(page(elements, 0, 1_000));
        }
        let of = |from: NaiveDate, to: NaiveDate| {
            sum(state.posts.values().filter(published).filter(|post| {
                let day = post.created_at.date_naive();
                from <= day && day < to
            }))
        };
        let elements = match span {
            None => vec![json!({"organizationalEntity": PAGE_URN,
                "totalShareStatistics": shape(sum(state.posts.values().filter(published)))})],
            Some(span) => span
                .pieces()
                .into_iter()
                .map(|(from, to)| {
                    json!({"organizationalEntity": PAGE_URN, "timeRange": range(from, to),
                        "totalShareStatistics": shape(of(from, to))})
                })
                .collect(),
        };
        Ok(page(elements, start, count.max(MOST_DAYS as usize)))
    }

    pub(super) fn follower_statistics(&self, call: &Call, holder: &Holder) -> Outcome {
        let state = self.kept.lock();
        own_page(&state, call, holder, "organizationalEntityFollowerStatistics.FINDER-organizationalEntity")?;
        let gained = |organic: i64| json!({"organicFollowerGain": organic, "paidFollowerGain": 0});
        let elements = match span(call)? {
            None => vec![json!({"organizationalEntity": PAGE_URN, "followerGains": gained(state.gains.values().sum())})],
            Some(span) => span
                .pieces()
                .into_iter()
                .map(|(from, to)| {
                    let organic = state.gains.range(from..to).map(|(_, gain)| gain).sum();
                    json!({"organizationalEntity": PAGE_URN, "timeRange": range(from, to), "followerGains": gained(organic)})
                })
                .collect(),
        };
        Ok(page(elements, 0, MOST_DAYS as usize))
    }
}
