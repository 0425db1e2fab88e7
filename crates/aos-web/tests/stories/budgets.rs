//! What agents may spend: the agency's default, and a client's own budget before it.

use aos_capabilities::model::{Ledger, LedgerCall, ModelErrorKind, Purpose};
use aos_features::{
    agents::RunLedger,
    people::{Access, AuditFilter, Role, audit},
};
use aos_kernel::{AgencyScope, MicroUsd, PageSize, RunId, TenantId};
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::{Browser, Program};

/// Sets money aside for one call of a run of its own, as the gateway does before it calls.
async fn reserve(app: &TestApp, tenant: TenantId, dollars: f64) -> Result<(), ModelErrorKind> {
    let call = LedgerCall {
        tenant,
        run: RunId::new(),
        purpose: Purpose::ALL[0],
        provider: "local".to_owned(),
        model: "tiny".to_owned(),
        run_budget: MicroUsd::from_usd(2.0),
    };
    let ledger = RunLedger::new(app.db.clone());
    ledger.reserve(&call, MicroUsd::from_usd(dollars)).await.map(|_| ()).map_err(|error| error.kind)
}

#[tokio::test]
async fn a_client_without_a_budget_of_its_own_is_limited_by_the_agencys_default() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let (acme, bolt) = (app.client("Acme").await, app.client("Bolt").await);
        let browser = Browser::of(&app, app.administrator).await;
        let program = Program::new(&app, app.token(app.administrator, Access::Write).await);
        let built_in = program.get("/default-budget").await.json();
        assert_eq!(built_in["budgets"], json!({ "monthly_micro_usd": 50_000_000, "per_run_micro_usd": 2_000_000 }));
        assert!(built_in["chosen_by"].is_null());

        // A default that does not fit says so at its field and keeps what was typed.
        for (monthly, per_run, words) in
            [("1", "1.50", "between nothing and the month"), ("much", "1", "such as 0.25"), ("1", "", "such as 2.00")]
        {
            let fields = [("monthly", monthly), ("per_run", per_run)];
            let refused = browser.submit("/manage/models/default-budget", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{monthly} {per_run}");
            assert!(refused.body.contains(words) && refused.body.contains(&format!("value=\"{monthly}\"")));
        }
        let fields = [("monthly", "1"), ("per_run", "0.80")];
        let saved = browser.submit("/manage/models/default-budget", &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let page = browser.get("/manage/models").await.body;
        assert!(page.contains("$1.00 a month and $0.80 for one run") && page.contains("Chosen by Ana"), "{page}");

        // It limits both clients, each by itself.
        assert_eq!(reserve(&app, acme, 0.6).await, Ok(()));
        assert_eq!(reserve(&app, acme, 0.6).await, Err(ModelErrorKind::BudgetExceeded));
        assert_eq!(reserve(&app, bolt, 0.6).await, Ok(()));

        // A budget of one's own counts before it, and the default comes back when that is taken away.
        let own = [("client", acme.to_string()), ("monthly", "10".to_owned()), ("per_run", "2".to_owned())];
        let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.submit("/manage/models/budget", &own).await.status, StatusCode::SEE_OTHER);
        let counts = program.get(&format!("/tenants/{acme}/budget")).await.json();
        assert_eq!((&counts["own"], &counts["budgets"]["monthly_micro_usd"]), (&true.into(), &10_000_000.into()));
        assert_eq!(reserve(&app, acme, 0.6).await, Ok(()));
        let removed = [("client", &acme.to_string()[..]), ("remove", "1")];
        assert_eq!(browser.submit("/manage/models/budget", &removed).await.status, StatusCode::SEE_OTHER);
        assert_eq!(program.get(&format!("/tenants/{acme}/budget")).await.json()["own"], false);
        assert_eq!(reserve(&app, acme, 0.6).await, Err(ModelErrorKind::BudgetExceeded));

        // A program changes it too; who changed what stands in the audit log; and nobody but administrators may.
        let body = json!({ "monthly_micro_usd": null, "per_run_micro_usd": 500_000 }).to_string();
        let put = program.send(Method::PUT, "/default-budget", Some(body.clone()), &[]).await;
        assert_eq!(put.json()["budgets"]["monthly_micro_usd"], json!(null), "{}", put.body);
        assert_eq!(reserve(&app, acme, 0.6).await, Ok(()));
        let filter = AuditFilter { action: Some("tenants.default_budget".to_owned()), ..AuditFilter::default() };
        let (mut conn, all) = (app.db.read().await.unwrap(), AgencyScope::all());
        let entries = audit::list(&mut conn, &all, &filter, None, PageSize::DEFAULT).await.unwrap().items;
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].detail["before"]["monthly"], 1_000_000);
        let consultant = app.person("Cora", Role::Consultant, None).await;
        let cora = Program::new(&app, app.token(consultant, Access::Write).await);
        assert_eq!(cora.send(Method::PUT, "/default-budget", Some(body), &[]).await.refused(403), "denied");
        let refused = Browser::of(&app, consultant).await.submit("/manage/models/default-budget", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}
