//! A client's administrators look after their own people, and the agency with them.

use aos_features::people::Role;
use aos_kernel::TenantId;
use aos_storage::testing::kinds;
use aos_testkit::TestApp;
use axum::http::StatusCode;

use crate::{
    guest::Guest,
    identity::link,
    journey::place,
    support::{Browser, with_mail},
};

const PEOPLE: &str = "/settings?tab=people";

/// Joins by a link, as somebody new; answers the page that they come to.
async fn join(guest: &mut Guest, path: &str, name: &str) -> String {
    let joined = guest.fill(path, path, &[("name", name), ("password", "a phrase of my own")]).await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.body);
    let mut to = place(&joined);
    for _ in 0..4 {
        let page = guest.get(&to).await;
        if page.status == StatusCode::OK {
            return to;
        }
        to = place(&page);
    }
    panic!("{name} comes to no page");
}

/// The id in the first form of this page that goes to `…/{kind}/{id}/{act}`.
fn id_in(body: &str, kind: &str, act: &str) -> String {
    let marked = body.split(&format!("/settings/{kind}/")).skip(1).find(|rest| rest.contains(&format!("/{act}\"")));
    marked.unwrap_or_else(|| panic!("no {kind} to {act} in {body}")).split('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_clients_administrator_invites_by_link_and_the_person_joins_on_the_clients_face() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Harbour Dental").await;
        let (base, other) = (format!("/client/{client}"), app.client("Linden Dental").await);
        let maren = app.person("Maren", Role::TenantAdmin, Some(client)).await;
        let sam = app.person("Sam", Role::TenantMember, Some(client)).await;
        let olga = app.person("Olga", Role::TenantAdmin, Some(other)).await;
        let (maren, sam) = (Browser::of(&app, maren).await, Browser::of(&app, sam).await);

        // Without a mail server nobody is promised a mail, whatever the form says.
        let page = maren.get(&format!("{base}{PEOPLE}")).await;
        assert!(page.body.contains("No mail can be sent from here yet"), "{}", page.body);
        assert!(!page.body.contains("Send the invitation"), "{}", page.body);
        let form = [("email", "not an address"), ("role", "admin"), ("how", "mail")];
        let bad = maren.submit(&format!("{base}/settings/invitations"), &form).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.body.contains("value=\"not an address\"") && bad.body.contains("value=\"admin\" checked"));
        let form = [("email", "Theo@Harbour.example"), ("role", "member"), ("how", "mail")];
        let made = maren.submit(&format!("{base}/settings/invitations"), &form).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        let first = link(&made.body, "/join/");
        let twice = maren.submit(&format!("{base}/settings/invitations"), &form).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(twice.body.contains("invited already"), "{}", twice.body);

        // A newer link takes the place of the first one; taken back, none works.
        let page = maren.get(&format!("{base}{PEOPLE}")).await;
        assert!(page.body.contains("theo@harbour.example") && !page.body.contains("/join/"), "{}", page.body);
        let open = format!("{base}/settings/invitations/{}", id_in(&page.body, "invitations", "link"));
        let second = link(&maren.submit(&format!("{open}/link"), &[]).await.body, "/join/");
        let mut theo = Guest::new(app.router());
        assert_eq!(theo.get(&first).await.status, StatusCode::NOT_FOUND);
        // Members and other clients change nothing of it.
        assert_eq!(sam.submit(&format!("{open}/revoke"), &[]).await.status, StatusCode::FORBIDDEN);
        let away = open.replace(&client.to_string(), &other.to_string());
        let olga = Browser::of(&app, olga).await;
        for act in ["revoke", "link", "send"] {
            let tried = olga.submit(&format!("{away}/{act}"), &[]).await;
            assert!(tried.status == StatusCode::NOT_FOUND || act == "send", "{act}: {}", tried.status);
        }
        assert_eq!(theo.get(&second).await.status, StatusCode::OK);
        assert_eq!(join(&mut theo, &second, "Theo").await, base);
        assert!(theo.get(&base).await.body.contains("Hello Theo"));
        let page = maren.get(&format!("{base}{PEOPLE}")).await;
        assert!(page.body.contains("Theo") && !page.body.contains("id=\"invited\""), "{}", page.body);

        let form = [("email", "kim@harbour.example"), ("role", "admin"), ("how", "link")];
        let third = link(&maren.submit(&format!("{base}/settings/invitations"), &form).await.body, "/join/");
        let page = maren.get(&format!("{base}{PEOPLE}")).await;
        let open = format!("{base}/settings/invitations/{}", id_in(&page.body, "invitations", "revoke"));
        assert_eq!(maren.submit(&format!("{open}/revoke"), &[]).await.status, StatusCode::SEE_OTHER);
        let gone = Guest::new(app.router()).get(&third).await;
        assert!(gone.body.contains("taken back"), "{}", gone.body);

        // The agency's consultants invite from the client's settings in the Portal.
        let carla = app.person("Carla", Role::Consultant, None).await;
        let carla = Browser::of(&app, carla).await;
        let portal = format!("/portal/clients/{client}/settings");
        assert!(carla.get(&portal).await.body.contains("People of the client"));
        let form = [("email", "rita@harbour.example"), ("role", "admin"), ("how", "link")];
        let made = carla.submit(&format!("{portal}/invitations"), &form).await;
        let mut rita = Guest::new(app.router());
        assert_eq!(join(&mut rita, &link(&made.body, "/join/"), "Rita").await, base);
        let reviewer = app.person("Rosa", Role::Reviewer, None).await;
        let reviewer = Browser::of(&app, reviewer).await;
        assert_eq!(reviewer.submit(&format!("{portal}/invitations"), &form).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_client_is_never_left_without_an_administrator_by_its_own_people() {
    for kind in kinds() {
        let app = TestApp::new(kind).await;
        let client = app.client("Harbour Dental").await;
        let base = format!("/client/{client}/settings/people");
        let (maren, sam) = (
            app.person("Maren", Role::TenantAdmin, Some(client)).await,
            app.person("Sam", Role::TenantMember, Some(client)).await,
        );
        let (own, member) = (Browser::of(&app, maren).await, Browser::of(&app, sam).await);
        let shown = async |browser: &Browser, path: &str, fields: &[(&str, &str)]| {
            let answer = browser.submit(path, fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            browser.after(&answer).await.body
        };
        for act in ["role", "remove"] {
            let page = shown(&own, &format!("{base}/{maren}/{act}"), &[("role", "member")]).await;
            assert!(page.contains("This would shut you out yourself."), "{page}");
        }
        assert_eq!(member.submit(&format!("{base}/{maren}/remove"), &[]).await.status, StatusCode::FORBIDDEN);

        let page = shown(&own, &format!("{base}/{sam}/role"), &[("role", "admin")]).await;
        assert!(page.contains("They are an administrator now"), "{page}");
        // Whoever is shut out of the whole installation administers nothing.
        let ana = Browser::of(&app, app.administrator).await;
        assert_eq!(ana.submit(&format!("/manage/users/{maren}/disable"), &[]).await.status, StatusCode::SEE_OTHER);
        let page = shown(&ana, &format!("/manage/users/{maren}/enable"), &[]).await;
        assert!(page.contains("They can sign in again"), "{page}");
        let page = shown(&member, &format!("{base}/{maren}/role"), &[("role", "member")]).await;
        assert!(page.contains("They are a member now"), "{page}");
        let own = Browser::of(&app, maren).await;
        assert_eq!(own.submit(&format!("{base}/{sam}/remove"), &[]).await.status, StatusCode::FORBIDDEN);

        // The agency may, and is told what that means.
        let portal = format!("/portal/clients/{client}/settings");
        let page = ana.get(&portal).await.body;
        assert!(page.contains("Nobody else of the client may decide or manage its people."), "{page}");
        shown(&ana, &format!("{portal}/people/{sam}/remove"), &[]).await;
        assert!(!ana.get(&portal).await.body.contains("sam@agency.example"));
    }
}

#[tokio::test]
async fn a_mail_goes_out_where_one_is_promised_and_never_beside_a_link_that_is_handed_over() {
    for kind in kinds() {
        let (app, sandbox) = with_mail(kind).await;
        let client: TenantId = app.client("Harbour Dental").await;
        let base = format!("/client/{client}");
        let maren = app.person("Maren", Role::TenantAdmin, Some(client)).await;
        let maren = Browser::of(&app, maren).await;
        assert!(maren.get(&format!("{base}{PEOPLE}")).await.body.contains("Send the invitation"));
        let invite = async |email: &str, how: &str| {
            let form = [("email", email), ("role", "member"), ("how", how)];
            let made = maren.submit(&format!("{base}/settings/invitations"), &form).await;
            app.work().await;
            made
        };
        let made = invite("theo@harbour.example", "link").await;
        assert!(sandbox.mail().mails_to("theo@harbour.example").is_empty(), "its link would end the one on the page");
        assert_eq!(join(&mut Guest::new(app.router()), &link(&made.body, "/join/"), "Theo").await, base);

        assert_eq!(invite("kim@harbour.example", "mail").await.status, StatusCode::SEE_OTHER);
        let mails = sandbox.mail().mails_to("kim@harbour.example");
        assert_eq!(mails.len(), 1);
        let page = maren.get(&format!("{base}{PEOPLE}")).await;
        let open = format!("{base}/settings/invitations/{}", id_in(&page.body, "invitations", "send"));
        assert_eq!(maren.submit(&format!("{open}/send"), &[]).await.status, StatusCode::SEE_OTHER);
        app.work().await;
        assert_eq!(sandbox.mail().mails_to("kim@harbour.example").len(), 2);
        sandbox.stop().await;
    }
}
