//! Which dimensions each platform has, and what they weigh: W, "Channels Scoring", and the like for those it leaves out.

use aos_capabilities::platform::ChannelType;

use super::{Spec, measures as m};

const fn profile(weight: u32) -> Spec {
    Spec {
        key: "profile",
        label: "Profile completeness",
        weight,
        formula: "The share of the profile’s parts that are filled in.",
        measure: m::profile,
    }
}

const fn frequency(weight: u32, formula: &'static str, measure: m::Measure) -> Spec {
    Spec { key: "post_frequency", label: "Post frequency", weight, formula, measure }
}

const fn engagement(weight: u32) -> Spec {
    Spec {
        key: "engagement_rate",
        label: "Engagement rate",
        weight,
        formula: "Reactions, comments, shares and clicks against impressions in the last 90 days: 100 at 4 %. Where the \
                  platform gives no impressions, a post’s mean against the followers: 100 at 2 %.",
        measure: m::engagement,
    }
}

const fn growth(weight: u32) -> Spec {
    Spec {
        key: "follower_growth",
        label: "Follower growth",
        weight,
        formula: "Followers gained in the last 30 days against those before: 100 at 2 %, 0 when there are fewer.",
        measure: m::growth,
    }
}

const fn variety(weight: u32) -> Spec {
    Spec {
        key: "content_variety",
        label: "Content variety",
        weight,
        formula: "Different kinds of post in the last 90 days, such as text, image, video, document: 100 at four.",
        measure: m::variety,
    }
}

static LINKEDIN: [Spec; 5] = [
    profile(20),
    frequency(25, "Posts in the last 30 days: 100 at twelve, which is three a week.", m::frequency::<12>),
    engagement(25),
    growth(15),
    variety(15),
];

static INSTAGRAM: [Spec; 5] = [
    profile(15),
    frequency(
        30,
        "Posts in the last 30 days, without stories: 100 at sixteen, which is four a week.",
        m::frequency::<16>,
    ),
    engagement(25),
    Spec {
        key: "story_usage",
        label: "Story usage",
        weight: 15,
        formula: "Stories in the last 30 days: 100 at eight, which is two a week.",
        measure: m::stories,
    },
    Spec {
        key: "hashtag_quality",
        label: "Hashtag quality",
        weight: 15,
        formula: "Hashtags of each post in the last 90 days: 100 with three to eight, less with fewer, and less with more \
                  down to 0 at thirty. The mean of all posts.",
        measure: m::hashtags,
    },
];

static FACEBOOK: [Spec; 4] = [
    profile(25),
    Spec {
        key: "response_rate",
        label: "Response rate",
        weight: 25,
        formula: "The share of comments and messages of the last 90 days that were answered.",
        measure: m::responses,
    },
    frequency(30, "Posts in the last 30 days: 100 at twelve, which is three a week.", m::frequency::<12>),
    Spec {
        key: "review_rating",
        label: "Review rating",
        weight: 20,
        formula: "The mean of the reviews: 0 at one star, 100 at five.",
        measure: m::rating,
    },
];

static LOCAL: [Spec; 3] = [
    Spec {
        key: "profile",
        label: "Profile completeness",
        weight: 35,
        formula: "The share of the profile’s parts that are filled in: hours, photos, description and the rest.",
        measure: m::profile,
    },
    Spec {
        key: "reviews",
        label: "Reviews",
        weight: 40,
        formula: "Half for how many there are, 100 at twenty-five, and half for their mean, 0 at one star and 100 at five.",
        measure: m::reviews,
    },
    frequency(25, "Posts in the last 30 days: 100 at four, which is one a week.", m::frequency::<4>),
];

static SITE: [Spec; 4] = [
    Spec {
        key: "technical_seo",
        label: "Technical SEO health",
        weight: 30,
        formula: "The share of articles with a description for search engines and the share with a featured image, half \
                  each.",
        measure: m::technical,
    },
    Spec {
        key: "content_freshness",
        label: "Content freshness",
        weight: 30,
        formula: "Days since an article was published or revised: 100 up to two weeks, then less, 0 from 120 days on.",
        measure: m::freshness,
    },
    Spec {
        key: "word_count",
        label: "Words per article",
        weight: 20,
        formula: "The mean length of the articles of the last 12 months: 100 at 1,000 words.",
        measure: m::words,
    },
    Spec {
        key: "internal_linking",
        label: "Internal linking",
        weight: 20,
        formula: "The mean number of links to other pages of the site in an article: 100 at three.",
        measure: m::links,
    },
];

static X: [Spec; 5] = [
    profile(15),
    frequency(30, "Posts in the last 30 days: 100 at twenty, which is five a week.", m::frequency::<20>),
    engagement(25),
    growth(20),
    variety(10),
];

static TIKTOK: [Spec; 4] = [
    profile(20),
    frequency(35, "Videos in the last 30 days: 100 at twelve, which is three a week.", m::frequency::<12>),
    engagement(25),
    growth(20),
];

static MAIL: [Spec; 4] = [
    Spec {
        key: "send_frequency",
        label: "Send frequency",
        weight: 25,
        formula: "Campaigns in the last 30 days: 100 at two.",
        measure: m::sends,
    },
    Spec {
        key: "open_rate",
        label: "Open rate",
        weight: 30,
        formula: "Opens against recipients in the last 90 days: 100 at 35 %.",
        measure: m::opens,
    },
    Spec {
        key: "click_rate",
        label: "Click rate",
        weight: 30,
        formula: "Clicks against recipients in the last 90 days: 100 at 3 %.",
        measure: m::clicks,
    },
    Spec {
        key: "unsubscribes",
        label: "People who stay",
        weight: 15,
        formula: "Unsubscribes against recipients in the last 90 days: 100 at none, 0 from 1 % on.",
        measure: m::stays,
    },
];

/// The dimensions of a platform; a platform without its own has those of its kind. Empty: it has no score.
pub(super) fn of(platform: &str, kind: ChannelType) -> &'static [Spec] {
    match (platform, kind) {
        ("linkedin", _) => &LINKEDIN,
        ("instagram", _) => &INSTAGRAM,
        ("facebook", _) => &FACEBOOK,
        ("tiktok", _) => &TIKTOK,
        (_, ChannelType::Social) => &X,
        (_, ChannelType::Cms) => &SITE,
        (_, ChannelType::Local) => &LOCAL,
        (_, ChannelType::Email) => &MAIL,
        (_, ChannelType::Analytics | ChannelType::Ads | ChannelType::Website) => &[],
    }
}
