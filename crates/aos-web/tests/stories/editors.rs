//! Editing: posts with their versions and comments, briefs, strategies, the context file.

use aos_features::{
    content::{
        self,
        commands::Edit,
        comments,
        model::{ArticleText, ItemText},
    },
    onboarding, strategy,
};
use aos_kernel::{Actor, ContentItemId, RequestId, StrategyId};
use aos_storage::testing::kinds;
use axum::http::StatusCode;

use crate::{
    journey::{Journey, hidden, place},
    support::Browser,
};

const TEXT: &str = "## What larch needs\n\nLarch lasts for decades. It needs no paint at all.\n\nOak costs more than larch.\n\nAsk us for a price.";

/// The first post that waits, with this text as its second version.
async fn post_saying(journey: &Journey, markdown: &str) -> (ContentItemId, String) {
    let approval = journey.waiting("content_item").await.remove(0).approval;
    let item = ContentItemId::from_uuid(approval.subject.id);
    save(journey, item, 1, markdown).await;
    (item, format!("/portal/clients/{}/items/{item}", journey.client))
}

async fn save(journey: &Journey, item: ContentItemId, based_on: i64, markdown: &str) {
    let mut tx = journey.app.db.begin(Actor::user(journey.app.administrator)).await.unwrap();
    let before = content::queries::version(&mut tx, journey.scope(), item, based_on).await.unwrap().text;
    let ItemText::Article(before) = before else { panic!("{before:?}") };
    let text = ItemText::Article(ArticleText { markdown: markdown.to_owned(), ..before });
    let product = &journey.app.product;
    let edit = Edit { based_on, text, note: None };
    let platforms = product.connections.platforms();
    content::commands::edit_item(&mut tx, &product.steps, platforms, journey.scope(), item, edit).await.unwrap();
    tx.commit().await.unwrap();
}

async fn newest(journey: &Journey, item: ContentItemId) -> content::ContentVersion {
    let mut conn = journey.app.db.read().await.unwrap();
    content::queries::versions(&mut conn, journey.scope(), item).await.unwrap().remove(0)
}

#[tokio::test]
async fn edits_of_two_people_go_together_where_they_fit_and_both_are_shown_where_they_do_not() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let (item, page) = post_saying(&journey, TEXT).await;
        let editor = journey.browser.get(&format!("{page}/edit")).await.body;
        assert_eq!(hidden(&editor, "base_version"), "2");
        assert!(editor.contains("LIX") || editor.contains("too short to say"), "{editor}");

        // Somebody else changes the last paragraph, this one the first: nothing is saved before it was looked at.
        save(&journey, item, 2, &TEXT.replace("Ask us for a price.", "Ask us.")).await;
        let mine = TEXT.replace("no paint at all", "oil each spring");
        let fields = [("base_version", "2"), ("title", "My title"), ("slug", "my-title"), ("markdown", mine.as_str())];
        let answer = journey.browser.submit(&format!("{page}/edit"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert!(answer.body.contains("both edits are put together below"), "{}", answer.body);
        assert_eq!(hidden(&answer.body, "base_version"), "3");
        let together = mine.replace("Ask us for a price.", "Ask us.");
        assert!(answer.body.contains(&format!("\n{together}</textarea>")), "{}", answer.body);
        assert_eq!(newest(&journey, item).await.version, 3);

        // The same lines: the own text stays, theirs stands beside it, and saving again goes on top.
        let other = TEXT.replace("no paint at all", "paint");
        let fields = [("base_version", "2"), ("title", "My title"), ("markdown", other.as_str())];
        save(&journey, item, 3, &together).await;
        let answer = journey.browser.submit(&format!("{page}/edit"), &fields).await;
        assert!(answer.body.contains("You both changed the same lines"), "{}", answer.body);
        assert!(answer.body.contains(&format!("\n{other}</textarea>")), "the own text is kept: {}", answer.body);
        assert!(answer.body.contains(&format!("\n{together}</textarea>")), "theirs can be taken: {}", answer.body);
        let fields = [("base_version", "4"), ("title", "My title"), ("markdown", other.as_str()), ("note", "Paint it")];
        let saved = journey.browser.submit(&format!("{page}/edit"), &fields).await;
        assert_eq!((saved.status, place(&saved)), (StatusCode::SEE_OTHER, page.clone()), "{}", saved.body);

        // Any two versions are compared, and an old one comes back as a new one.
        let shown = journey.browser.get(&format!("{page}?from=2&to=5")).await.body;
        assert!(shown.contains("Difference between Version 2 and Version 5"), "{shown}");
        assert!(shown.contains("Paint it"), "{shown}");
        let fields = [("version", "2"), ("based_on", "5")];
        let back = journey.browser.submit(&format!("{page}/restore"), &fields).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
        let now = newest(&journey, item).await;
        assert_eq!((now.version, &*now.text.markdown()), (6, TEXT));
        let late = journey.browser.submit(&format!("{page}/restore"), &fields).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
        journey.end().await;
    }
}

#[tokio::test]
async fn what_is_typed_is_shown_as_it_will_look_and_measured_without_being_kept() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let (item, page) = post_saying(&journey, TEXT).await;
        let typed = "# Larch\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) and **wood**";
        let fields = [("title", "T"), ("markdown", typed), ("base_version", "2")];
        let part = journey.browser.submit(&format!("{page}/preview"), &fields).await;
        assert_eq!(part.status, StatusCode::OK, "{}", part.body);
        assert!(part.body.contains("<h2>Larch</h2>") && part.body.contains("<strong>wood</strong>"), "{}", part.body);
        assert!(!part.body.contains("<script>") && !part.body.contains("javascript:"), "{}", part.body);
        assert!(part.body.contains("1 minute to read") && part.body.contains("Keywords"), "{}", part.body);
        // Without a script the same is a button of the form, and loses nothing of it.
        let fields = [&fields[..], &[("preview", "1"), ("note", "Why not")]].concat();
        let whole = journey.browser.submit(&format!("{page}/edit"), &fields).await;
        assert_eq!(whole.status, StatusCode::OK, "{}", whole.body);
        assert!(whole.body.contains("<h2>Larch</h2>") && whole.body.contains("value=\"Why not\""), "{}", whole.body);
        assert_eq!(newest(&journey, item).await.version, 2);
        journey.end().await;
    }
}

#[tokio::test]
async fn comments_follow_their_words_through_edits_or_say_that_those_are_gone() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let (item, page) = post_saying(&journey, TEXT).await;
        let to = format!("{page}/comments");
        let unsaid = [("quote", "words that nobody wrote"), ("body", "Ask the mill first."), ("back", page.as_str())];
        let missing = journey.browser.submit(&to, &unsaid).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
        for kept in ["do not stand in the text", "words that nobody wrote</textarea>", "Ask the mill first.</textarea>"]
        {
            assert!(missing.body.contains(kept), "{kept}: {}", missing.body);
        }
        assert_eq!(hidden(&missing.body, "back"), page);
        for (quote, body) in [
            ("It needs no paint at all.", "Says who?"),
            ("Oak costs more than larch.", "By how much?"),
            ("", "Nice and short."),
        ] {
            let made = journey.browser.submit(&to, &[("quote", quote), ("body", body)]).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        }
        let shown = journey.browser.get(&page).await.body;
        assert!(shown.contains("Says who?") && !shown.contains("No longer in the text"), "{shown}");

        // One is rewritten in its place, then the other taken out.
        let edited = TEXT.replace("It needs no paint at all.", "A coat of oil each spring is enough.");
        save(&journey, item, 2, &edited).await;
        let shown = journey.browser.get(&page).await.body;
        assert!(shown.contains("data-quote=\"A coat of oil each spring is enough.\""), "{shown}");
        assert!(shown.contains("These words were changed since"), "{shown}");
        save(&journey, item, 3, &edited.replace("Oak costs more than larch.\n\n", "")).await;
        let shown = journey.browser.get(&page).await.body;
        assert!(shown.contains("No longer in the text (said of version 2)"), "{shown}");

        let mut conn = journey.app.db.read().await.unwrap();
        let threads = comments::threads(&mut conn, journey.scope(), item).await.unwrap();
        drop(conn);
        let first = threads.iter().find(|thread| thread.first.body == "Says who?").unwrap().first.id;
        let one = format!("{to}/{first}");
        journey.browser.submit(&one, &[("do", "answer"), ("body", "The mill.")]).await;
        journey.browser.submit(&one, &[("do", "resolve")]).await;
        let shown = journey.browser.get(&page).await.body;
        assert!(shown.contains("1 is resolved") && shown.contains("The mill."), "{shown}");
        let long = "A long answer. ".repeat(400);
        let refused = journey.browser.submit(&one, &[("do", "answer"), ("body", &long)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(long.trim()) && refused.body.contains("at most 5000 characters"));
        // An answer opens it again.
        journey.browser.submit(&one, &[("do", "answer"), ("body", "Which one?")]).await;
        assert!(!journey.browser.get(&page).await.body.contains("1 is resolved"));
        journey.end().await;
    }
}

#[tokio::test]
async fn a_brief_is_edited_while_it_waits_and_what_is_decided_on_is_the_edited_one() {
    for kind in kinds() {
        let journey = Journey::begin(kind).await;
        let fields = [("title", "Larch or oak"), ("brief", "For people who build."), ("priority", "high")];
        let raised = journey.browser.submit(&format!("/portal/clients/{}/requests", journey.client), &fields).await;
        let request = place(&raised);
        let form = journey.browser.get(&format!("{request}/edit")).await;
        assert!(form.body.contains("value=\"high\" selected"), "{}", form.body);
        let edit = [
            ("base_version", "1"),
            ("title", "Larch or oak"),
            ("brief", "Which lasts."),
            ("outline", "A\nB"),
            ("keywords", "larch, oak"),
            ("planned", "2090-05-01T09:00"),
        ];
        let saved = journey.browser.submit(&format!("{request}/edit"), &edit).await;
        assert_eq!((saved.status, place(&saved)), (StatusCode::SEE_OTHER, request.clone()), "{}", saved.body);
        let id: RequestId = request.rsplit('/').next().unwrap().parse().unwrap();
        let read = async || {
            let mut conn = journey.app.db.read().await.unwrap();
            content::queries::request(&mut conn, journey.scope(), id).await.unwrap()
        };
        let brief = read().await;
        assert_eq!((brief.version, brief.outline.len(), brief.brief.as_str()), (2, 2, "Which lasts."));
        assert!(brief.planned_at.is_some());
        let waiting = journey.waiting("request").await;
        assert!(waiting.iter().any(|one| one.approval.hash == brief.hash), "the approval shows the edited brief");

        // A time alone is no other brief, and what somebody else saved is not overwritten.
        let only_time = [&edit[1..5], &[("base_version", "2"), ("planned", "2090-06-01T09:00")]].concat();
        journey.browser.submit(&format!("{request}/edit"), &only_time).await;
        assert_eq!(read().await.version, 2);
        let stale = journey
            .browser
            .submit(&format!("{request}/edit"), &[&edit[..1], &[("title", "Other"), ("brief", "My words")]].concat())
            .await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            stale.body.contains("Somebody saved another version") && stale.body.contains("My words"),
            "{}",
            stale.body
        );
        assert_eq!(hidden(&stale.body, "base_version"), "2");
        journey.end().await;
    }
}

#[tokio::test]
async fn rows_of_a_strategy_come_and_go_without_a_script_and_the_total_follows() {
    for kind in kinds() {
        let journey = Journey::begin(kind).await;
        let waiting = journey.waiting("strategy").await.remove(0).approval;
        let path = format!("/portal/clients/{}/strategies/{}/edit", journey.client, waiting.subject.id);
        let row = [
            ("base_version", "1"),
            ("summary", "Be found."),
            ("rationale", "Why not."),
            ("goals.0.name", "Posts"),
            ("goals.0.metric", "published_posts"),
            ("goals.0.unit", "posts"),
            ("goals.0.target", "60"),
            ("goals.0.months", "6"),
            ("goals.1.name", "Gone"),
            ("goals.1.metric", "published_posts"),
            ("goals.1.unit", "x"),
            ("goals.1.target", "1"),
            ("goals.1.months", "6"),
            ("deliverables.0.name", "Blog posts"),
            ("deliverables.0.kind", "blog_posts"),
            ("deliverables.0.monthly", "4"),
            ("deliverables.0.goal", "0"),
            ("deliverables.1.name", "Newsletter"),
            ("deliverables.1.kind", "newsletters"),
            ("deliverables.1.monthly", "2"),
            ("deliverables.1.goal", "1"),
        ];
        let fewer = journey.browser.submit(&path, &[&row[..], &[("change", "remove:goals.1")]].concat()).await;
        assert_eq!(fewer.status, StatusCode::OK, "{}", fewer.body);
        assert!(fewer.body.contains("<b id=\"sum-monthly\">6</b>"), "{}", fewer.body);
        assert!(!fewer.body.contains("value=\"Gone\"") && fewer.body.contains("Choose a goal"), "{}", fewer.body);
        let more = journey.browser.submit(&path, &[&row[..], &[("change", "add:deliverables")]].concat()).await;
        assert!(more.body.contains("name=\"deliverables.2.name\""), "{}", more.body);

        // What is wrong stands in its row, and nothing that was typed is lost.
        let bad = [
            &row[..],
            &[
                ("deliverables.2.name", "More"),
                ("deliverables.2.kind", "blog_posts"),
                ("deliverables.2.monthly", "many"),
                ("deliverables.2.goal", "0"),
            ],
        ]
        .concat();
        let refused = journey.browser.submit(&path, &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(
            refused.body.contains("This is not a number of pieces a month.") && refused.body.contains("value=\"many\""),
            "{}",
            refused.body
        );

        let saved = journey.browser.submit(&path, &row).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let id = StrategyId::from_uuid(waiting.subject.id);
        let now =
            strategy::queries::strategy(&mut journey.app.db.read().await.unwrap(), journey.scope(), id).await.unwrap();
        assert_eq!((now.revision, now.content.deliverables.len()), (2, 2));
        let shown = journey.waiting("strategy").await.remove(0).approval;
        assert_eq!(shown.hash, now.hash, "what is decided on is the edited one, from the same commit on");
        let late = journey.browser.submit(&path, &row).await;
        assert!(late.body.contains("Somebody saved another version"), "{}", late.body);
        journey.end().await;
    }
}

#[tokio::test]
async fn the_context_file_has_an_outline_and_an_old_version_comes_back() {
    for kind in kinds() {
        let journey = Journey::begin(kind).await;
        let browser = Browser::of(&journey.app, journey.app.administrator).await;
        let page = format!("/portal/clients/{}/context", journey.client);
        let first = onboarding::queries::latest_context(&mut journey.app.db.read().await.unwrap(), journey.scope())
            .await
            .unwrap()
            .unwrap();
        let text = "# Client\n\n## Who they are\n\nBuilders.\n\n## Tone\n\nPlain.";
        let saved = browser.submit(&page, &[("base_version", "1"), ("markdown", text)]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let shown = browser.get(&page).await.body;
        assert!(shown.contains("<a href=\"#s-1\">Who they are</a>") && shown.contains("<h3 id=\"s-1\">"), "{shown}");
        let theirs = text.replace("Plain.", "Plain and warm.");
        browser.submit(&page, &[("base_version", "2"), ("markdown", &theirs)]).await;
        let mine = text.replace("Builders.", "Builders since 1982.");
        let both = browser.submit(&page, &[("base_version", "2"), ("markdown", &mine)]).await;
        assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", both.body);
        assert!(both.body.contains("Builders since 1982.\n\n## Tone\n\nPlain and warm.</textarea>"), "{}", both.body);
        let compared = browser.get(&format!("{page}?from=1&to=3")).await.body;
        assert!(compared.contains("Difference between Version 1 and Version 3"), "{compared}");
        let back = browser.submit(&format!("{page}/restore"), &[("version", "1"), ("based_on", "3")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
        let now = onboarding::queries::latest_context(&mut journey.app.db.read().await.unwrap(), journey.scope())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((now.version, now.markdown), (4, first.markdown));
        journey.end().await;
    }
}

#[tokio::test]
async fn work_is_a_board_too_and_each_activity_tells_its_history() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let work = format!("/portal/clients/{}/work", journey.client);
        let board = journey.browser.get(&format!("{work}?view=board")).await.body;
        for words in ["To do", "In progress", "Waits for a decision", "Failed", "Done", "Write the blog post"] {
            assert!(board.contains(words), "no “{words}”: {board}");
        }
        let people = journey.browser.get(&format!("{work}?view=board&who=human")).await.body;
        assert!(!people.contains("Write the blog post"), "{people}");
        let setup = journey.browser.get(&format!("{work}?state=all&kind=set_up")).await.body;
        assert!(setup.contains("Draft the strategy") && !setup.contains("Write the blog post"), "{setup}");

        let at = board.split_once("href=\"/portal/activities/").unwrap().1;
        let page = journey.browser.get(&format!("/portal/activities/{}", at.split_once('"').unwrap().0)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for words in
            ["History", "Runs", "What came of it", "Waits for", "handed it in for a decision", "Approve the topics"]
        {
            assert!(page.body.contains(words), "no “{words}”: {}", page.body);
        }
        journey.end().await;
    }
}
