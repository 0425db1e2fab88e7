//! Whatever stands on a page: no panic, and an article that comes out is true to it.

use aos_capabilities::{
    drafts::TopicDraft,
    model::{Material, MaterialPage},
};
use proptest::prelude::*;

use super::{article, claimed, corpus::normalise, english, german, words_of};
use crate::offline::{context, strategy, topics};

/// Markdown as it might come off any website.
pub fn page() -> impl Strategy<Value = MaterialPage> {
    let line = prop_oneof![
        "\\PC{0,80}",
        "#{1,4} [A-Z][a-z]{2,8} [a-zäöü]{2,8}\\??",
        "([A-Z][a-z]{1,9}( [a-z]{1,9}){4,14}[.!?] ?){1,4}",
        "[-*] [a-z]{2,8} [a-z]{2,8}( `[a-z]{1,4}`)?",
        "[0-9]\\. [A-Z][a-z]{2,8} [a-z]{2,8}\\.",
        "(> |```|\\| a \\| b|!\\[x\\]\\(y\\)|\\[a\\]\\(b\\) ){1,2}",
        Just(String::new()),
    ];
    (proptest::collection::vec(line, 0..40), "\\PC{0,30}", "[a-z/]{0,20}").prop_map(|(lines, title, path)| {
        MaterialPage {
            url: format!("https://any.test/{path}"),
            title,
            description: lines.first().cloned().unwrap_or_default(),
            markdown: lines.join("\n"),
            word_count: 0,
        }
    })
}

fn topic(title: String, outline: Vec<String>) -> TopicDraft {
    TopicDraft {
        title,
        brief: String::new(),
        keywords: outline.clone(),
        search_intent: String::new(),
        audience: String::new(),
        outline,
        sources: Vec::new(),
        notes: String::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_on_a_page_makes_it_panic(
        pages in proptest::collection::vec(page(), 0..6),
        title in "\\PC{0,40}",
        outline in proptest::collection::vec("\\PC{0,20}", 0..4),
        notes in "\\PC{0,120}",
    ) {
        let mut material = Material { client: title.clone(), pages, ..Material::default() };
        material.task.count = 3;
        material.task.notes = Some(notes);
        material.task.topic = Some(topic(title, outline));
        let _ = context::compose(&material);
        strategy::compose(&material);
        topics::compose(&material);
        let _ = article::compose(&material);
    }

    #[test]
    fn any_brief_over_real_pages_invents_nothing(
        german_site in any::<bool>(),
        words in proptest::sample::subsequence(
            vec!["wheels", "repair", "chain", "Speichen", "Wartung", "Akku", "rims", "rental", "routes", "winter"], 1..4),
        notes in proptest::option::of(proptest::sample::select(vec![
            "shorter", "longer", "another title", "remove the section about rims", "mention chain", "more fun please"])),
    ) {
        let mut material = if german_site { german() } else { english() };
        let outline: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        material.task.topic = Some(topic(words.join(" and "), outline));
        material.task.notes = notes.map(str::to_owned);
        if let Ok((article, frame)) = article::compose_with_frame(&material) {
            let said = words_of(&material);
            for sentence in claimed(&article, &frame) {
                prop_assert!(said.contains(&normalise(&sentence)), "invented: {}", sentence);
            }
        }
    }
}
