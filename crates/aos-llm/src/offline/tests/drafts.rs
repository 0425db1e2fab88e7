//! The context file and the strategy: found, counted, never guessed.

use aos_capabilities::model::{Material, ModelErrorKind};
use serde_json::json;

use super::{english, german, sample_site};
use crate::offline::{context, strategy};

#[test]
fn the_context_says_where_each_statement_stands() {
    let material = english();
    let draft = context::compose(&material).unwrap();
    let names: Vec<&str> = draft.products.iter().map(|product| product.name.as_str()).collect();
    assert_eq!(names, ["Bike rental", "Bicycle repairs", "Wheel building"]);
    let found = draft.overview.iter().chain(&draft.usps).chain(&draft.audience).chain(&draft.contact);
    for statement in found {
        let url = statement.source.as_deref().expect("a source");
        let page = material.pages.iter().find(|page| page.url == url).expect("a page of the client");
        let said = statement.text.split_once(": ").map_or(statement.text.as_str(), |(_, said)| said);
        assert!(page.markdown.contains(said) || page.description.contains(&statement.text), "{statement:?}");
    }
    let contact: Vec<&str> = draft.contact.iter().map(|statement| statement.text.as_str()).collect();
    assert_eq!(
        contact,
        ["E-mail: hello@harbourcycles.test", "Phone: 0117 496 0321", "Address: 14 Harbour Street, Bristol BS1 4QA"]
    );
    assert!(draft.tone[0].text.contains("words on average"), "{:?}", draft.tone);
    assert!(draft.key_phrases.iter().any(|phrase| phrase == "wheel building"), "{:?}", draft.key_phrases);
}

#[test]
fn competitors_are_never_guessed() {
    let mut material = english();
    let draft = context::compose(&material).unwrap();
    assert_eq!(draft.competitors, []);
    assert!(draft.gaps.iter().any(|gap| gap.what.contains("never guessed")));
    material.answers = json!({"voice": {"competitors": ["Spoke & Co"], "audience": "commuters in Bristol"}});
    let draft = context::compose(&material).unwrap();
    assert_eq!(draft.competitors[0].text, "Spoke & Co");
    assert_eq!(draft.audience[0].text, "commuters in Bristol");
    assert!(!draft.gaps.iter().any(|gap| gap.what.contains("never guessed")));
}

#[test]
fn german_address_is_measured() {
    let draft = context::compose(&german()).unwrap();
    assert!(draft.tone.iter().any(|line| line.text.contains("“Sie”")), "{:?}", draft.tone);
}

#[test]
fn without_any_text_there_is_nothing_to_say() {
    let failure = context::compose(&Material::default()).unwrap_err();
    assert_eq!(failure.kind, ModelErrorKind::NothingToSay);
    assert!(failure.help.unwrap().contains("upload documents"));
}

#[test]
fn the_strategy_begins_with_ten_posts_a_month_that_add_up_to_its_goal() {
    let draft = strategy::compose(&sample_site());
    let (goal, posts) = (&draft.goals[0], &draft.deliverables[0]);
    assert_eq!((goal.metric.as_str(), goal.target, goal.months), ("published_posts", 60.0, 6));
    assert_eq!((posts.deliverable_type.as_str(), posts.monthly_quantity, posts.goal), ("blog_posts", 10, 0));
    assert!(draft.deliverables.iter().all(|deliverable| deliverable.goal < draft.goals.len()));
    assert!(draft.rationale.contains("46 pages"), "{}", draft.rationale);
    // No figure was given, so no goal is made of one.
    assert_eq!(draft.goals.len(), 1);
    assert!(draft.gaps.iter().any(|gap| gap.what.contains("No traffic figure")));
}

#[test]
fn a_figure_from_onboarding_becomes_a_goal_with_its_baseline() {
    let mut material = english();
    material.answers = json!({"baseline": {"monthly_sessions": "1,200", "notes": "about", "leads_per_month": 0}});
    let draft = strategy::compose(&material);
    let sessions = draft.goals.iter().find(|goal| goal.metric == "sessions").expect("a goal for visits");
    assert_eq!((sessions.baseline, sessions.target), (Some(1200.0), 1500.0));
    assert!(!draft.goals.iter().any(|goal| goal.metric == "leads"));
    assert!(draft.gaps.iter().any(|gap| gap.what.contains("10 a month need more")), "{:?}", draft.gaps);
}
