//! Every page, drawn with the gallery's samples: what must hold for all of them, and a few as snapshots.

#[path = "../examples/gallery/samples/mod.rs"]
mod samples;

use std::collections::{HashMap, HashSet};

use aos_web::{assets, flash::Theme};

fn draw(path: &str, empty: bool) -> String {
    let query = if empty { HashMap::from([("empty".to_owned(), "1".to_owned())]) } else { HashMap::new() };
    samples::render(path, &query, Theme::System).unwrap_or_else(|error| panic!("{path}: {error:?}")).0
}

/// Each page, with rows and without.
fn every_page() -> impl Iterator<Item = (String, String)> {
    samples::PAGES
        .iter()
        .flat_map(|path| [false, true].map(|empty| (format!("{path} empty={empty}"), draw(path, empty))))
}

/// What stands between each `start` and the next `end`.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split(end).next())
}

#[test]
fn no_page_needs_an_exception_from_the_content_policy() {
    for (name, html) in every_page() {
        for tag in between(&html, "<", ">") {
            assert!(!tag.contains(" style="), "{name}: inline style in <{tag}>");
            let handler = tag.split_whitespace().any(|word| word.starts_with("on") && word.contains('='));
            assert!(!handler, "{name}: inline handler in <{tag}>");
            assert!(!tag.starts_with("script") || tag.contains(" src=\"/assets/"), "{name}: inline script <{tag}>");
        }
    }
}

#[test]
fn every_form_that_changes_something_begins_with_its_token() {
    for (name, html) in every_page() {
        for form in between(&html, "<form method=\"post\"", "</form>") {
            let first = form.split("<input").nth(1).unwrap_or_default();
            assert!(first.contains("name=\"_csrf\""), "{name}: the token is not the first field of <form{form}");
        }
    }
}

#[test]
fn every_page_has_one_heading_of_its_own_and_no_id_twice() {
    for (name, html) in every_page() {
        // The article as it will look brings its own title; it is the document that is shown, not a part of the page.
        let headings = html.matches("<h1").count() - html.matches("<h1 class=\"preview__title\"").count();
        assert_eq!(headings, 1, "{name}: {headings} main headings");
        let mut ids = HashSet::new();
        for id in between(&html, " id=\"", "\"") {
            assert!(ids.insert(id), "{name}: id {id} twice");
        }
        for target in between(&html, " for=\"", "\"").chain(between(&html, "commandfor=\"", "\"")) {
            assert!(ids.contains(target), "{name}: nothing has the id {target}");
        }
    }
}

#[test]
fn every_icon_is_in_the_sprite() {
    let list = include_str!("../ui/src/icons.ts");
    for (name, html) in every_page() {
        for icon in between(&html, &format!("{}#", assets::icons()), "\"") {
            assert!(list.contains(&format!("\"{icon}\"")), "{name}: no icon {icon}; add it to ui/src/icons.ts");
        }
    }
}

#[test]
fn an_empty_list_says_what_would_fill_it() {
    for (path, words) in [
        ("/portal", "Nothing waits for you"),
        ("/clients", "The crawl starts at once"),
        ("/client/plan", "The strategy agent writes one"),
        ("/client/work", "Launching onboarding starts the set-up chain"),
        ("/client/context", "The onboarding agent writes it"),
        ("/queues", "No process has said"),
    ] {
        let html = draw(path, true);
        let found = html.to_lowercase().contains(&words.to_lowercase());
        assert!(found, "{path}: {words:?} is not said");
    }
}

/// The part that the page is about, without the hashes in the names of assets.
fn main_part(html: &str) -> String {
    let main = html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or_default();
    main.replace(assets::icons(), "/assets/icons.svg").lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_queue_as_a_reviewer_sees_it() {
    insta::assert_snapshot!(main_part(&draw("/portal", false)));
}

#[test]
fn a_post_that_waits_for_approval() {
    insta::assert_snapshot!(main_part(&draw("/approvals/post", false)));
}

#[test]
fn a_post_that_somebody_else_decided() {
    let html = main_part(&draw("/approvals/decided", false));
    assert!(html.contains("Nothing to decide: Approved by Noor Iqbal"), "{html}");
    assert!(!html.contains("/approve\""), "a decided approval still offers a decision");
}

#[test]
fn the_sign_in_page_after_a_wrong_password() {
    insta::assert_snapshot!(main_part(&draw("/sign-in", false)));
}
