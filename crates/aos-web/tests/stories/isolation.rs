//! No route shows or changes anything of a client that is not the asker's: the whole table of routes is tried.

use std::collections::BTreeMap;

use aos_features::{activities, content, onboarding, people::Role, strategy, website};
use aos_kernel::{AgencyScope, PageSize};
use aos_storage::testing::kinds;
use axum::http::{Method, StatusCode};

use crate::{journey::Journey, support::Browser};

/// Real ids of the other client, by the names that paths use.
pub async fn foreign_ids(journey: &Journey) -> BTreeMap<&'static str, String> {
    let (scope, mut conn) = (journey.scope(), journey.app.db.read().await.unwrap());
    let size = PageSize::DEFAULT;
    let approval = &journey.waiting("content_item").await[0].approval;
    let strategy = strategy::queries::active_strategy(&mut conn, scope).await.unwrap().unwrap();
    let request = &content::queries::requests(&mut conn, scope, &[], None, size).await.unwrap().items[0];
    let agency = AgencyScope::only(vec![journey.client]);
    let run = aos_features::agents::queries::runs(&mut conn, &agency, None, size).await.unwrap().items[0].id;
    let pipelines = activities::queries::pipelines(&mut conn, scope, None, None, size).await.unwrap();
    let channel = aos_features::channels::queries::channels(&mut conn, scope).await.unwrap()[0].id;
    let crawl = website::queries::latest_crawl(&mut conn, scope).await.unwrap().unwrap().id;
    let image = website::queries::images(&mut conn, scope, 1).await.unwrap()[0].id;
    let goal = strategy::queries::goals(&mut conn, scope, true, journey.app.db.clock().now()).await.unwrap()[0].goal.id;
    let deliverable = strategy::queries::deliverables(&mut conn, scope, true).await.unwrap()[0].id;
    let context = onboarding::queries::latest_context(&mut conn, scope).await.unwrap().unwrap();
    BTreeMap::from([
        ("tenant", journey.client.to_string()),
        ("approval", approval.id.to_string()),
        ("item", approval.subject.id.to_string()),
        ("activity", approval.activity_id.to_string()),
        ("pipeline", pipelines.items[0].pipeline.id.to_string()),
        ("request", request.id.to_string()),
        ("strategy", strategy.id.to_string()),
        ("goal", goal.to_string()),
        ("deliverable", deliverable.to_string()),
        ("run", run.to_string()),
        ("channel", channel.to_string()),
        ("crawl", crawl.to_string()),
        ("media", image.to_string()),
        ("document", crawl.to_string()),
        ("user", journey.app.administrator.to_string()),
        ("version", context.version.to_string()),
        ("step", "voice".to_owned()),
        ("comment", crawl.to_string()),
        ("visit", crawl.to_string()),
        ("invitation", crawl.to_string()),
    ])
}

/// What a path would need is told by its names; `None` for one that is not about a client.
pub fn filled(path: &str, ids: &BTreeMap<&'static str, String>) -> Option<String> {
    let mut out = String::new();
    for part in path.split_inclusive('/') {
        let bare = part.trim_end_matches('/');
        match bare.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => out.push_str(&part.replace(bare, ids.get(name)?)),
            None => out.push_str(part),
        }
    }
    Some(out)
}

#[tokio::test]
async fn whoever_belongs_to_one_client_finds_nothing_of_another_at_any_address() {
    for kind in kinds() {
        let journey = Journey::to_the_posts(kind).await;
        let own = journey.app.client("Own Brand").await;
        let person = journey.app.person("Theo", Role::TenantAdmin, Some(own)).await;
        let browser = Browser::of(&journey.app, person).await;
        let ids = foreign_ids(&journey).await;
        let before = journey.waiting("content_item").await.len();
        let mut tried = 0;
        let faces = |path: &str| path.starts_with("/portal") || path.starts_with("/client/");
        for route in aos_web::router::routes().list().iter().filter(|route| faces(&route.path)) {
            let Some(path) = filled(&route.path, &ids).filter(|path| *path != route.path) else { continue };
            let answer = if route.method == Method::GET {
                browser.get(&path).await
            } else {
                browser.submit(&path, &[("name", "x"), ("base_version", "1"), ("markdown", "x"), ("title", "x")]).await
            };
            // An upload is refused for its form before anything is looked at, which tells as little.
            let refused = matches!(answer.status, StatusCode::NOT_FOUND)
                || (path.ends_with("/documents") && answer.status == StatusCode::BAD_REQUEST);
            assert!(refused, "{} {path} answered {}: {}", route.method, answer.status, answer.body);
            tried += 1;
        }
        assert!(tried > 70, "only {tried} routes were tried");
        assert_eq!(journey.waiting("content_item").await.len(), before);

        // The agency's own lists are not for them at all, and their own pages show their own client alone.
        for path in ["/portal/content", "/portal/runs", "/manage/users", "/manage/settings/branding"] {
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["", "/approvals", "/requests", "/calendar", "/content", "/channels", "/settings?tab=people"] {
            let page = browser.get(&format!("/client/{own}{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
            assert!(!page.body.contains("Harbour"), "{path} shows another client");
        }
        let decided = journey.waiting("content_item").await;
        let shown = format!("{}:{}", decided[0].approval.id, decided[0].approval.hash.as_str());
        let answer = browser.submit("/portal/queue/decide", &[("approval", &shown), ("decision", "approve")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
        journey.end().await;
    }
}
