//! Articles: long enough, true to the pages, different from each other, and revised as far as that goes.

use std::collections::BTreeSet;

use aos_capabilities::{
    drafts::TopicDraft,
    model::{Material, MaterialImage, ModelErrorKind},
};

use super::{
    article, article_on, claimed, corpus::normalise, english, french, german, load, sample_site, topics, words_of,
};
use crate::offline::text::sentences::word_count;

#[test]
fn every_article_has_600_words_and_quotes_its_pages_with_a_link() {
    for material in [english(), german(), sample_site()] {
        let list = topics(&material, 10);
        assert!(!list.topics.is_empty());
        for topic in &list.topics {
            let (article, _) = article_on(&material, topic);
            assert!(word_count(&article.markdown) >= 600, "{}", article.title);
            assert!(article.markdown.contains("\n>\n> — ["), "{}: no quotation\n{}", article.title, article.markdown);
            assert!(article.markdown.matches("\n## ").count() >= 3, "{}", article.title);
            assert!(!article.excerpt.is_empty() && !article.slug.is_empty() && !article.categories.is_empty());
            assert!(article.sources.iter().all(|url| material.pages.iter().any(|page| page.url == *url)));
            assert_eq!(article.gaps, [], "{}", article.title);
        }
    }
}

#[test]
fn every_sentence_is_the_clients_own_or_part_of_our_frame() {
    for material in [english(), german(), sample_site()] {
        let words = words_of(&material);
        for topic in &topics(&material, 10).topics {
            let (article, frame) = article_on(&material, topic);
            let sentences = claimed(&article, &frame);
            assert!(sentences.len() >= 20, "{}", article.title);
            for sentence in sentences {
                assert!(words.contains(&normalise(&sentence)), "invented in “{}”: {sentence}", article.title);
            }
        }
    }
}

#[test]
fn a_paragraph_in_another_language_than_the_sites_is_not_drafted_from() {
    let mut material = german();
    let printed = |material: &Material| -> String {
        let corpus = super::corpus::Corpus::read(material, &[]);
        corpus.sections.iter().flat_map(super::corpus::Section::texts).collect()
    };
    let before = printed(&material);
    material.pages[0].markdown.push_str(
        "\n\n## International\n\nWe repair the bicycles of our guests from other countries on the same day, and the workshop \
         has a list of all prices in four languages.\n",
    );
    assert_eq!(printed(&material), before);
}

#[test]
fn ten_articles_are_ten_articles() {
    let material = sample_site();
    let list = topics(&material, 10);
    assert_eq!(list.topics.len(), 10, "{:?}", list.gaps);
    let articles: Vec<BTreeSet<String>> = list
        .topics
        .iter()
        .map(|topic| {
            let (article, frame) = article_on(&material, topic);
            claimed(&article, &frame).into_iter().collect()
        })
        .collect();
    for (number, one) in articles.iter().enumerate() {
        for other in &articles[number + 1..] {
            let shared = one.intersection(other).count();
            assert!(shared * 100 < one.len().min(other.len()) * 45, "{shared} of {} sentences are shared", one.len());
        }
    }
}

#[test]
fn the_same_material_gives_the_same_article() {
    let material = english();
    let first = topics(&material, 2);
    let second = topics(&material, 2);
    assert_eq!(first, second);
    assert_eq!(article_on(&material, &first.topics[0]), article_on(&material, &second.topics[0]));
}

#[test]
fn an_article_reads_as_it_did_when_it_was_last_read_by_a_person() {
    let material = english();
    let list = topics(&material, 1);
    let (article, _) = article_on(&material, &list.topics[0]);
    insta::assert_snapshot!("english_article", format!("# {}\n\n{}", article.title, article.markdown));
    let material = german();
    let list = topics(&material, 1);
    let (article, _) = article_on(&material, &list.topics[0]);
    insta::assert_snapshot!("german_article", format!("# {}\n\n{}", article.title, article.markdown));
}

#[test]
fn in_a_language_without_frame_text_an_article_has_no_foreign_word_in_it() {
    let material = french();
    let list = topics(&material, 1);
    let (article, frame) = article_on(&material, &list.topics[0]);
    assert!(word_count(&article.markdown) >= 600);
    assert!(article.title.starts_with("Pain au levain"), "{}", article.title);
    for block in frame {
        let ours = format!(" {} ", normalise(&block));
        for word in ["the", "this", "and", "of", "by", "from", "more", "page"] {
            assert!(!ours.contains(&format!(" {word} ")), "{block}");
        }
    }
}

#[test]
fn what_is_not_the_pages_own_matter_never_gets_in() {
    let material = english();
    for topic in &topics(&material, 3).topics {
        let (article, _) = article_on(&material, topic);
        for unwanted in ["cookies", "All rights reserved", "newsletter", "Best workshop in town", "0117"] {
            assert!(!article.markdown.contains(unwanted), "{unwanted} in {}", article.title);
        }
    }
}

/// A brief as a person types it, without sources.
fn brief(title: &str, outline: &[&str]) -> TopicDraft {
    TopicDraft {
        title: title.into(),
        brief: String::new(),
        keywords: vec!["wheel building".into()],
        search_intent: "informational".into(),
        audience: String::new(),
        outline: outline.iter().map(|heading| (*heading).to_owned()).collect(),
        sources: vec!["https://harbourcycles.test/services/wheel-building".into()],
        notes: String::new(),
    }
}

#[test]
fn a_persons_brief_is_followed_and_what_no_page_says_is_a_gap() {
    let material = english();
    let topic =
        brief("Wheels that last", &["Introduction", "Spokes and tension", "Carbon rims in space", "Conclusion"]);
    let (article, _) = article_on(&material, &topic);
    assert_eq!(article.title, "Wheels that last");
    assert!(article.markdown.contains("## Spokes and tension"));
    assert!(article.gaps.iter().any(|gap| gap.what.contains("Carbon rims in space")), "{:?}", article.gaps);
    assert!(!article.markdown.contains("Conclusion") && !article.markdown.contains("Introduction"));
}

fn sent_back(notes: &str) -> (aos_capabilities::drafts::ArticleDraft, aos_capabilities::drafts::ArticleDraft) {
    let mut material = english();
    let list = topics(&material, 2);
    let topic = list.topics.iter().find(|topic| topic.keywords[0] == "wheel building").expect("a topic on wheels");
    let (before, _) = article_on(&material, topic);
    material.task.topic = Some(topic.clone());
    // As the slice keeps it: without what only the run knows.
    material.task.previous = Some(serde_json::json!({ "title": before.title, "markdown": before.markdown }));
    material.task.notes = Some(notes.into());
    let after = article::compose(&material).unwrap();
    (before, after)
}

#[test]
fn a_reviewers_title_is_taken_and_the_text_stays() {
    let (before, after) = sent_back("Title: Wheels built to last");
    assert_eq!(after.title, "Wheels built to last");
    assert_eq!(after.slug, "wheels-built-to-last");
    assert_eq!(after.markdown, before.markdown);
    let (before, after) = sent_back("I would like another title");
    assert_ne!(after.title, before.title);
}

#[test]
fn a_part_is_dropped_and_another_brought_in() {
    let (before, after) = sent_back("Remove the section about spokes and tension. Please mention deposits and returns");
    assert!(before.markdown.contains("## Spokes and tension"));
    assert!(!after.markdown.contains("## Spokes and tension"));
    assert!(after.markdown.contains("A deposit of fifty pounds"), "{}", after.markdown);
    assert!(word_count(&after.markdown) >= 600);
}

#[test]
fn a_shorter_article_is_shorter_but_still_an_article() {
    let (before, after) = sent_back("Too long, please shorten it");
    let (had, has) = (word_count(&before.markdown), word_count(&after.markdown));
    assert!(has < had && has >= 600, "{had} → {has}");
}

#[test]
fn what_needs_a_writer_gets_other_passages_and_a_gap_that_says_so() {
    let (before, after) = sent_back("This should sound more playful, like a story");
    assert_ne!(after.markdown, before.markdown);
    assert!(after.gaps.iter().any(|gap| gap.what.contains("more playful")), "{:?}", after.gaps);
    let (_, after) = sent_back("Please mention titanium bolts from Mars");
    assert!(after.gaps.iter().any(|gap| gap.what.contains("titanium bolts from Mars")), "{:?}", after.gaps);
}

#[test]
fn every_post_of_a_month_comes_again_when_it_is_sent_back_also_where_the_pages_carry_nothing_else_on_it() {
    // Named otherwise than its pages, so that fewer of them speak of it.
    let material = load("../aos-sandbox/site/pages", "Sorrel Garden Rooms");
    for topic in &topics(&material, 10).topics {
        let (before, _) = article_on(&material, topic);
        let mut material = material.clone();
        material.task.topic = Some(topic.clone());
        material.task.previous = Some(serde_json::json!({ "title": before.title, "markdown": before.markdown }));
        // Nothing but what the article already says.
        material.pages.retain(|page| before.sources.contains(&page.url));
        material.task.notes = Some("Say in the first sentence how long it takes".into());
        let after = article::compose(&material).unwrap_or_else(|error| panic!("{}: {error}", topic.title));
        assert!(after.gaps.iter().any(|gap| gap.what.contains("how long it takes")), "{:?}", after.gaps);
    }
}

#[test]
fn the_image_fits_the_subject_and_is_no_logo() {
    let mut material = english();
    let image = |url: &str, alt: &str, page: &str| MaterialImage {
        url: format!("https://harbourcycles.test/img/{url}"),
        alt: alt.into(),
        page_url: format!("https://harbourcycles.test{page}"),
    };
    material.images = vec![
        image("logo.png", "Wheel building at Harbour Cycles", "/services/wheel-building"),
        image("harbour.jpg", "Bristol harbour", "/about"),
        image("wheel.jpg", "A wheel in the truing stand", "/services/wheel-building"),
    ];
    let (article, _) = article_on(&material, &brief("Wheels that last", &["Spokes and tension"]));
    assert_eq!(article.image.as_deref(), Some("https://harbourcycles.test/img/wheel.jpg"));
}

#[test]
fn too_little_material_is_said_with_what_would_help() {
    let mut material =
        Material { client: "Fresh".into(), pages: vec![english().pages.remove(0)], ..Material::default() };
    material.task.topic = Some(brief("Wheels that last", &["Spokes"]));
    let failure = article::compose(&material).unwrap_err();
    assert_eq!(failure.kind, ModelErrorKind::NothingToSay);
    assert!(failure.message.contains("an article needs 600"), "{failure}");
    assert!(failure.help.unwrap().contains("upload documents"));
    material.task.topic = None;
    assert_eq!(article::compose(&material).unwrap_err().kind, ModelErrorKind::NothingToSay);
}
