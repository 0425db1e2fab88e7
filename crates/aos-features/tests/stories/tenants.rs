//! Registering clients, settings, groups, archiving.

use aos_features::{
    people::{AuditFilter, audit},
    tenants::{
        ApprovalPolicy, ChangeTenant, NewTenant, Settings, Tenant, TenantFilter, TenantState, commands, queries,
    },
};
use aos_kernel::{AgencyScope, ErrorKind, PageSize, TenantId};

use crate::support::{World, everywhere, inside, new_client};

fn client(name: &str) -> NewTenant {
    new_client(name, "Europe/Lisbon")
}

async fn register(world: &World, input: NewTenant) -> Tenant {
    let mut tx = world.begin().await;
    let tenant = commands::register_tenant(&mut tx, &everywhere(), input).await.unwrap();
    tx.commit().await.unwrap();
    tenant
}

#[tokio::test]
async fn a_client_registers_with_a_name_and_a_website() {
    for world in World::each().await {
        let acme = register(&world, client(" Acme Dental ")).await;
        assert_eq!((acme.name.as_str(), acme.slug.as_str()), ("Acme Dental", "acme-dental"));
        assert_eq!(acme.website, "https://www.acme.example/");
        let events = world.taken_events();
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].kind.as_str(), events[0].tenant), ("tenants.registered", Some(acme.id)));
        assert_eq!(events[0].data["website"], "https://www.acme.example/");
        assert_eq!(queries::tenant(&mut world.read().await, inside(acme.id)).await.unwrap(), acme);
        let twin = register(&world, client("ACME dental")).await;
        assert_eq!(twin.slug, "acme-dental-2");
        assert_eq!(register(&world, client("Acme-Dental")).await.slug, "acme-dental-3");
        assert_eq!(register(&world, client("株式会社")).await.slug, "www-acme-example");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_field() {
    for world in World::each().await {
        let wrong = [
            (NewTenant { name: " ".to_owned(), ..client("x") }, "name"),
            (NewTenant { website: "not a website".to_owned(), ..client("x") }, "website"),
            (NewTenant { zone: "Mars/Olympus".to_owned(), ..client("x") }, "zone"),
            (NewTenant { client_group_id: Some(aos_kernel::ClientGroupId::new()), ..client("x") }, "client_group_id"),
        ];
        for (input, field) in wrong {
            let mut tx = world.begin().await;
            let error = commands::register_tenant(&mut tx, &everywhere(), input).await.unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some(field)));
            tx.rollback().await.unwrap();
        }
        let mut tx = world.begin().await;
        let some = AgencyScope::only(vec![TenantId::new()]);
        let error = commands::register_tenant(&mut tx, &some, client("x")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
    }
}

#[tokio::test]
async fn settings_and_details_change_and_the_audit_log_knows_it() {
    for world in World::each().await {
        let acme = register(&world, client("Acme")).await;
        let scope = inside(acme.id);
        world.events();
        let settings = Settings {
            approval: ApprovalPolicy { allow_own_work: true, ..ApprovalPolicy::default() },
            ..Settings::default()
        };
        for _ in 0..2 {
            let mut tx = world.begin().await;
            commands::change_settings(&mut tx, scope, settings.clone()).await.unwrap();
            let change = ChangeTenant { zone: Some("Asia/Tokyo".to_owned()), ..ChangeTenant::default() };
            commands::change_tenant(&mut tx, scope, change).await.unwrap();
            tx.commit().await.unwrap();
        }
        // The second time nothing changed, so nothing is said.
        assert_eq!(world.events(), ["tenants.settings_changed", "tenants.changed"]);
        let now = queries::tenant(&mut world.read().await, scope).await.unwrap();
        assert!(now.settings.approval.allow_own_work);
        assert_eq!(now.month_at("2026-04-30T16:00:00Z".parse().unwrap()).to_string(), "2026-05");
        let filter = AuditFilter { tenant: Some(acme.id), ..AuditFilter::default() };
        let entries =
            audit::list(&mut world.read().await, &AgencyScope::only(vec![acme.id]), &filter, None, PageSize::DEFAULT)
                .await
                .unwrap();
        assert_eq!(entries.items.len(), 3);
    }
}

#[tokio::test]
async fn an_archived_client_keeps_its_record_and_gets_no_work() {
    for world in World::each().await {
        let (acme, bolt) = (register(&world, client("Acme")).await, register(&world, client("Bolt")).await);
        world.events();
        for _ in 0..2 {
            let mut tx = world.begin().await;
            commands::archive_tenant(&mut tx, inside(acme.id)).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(world.events(), ["tenants.archived"]);
        let working = queries::active_zones(&mut world.read().await, &everywhere(), None, 10).await.unwrap();
        assert_eq!(working.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [bolt.id]);
        assert!(queries::tenant(&mut world.read().await, inside(acme.id)).await.unwrap().archived_at.is_some());
        let mut tx = world.begin().await;
        assert!(commands::restore_tenant(&mut tx, inside(acme.id)).await.unwrap().is_active());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn clients_are_listed_by_name_for_whoever_may_see_them() {
    for world in World::each().await {
        let mut tx = world.begin().await;
        let group = commands::add_client_group(&mut tx, &everywhere(), "Brands of Bolt").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.begin().await;
        let error = commands::add_client_group(&mut tx, &everywhere(), "Brands of Bolt").await.unwrap_err();
        assert_eq!(error.code(), "group_exists");
        tx.rollback().await.unwrap();
        for name in ["Cedar", "acme", "Bolt"] {
            let group = (name == "Bolt").then_some(group.id);
            register(&world, NewTenant { client_group_id: group, ..client(name) }).await;
        }
        let names = async |scope: &AgencyScope, filter: TenantFilter| {
            let mut names = Vec::new();
            let mut after = None;
            loop {
                let page =
                    queries::tenants(&mut world.read().await, scope, &filter, after.as_ref(), PageSize::clamped(2))
                        .await
                        .unwrap();
                names.extend(page.items.into_iter().map(|tenant| tenant.name));
                after = page.next;
                if after.is_none() {
                    return names;
                }
            }
        };
        assert_eq!(names(&everywhere(), TenantFilter::default()).await, ["acme", "Bolt", "Cedar"]);
        let of_group = TenantFilter { group: Some(group.id), ..TenantFilter::default() };
        assert_eq!(names(&everywhere(), of_group).await, ["Bolt"]);
        let searched = TenantFilter { search: Some("EDA".to_owned()), ..TenantFilter::default() };
        assert_eq!(names(&everywhere(), searched).await, ["Cedar"]);
        let archived = TenantFilter { state: Some(TenantState::Archived), ..TenantFilter::default() };
        assert!(names(&everywhere(), archived).await.is_empty());

        let bolt = queries::tenant_by_slug(&mut world.read().await, &everywhere(), "bolt").await.unwrap();
        let theirs = AgencyScope::only(vec![bolt.id]);
        assert_eq!(names(&theirs, TenantFilter::default()).await, ["Bolt"]);
        let foreign = queries::tenant_by_slug(&mut world.read().await, &theirs, "cedar").await.unwrap_err();
        assert_eq!(foreign.kind(), ErrorKind::NotFound);
        assert_eq!(queries::client_groups(&mut world.read().await, &theirs).await.unwrap().len(), 1);
    }
}
