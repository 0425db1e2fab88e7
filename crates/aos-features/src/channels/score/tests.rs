//! The promises of scores, for made-up evidence of every kind.

use aos_capabilities::{
    evidence::{ArticleFigures, CampaignFigures, Evidence, PostFigures, ProfilePart, Responses, ReviewFigures},
    platform::ChannelType,
};
use aos_kernel::Timestamp;
use chrono::TimeDelta;
use proptest::{collection::vec, option, prelude::*};

use super::{of, sets};

const PLATFORMS: [(&str, ChannelType); 10] = [
    ("linkedin", ChannelType::Social),
    ("facebook", ChannelType::Social),
    ("instagram", ChannelType::Social),
    ("x", ChannelType::Social),
    ("tiktok", ChannelType::Social),
    ("wordpress", ChannelType::Cms),
    ("webflow", ChannelType::Cms),
    ("google_business_profile", ChannelType::Local),
    ("mailchimp", ChannelType::Email),
    ("klaviyo", ChannelType::Email),
];

fn now() -> Timestamp {
    "2026-04-01T09:00:00Z".parse().unwrap()
}

fn ago(hours: i64) -> Timestamp {
    now() - TimeDelta::hours(hours)
}

fn post(hours: i64, kind: &str, hashtags: u32, impressions: Option<u64>, engagements: Option<u64>) -> PostFigures {
    PostFigures {
        id: hours.to_string(),
        url: None,
        published_at: ago(hours),
        kind: kind.to_owned(),
        characters: 100,
        hashtags,
        impressions,
        engagements,
    }
}

fn posts() -> impl Strategy<Value = Vec<PostFigures>> {
    let kinds = prop_oneof![Just("text"), Just("image"), Just("video"), Just("story")];
    let one = (0..3000_i64, kinds, 0..60_u32, option::of(any::<u32>()), option::of(any::<u32>()));
    let one =
        one.prop_map(|(hours, kind, tags, seen, did)| post(hours, kind, tags, seen.map(u64::from), did.map(u64::from)));
    vec(one, 0..30)
}

fn articles() -> impl Strategy<Value = Vec<ArticleFigures>> {
    let one = (0..9000_i64, 0..5000_u32, 0..40_u32, any::<bool>(), any::<bool>());
    let one = one.prop_map(|(hours, words, internal_links, excerpt, image)| ArticleFigures {
        url: "https://a.test/".to_owned(),
        published_at: ago(hours),
        updated_at: ago(hours / 2),
        words,
        internal_links,
        excerpt,
        image,
    });
    vec(one, 0..20)
}

fn campaigns() -> impl Strategy<Value = Vec<CampaignFigures>> {
    let one = (0..3000_i64, any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>());
    let one = one.prop_map(|(hours, recipients, opens, clicks, unsubscribes)| CampaignFigures {
        id: hours.to_string(),
        sent_at: ago(hours),
        recipients: recipients.into(),
        opens: opens.into(),
        clicks: clicks.into(),
        unsubscribes: unsubscribes.into(),
    });
    vec(one, 0..20)
}

prop_compose! {
    fn evidence()(
        filled in vec(any::<bool>(), 0..8),
        followers in option::of(0..5_000_000_u64),
        followers_gained in option::of(-10_000_000..10_000_000_i64),
        posts in posts(),
        articles in articles(),
        campaigns in campaigns(),
        reviews in option::of((0..10_000_u64, option::of(0.0..6.0_f64), 0..50_u64)),
        responses in option::of((0..1000_u64, 0..2000_u64)),
        missing in vec("(posts|reviews|profile) could not be read", 0..2),
    ) -> Evidence {
        Evidence {
            taken_at: Some(now()),
            profile: filled.into_iter().map(|filled| ProfilePart { part: "logo".to_owned(), filled }).collect(),
            followers,
            followers_gained,
            posts,
            articles,
            campaigns,
            reviews: reviews.map(|(count, average, unanswered)| ReviewFigures { count, average, unanswered }),
            responses: responses.map(|(asked, answered)| Responses { asked, answered }),
            subscribers: None,
            missing,
        }
    }
}

#[test]
fn the_weights_of_each_platform_make_a_hundred_and_its_dimensions_have_names_of_their_own() {
    for (platform, kind) in PLATFORMS {
        let set = sets::of(platform, kind);
        assert_eq!(set.iter().map(|one| one.weight).sum::<u32>(), 100, "{platform}");
        let keys: std::collections::BTreeSet<_> = set.iter().map(|one| one.key).collect();
        assert_eq!(keys.len(), set.len(), "{platform}");
    }
    assert!(!super::is_scored("google_ads", ChannelType::Ads));
}

#[test]
fn what_was_not_measured_is_left_out_of_the_mean_and_says_why() {
    let part = |filled| ProfilePart { part: "cover image".to_owned(), filled };
    let known = Evidence { profile: vec![part(true), part(false)], ..Evidence::default() };
    let unread = Evidence { missing: vec!["The posts could not be read.".to_owned()], ..known.clone() };
    let score = of("linkedin", ChannelType::Social, &unread, now());
    assert_eq!(score.score, Some(50.0));
    let frequency = score.dimensions.iter().find(|one| one.key == "post_frequency").unwrap();
    assert_eq!((frequency.value, frequency.evidence.as_str()), (None, "The posts could not be read."));
    assert!(score.dimensions[0].advice.contains("cover image"));

    // No post at all is something else than posts that nobody could read.
    let silent = of("linkedin", ChannelType::Social, &known, now());
    assert_eq!(silent.dimensions.iter().find(|one| one.key == "post_frequency").unwrap().value, Some(0.0));
    assert!(silent.score < score.score);
    assert_eq!(
        of(
            "mailchimp",
            ChannelType::Email,
            &Evidence { missing: vec!["campaigns".into()], ..Evidence::default() },
            now()
        )
        .score,
        None
    );
}

proptest! {
    #[test]
    fn every_value_and_every_score_lies_between_0_and_100(evidence in evidence()) {
        for (platform, kind) in PLATFORMS {
            let score = of(platform, kind, &evidence, now());
            let values = score.dimensions.iter().filter_map(|one| one.value);
            for value in values.chain(score.score) {
                prop_assert!((0.0..=100.0).contains(&value), "{platform}: {value}");
            }
            prop_assert!(score.dimensions.iter().all(|one| !one.evidence.is_empty() && !one.formula.is_empty()));
        }
    }

    #[test]
    fn more_of_what_is_good_never_lowers_its_dimension(evidence in evidence(), which in 0..6_usize) {
        let mut better = evidence.clone();
        let key = match which {
            0 => { better.posts.insert(0, post(1, "image", 5, None, None)); "post_frequency" }
            1 => { better.profile.iter_mut().for_each(|part| part.filled = true); "profile" }
            2 => {
                better.responses = better.responses.map(|now| Responses { answered: now.answered + 1, ..now });
                "response_rate"
            }
            3 => {
                let up = |now: ReviewFigures| ReviewFigures { average: now.average.map(|stars| stars + 0.5), ..now };
                better.reviews = better.reviews.map(up);
                "reviews"
            }
            4 => { better.articles.iter_mut().for_each(|article| article.words += 100); "word_count" }
            _ => { better.campaigns.iter_mut().for_each(|one| one.unsubscribes = 0); "unsubscribes" }
        };
        for (platform, kind) in PLATFORMS {
            let of = |evidence: &Evidence| {
                let found = of(platform, kind, evidence, now());
                found.dimensions.into_iter().find(|one| one.key == key).and_then(|one| one.value)
            };
            if let (Some(before), Some(after)) = (of(&evidence), of(&better)) {
                prop_assert!(after >= before, "{platform} {key}: {before} became {after}");
            }
        }
    }
}
