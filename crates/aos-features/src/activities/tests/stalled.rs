//! Stories of approvals that nobody decides on.

use aos_kernel::{AgencyScope, PageSize, TenantScope};
use aos_storage::testing::kinds;
use aos_workflow::EventFilter;
use serde_json::Value;

use super::toys::Shop;
use crate::{
    activities::stalled::{self, Patience},
    tenants::{self, NewTenant, Settings},
};

async fn shop_of_a_client(kind: aos_storage::DbKind) -> Shop {
    let mut shop = Shop::new(kind).await;
    let mut tx = shop.tx().await;
    let new = NewTenant {
        name: "Acme".to_owned(),
        website: "acme.example".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        client_group_id: None,
        settings: Settings::default(),
    };
    let tenant = tenants::commands::register_tenant(&mut tx, &AgencyScope::all(), new).await.unwrap();
    tx.commit().await.unwrap();
    shop.scope = TenantScope::granted(tenant.id);
    shop
}

/// Looks now; the stages of what was told so far, the oldest first.
async fn look(shop: &Shop) -> Vec<String> {
    let mut tx = shop.tx().await;
    stalled::look(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let filter = EventFilter { tenant: None, kind: Some("activities.approval_stalled".to_owned()) };
    let mut conn = shop.read().await;
    let page =
        aos_workflow::recent(&mut conn, &AgencyScope::all(), &filter, None, PageSize::clamped(50)).await.unwrap();
    let stage = |data: &Value| format!("{} after {}", data["stage"].as_str().unwrap(), data["days"]);
    page.items.iter().rev().map(|event| stage(&event.data)).collect()
}

#[tokio::test]
async fn what_waits_is_told_again_after_working_days_and_then_brought_before_others_once_each() {
    for kind in kinds() {
        let shop = shop_of_a_client(kind).await;
        // Wednesday, eleven o'clock in Berlin: three ideas of one step wait.
        shop.start("trade").await;
        shop.work().await;
        assert_eq!(shop.pending().await.len(), 3);
        shop.clock.set("2026-04-03T08:59:00Z");
        assert!(look(&shop).await.is_empty());
        shop.clock.set("2026-04-03T09:00:00Z");
        assert_eq!(look(&shop).await, ["reminder after 2"]);
        // The weekend does not count, and nothing is told twice.
        shop.clock.set("2026-04-07T08:59:00Z");
        assert_eq!(look(&shop).await.len(), 1);
        shop.clock.set("2026-04-07T09:00:00Z");
        assert_eq!(look(&shop).await, ["reminder after 2", "escalation after 4"]);
        shop.clock.set("2026-05-07T09:00:00Z");
        assert_eq!(look(&shop).await.len(), 2);
    }
}

#[tokio::test]
async fn what_was_decided_is_not_reminded_of_and_patience_is_the_agencys() {
    for kind in kinds() {
        let shop = shop_of_a_client(kind).await;
        shop.start("trade").await;
        shop.work().await;
        for idea in shop.pending().await {
            shop.reject(&idea, "No").await;
        }
        shop.clock.set("2026-04-08T09:00:00Z");
        assert!(look(&shop).await.is_empty());
        // Made again, they wait from now on; and this agency waits longer.
        shop.work().await;
        let mut tx = shop.tx().await;
        stalled::keep_patience(&mut tx, Patience { remind_days: 5, escalate_days: 6 }).await.unwrap();
        tx.commit().await.unwrap();
        shop.clock.set("2026-04-14T09:00:00Z");
        assert!(look(&shop).await.is_empty());
        shop.clock.set("2026-04-15T09:00:00Z");
        assert_eq!(look(&shop).await, ["reminder after 5"]);
    }
}
