//! Requests, posts and their approvals.

use aos_web::{
    content::views::{
        AllContentPage, ArticleEditPage, ArticleForm, ArticleView, BriefView, CommentsView, Conflict, ContentPage,
        ImageView, ItemPage, NewRequestPage, PostApprovalPage, PostRow, PublicationView, PublishForm, RequestForm,
        RequestListApprovalPage, RequestPage, RequestRow, SaidView, ThreadView, VersionRow,
    },
    layout::{ApprovalHead, ClientTab, Decision, Place},
    markdown,
    ui::{Choice, Choices, Diff, Gap, Source},
};

use super::{Draw, Drawn, ago, approval, done, history, strings};

const TEXT: &str = "Porcelain veneers last **10 to 15 years** when they are looked after, and some reach twenty. How long yours hold depends less on the veneer than on what happens around it.

## What veneers are made of

A veneer is a shell of porcelain or composite, thinner than a fingernail, bonded to the front of a tooth. At the practice both are made:

| Material | Lasts | Repaired |
|---|---|---|
| Porcelain | 10–15 years | replaced |
| Composite | 5–7 years | polished or filled |

> “We would rather repair a small chip than replace a whole veneer.” ([Treatments](https://harbourvale.example/treatments/veneers))

## What shortens their life

1. Grinding at night. A splint protects veneers and teeth alike.
2. Opening things with your teeth.
3. Gum disease, because the edge of the veneer becomes visible.

## When to come and see us

If an edge feels rough, or the veneer moves when you bite, [book a check](https://harbourvale.example/book). It takes twenty minutes.
";

const BEFORE: &str = "Porcelain veneers last a long time when they are looked after. How long yours hold depends less on the veneer than on what happens around it.

## What veneers are made of

A veneer is a shell, thinner than a fingernail, bonded to the front of a tooth.

## What shortens their life

1. Grinding at night. A splint protects veneers and teeth alike.
2. Opening things with your teeth.
";

pub fn render(draw: &Draw, path: &str) -> Drawn {
    match path {
        "/approvals/requests" => done(&approve_requests(draw)),
        "/approvals/post" => done(&approve_post(draw, approval("post"))),
        "/approvals/decided" => done(&approve_post(
            draw,
            ApprovalHead {
                decided: Some(Decision {
                    verdict: "approved".into(),
                    by: "Noor Iqbal".into(),
                    at: ago(2),
                    notes: None,
                }),
                ..approval("post")
            },
        )),
        "/edit" => done(&edit(draw, false)),
        "/conflict" => done(&edit(draw, true)),
        "/client/content" => done(&list(draw, "posts")),
        "/client/requests" => done(&list(draw, "requests")),
        "/client/request-new" => done(&NewRequestPage {
            shell: draw.client_shell("New request"),
            client: draw.client(ClientTab::Content),
            form: RequestForm::default(),
            errors: Default::default(),
            intents: intents(),
            ..NewRequestPage::default()
        }),
        "/client/request" => done(&RequestPage {
            shell: draw.client_shell("How long do porcelain veneers last?"),
            client: draw.client(ClientTab::Content),
            brief: brief(1, "How long do porcelain veneers last?", "approved"),
            approval_href: None,
            posts: posts().into_iter().take(1).collect(),
            events: history(),
            ..RequestPage::default()
        }),
        "/client/item" => done(&item(draw, "published")),
        "/client/unconfirmed" => done(&item(draw, "unconfirmed")),
        "/content" => done(&AllContentPage {
            shell: draw.shell("Content", Place::Content),
            states: states(),
            state: String::new(),
            posts: draw.some(posts()),
            more: draw.full.then(|| "?after=1".into()),
        }),
        _ => None,
    }
}

fn intents() -> Choices {
    Choices::new(
        ["informational", "commercial", "transactional", "navigational"]
            .map(|intent| Choice::new(intent, intent))
            .into(),
        "informational",
    )
}

fn states() -> Vec<Choice> {
    vec![
        Choice::new("writing", "Writing").counted(2),
        Choice::new("review", "Review").counted(3),
        Choice::new("scheduled", "Scheduled").counted(1),
        Choice::new("published", "Published").counted(21),
        Choice::new("failed", "Failed").counted(1),
    ]
}

pub fn brief(number: usize, title: &str, state: &str) -> BriefView {
    BriefView {
        id: format!("r{number}"),
        title: title.into(),
        brief: "Patients ask this before they ask for a price, and the treatments page does not answer it. The post gives years for each material, says what shortens them, and leads to the booking page.".into(),
        keywords: strings(&["how long do veneers last", "porcelain veneers", "composite veneers"]),
        intent: "informational".into(),
        audience: "Adults who consider veneers and compare materials".into(),
        outline: strings(&["What veneers are made of", "What shortens their life", "When to come and see us"]),
        sources: vec![
            Source::page("https://harbourvale.example/treatments/veneers"),
            Source::page("https://harbourvale.example/prices"),
            Source::named("Price list 2026.pdf"),
        ],
        notes: if number == 1 { "Do not promise a number of years for single cases.".into() } else { String::new() },
        state: state.into(),
        rejection: (state == "rejected").then(|| "We have this already; see “Whitening at home”.".into()), ..BriefView::default() }
}

fn approve_requests(draw: &Draw) -> RequestListApprovalPage {
    let titles = [
        "How long do porcelain veneers last?",
        "Teeth whitening after a crown: what works",
        "Gum health in pregnancy",
        "Invisible braces for adults: the first four weeks",
        "What a root canal feels like today",
        "Which toothbrush for sensitive teeth?",
        "Your child’s first visit, step by step",
        "Implant or bridge: how we decide with you",
        "Emergency dentist at the harbour: when to call",
        "Whitening at home",
    ];
    let requests = titles
        .iter()
        .enumerate()
        .map(|(index, title)| {
            let state = match index {
                2 => "approved",
                9 => "rejected",
                _ => "pending_approval",
            };
            brief(index + 1, title, state)
        })
        .collect();
    let mut head = approval("request_list");
    head.made_by = "SEO specialist".into();
    head.urgent = None;
    head.consequence = "Approved requests are written at once and come back for review as posts.".into();
    head.asks_once = false;
    RequestListApprovalPage {
        shell: draw.client_shell("Ten blog posts for November"),
        approval: head,
        requests,
        wanted: 10,
        gaps: vec![Gap {
            what: "Three topics rest on a single page each.".into(),
            ask: "Upload the brochure about implants to give them more to stand on.".into(),
        }],
    }
}

pub fn article() -> ArticleView {
    ArticleView {
        title: "How long do porcelain veneers last?".into(),
        slug: "how-long-do-porcelain-veneers-last".into(),
        address: "https://blog.harbourvale.example/how-long-do-porcelain-veneers-last/".into(),
        excerpt: "Ten to fifteen years, and what you can do to get more: materials, habits and the signs to watch."
            .into(),
        html: markdown::to_html(TEXT),
        image: Some(ImageView {
            href: "/sample.svg".into(),
            alt: "The harbour in front of the practice".into(),
            from: Some(Source::page("https://harbourvale.example/about")),
        }),
        categories: strings(&["Treatments"]),
        tags: strings(&["veneers", "porcelain", "care"]),
        sources: vec![
            Source::page("https://harbourvale.example/treatments/veneers"),
            Source::named("Price list 2026.pdf"),
        ],
        words: 1_204,
        version: 2,
        author: "Copywriter".into(),
        author_agent: true,
        at: ago(24),
        offline: true,
        gaps: Vec::new(),
    }
}

pub fn diff() -> Diff {
    Diff::between("Version 1", BEFORE, "Version 2", TEXT)
}

fn approve_post(draw: &Draw, head: ApprovalHead) -> PostApprovalPage {
    PostApprovalPage {
        shell: draw.client_shell("How long do porcelain veneers last?"),
        approval: head,
        article: article(),
        brief: Some(brief(1, "How long do porcelain veneers last?", "approved")),
        diff: draw.full.then(diff),
        publish: PublishForm {
            mode: if draw.full { "schedule" } else { "now" }.into(),
            at: "2026-11-21T09:00".into(),
            zone: "Europe/Berlin".into(),
            channel: "c1".into(),
            channel_name: draw.full.then(|| "WordPress, blog.harbourvale.example".into()),
            connect_href: "/client/channels".into(),
            ..PublishForm::default()
        },
        errors: Default::default(),
        edit_href: Some("/edit".into()),
        comments: comments(draw),
    }
}

fn comments(draw: &Draw) -> CommentsView {
    let thread = |id: &str, quote: Option<&str>, body: &str| ThreadView {
        id: id.into(),
        quote: quote.map(Into::into),
        version: 1,
        said: vec![SaidView { who: "Noor Iqbal".into(), at: ago(90), body: body.into(), ..SaidView::default() }],
        ..ThreadView::default()
    };
    let gone = ThreadView { gone: true, ..thread("t2", Some("for a lifetime"), "We can’t promise that.") };
    CommentsView {
        action: "/client/item/comments".into(),
        back: "/approvals/post".into(),
        may: true,
        open: draw.some(vec![thread("t1", Some("ten to fifteen years"), "Where is that from?"), gone]),
        resolved: draw.some(vec![thread("t3", None, "Nice and short.")]),
    }
}

fn edit(draw: &Draw, conflict: bool) -> ArticleEditPage {
    let view = article();
    ArticleEditPage {
        shell: draw.client_shell("Edit the post"),
        action: "/edit".into(),
        back: "/approvals/post".into(),
        client: "Harbour & Vale Dental".into(),
        form: ArticleForm {
            base_version: 2,
            title: view.title,
            slug: view.slug,
            excerpt: view.excerpt,
            markdown: TEXT.into(),
            categories: "Treatments".into(),
            tags: "veneers, porcelain, care".into(),
            ..ArticleForm::default()
        },
        errors: Default::default(),
        brief: Some(brief(1, "How long do porcelain veneers last?", "approved")),
        conflict: conflict.then(|| Conflict {
            by: "Noor Iqbal".into(),
            at: ago(1),
            diff: Diff::between("Noor’s version 3", BEFORE, "Your text", TEXT),
            ..Conflict::default()
        }),
        limits: None,
        ..ArticleEditPage::default()
    }
}

fn posts() -> Vec<PostRow> {
    let post = |title: &str, client: &str, state: &str, words, minutes| PostRow {
        href: "/client/item".into(),
        title: title.into(),
        client: client.into(),
        state: state.into(),
        words,
        updated: ago(minutes),
        published_url: (state == "published").then(|| "https://blog.harbourvale.example/a".into()),
        error: (state == "failed").then(|| "WordPress answered “upload refused” to the image.".into()),
        offline: words > 1_100,
    };
    vec![
        post("How long do porcelain veneers last?", "Harbour & Vale Dental", "review", 1_204, 24),
        post("Gum health in pregnancy", "Harbour & Vale Dental", "writing", 0, 2),
        post("Single origin or blend: what changes in the cup", "Tide Coffee Roasters", "scheduled", 986, 95),
        post("What a root canal feels like today", "Harbour & Vale Dental", "unconfirmed", 1_032, 9),
        post("Teeth whitening after a crown: what works", "Harbour & Vale Dental", "failed", 1_088, 55),
        post("Your child’s first visit, step by step", "Harbour & Vale Dental", "published", 1_310, 2_000),
    ]
}

fn list(draw: &Draw, kind: &str) -> ContentPage {
    let request = |title: &str, state: &str, by: &str, agent, month: Option<&str>, minutes| RequestRow {
        href: "/client/request".into(),
        title: title.into(),
        state: state.into(),
        raised_by: by.into(),
        agent,
        counts_for: month.map(Into::into),
        updated: ago(minutes),
    };
    ContentPage {
        shell: draw.client_shell("Content"),
        client: draw.client(ClientTab::Content),
        kind: kind.into(),
        states: states(),
        state: String::new(),
        posts: draw.some(posts()),
        requests: draw.some(vec![
            request("New parking at the practice", "pending_approval", "Noor Iqbal", false, None, 300),
            request(
                "How long do porcelain veneers last?",
                "in_progress",
                "SEO specialist",
                true,
                Some("November 2026"),
                2_900,
            ),
            request("Whitening at home", "rejected", "SEO specialist", true, Some("November 2026"), 2_900),
        ]),
        more: None,
    }
}

fn item(draw: &Draw, state: &str) -> ItemPage {
    let published = state == "published";
    ItemPage {
        shell: draw.client_shell("How long do porcelain veneers last?").under("Content", "/client/content"),
        client: draw.client(ClientTab::Content),
        id: "i1".into(),
        state: if published { "published" } else { "approved" }.into(),
        article: article(),
        brief: Some(brief(1, "How long do porcelain veneers last?", "approved")),
        publication: draw.full.then(|| PublicationView {
            state: state.into(),
            channel: "WordPress, blog.harbourvale.example".into(),
            url: published.then(|| "https://blog.harbourvale.example/how-long-do-porcelain-veneers-last/".into()),
            at: Some(ago(9)),
            note: (!published).then(|| "The connection broke while WordPress was answering.".into()),
            remarks: if published {
                strings(&["WordPress changed the slug to how-long-do-porcelain-veneers-last-2."])
            } else {
                Vec::new()
            },
            can_check: !published,
            can_retry: false,
            ..PublicationView::default()
        }),
        versions: vec![
            VersionRow {
                version: 2,
                author: "Copywriter".into(),
                agent: true,
                at: ago(24),
                words: 1_204,
                note: Some("Approved by Noor Iqbal".into()),
                current: true,
                diff_href: Some("?from=1&to=2".into()),
                ..VersionRow::default()
            },
            VersionRow {
                version: 1,
                author: "Copywriter".into(),
                agent: true,
                at: ago(310),
                words: 980,
                note: Some("Rejected: say how long they last in years.".into()),
                current: false,
                diff_href: None,
                ..VersionRow::default()
            },
        ],
        diff: (draw.full && !published).then(diff),
        approval_href: None,
        edit_href: Some("/edit".into()),
        events: history(),
        ..ItemPage::default()
    }
}
