//! Publishing on a WordPress site: what only WordPress does.

use std::sync::Arc;

use aos_capabilities::{
    Account, Platform, PlatformErrorKind,
    publish::{Article, PublishMode, PublishedState},
};
use aos_kernel::Retry;
use aos_outbound::{Exchange, Outbound, Recorder};
use aos_platforms::WordPress;
use aos_sandbox::{Fault, FaultKind, Role, Service};
use chrono::TimeDelta;
use url::Url;

use crate::{
    Case,
    articles::{article, illustrated},
    bench::{Bench, StandingClock, now},
    cases,
    wordpress::{Site, account, outbound, site_with},
};

pub fn cases() -> Vec<Case> {
    cases![
        the_requests_are_those_of_the_contract,
        a_site_without_readable_addresses_is_published_to_all_the_same,
        the_article_is_made_of_blocks_and_carries_its_mark,
        an_image_that_the_site_refuses_is_named_and_nothing_is_published,
        an_image_whose_upload_was_cut_off_is_not_uploaded_twice,
        an_image_whose_smaller_sizes_failed_is_used,
        an_image_that_did_not_change_is_used_again,
        a_type_of_image_that_no_site_takes_is_refused_before_a_request,
        a_category_that_the_account_may_not_make_is_left_out_with_a_note,
        a_term_that_somebody_else_just_made_is_used,
        an_account_that_may_only_draft_is_told_so,
        a_schedule_that_was_missed_is_noticed,
    ]
}

/// Requests as they left, with what differs from run to run taken out.
fn requests(exchanges: &[Exchange], base_url: &Url) -> serde_json::Value {
    let text = serde_json::to_string(&exchanges.iter().map(|exchange| &exchange.request).collect::<Vec<_>>()).unwrap();
    serde_json::from_str(&text.replace(base_url.as_str(), "https://site.test/")).unwrap()
}

async fn the_requests_are_those_of_the_contract(_: &dyn Bench) {
    let site = Site::open().await;
    let publisher = site.publisher();
    site.recorder.take();
    let article = Article {
        item: "0199c0de-0000-7000-8000-00000000abcd".parse().unwrap(),
        mode: PublishMode::At(now() + TimeDelta::days(2)),
        ..illustrated()
    };
    let published = publisher.publish(&site.account, &article).await.unwrap();
    insta::assert_json_snapshot!("wordpress_publish", requests(&site.recorder.take(), &site.account.base_url));
    publisher.find(&site.account, article.item, "elsewhere").await.unwrap();
    insta::assert_json_snapshot!("wordpress_find", requests(&site.recorder.take(), &site.account.base_url));
    let now_live = Article { mode: PublishMode::Now, ..article };
    publisher.update(&site.account, &published.id, &now_live).await.unwrap();
    insta::assert_json_snapshot!("wordpress_update", requests(&site.recorder.take(), &site.account.base_url));
}

async fn a_site_without_readable_addresses_is_published_to_all_the_same(_: &dyn Bench) {
    let site = site_with(|settings| settings.pretty_permalinks = false).await;
    let article = illustrated();
    let published = site.publisher().publish(&site.account, &article).await.unwrap();
    let found = site.publisher().find(&site.account, article.item, &article.slug).await.unwrap().unwrap();
    assert_eq!((found.id, found.state), (published.id, PublishedState::Live));
}

async fn the_article_is_made_of_blocks_and_carries_its_mark(_: &dyn Bench) {
    let site = Site::open().await;
    let article = article();
    site.publisher().publish(&site.account, &article).await.unwrap();
    let posts = site.sandbox.wordpress().published();
    let content = &posts.iter().find(|post| post.slug == article.slug).unwrap().content;
    assert!(content.starts_with("<!-- wp:paragraph -->"), "{content}");
    assert!(content.contains(&format!("<!-- agency-os:item={} -->", article.item)), "{content}");
}

fn on_media(kind: FaultKind) -> Fault {
    Fault::new(Service::WordPress, "/wp-json/wp/v2/media", kind).method("POST")
}

async fn an_image_that_the_site_refuses_is_named_and_nothing_is_published(_: &dyn Bench) {
    let site = Site::open().await;
    site.sandbox.faults().push(on_media(FaultKind::UploadRefused));
    let error = site.publisher().publish(&site.account, &illustrated()).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Invalid("image".to_owned()));
    assert_eq!((error.retry, error.outcome_unknown), (Retry::Never, false));
    assert_eq!(error.message, "The site does not accept this type of image.");
    assert_eq!(site.standing(), 0);
}

async fn an_image_whose_upload_was_cut_off_is_not_uploaded_twice(_: &dyn Bench) {
    for kind in [FaultKind::DropAfterEffect, FaultKind::DropInBody, FaultKind::MalformedJson] {
        let site = Site::open().await;
        site.sandbox.faults().push(on_media(kind));
        let article = illustrated();
        let error = site.publisher().publish(&site.account, &article).await.unwrap_err();
        assert_eq!((error.retry, error.outcome_unknown), (Retry::Backoff, false), "no article was sent yet: {error:?}");
        site.publisher().publish(&site.account, &article).await.unwrap();
        assert_eq!((site.sandbox.wordpress().media().len(), site.standing()), (1, 1));
    }
}

async fn an_image_whose_smaller_sizes_failed_is_used(_: &dyn Bench) {
    let site = Site::open().await;
    site.sandbox.faults().push(on_media(FaultKind::ThumbnailsFailed));
    let article = illustrated();
    let published = site.publisher().publish(&site.account, &article).await.unwrap();
    assert_eq!(published.notes, Vec::<String>::new());
    let media = site.sandbox.wordpress().media();
    let post = site.sandbox.wordpress().post(published.id.parse().unwrap()).unwrap();
    assert_eq!((media.len(), post.featured_media), (1, media[0].id));
    assert_eq!(media[0].alt_text, "How long roofs last");
}

async fn an_image_that_did_not_change_is_used_again(_: &dyn Bench) {
    let site = Site::open().await;
    let article = illustrated();
    let published = site.publisher().publish(&site.account, &article).await.unwrap();
    site.publisher().update(&site.account, &published.id, &article).await.unwrap();
    assert_eq!(site.sandbox.wordpress().media().len(), 1);
}

async fn a_type_of_image_that_no_site_takes_is_refused_before_a_request(bench: &dyn Bench) {
    let mut article = illustrated();
    if let Some(image) = &mut article.image {
        image.content_type = "image/svg+xml".to_owned();
    }
    let before = bench.requests();
    let error = bench.publisher().publish(&bench.account(), &article).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::Invalid("image".to_owned()));
    assert_eq!(bench.requests(), before);
}

async fn a_category_that_the_account_may_not_make_is_left_out_with_a_note(_: &dyn Bench) {
    let site = Site::open().await;
    let author = account(&site.sandbox, Role::Author, &site.account.base_url);
    let article = Article { categories: vec!["Brand new".to_owned()], ..article() };
    let published = site.publisher().publish(&author, &article).await.unwrap();
    assert_eq!(published.state, PublishedState::Live);
    assert_eq!(published.notes, ["The category “Brand new” does not exist and the account may not create it."]);
}

async fn a_term_that_somebody_else_just_made_is_used(bench: &dyn Bench) {
    // The list does not show the tag, as it does not to the slower of two; making it then says which one it is.
    let answers = serde_json::json!([
        {
            "request": {
                "method": "GET",
                "url": "https://a.test/wp-json/wp/v2/tags?search=Roof&per_page=100&hide_empty=false&_fields=id%2Cname",
            },
            "response": {"status": 200, "body": {"json": []}},
        },
        {
            "request": {"method": "POST", "url": "https://a.test/wp-json/wp/v2/tags?_fields=id%2Cname"},
            "response": {"status": 400, "body": {"json": {"code": "term_exists", "data": {"status": 400, "term_id": 4}}}},
        },
        {
            "request": {
                "method": "POST",
                "url": "https://a.test/wp-json/wp/v2/posts?_fields=id%2Cstatus%2Cslug%2Clink%2Cdate_gmt%2Ctitle%2C\
                        content%2Cfeatured_media%2Ccategories%2Ctags",
            },
            "response": {"status": 201, "body": {"json": {"id": 7, "status": "publish", "slug": "roof-care", "tags": [4]}}},
        },
    ]);
    let outbound = Outbound::replaying(serde_json::from_value(answers).unwrap()).unwrap();
    let wordpress = WordPress::new(outbound, Arc::new(StandingClock(now())));
    let account = Account {
        settings: serde_json::json!({
            "api_root": "https://a.test/wp-json/", "home": "https://a.test/", "admin": "https://a.test/",
        }),
        ..bench.account()
    };
    let wish = Article { tags: vec!["Roof".to_owned()], ..article() };
    let published = Platform::publish(&wordpress).unwrap().publish(&account, &wish).await.unwrap();
    assert_eq!(published.notes, Vec::<String>::new());
}

async fn an_account_that_may_only_draft_is_told_so(_: &dyn Bench) {
    let site = Site::open().await;
    let contributor = account(&site.sandbox, Role::Contributor, &site.account.base_url);
    let error = site.publisher().publish(&contributor, &article()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::PermissionMissing, Retry::Never));
    assert_eq!(error.message, "The account may write drafts on the site but not publish them.");
    let draft = Article { mode: PublishMode::Draft, ..article() };
    let saved = site.publisher().publish(&contributor, &draft).await.unwrap();
    assert_eq!(saved.state, PublishedState::Draft);
}

async fn a_schedule_that_was_missed_is_noticed(_: &dyn Bench) {
    let site = site_with(|settings| settings.cron_stalled = true).await;
    let planned = Article { mode: PublishMode::At(now() + TimeDelta::hours(1)), ..article() };
    let published = site.publisher().publish(&site.account, &planned).await.unwrap();
    let outbound = outbound(&Recorder::default());
    let next_day = WordPress::new(outbound, Arc::new(StandingClock(now() + TimeDelta::days(1))));
    let read = next_day.publish().unwrap().read(&site.account, &published.id).await.unwrap().unwrap();
    assert_eq!(read.state, PublishedState::Scheduled(now() + TimeDelta::hours(1)));
    assert!(read.notes[0].contains("WP-Cron"), "{:?}", read.notes);
}
