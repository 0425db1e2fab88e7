//! The strategy from what can be counted: pages, words, what is there and what is missing, figures given at onboarding.

use aos_capabilities::{
    drafts::{DeliverableDraft, Gap, GoalDraft, StrategyDraft, TimelineEntry},
    model::Material,
};
use serde_json::Value;

use super::{
    corpus::{Corpus, roles::Role},
    text::casing::upper_first,
    topics,
};

const POSTS_A_MONTH: u32 = 10;
const MONTHS: u32 = 6;
/// A page with fewer words says too little to be found for anything.
const THIN_PAGE: usize = 150;

/// What was counted on the site.
struct Site {
    pages: usize,
    words: usize,
    posts: usize,
    offers: usize,
    thin: usize,
    has_faq: bool,
    /// Articles that the pages carry without a model.
    carries: usize,
}

pub fn compose(material: &Material) -> StrategyDraft {
    let corpus = Corpus::read(material, &[]);
    let site = count(&corpus);
    let (mut goals, mut gaps) = goals(material);
    let target = f64::from(POSTS_A_MONTH * MONTHS);
    goals.insert(
        0,
        GoalDraft {
            name: "A blog that answers what customers ask".to_owned(),
            description: format!(
                "{POSTS_A_MONTH} posts a month for {MONTHS} months, each from an approved brief. {}",
                posts_so_far(&site)
            ),
            metric: "published_posts".to_owned(),
            unit: "posts".to_owned(),
            baseline: Some(0.0),
            target,
            months: MONTHS,
        },
    );
    if site.carries < usize::try_from(POSTS_A_MONTH).unwrap_or(usize::MAX) {
        gaps.push(Gap {
            what: format!(
                "The client's pages carry material for about {} posts; {POSTS_A_MONTH} a month need more.",
                site.carries
            ),
            ask: "Upload documents (brochures, answers to customers, manuals), or connect a model on the Models page."
                .to_owned(),
        });
    }
    gaps.push(Gap {
        what: "Competitors and search volumes are not on the client's pages, so neither shaped this strategy."
            .to_owned(),
        ask: "Add what is known about them to the context file before the strategy is approved.".to_owned(),
    });
    StrategyDraft {
        summary: summary(&corpus, &site),
        goals,
        deliverables: deliverables(&corpus, &site),
        platforms: vec!["wordpress".to_owned()],
        timeline: timeline(&corpus, &site),
        rationale: rationale(&corpus, &site),
        gaps,
    }
}

fn count(corpus: &Corpus) -> Site {
    let of = |role: Role| corpus.pages.iter().filter(|page| page.role == role).count();
    let counted = corpus.pages.iter().filter(|page| page.role.is_source());
    Site {
        pages: corpus.pages.len(),
        words: corpus.words(),
        posts: of(Role::Blog),
        offers: of(Role::Offer),
        thin: counted.filter(|page| page.crawled_words < THIN_PAGE).count(),
        has_faq: of(Role::Faq) > 0 || corpus.sections.iter().filter(|section| section.asks()).count() >= 3,
        carries: topics::carried(corpus, usize::try_from(POSTS_A_MONTH * 3).unwrap_or(0)),
    }
}

fn posts_so_far(site: &Site) -> String {
    match site.posts {
        0 => "The site has no blog posts so far.".to_owned(),
        1 => "The site has one blog post so far.".to_owned(),
        posts => format!("The site has {posts} blog pages so far; the goal counts new ones only."),
    }
}

fn summary(corpus: &Corpus, site: &Site) -> String {
    let phrases = &corpus.key_phrases;
    let about = match phrases.len() {
        0 => String::new(),
        _ => format!(" It speaks most of {}.", list(&phrases[..phrases.len().min(4)])),
    };
    format!(
        "{}’s website has {} with about {} usable words.{about} The plan turns what is there into {POSTS_A_MONTH} blog posts a month, \
         each approved before it is written and again before it is published, and counts them towards {} in {MONTHS} months.",
        corpus.client,
        pages(site.pages),
        thousands(site.words / 10 * 10),
        POSTS_A_MONTH * MONTHS,
    )
}

fn deliverables(corpus: &Corpus, site: &Site) -> Vec<DeliverableDraft> {
    let mut deliverables = vec![DeliverableDraft {
        deliverable_type: "blog_posts".to_owned(),
        name: "Blog posts".to_owned(),
        monthly_quantity: POSTS_A_MONTH,
        goal: 0,
        rationale: format!(
            "{} {}",
            posts_so_far(site),
            if site.carries >= 10 {
                format!(
                    "The pages carry material for about {} posts, so the first month can start at once.",
                    site.carries
                )
            } else {
                format!(
                    "The pages carry material for about {}; the quantity stays at {POSTS_A_MONTH} so that what is missing is asked for and not silently left out.",
                    site.carries
                )
            }
        ),
    }];
    if site.thin > 0 && site.pages > 0 {
        deliverables.push(DeliverableDraft {
            deliverable_type: "website_audit".to_owned(),
            name: "Website audit".to_owned(),
            monthly_quantity: 1,
            goal: 0,
            rationale: format!(
                "{} of {} {} fewer than {THIN_PAGE} words. A monthly audit shows which of them the new posts should support{}.",
                upper_first(&number(site.thin)),
                pages(site.pages),
                if site.thin == 1 { "has" } else { "have" },
                if corpus.page_with(Role::Offer).is_some() { ", pages with offers first" } else { "" }
            ),
        });
    }
    deliverables
}

fn timeline(corpus: &Corpus, site: &Site) -> Vec<TimelineEntry> {
    let subject = |from: usize| {
        let phrases: Vec<String> = corpus.key_phrases.iter().skip(from).take(3).cloned().collect();
        if phrases.is_empty() { "the client's main subjects".to_owned() } else { list(&phrases) }
    };
    let first = if site.offers > 0 {
        format!(
            "Posts that support the {} that describe{} an offer; first subjects: {}.",
            plural(site.offers, "page"),
            if site.offers == 1 { "s" } else { "" },
            subject(0)
        )
    } else {
        format!("Posts on what the site speaks of most: {}.", subject(0))
    };
    let third = if site.has_faq {
        "Posts that answer the questions on the site at length, and links between posts and pages.".to_owned()
    } else {
        "Posts that answer customers’ questions; collect these from the client, since the site has no page for them."
            .to_owned()
    };
    vec![
        TimelineEntry { month: 1, focus: first },
        TimelineEntry { month: 2, focus: format!("The next subjects: {}.", subject(3)) },
        TimelineEntry { month: 3, focus: third },
        TimelineEntry {
            month: 5,
            focus: "Review what was read most, refresh those posts, set the subjects of the next half-year.".to_owned(),
        },
    ]
}

fn rationale(corpus: &Corpus, site: &Site) -> String {
    let mut lines = vec![format!(
        "Counted on the website: {}, about {} usable words, {} with an offer, {}.",
        pages(site.pages),
        thousands(site.words / 10 * 10),
        plural(site.offers, "page"),
        plural(site.posts, "blog page"),
    )];
    if site.thin > 0 {
        lines.push(format!(
            "{} fewer than {THIN_PAGE} words.",
            if site.thin == 1 {
                "One page has".to_owned()
            } else {
                format!("{} pages have", upper_first(&number(site.thin)))
            }
        ));
    }
    lines.push(match (site.has_faq, site.posts) {
        (true, 0) => {
            "Questions and answers are there, but each answer is short and none has an article: a natural start."
                .to_owned()
        }
        (true, _) => "Questions and answers are there and can be taken further than the existing posts do.".to_owned(),
        (false, _) => "The site has no page of questions and answers; posts can take that part.".to_owned(),
    });
    if corpus.key_phrases.len() >= 3 {
        lines.push(format!(
            "The words that stand out: {}.",
            list(&corpus.key_phrases[..corpus.key_phrases.len().min(8)])
        ));
    }
    lines.push("Drafted by counting, without a model: priorities between subjects are for people to set.".to_owned());
    lines.join(" ")
}

/// Goals for which a figure was given at onboarding; without one a target would be invented.
fn goals(material: &Material) -> (Vec<GoalDraft>, Vec<Gap>) {
    let mut goals = Vec::new();
    let mut gaps = Vec::new();
    let figures = [
        ("sessions", &["session", "visit", "traffic"][..], "More visits to the website", "sessions a month", 1.25),
        ("leads", &["lead", "enquir", "inquir"][..], "More enquiries", "leads a month", 1.2),
        ("domain_authority", &["domain_authority", "domain_rating"][..], "A stronger domain", "points", 1.1),
    ];
    for (metric, names, name, unit, growth) in figures {
        match figure(&material.answers, names) {
            Some(baseline) => goals.push(GoalDraft {
                name: name.to_owned(),
                description: format!(
                    "From {baseline} {unit}, the figure given at onboarding, up by {:.0} % in {MONTHS} months: a proposal to be set by people.",
                    (growth - 1.0) * 100.0
                ),
                metric: metric.to_owned(),
                unit: unit.to_owned(),
                baseline: Some(baseline),
                target: (baseline * growth).ceil(),
                months: MONTHS,
            }),
            None if metric == "sessions" => gaps.push(Gap {
                what: "No traffic figure was given, so there is no goal for visits.".to_owned(),
                ask: "Add monthly sessions to the baseline, or connect GA4.".to_owned(),
            }),
            None => {}
        }
    }
    (goals, gaps)
}

/// The first positive number under a name that contains one of the words; numbers may be typed as text ("1,200").
fn figure(value: &Value, names: &[&str]) -> Option<f64> {
    let Value::Object(fields) = value else { return None };
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.replace([',', ' ', '\''], "").parse().ok(),
        _ => None,
    };
    fields
        .iter()
        .find_map(|(name, value)| {
            let named = names.iter().any(|word| name.to_lowercase().contains(word));
            number(value).filter(|figure| named && figure.is_finite() && *figure > 0.0)
        })
        .or_else(|| fields.values().find_map(|value| figure(value, names)))
}

fn list(items: &[String]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("“{item}”")).collect();
    super::phrasebook::Phrasebook::of(&super::text::language::Language::English).row(&quoted)
}

fn pages(count: usize) -> String {
    plural(count, "page")
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("one {word}") } else { format!("{} {word}s", number(count)) }
}

fn number(count: usize) -> String {
    super::phrasebook::Phrasebook::of(&super::text::language::Language::English).number(count)
}

fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
