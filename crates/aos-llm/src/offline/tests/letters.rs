//! Newsletters, links with their mails, and ad copy: planned, written, changed by notes, and true to the pages.

use std::collections::BTreeSet;

use aos_capabilities::{
    drafts::{AdCopyDraft, AdCopyIdea, BacklinkTarget, Brief, NewsletterDraft, NewsletterIdea, OutreachDraft},
    model::{Material, MaterialPage, ModelErrorKind, TaskAudience},
};
use proptest::prelude::*;

use super::{corpus::normalise, english, german, posts::with_task, sample_site, words_of};
use crate::offline::{
    ads, links, newsletters,
    text::{
        markdown::{RawBlock, read},
        sentences,
    },
};

fn letter(material: &Material, idea: &NewsletterIdea) -> (NewsletterDraft, Vec<String>) {
    let mut material = material.clone();
    material.task.brief = Some(Brief::Newsletter(idea.clone()));
    newsletters::compose_with_frame(&material).unwrap_or_else(|error| panic!("{}: {error}", idea.title))
}

fn mail(material: &Material, target: &BacklinkTarget) -> (OutreachDraft, Vec<String>) {
    let mut material = material.clone();
    material.task.brief = Some(Brief::Backlink(target.clone()));
    links::compose_with_frame(&material).unwrap_or_else(|error| panic!("{}: {error}", target.name))
}

fn set(material: &Material, idea: &AdCopyIdea) -> (AdCopyDraft, Vec<String>) {
    let mut material = material.clone();
    material.task.brief = Some(Brief::AdCopy(idea.clone()));
    ads::compose_with_frame(&material).unwrap_or_else(|error| panic!("{}: {error}", idea.title))
}

/// The sample site with sites that it links to, as few sample pages do.
fn linking() -> Material {
    let mut material = with_task(sample_site(), 4);
    material.pages.push(MaterialPage {
        url: "https://docs.test/partners.html".into(),
        title: "Partners and suppliers".into(),
        markdown: "# Partners and suppliers\n\nOur larch and spruce come from [Norrby Sawmill](https://norrby-sawmill.example/), \
                   two valleys away, whose foresters take single trees. Write to them at office@norrby-sawmill.example.\n\n\
                   We are a member of the [Marram Guild of Builders](https://guild.example/members) and train two apprentices \
                   with the [joinery school](https://joinery-school.example/) in Eastmere.\n\nSee us on \
                   [Facebook](https://www.facebook.com/harbourandpine) or read [here](https://docs.test/index.html)."
            .into(),
        ..MaterialPage::default()
    });
    material
}

/// What a newsletter says that is not in our frame.
fn claims(draft: &NewsletterDraft, frame: &[String]) -> Vec<String> {
    draft
        .markdown
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !frame.iter().any(|own| own == block) && !block.starts_with("## "))
        .flat_map(|block| read(block.split("\n>\n> — ").next().unwrap_or(block).trim_start_matches("> ")))
        .flat_map(|block| match block {
            RawBlock::Paragraph(text) => sentences::split(&text),
            RawBlock::List { items, .. } => items,
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn newsletters_repeat_nothing_and_every_part_links_to_its_page() {
    for material in [with_task(sample_site(), 4), with_task(german(), 2), with_task(english(), 2)] {
        let said = words_of(&material);
        let plan = newsletters::plan(&material);
        assert_eq!(plan.newsletters.len(), material.task.count as usize, "{:?}", plan.gaps);
        let mut all = BTreeSet::new();
        for idea in &plan.newsletters {
            let (draft, frame) = letter(&material, idea);
            assert!(!draft.preview.is_empty() && draft.subject.chars().count() <= 60, "{draft:?}");
            assert_eq!(draft.gaps, []);
            for part in draft.markdown.split("\n## ").skip(1) {
                assert!(part.contains("](http"), "no link: {part}");
            }
            for sentence in claims(&draft, &frame) {
                assert!(said.contains(&normalise(&sentence)), "invented: {sentence}");
                assert!(all.insert(sentence.clone()), "in two letters: {sentence}");
            }
        }
    }
}

#[test]
fn letters_mails_and_ads_read_as_they_did_when_they_were_last_read_by_a_person() {
    let mut material = linking();
    material.task.audiences = vec![TaskAudience { id: "a1".into(), name: "Friends".into(), members: Some(12) }];
    let plan = newsletters::plan(&material);
    let (draft, _) = letter(&material, &plan.newsletters[0]);
    insta::assert_snapshot!(
        "newsletter",
        format!("{:#?}\n\n=====\n\n{}\n{}\n\n{}", plan, draft.subject, draft.preview, draft.markdown)
    );
    let plan = links::plan(&material);
    let (draft, _) = mail(&material, &plan.targets[0]);
    insta::assert_snapshot!("outreach", format!("{:#?}\n\n=====\n\n{}\n\n{}", plan, draft.subject, draft.text));
    let plan = ads::plan(&material);
    let drafts: Vec<AdCopyDraft> = plan.sets.iter().take(2).map(|idea| set(&material, idea).0).collect();
    insta::assert_snapshot!("ad_copy", format!("{:#?}\n\n=====\n\n{:#?}", plan, drafts));
}

#[test]
fn only_sites_that_the_pages_link_to_are_named_and_a_contact_only_as_they_say_it() {
    let material = linking();
    let plan = links::plan(&material);
    let hosts: Vec<&str> = plan.targets.iter().map(|target| target.site.as_str()).collect();
    assert!(hosts.contains(&"https://guild.example/members") && hosts.contains(&"https://norrby-sawmill.example/"));
    assert!(!hosts.iter().any(|host| host.contains("facebook") || host.contains("docs.test")), "{hosts:?}");
    for target in &plan.targets {
        let expected = target.site.contains("norrby").then_some("office@norrby-sawmill.example");
        assert_eq!(target.contact_address.as_deref(), expected);
        assert_eq!(target.sources[0], "https://docs.test/partners.html");
        let (draft, frame) = mail(&material, target);
        assert!(draft.text.split_whitespace().count() <= 140, "{}", draft.text);
        let said = words_of(&material);
        for paragraph in draft.text.split("\n\n") {
            let ours = frame.iter().any(|own| paragraph == own);
            let rest = frame.iter().find_map(|own| paragraph.strip_prefix(own.as_str())).unwrap_or(paragraph);
            let described = material.pages.iter().any(|page| page.description.contains(rest.trim()));
            for sentence in sentences::split(rest).into_iter().filter(|_| !ours && !described) {
                assert!(said.contains(&normalise(&sentence)), "invented: {sentence}");
            }
        }
    }
    let none = links::plan(&with_task(english(), 3));
    assert!(none.targets.is_empty() && !none.gaps.is_empty(), "{none:?}");
}

/// What a network refuses.
fn too_long(draft: &AdCopyDraft, network: &str) -> Vec<String> {
    let (headline, description) = if network == "meta" { (40, 30) } else { (30, 90) };
    let long = |lines: &[String], most: usize| {
        lines.iter().filter(|line| line.chars().count() > most).cloned().collect::<Vec<_>>()
    };
    let primary = if network == "meta" { 125 } else { 0 };
    [long(&draft.headlines, headline), long(&draft.descriptions, description), long(&draft.primary_texts, primary)]
        .concat()
}

#[test]
fn ad_copy_is_within_the_limits_in_whole_lines_of_the_pages() {
    for (material, wanted) in
        [(with_task(sample_site(), 8), 8), (with_task(german(), 3), 3), (with_task(english(), 3), 3)]
    {
        let said = words_of(&material);
        let plan = ads::plan(&material);
        assert_eq!(plan.sets.len(), wanted);
        for idea in &plan.sets {
            let (draft, frame) = set(&material, idea);
            assert_eq!(too_long(&draft, &idea.network), [""; 0]);
            let (least, lines) = if idea.network == "meta" { (1, &draft.primary_texts) } else { (3, &draft.headlines) };
            assert!(lines.len() >= least, "{draft:?}");
            assert_eq!(draft.gaps, []);
            for line in draft.headlines.iter().chain(&draft.descriptions).chain(&draft.primary_texts) {
                let described =
                    material.pages.iter().any(|page| page.description.contains(line) || page.title.contains(line));
                let own = frame.contains(line) || *line == material.client || described;
                assert!(own || said.contains(&normalise(line)), "invented: {line}");
            }
        }
    }
}

#[test]
fn notes_change_letters_mails_and_ads() {
    let material = linking();
    let idea = newsletters::plan(&material).newsletters.remove(0);
    let (before, _) = letter(&material, &idea);
    let mut again = material.clone();
    again.task.previous = Some(serde_json::to_value(&before).unwrap());
    let mut revised = |notes: &str| {
        again.task.notes = Some(notes.into());
        letter(&again, &idea).0
    };
    assert!(revised("Shorter please").markdown.len() < before.markdown.len());
    assert!(revised("Longer please").markdown.len() > before.markdown.len());
    assert_ne!(revised("Another opening").markdown.split("\n\n").next(), before.markdown.split("\n\n").next());
    let dropped = &idea.outline[1];
    assert!(!revised(&format!("Leave out the part about “{dropped}”")).markdown.contains(&format!("## {dropped}")));
    let titled = revised("Title: News from the quay");
    assert_eq!((titled.subject.as_str(), &titled.markdown), ("News from the quay", &before.markdown));
    assert!(revised("More like a fairy tale").gaps.iter().any(|gap| gap.what.contains("fairy tale")));

    let target = links::plan(&material).targets.remove(0);
    let (before, _) = mail(&material, &target);
    let mut again = material.clone();
    again.task.previous = Some(serde_json::json!({ "subject": before.subject, "body": before.text }));
    again.task.notes = Some("too long".into());
    let after = mail(&again, &target).0;
    assert!(after.text.len() < before.text.len() && after.text.contains("Kind regards"), "{}", after.text);

    let idea = ads::plan(&material).sets.remove(0);
    let (before, _) = set(&material, &idea);
    let mut again = material.clone();
    again.task.previous = Some(serde_json::to_value(&before).unwrap());
    let first = before.headlines[1].clone();
    again.task.notes = Some(format!("Leave out “{first}”"));
    let after = set(&again, &idea).0;
    assert!(!after.headlines.contains(&first) && after.descriptions == before.descriptions, "{after:?}");
}

#[test]
fn too_little_material_is_said_with_what_would_help() {
    let material = with_task(Material { client: "Fresh".into(), ..Material::default() }, 3);
    for gaps in [newsletters::plan(&material).gaps, links::plan(&material).gaps, ads::plan(&material).gaps] {
        assert!(!gaps.is_empty() && gaps.iter().all(|gap| !gap.ask.is_empty()));
    }
    let mut empty = material;
    empty.task.brief = Some(Brief::Newsletter(NewsletterIdea { title: "News".into(), ..Default::default() }));
    assert_eq!(newsletters::compose(&empty).unwrap_err().kind, ModelErrorKind::NothingToSay);
    empty.task.brief = Some(Brief::AdCopy(AdCopyIdea { title: "Ads".into(), ..Default::default() }));
    assert_eq!(ads::compose(&empty).unwrap_err().kind, ModelErrorKind::NothingToSay);
    empty.task.brief = Some(Brief::Backlink(BacklinkTarget::default()));
    assert_eq!(links::compose(&empty).unwrap_err().kind, ModelErrorKind::NothingToSay);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_material_gives_drafts_within_the_limits_or_none(
        pages in proptest::collection::vec(super::any_text::page(), 0..5),
        title in "\\PC{0,40}",
        network in proptest::sample::select(vec!["google", "meta", ""]),
        notes in proptest::option::of("\\PC{0,60}"),
        text in proptest::option::of("\\PC{0,200}"),
    ) {
        let mut material = with_task(Material { client: title.clone(), pages, ..Material::default() }, 2);
        let (letters, targets, sets) = (newsletters::plan(&material), links::plan(&material), ads::plan(&material));
        material.task.notes = notes;
        material.task.previous =
            text.map(|text| serde_json::json!({ "subject": text, "markdown": text, "text": text, "headlines": [text] }));
        let mut briefs: Vec<Brief> = letters.newsletters.into_iter().map(Brief::Newsletter).collect();
        briefs.push(Brief::Newsletter(NewsletterIdea { title: title.clone(), ..Default::default() }));
        briefs.extend(targets.targets.into_iter().map(Brief::Backlink));
        briefs.push(Brief::Backlink(BacklinkTarget { name: title.clone(), ..Default::default() }));
        briefs.extend(sets.sets.into_iter().map(Brief::AdCopy));
        briefs.push(Brief::AdCopy(AdCopyIdea { title, network: network.into(), ..Default::default() }));
        for brief in briefs {
            material.task.brief = Some(brief.clone());
            match &brief {
                Brief::Newsletter(_) => {
                    newsletters::plan(&material);
                    let _ = newsletters::compose(&material);
                }
                Brief::Backlink(_) => {
                    links::plan(&material);
                    let _ = links::compose(&material);
                }
                Brief::AdCopy(idea) => {
                    ads::plan(&material);
                    if let Ok(draft) = ads::compose(&material) {
                        prop_assert_eq!(too_long(&draft, &idea.network), Vec::<String>::new());
                    }
                }
                Brief::Post(_) => {}
            }
        }
    }
}
