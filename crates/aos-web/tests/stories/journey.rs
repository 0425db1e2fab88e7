//! A client on its way: what the stories about decisions begin with.

use std::sync::Arc;

use aos_features::{
    activities::{self, ApprovalState, PendingApproval},
    channels::Connect,
    onboarding,
    people::Role,
};
use aos_kernel::{Actor, AgencyScope, Clock, PageSize, Secret, SystemClock, TenantId, TenantScope};
use aos_sandbox::{SampleSite, Sandbox};
use aos_storage::DbKind;
use aos_testkit::TestApp;
use axum::http::{StatusCode, header};

use crate::support::{Answer, Browser};

/// A client whose website is the sample site, with a practice site to publish on and the set-up chain launched.
pub struct Journey {
    pub app: TestApp,
    pub client: TenantId,
    /// An approver of the agency; nothing waiting is their own work.
    pub browser: Browser,
    site: SampleSite,
}

impl Journey {
    /// Until the strategy waits for its approval.
    pub async fn begin(kind: DbKind) -> Self {
        Self::begin_at(kind, Arc::new(SystemClock)).await
    }

    /// The same, by a clock that the story steps.
    pub async fn begin_at(kind: DbKind, clock: Arc<dyn Clock>) -> Self {
        let site = Sandbox::start_site(0).await.unwrap();
        let url: url::Url = site.url().parse().unwrap();
        let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let app = TestApp::at(kind, vec![host], clock).await;
        let client = app.client_at(SampleSite::CLIENT, url.as_str()).await;
        let scope = TenantScope::granted(client);
        let account = Connect {
            platform: "memory".to_owned(),
            site: "https://practice.example".to_owned(),
            login: "editor".to_owned(),
            password: Secret::new("any"),
        };
        app.product.connections.connect(&app.db, Actor::user(app.administrator), scope, account).await.unwrap();
        let mut tx = app.db.begin(Actor::user(app.administrator)).await.unwrap();
        onboarding::commands::launch(&mut tx, scope).await.unwrap();
        tx.commit().await.unwrap();
        app.work().await;
        let approver = app.person("Paula", Role::Approver, None).await;
        let browser = Browser::of(&app, approver).await;
        Self { app, client, browser, site }
    }

    /// Until the month's posts wait for their review.
    pub async fn to_the_posts(kind: DbKind) -> Self {
        Self::to_the_posts_at(kind, Arc::new(SystemClock)).await
    }

    /// The same, by a clock that the story steps.
    pub async fn to_the_posts_at(kind: DbKind, clock: Arc<dyn Clock>) -> Self {
        let journey = Self::begin_at(kind, clock).await;
        for kind in ["strategy", "request"] {
            let waiting = journey.waiting(kind).await;
            let first = &waiting.first().unwrap_or_else(|| panic!("no {kind} waits")).approval;
            let page = journey.browser.get(&format!("/portal/approvals/{}", first.id)).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            let hash = hidden(&page.body, "hash");
            let (path, fields) = match kind {
                "request" => ("requests", [("hash", hash.as_str()), ("decision", "approve_all")]),
                _ => ("approve", [("hash", hash.as_str()), ("notes", "")]),
            };
            let answer = journey.browser.submit(&format!("/portal/approvals/{}/{path}", first.id), &fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            journey.app.work().await;
        }
        journey
    }

    pub fn scope(&self) -> TenantScope {
        TenantScope::granted(self.client)
    }

    /// What waits for a decision, of one kind of subject.
    pub async fn waiting(&self, kind: &str) -> Vec<PendingApproval> {
        let filter = activities::ApprovalFilter { subject_kind: Some(kind.to_owned()), ..Default::default() };
        let mut conn = self.app.db.read().await.unwrap();
        let scope = AgencyScope::only(vec![self.client]);
        let page =
            activities::queries::pending_approvals(&mut conn, &scope, &filter, None, PageSize::DEFAULT).await.unwrap();
        page.items
    }

    pub async fn state_of(&self, approval: aos_kernel::ApprovalId) -> ApprovalState {
        let mut conn = self.app.db.read().await.unwrap();
        activities::queries::approval(&mut conn, self.scope(), approval).await.unwrap().state
    }

    pub async fn end(self) {
        self.site.stop().await;
    }
}

/// The value of a hidden field.
pub fn hidden(html: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = html.split_once(&start).unwrap_or_else(|| panic!("no field {name} in {html}")).1;
    rest.split_once('"').unwrap().0.to_owned()
}

/// Where an answer leads.
pub fn place(answer: &Answer) -> String {
    answer.headers.get(header::LOCATION).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}
