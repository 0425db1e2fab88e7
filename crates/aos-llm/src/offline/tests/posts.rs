//! Posts: plans without repetition, drafts within every platform's rules, changed by notes.

use std::collections::BTreeSet;

use aos_capabilities::{
    drafts::{Brief, PostPlan, SocialDraft},
    model::{Material, MaterialImage, Purpose, TaskChannel},
    post::{MediaKind, MediaRule, Post, PostAction, PostMedia, PostRules, problems},
    text::{TextUnit, marked_words},
};
use aos_kernel::ContentItemId;
use proptest::prelude::*;

use super::{corpus::normalise, english, german, sample_site, words_of};
use crate::offline::{posts, text::sentences};

const IMAGES: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 4,
    types: &["image/png"],
    bytes: None,
    width: None,
    height: None,
    ratio: None,
    alt_characters: Some(1_000),
};
const LINKEDIN: PostRules = PostRules {
    text: 3_000,
    unit: TextUnit::Characters,
    text_required: false,
    hashtags: None,
    mentions: None,
    media: &[IMAGES],
    media_required: false,
    media_by_url: false,
    link: true,
    actions: &[],
    title: None,
    per_day: None,
    style: "",
};
const X: PostRules = PostRules { text: 280, unit: TextUnit::Weighted, link: false, ..LINKEDIN };
const INSTAGRAM: PostRules = PostRules {
    text: 2_200,
    hashtags: Some(30),
    mentions: Some(20),
    media_required: true,
    media_by_url: true,
    link: false,
    ..LINKEDIN
};
const GBP: PostRules = PostRules {
    text: 1_500,
    text_required: true,
    link: false,
    actions: &["BOOK", "ORDER", "LEARN_MORE", "CALL"],
    media: &[MediaRule { most: 1, ..IMAGES }],
    ..LINKEDIN
};
const PLATFORMS: [(&str, PostRules); 4] = [("linkedin", LINKEDIN), ("instagram", INSTAGRAM), ("x", X), ("gbp", GBP)];

fn channel(at: usize) -> TaskChannel {
    let (platform, rules) = &PLATFORMS[at];
    TaskChannel::new(format!("key-{platform}"), platform, format!("{platform}: Harbour & Pine"), rules)
}

/// The site with a picture on some of its pages, and what is asked for a month.
pub fn with_task(mut material: Material, count: u32) -> Material {
    let pages = material.pages.clone();
    material.images = pages
        .iter()
        .step_by(3)
        .enumerate()
        .map(|(at, page)| MaterialImage {
            url: format!("https://pictures.test/{at}.png"),
            alt: format!("A picture of {}", page.title.split(['|', ':']).next().unwrap_or_default().trim()),
            page_url: page.url.clone(),
        })
        .collect();
    material.task.count = count;
    material.task.channels = (0..PLATFORMS.len()).map(channel).collect();
    material.task.formats = ["text", "image", "carousel", "link"].map(str::to_owned).to_vec();
    let day = |text: &str| text.parse().unwrap();
    material.task.days = Some((day("2026-04-01"), day("2026-04-30")));
    material
}

fn drafted(material: &Material, brief: &aos_capabilities::drafts::PostIdea, at: usize) -> (SocialDraft, Vec<String>) {
    let mut material = material.clone();
    material.task.brief = Some(Brief::Post(brief.clone()));
    material.task.channels = vec![channel(at)];
    posts::compose_with_frame(&material).unwrap_or_else(|error| panic!("{}: {error}", brief.title))
}

/// What the platform says against a draft.
fn broken(draft: &SocialDraft, at: usize) -> Vec<(&'static str, String)> {
    let (platform, rules) = &PLATFORMS[at];
    let media = draft.media.iter().map(|choice| PostMedia {
        kind: MediaKind::Image,
        file_name: "picture.png".into(),
        content_type: "image/png".into(),
        bytes: b"0".to_vec().into(),
        public_url: None,
        alt: choice.alt.clone(),
        width: None,
        height: None,
    });
    let post = Post {
        item: ContentItemId::new(),
        text: draft.text.clone(),
        title: draft.title.clone(),
        link: draft.link.as_deref().map(|link| link.parse().unwrap()),
        media: media.collect(),
        action: draft
            .action
            .clone()
            .map(|action| PostAction { kind: action.kind, url: action.url.map(|url| url.parse().unwrap()) }),
        language: None,
    };
    problems(rules, platform, &post)
}

fn shown_plan(plan: &PostPlan) -> String {
    let post = |post: &aos_capabilities::drafts::PostIdea| {
        format!(
            "{} · {} · {} · {}\n{}\nFor {}.\n{}",
            post.date.clone().unwrap_or_default(),
            post.title,
            post.format,
            post.channels.join(" "),
            post.brief,
            post.audience,
            post.sources.join(" "),
        )
    };
    plan.posts.iter().map(post).collect::<Vec<_>>().join("\n\n") + &format!("\n\n{:?}", plan.gaps)
}

fn shown(draft: &SocialDraft) -> String {
    format!(
        "{}\n\n--\nlink {:?}\naction {:?}\nmedia {:?}\ngaps {:?}",
        draft.text, draft.link, draft.action, draft.media, draft.gaps
    )
}

#[test]
fn a_months_posts_are_spread_and_repeat_nothing() {
    for (material, purpose) in
        [(sample_site(), Purpose::SocialPlan), (sample_site(), Purpose::GbpPlan), (german(), Purpose::SocialPlan)]
    {
        let material = with_task(material, 12);
        let plan = posts::plan(&material, purpose);
        assert_eq!(plan.posts.len(), 12, "{:?}", plan.gaps);
        let mut sentences = BTreeSet::new();
        let mut days = BTreeSet::new();
        for post in &plan.posts {
            for sentence in sentences::split(&post.brief) {
                assert!(sentences.insert(sentence.clone()), "twice: {sentence}");
            }
            assert!(days.insert(post.date.clone()), "two on {:?}", post.date);
            // Also where no picture stands on the page itself.
            assert!(post.channels.contains(&"key-instagram".to_owned()), "{}: {:?}", post.title, post.channels);
            assert!(!post.channels.is_empty() && material.pages.iter().any(|page| post.sources.contains(&page.url)));
        }
        let mut again = material.clone();
        again.task.taken = plan.posts.iter().map(|post| post.title.clone()).collect();
        let next = posts::plan(&again, purpose);
        assert!(next.posts.iter().all(|post| !again.task.taken.contains(&post.title)));
    }
}

#[test]
fn every_draft_keeps_its_platforms_rules_and_says_what_the_pages_say() {
    for material in [sample_site(), english(), german()] {
        let material = with_task(material, 10);
        let titles: Vec<&str> = material.pages.iter().map(|page| page.title.as_str()).collect();
        let said = format!("{} {}", words_of(&material), normalise(&titles.join(" ")));
        for post in &posts::plan(&material, Purpose::SocialPlan).posts {
            let mut texts = BTreeSet::new();
            for at in 0..PLATFORMS.len() {
                let (draft, frame) = drafted(&material, post, at);
                assert_eq!(broken(&draft, at), [], "{}\n{}", post.title, draft.text);
                for block in draft.text.split("\n\n").filter(|block| !frame.iter().any(|own| own == block)) {
                    for sentence in block.lines().flat_map(sentences::split) {
                        let sentence = normalise(&sentence);
                        assert!(said.contains(&sentence), "invented: {sentence}");
                    }
                }
                assert!(texts.insert(draft.text.clone()), "two channels, one text: {}", draft.text);
            }
        }
    }
}

#[test]
fn a_plan_and_its_drafts_read_as_they_did_when_they_were_last_read_by_a_person() {
    let material = with_task(sample_site(), 8);
    let plan = posts::plan(&material, Purpose::SocialPlan);
    insta::assert_snapshot!("social_plan", shown_plan(&plan));
    let local = posts::plan(&material, Purpose::GbpPlan);
    insta::assert_snapshot!("gbp_plan", shown_plan(&local));
    for (at, (platform, _)) in PLATFORMS.iter().enumerate() {
        let from = if *platform == "gbp" { &local } else { &plan };
        let drafts: Vec<String> =
            from.posts.iter().take(3).map(|post| shown(&drafted(&material, post, at).0)).collect();
        insta::assert_snapshot!(format!("post_{platform}"), drafts.join("\n\n==========\n\n"));
    }
    let german = with_task(german(), 2);
    let plan = posts::plan(&german, Purpose::SocialPlan);
    let texts: Vec<String> = (0..PLATFORMS.len()).map(|at| shown(&drafted(&german, &plan.posts[0], at).0)).collect();
    insta::assert_snapshot!("german_posts", format!("{}\n\n{}", shown_plan(&plan), texts.join("\n\n==========\n\n")));
}

fn sent_back(at: usize, notes: &str) -> (SocialDraft, SocialDraft) {
    let material = with_task(sample_site(), 4);
    let post = posts::plan(&material, Purpose::SocialPlan).posts.remove(0);
    let (before, _) = drafted(&material, &post, at);
    let mut again = material;
    again.task.previous = Some(serde_json::to_value(&before).unwrap());
    again.task.notes = Some(notes.into());
    let (after, _) = drafted(&again, &post, at);
    assert_eq!(broken(&after, at), []);
    (before, after)
}

#[test]
fn notes_change_what_they_name_and_nothing_else() {
    let (before, after) = sent_back(0, "Too long, please shorten it");
    assert!(after.text.len() < before.text.len() && after.gaps.is_empty(), "{}", after.text);
    let (before, after) = sent_back(0, "longer please");
    assert!(after.text.len() > before.text.len(), "{}\n\n{}", before.text, after.text);
    let (before, after) = sent_back(1, "Fewer hashtags");
    assert!(marked_words(&after.text, '#') < marked_words(&before.text, '#'));
    assert_eq!(after.text.split("\n\n").next(), before.text.split("\n\n").next());
    for at in 0..3 {
        let (before, after) = sent_back(at, "I would like another opening");
        assert_ne!(after.text.split("\n\n").next(), before.text.split("\n\n").next(), "{}", after.text);
    }
    let (_, after) = sent_back(0, "Mention ground screws");
    assert!(after.text.contains("ground screws"), "{}", after.text);
    let (_, after) = sent_back(0, "This should sound like a pirate");
    assert!(after.gaps.iter().any(|gap| gap.what.contains("pirate")), "{:?}", after.gaps);
    let (before, after) = sent_back(0, "Remove the picture");
    assert_eq!((after.text, after.media.len()), (before.text, 0));
}

#[test]
fn what_a_person_wrote_into_a_post_stays_when_it_is_sent_back() {
    let material = with_task(sample_site(), 1);
    let post = posts::plan(&material, Purpose::SocialPlan).posts.remove(0);
    let mut again = material;
    let text = "Our own first line\n\nAnna wrote this sentence. She wrote this one, too.\n\n#Own #Tags";
    again.task.previous = Some(serde_json::json!({ "text": text }));
    again.task.notes = Some("fewer hashtags".into());
    let (after, _) = drafted(&again, &post, 0);
    assert_eq!(after.text, text.replace(" #Tags", ""));
}

#[test]
fn an_idea_that_is_sent_back_changes_as_the_notes_say() {
    let mut material = with_task(sample_site(), 1);
    let before = posts::plan(&material, Purpose::SocialPlan).posts.remove(0);
    material.task.brief = Some(Brief::Post(before.clone()));
    let mut revised = |notes: &str| {
        material.task.notes = Some(notes.into());
        posts::plan(&material, Purpose::SocialPlan)
    };
    assert_eq!(revised("Only on LinkedIn").posts[0].channels, ["key-linkedin"]);
    assert!(!revised("Not on X").posts[0].channels.contains(&"key-x".to_owned()));
    assert_eq!(revised("Move it to 2026-04-20").posts[0].date.as_deref(), Some("2026-04-20"));
    assert_eq!(revised("Title: A better one").posts[0].title, "A better one");
    let other = revised("Please find another idea");
    assert!(other.posts[0].title != before.title && other.gaps.is_empty(), "{other:?}");
    assert!(revised("Write about larch cladding").posts[0].brief.to_lowercase().contains("larch"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_material_gives_drafts_within_the_rules_or_none(
        pages in proptest::collection::vec(super::any_text::page(), 0..5),
        title in "\\PC{0,40}",
        notes in proptest::option::of("\\PC{0,60}"),
        pictured in any::<bool>(),
        previous in proptest::option::of("\\PC{0,400}"),
    ) {
        let mut material = with_task(Material { client: title.clone(), pages, ..Material::default() }, 3);
        if !pictured {
            material.images.clear();
        }
        let mut ideas = posts::plan(&material, Purpose::SocialPlan).posts;
        ideas.extend(posts::plan(&material, Purpose::GbpPlan).posts);
        ideas.push(aos_capabilities::drafts::PostIdea { title, ..Default::default() });
        material.task.notes = notes;
        material.task.previous = previous.map(|text| serde_json::json!({ "text": text }));
        for idea in ideas {
            material.task.brief = Some(Brief::Post(idea));
            let _ = posts::plan(&material, Purpose::SocialPlan);
            for at in 0..PLATFORMS.len() {
                material.task.channels = vec![channel(at)];
                let Ok((draft, _)) = posts::compose_with_frame(&material) else { continue };
                let found = broken(&draft, at);
                let no_picture = material.images.is_empty() && draft.gaps.iter().any(|gap| gap.what.contains("picture"));
                prop_assert!(found.iter().all(|(field, _)| *field == "media" && no_picture), "{found:?}\n{}", draft.text);
            }
        }
    }
}
