//! Inviting people, and what becomes of the link.

use aos_features::people::{
    Browser, Email, Grant, Permission, Principal, Role,
    invitations::{self, NewInvitation},
    queries, sessions,
};
use aos_kernel::{ErrorKind, InvitationId, PageSize, Result, Secret, TenantId};
use chrono::TimeDelta;

use crate::support::{PASSWORD, World, everywhere, inside, new_user};

fn staff(role: Role) -> Grant {
    Grant::agency_wide(role).unwrap()
}

fn of(role: Role, tenant: TenantId) -> Grant {
    Grant::new(role, Some(tenant)).unwrap()
}

async fn invite(world: &World, by: &Principal, email: &str, grants: &[Grant]) -> Result<InvitationId> {
    let mut tx = world.begin_as(by.user()).await;
    let new = NewInvitation { email: Email::parse(email).unwrap(), grants: grants.to_vec() };
    let id = invitations::invite(&mut tx, by, new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn link(world: &World, id: InvitationId) -> Secret {
    let mut tx = world.begin().await;
    let token = invitations::issue_link(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    token
}

async fn join(world: &World, token: &Secret, name: &str) -> Result<sessions::NewSession> {
    invitations::join(&world.db, token, name, &Secret::new(PASSWORD), &Browser::default()).await?.session()
}

async fn look(world: &World, token: &Secret) -> Result<invitations::Invited> {
    invitations::look(&mut world.read().await, token, world.now()).await
}

#[tokio::test]
async fn an_invited_person_joins_with_their_roles_and_a_second_use_is_told_so() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let acme = world.client("Acme", "UTC").await.id;
        world.events();
        let grants = [staff(Role::Reviewer), of(Role::TenantMember, acme)];
        let id = invite(&world, &ana, " Ben@Lighthouse.example", &grants).await.unwrap();
        assert_eq!(world.events(), ["people.invited"]);

        let first = link(&world, id).await;
        let token = link(&world, id).await;
        assert_eq!(look(&world, &first).await.unwrap_err().code(), "link_unknown");
        let invited = look(&world, &token).await.unwrap();
        assert_eq!(invited.invitation.inviter.as_deref(), Some("Ana"));
        assert_eq!(invited.invitation.email, "ben@lighthouse.example");
        assert!(invited.account.is_none());

        let short = invitations::join(&world.db, &token, "Ben", &Secret::new("short"), &Browser::default()).await;
        assert_eq!(short.unwrap_err().field(), Some("password"));
        assert_eq!(join(&world, &token, " ").await.unwrap_err().field(), Some("name"));
        let session = join(&world, &token, "Ben").await.unwrap();
        let now = world.now();
        let ben = sessions::resolve(&mut world.read().await, &session.token, now).await.unwrap().unwrap().principal;
        assert_eq!((ben.name(), ben.email()), ("Ben", "ben@lighthouse.example"));
        assert!(ben.fills(acme, Role::Reviewer) && ben.own_tenants() == [acme]);
        assert_eq!(world.events(), ["people.joined"]);

        let again = join(&world, &token, "Mallory").await.unwrap_err();
        assert_eq!(again.code(), "invitation_accepted");
        assert!(again.help().unwrap().contains("sign in"));
        assert_eq!(world.principal("ben@lighthouse.example").await.name(), "Ben");
        let open = invitations::list(&mut world.read().await, &everywhere(), None, None, PageSize::DEFAULT).await;
        assert!(open.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn two_who_hold_the_same_link_make_one_account() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let id = invite(&world, &ana, "ben@lighthouse.example", &[staff(Role::Reviewer)]).await.unwrap();
        let token = link(&world, id).await;
        let (one, two) = tokio::join!(join(&world, &token, "One"), join(&world, &token, "Two"));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    }
}

#[tokio::test]
async fn an_invitation_runs_out_after_a_week_and_is_sent_again() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let id = invite(&world, &ana, "ben@lighthouse.example", &[staff(Role::Reviewer)]).await.unwrap();
        let again = invite(&world, &ana, "ben@lighthouse.example", &[staff(Role::Reviewer)]).await.unwrap_err();
        assert_eq!(again.code(), "already_invited");
        let token = link(&world, id).await;
        world.clock.advance(TimeDelta::days(7));
        assert_eq!(look(&world, &token).await.unwrap_err().code(), "invitation_expired");
        assert_eq!(join(&world, &token, "Ben").await.unwrap_err().code(), "invitation_expired");

        world.events();
        let mut tx = world.begin_as(ana.user()).await;
        invitations::send_again(&mut tx, &ana, id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.events(), ["people.invited"]);
        let token = link(&world, id).await;
        assert!(join(&world, &token, "Ben").await.is_ok());
    }
}

#[tokio::test]
async fn an_invitation_that_was_taken_back_lets_nobody_in() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let id = invite(&world, &ana, "ben@lighthouse.example", &[staff(Role::Administrator)]).await.unwrap();
        let token = link(&world, id).await;
        for _ in 0..2 {
            let mut tx = world.begin_as(ana.user()).await;
            invitations::revoke(&mut tx, &ana, id).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(join(&world, &token, "Ben").await.unwrap_err().code(), "invitation_revoked");
        let mut tx = world.begin_as(ana.user()).await;
        for refused in [
            invitations::send_again(&mut tx, &ana, id).await.unwrap_err(),
            invitations::copy_link(&mut tx, &ana, id).await.unwrap_err(),
        ] {
            assert_eq!(refused.code(), "invitation_revoked");
        }
    }
}

#[tokio::test]
async fn somebody_with_an_account_signs_in_to_accept_and_keeps_their_password() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let (acme, other) = (world.client("Acme", "UTC").await.id, world.client("Other", "UTC").await.id);
        let mut tx = world.begin().await;
        let clara = new_user("clara@acme.example", "Clara").await;
        use aos_features::people::commands;
        commands::add_client_person(&mut tx, inside(acme), clara, Role::TenantAdmin).await.unwrap();
        tx.commit().await.unwrap();
        let clara = world.principal("clara@acme.example").await;

        let grants = [of(Role::TenantMember, acme), of(Role::TenantAdmin, other)];
        let id = invite(&world, &ana, "clara@acme.example", &grants).await.unwrap();
        let token = link(&world, id).await;
        let refused = join(&world, &token, "Mallory").await.unwrap_err();
        assert_eq!(refused.code(), "sign_in_first");
        let mut tx = world.begin_as(ana.user()).await;
        assert_eq!(invitations::accept(&mut tx, &ana, &token).await.unwrap_err().code(), "for_somebody_else");
        tx.rollback().await.unwrap();
        let mut tx = world.begin_as(clara.user()).await;
        invitations::accept(&mut tx, &clara, &token).await.unwrap();
        tx.commit().await.unwrap();

        let clara = world.principal("clara@acme.example").await;
        assert!(clara.can(other, Permission::ManageClientPeople));
        // An invitation as a member makes nobody less than they are.
        assert!(clara.can(acme, Permission::ManageClientPeople));
    }
}

#[tokio::test]
async fn a_clients_administrator_invites_to_their_own_client_and_nowhere_else() {
    for world in World::each().await {
        world.set_up().await;
        let ana = world.principal("ana@lighthouse.example").await;
        let (acme, other) = (world.client("Acme", "UTC").await.id, world.client("Other", "UTC").await.id);
        let mut tx = world.begin().await;
        for (email, tenant, role) in [
            ("clara@acme.example", acme, Role::TenantAdmin),
            ("max@acme.example", acme, Role::TenantMember),
            ("olga@other.example", other, Role::TenantAdmin),
        ] {
            let user = new_user(email, email).await;
            aos_features::people::commands::add_client_person(&mut tx, inside(tenant), user, role).await.unwrap();
        }
        tx.commit().await.unwrap();
        let clara = world.principal("clara@acme.example").await;
        let max = world.principal("max@acme.example").await;
        let olga = world.principal("olga@other.example").await;

        let member = |tenant| of(Role::TenantMember, tenant);
        let denied = |grants: Vec<Grant>| {
            let (world, clara) = (&world, &clara);
            async move { invite(world, clara, "new@acme.example", &grants).await.unwrap_err().kind() }
        };
        assert_eq!(denied(vec![member(other)]).await, ErrorKind::NotFound);
        assert_eq!(denied(vec![staff(Role::Reviewer)]).await, ErrorKind::Denied);
        assert_eq!(denied(vec![member(acme), staff(Role::Administrator)]).await, ErrorKind::Denied);
        let by_member = invite(&world, &max, "new@acme.example", &[member(acme)]).await.unwrap_err();
        assert_eq!(by_member.kind(), ErrorKind::Denied);

        let id = invite(&world, &clara, "new@acme.example", &[member(acme)]).await.unwrap();
        // Another client may invite the same person, and learns nothing of the first.
        let theirs = invite(&world, &olga, "new@acme.example", &[member(other)]).await.unwrap();
        let mut tx = world.begin_as(olga.user()).await;
        assert_eq!(invitations::revoke(&mut tx, &olga, id).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(invitations::copy_link(&mut tx, &olga, id).await.unwrap_err().kind(), ErrorKind::NotFound);
        tx.rollback().await.unwrap();
        let seen = invitations::of_client(&mut world.read().await, inside(acme)).await.unwrap();
        assert_eq!(seen.iter().map(|open| open.invitation.id).collect::<Vec<_>>(), [id]);
        let scope = clara.agency_scope(Permission::ManageClientPeople).unwrap();
        let seen = invitations::list(&mut world.read().await, &scope, None, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(seen.items.iter().map(|open| open.id).collect::<Vec<_>>(), [id]);
        let (one, mut conn) = (PageSize::clamped(1), world.read().await);
        let seen = invitations::list(&mut conn, &everywhere(), Some("NEW@"), None, one).await.unwrap();
        assert_eq!(seen.items[0].id, theirs);
        assert!(seen.next.is_some());

        let mut tx = world.begin_as(ana.user()).await;
        invitations::revoke(&mut tx, &ana, id).await.unwrap();
        tx.commit().await.unwrap();
        let session = join(&world, &link(&world, theirs).await, "New").await.unwrap();
        let person = queries::principal(&mut world.read().await, session.user).await.unwrap();
        assert_eq!(person.own_tenants(), [other]);
    }
}
