//! Topics: distinct, carried by the pages, never proposed twice.

use std::collections::BTreeSet;

use aos_capabilities::model::{Material, MaterialPage};

use super::{english, german, sample_site, topics};

#[test]
fn a_month_of_topics_is_ten_different_ones_with_everything_a_brief_needs() {
    let material = sample_site();
    let list = topics(&material, 10);
    assert_eq!(list.gaps, []);
    let titles: BTreeSet<&str> = list.topics.iter().map(|topic| topic.title.as_str()).collect();
    assert_eq!(titles.len(), 10);
    for topic in &list.topics {
        assert!((4..=11).contains(&topic.outline.len()), "{}: {:?}", topic.title, topic.outline);
        assert!(!topic.keywords.is_empty() && !topic.sources.is_empty() && !topic.audience.is_empty());
        assert!(["informational", "commercial"].contains(&topic.search_intent.as_str()));
        assert!(topic.brief.matches(". ").count() >= 1, "{}", topic.brief);
        assert!(topic.title.chars().count() <= 90, "{}", topic.title);
        assert!(topic.outline.iter().all(|heading| !heading.is_empty()));
    }
    let turns: BTreeSet<String> = list
        .topics
        .iter()
        .map(|topic| topic.title.to_lowercase().replace(&topic.keywords[0].to_lowercase(), "…"))
        .collect();
    assert!(turns.len() >= 8, "stamped: {turns:?}");
    insta::assert_snapshot!(
        "sample_titles",
        list.topics.iter().map(|topic| topic.title.as_str()).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn what_was_written_last_month_is_not_proposed_again() {
    let mut material = sample_site();
    let first = topics(&material, 10);
    material.task.taken = first.topics.iter().map(|topic| topic.title.clone()).collect();
    let second = topics(&material, 10);
    for topic in &second.topics {
        assert!(!material.task.taken.contains(&topic.title), "{}", topic.title);
        for earlier in &first.topics {
            assert_ne!(topic.keywords[0], earlier.keywords[0]);
        }
    }
    assert!(second.topics.len() == 10 || !second.gaps.is_empty());
}

#[test]
fn an_article_that_the_site_has_is_not_proposed() {
    let list = topics(&english(), 10);
    assert!(list.topics.iter().all(|topic| !topic.title.to_lowercase().contains("lights")), "{list:?}");
}

#[test]
fn a_small_site_gives_what_it_carries_and_says_what_is_missing() {
    let list = topics(&english(), 10);
    assert!((1..10).contains(&list.topics.len()));
    assert_eq!(list.gaps.len(), 1);
    assert!(list.gaps[0].what.contains("of 10 articles"), "{:?}", list.gaps);
    assert!(list.gaps[0].ask.contains("connect a model"));
}

#[test]
fn a_fresh_wordpress_carries_nothing_and_that_is_no_error() {
    let mut material = Material {
        client: "Fresh".into(),
        pages: vec![MaterialPage {
            url: "https://fresh.test/hello-world".into(),
            title: "Hello world!".into(),
            markdown: "# Hello world!\n\nWelcome to WordPress. This is your first post. Edit or delete it, then start writing!".into(),
            ..MaterialPage::default()
        }],
        ..Material::default()
    };
    let list = topics(&material, 10);
    assert_eq!(list.topics, []);
    assert!(list.gaps[0].what.contains("no text that an article could be made from"), "{:?}", list.gaps);
    assert_eq!(topics(&Material::default(), 10).topics, []);

    // A first paragraph is something, and still no article.
    material.pages[0].markdown = "# Spokes\n\nA wheel is built from 32 spokes, a rim and a hub, and every spoke is \
                                  tensioned by hand until the rim runs true to a tenth of a millimetre.\n"
        .into();
    let list = topics(&material, 10);
    assert_eq!(list.topics, []);
    assert!(list.gaps[0].what.contains("about 30 usable words in all, too few for an article"), "{:?}", list.gaps);
}

#[test]
fn a_title_shows_code_without_its_marks() {
    let mut material = sample_site();
    for page in &mut material.pages {
        let lines =
            page.markdown.lines().map(|line| match line.strip_prefix("## ").and_then(|text| text.split_once(' ')) {
                Some((first, rest)) => format!("## `{first}` {rest}"),
                None => line.to_owned(),
            });
        page.markdown = lines.collect::<Vec<_>>().join("\n");
    }
    let list = topics(&material, 10);
    assert_eq!(list.topics.len(), 10, "{:?}", list.gaps);
    assert!(list.topics.iter().all(|topic| !topic.title.contains('`')), "{:#?}", list.topics);
}

#[test]
fn a_german_site_gets_german_topics() {
    let list = topics(&german(), 2);
    let topic = &list.topics[0];
    assert!(topic.title.starts_with("Laufradbau"), "{}", topic.title);
    assert!(topic.brief.contains("Wörter"), "{}", topic.brief);
}

fn sent_back(notes: &str) -> (aos_capabilities::drafts::TopicDraft, aos_capabilities::drafts::TopicList) {
    let mut material = english();
    let list = topics(&material, 10);
    let topic =
        list.topics.iter().find(|topic| topic.keywords[0] == "wheel building").expect("a topic on wheels").clone();
    material.task.taken = list.topics.iter().map(|topic| topic.title.clone()).collect();
    material.task.topic = Some(topic.clone());
    material.task.notes = Some(notes.into());
    (topic, topics(&material, 1))
}

#[test]
fn a_brief_that_was_sent_back_is_changed_as_its_notes_say() {
    let (before, list) =
        sent_back("Remove the part about spokes and tension. Add something about deposits and returns");
    let after = &list.topics[0];
    assert_eq!(after.title, before.title);
    assert!(before.outline.contains(&"Spokes and tension".to_owned()));
    assert!(!after.outline.contains(&"Spokes and tension".to_owned()));
    assert!(after.outline.contains(&"Deposits and returns".to_owned()), "{:?}", after.outline);
    assert!(after.sources.iter().any(|url| url.ends_with("/bike-rental")));
    assert_eq!(list.gaps, []);

    let (_, list) = sent_back("Title: Wheels that stay true; about 900 words");
    assert_eq!(list.topics[0].title, "Wheels that stay true");
    assert!(list.topics[0].notes.contains("900 words"));
    let (before, list) = sent_back("Please find another title");
    assert_ne!(list.topics[0].title, before.title);
}

#[test]
fn a_note_that_needs_a_writer_brings_another_topic_or_says_that_none_is_left() {
    let (before, list) = sent_back("Make it relevant for people who ride to festivals");
    assert!(list.topics.iter().all(|topic| topic.title != before.title));
    assert!(list.gaps.iter().any(|gap| gap.what.contains("festivals")), "{:?}", list.gaps);
}
