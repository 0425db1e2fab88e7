//! WordPress under test: our client against the sandbox's site over HTTP, and the cases that only WordPress has.

use std::{
    cell::Cell,
    sync::{Arc, LazyLock},
};

use aos_capabilities::{
    Account, Capability, Descriptor, Platform, PlatformErrorKind,
    publish::{Article, PublishMode, PublishedState},
};
use aos_kernel::{ChannelId, Retry, Secret, TenantId};
use aos_outbound::{Exchange, Outbound, OutboundConfig, Recorder};
use aos_platforms::WordPress;
use aos_sandbox::{Fault, FaultKind, Role, Sandbox, SandboxConfig, Service, Status};
use chrono::TimeDelta;
use url::Url;

use crate::{
    Case, Running, Subject,
    articles::{article, illustrated},
    bench::{Bench, Mishap, Request, StandingClock, now},
    cases,
};

const POSTS: &str = "/wp-json/wp/v2/posts";
/// A read is repeated once by the client itself.
const TRIES_OF_A_READ: u32 = 2;

struct Site {
    sandbox: Sandbox,
    recorder: Recorder,
    wordpress: WordPress,
    account: Account,
    /// From now on nothing answers.
    unreachable: Cell<bool>,
}

pub fn subject() -> Subject {
    Subject {
        descriptor: descriptor(),
        open: || Box::pin(async { Box::new(Site::open().await) as Box<dyn Bench> }),
        mishaps: Mishap::ALL.to_vec(),
        own: connect_cases()
            .into_iter()
            .map(|case| (Capability::Connect, case))
            .chain(publish_cases().into_iter().map(|case| (Capability::PublishArticle, case)))
            .collect(),
    }
}

fn descriptor() -> Descriptor {
    static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| {
        let outbound = Outbound::replaying(Vec::new()).unwrap();
        WordPress::new(outbound, Arc::new(StandingClock(now()))).descriptor().clone()
    });
    DESCRIPTOR.clone()
}

/// A way out to one address of this machine.
fn outbound(allowed: &Url, recorder: &Recorder) -> Outbound {
    let allow = vec![format!("127.0.0.1:{}", allowed.port().unwrap()).parse().unwrap()];
    Outbound::recording(OutboundConfig { allow, ..OutboundConfig::default() }, recorder.clone()).unwrap()
}

fn client(allowed: &Url, recorder: &Recorder) -> WordPress {
    WordPress::new(outbound(allowed, recorder), Arc::new(StandingClock(now())))
}

impl Site {
    async fn open() -> Self {
        let config = SandboxConfig { clock: Arc::new(StandingClock(now())), ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        let base_url = Url::parse(&sandbox.wordpress().url()).unwrap();
        let recorder = Recorder::default();
        let wordpress = client(&base_url, &recorder);
        let mut site = Self {
            account: account(&sandbox, Role::Editor, &base_url),
            sandbox,
            recorder,
            wordpress,
            unreachable: Cell::new(false),
        };
        site.account.settings = site.wordpress.check(&site.account).await.unwrap().settings;
        site
    }
}

fn account(sandbox: &Sandbox, role: Role, base_url: &Url) -> Account {
    let login = sandbox.wordpress().login(role);
    Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: base_url.clone(),
        login: Some(login.user),
        secret: Secret::new(login.password),
        settings: serde_json::Value::Null,
    }
}

impl Bench for Site {
    fn platform(&self) -> &dyn Platform {
        &self.wordpress
    }
    fn account(&self) -> Account {
        let mut account = self.account.clone();
        if self.unreachable.get() {
            // A name that by its definition never has an address.
            account.settings["api_root"] = "http://wordpress.invalid/wp-json/".into();
        }
        account
    }
    fn arrange(&self, mishap: Mishap, on: Request) {
        let kind = match mishap {
            Mishap::Unreachable => return self.unreachable.set(true),
            Mishap::Unauthorized => FaultKind::Status(401),
            Mishap::Forbidden => FaultKind::Status(403),
            Mishap::RouteMissing => FaultKind::Status(404),
            Mishap::Conflict => FaultKind::Status(409),
            Mishap::Busy => FaultKind::RateLimited { retry_after: None },
            Mishap::BusyForSevenSeconds => FaultKind::RateLimited { retry_after: Some(7) },
            Mishap::Failed500 => FaultKind::Status(500),
            Mishap::Failed502 => FaultKind::Status(502),
            Mishap::Failed503 => FaultKind::Status(503),
            Mishap::Failed500AfterEffect => FaultKind::StatusAfterEffect(500),
            Mishap::DroppedBeforeEffect => FaultKind::DropBeforeEffect,
            Mishap::DroppedAfterEffect => FaultKind::DropAfterEffect,
            Mishap::DroppedInBody => FaultKind::DropInBody,
            Mishap::BodySlow => FaultKind::SlowBody { milliseconds: 20 },
            Mishap::JsonCutOff => FaultKind::MalformedJson,
            Mishap::Firewall403 => FaultKind::HtmlPage { status: 403 },
            Mishap::MaintenancePage503 => FaultKind::HtmlPage { status: 503 },
            Mishap::LoginPage200 => FaultKind::HtmlPage { status: 200 },
            Mishap::Redirected => FaultKind::Redirect { to: "https://elsewhere.test/".to_owned() },
            Mishap::PhpNotice => FaultKind::PhpNotice,
        };
        let (method, times) = match on {
            Request::Write => ("POST", 1),
            Request::Read => ("GET", TRIES_OF_A_READ),
        };
        self.sandbox.faults().push(Fault::new(Service::WordPress, POSTS, kind).method(method).times(times));
    }
    fn standing(&self) -> usize {
        let ours = |content: &str| content.contains("agency-os:item=");
        let posts = self.sandbox.wordpress().posts();
        posts.iter().filter(|post| ours(&post.content) && post.status != Status::Trash).count()
    }
    fn revoke(&self) {
        self.sandbox.wordpress().revoke(Role::Editor);
    }
    fn delete(&self, id: &str) {
        assert!(self.sandbox.wordpress().delete_post(id.parse().unwrap()));
    }
    fn bin<'a>(&'a self, id: &'a str) -> Running<'a> {
        Box::pin(async move {
            let url = self.account.base_url.join(&format!("{POSTS}/{id}")).unwrap();
            let (user, password) = (self.account.login.as_deref().unwrap(), &self.account.secret);
            let request = aos_outbound::Request::delete(url).basic_auth(user, password);
            let answer = outbound(&self.account.base_url, &Recorder::default()).send(request).await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
        })
    }
    fn requests(&self) -> usize {
        self.recorder.exchanges().len()
    }
    fn records(&self) -> String {
        serde_json::to_string(&self.recorder.exchanges()).unwrap()
    }
}

fn connect_cases() -> Vec<Case> {
    cases![
        the_api_is_found_however_the_site_announces_it,
        another_place_is_no_wordpress,
        a_role_that_may_less_is_warned_about,
        application_passwords_that_are_switched_off_are_named,
        a_server_that_drops_the_header_is_hinted_at,
        a_closed_api_is_opened_by_signing_in,
    ]
}

fn publish_cases() -> Vec<Case> {
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

/// A second site beside the one of the bench, set up as the case needs.
async fn site_with(configure: impl FnOnce(&Sandbox)) -> Site {
    let mut site = Site::open().await;
    configure(&site.sandbox);
    site.account.settings = serde_json::Value::Null;
    site
}

async fn the_api_is_found_however_the_site_announces_it(_: &dyn Bench) {
    for (pretty, announced, ends_with) in [
        (true, true, "/wp-json/"),
        (true, false, "/wp-json/"),
        (false, true, "rest_route=/"),
        (false, false, "rest_route=%2F"),
    ] {
        let site = site_with(|sandbox| {
            sandbox.wordpress().configure(|settings| {
                settings.pretty_permalinks = pretty;
                settings.announces_api = announced;
            });
        })
        .await;
        let info = site.wordpress.check(&site.account).await.unwrap();
        let root = info.settings["api_root"].as_str().unwrap();
        assert!(root.ends_with(ends_with), "pretty {pretty}, announced {announced}: {root}");
    }
}

async fn another_place_is_no_wordpress(bench: &dyn Bench) {
    // The models' side of the sandbox is a web server too.
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let elsewhere = Url::parse(&sandbox.models().url()).unwrap();
    let wordpress = client(&elsewhere, &Recorder::default());
    let account = Account { base_url: elsewhere, settings: serde_json::Value::Null, ..bench.account() };
    let error = wordpress.check(&account).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::NotFound, Retry::Never));
    assert!(error.message.contains("No WordPress API was found"), "{}", error.message);
}

async fn a_role_that_may_less_is_warned_about(_: &dyn Bench) {
    for (role, warned) in [
        (Role::Administrator, &[][..]),
        (Role::Editor, &[]),
        (Role::Author, &["may not create categories"]),
        (Role::Contributor, &["not publish", "may not upload images", "may not create categories"]),
    ] {
        let site = Site::open().await;
        let account = account(&site.sandbox, role, &site.account.base_url);
        let info = site.wordpress.check(&account).await.unwrap();
        let about_the_role: Vec<_> = info.warnings.iter().filter(|words| words.contains("The account")).collect();
        assert_eq!(about_the_role.len(), warned.len(), "{role}: {about_the_role:?}");
        for (words, expected) in about_the_role.iter().zip(warned) {
            assert!(words.contains(expected), "{role}: {words}");
        }
    }
}

async fn application_passwords_that_are_switched_off_are_named(_: &dyn Bench) {
    let site = site_with(|sandbox| {
        sandbox.wordpress().configure(|settings| settings.application_passwords = false);
    })
    .await;
    let error = site.wordpress.check(&site.account).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (PlatformErrorKind::Unsupported, Retry::Never));
    assert!(error.message.contains("application passwords switched off"), "{}", error.message);
}

async fn a_server_that_drops_the_header_is_hinted_at(_: &dyn Bench) {
    let site = site_with(|sandbox| {
        sandbox.wordpress().configure(|settings| settings.authorization_dropped = true);
    })
    .await;
    let error = site.wordpress.check(&site.account).await.unwrap_err();
    assert_eq!(error.kind, PlatformErrorKind::AuthExpired);
    assert!(error.help.unwrap().contains("drop the Authorization header"));
}

async fn a_closed_api_is_opened_by_signing_in(_: &dyn Bench) {
    let site = site_with(|sandbox| {
        sandbox.wordpress().configure(|settings| settings.rest_for_guests = false);
    })
    .await;
    assert!(site.wordpress.check(&site.account).await.is_ok());
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
    let site = site_with(|sandbox| {
        sandbox.wordpress().configure(|settings| settings.pretty_permalinks = false);
    })
    .await;
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
    let published = aos_capabilities::Platform::publish(&wordpress).unwrap().publish(&account, &wish).await.unwrap();
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
    let site = site_with(|sandbox| {
        sandbox.wordpress().configure(|settings| settings.cron_stalled = true);
    })
    .await;
    let planned = Article { mode: PublishMode::At(now() + TimeDelta::hours(1)), ..article() };
    let published = site.publisher().publish(&site.account, &planned).await.unwrap();
    let outbound = outbound(&site.account.base_url, &Recorder::default());
    let next_day = WordPress::new(outbound, Arc::new(StandingClock(now() + TimeDelta::days(1))));
    let read = next_day.publish().unwrap().read(&site.account, &published.id).await.unwrap().unwrap();
    assert_eq!(read.state, PublishedState::Scheduled(now() + TimeDelta::hours(1)));
    assert!(read.notes[0].contains("WP-Cron"), "{:?}", read.notes);
}
