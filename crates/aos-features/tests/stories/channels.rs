//! Connecting by consent: there, back, choosing, connecting again, parting.

use aos_features::channels::{
    Begin, Came, ChannelState, Chosen, Departure, Face, Parting, RevocationState, VisitStage, queries,
};
use aos_kernel::{Actor, ChannelId, ErrorKind, Result, Secret, TenantId, UserId};
use aos_platforms::memory::network::{ID, Network, Page};
use chrono::TimeDelta;
use url::Url;

use crate::support::{World, inside};

/// A client with somebody who has these pages on the network.
pub async fn client_of(world: &World, pages: Vec<Page>) -> (TenantId, UserId) {
    let ana = world.set_up().await;
    let acme = world.client("Acme", "UTC").await;
    world.network.person("anna", pages);
    (acme.id, ana)
}

pub fn page() -> Page {
    Page::new("page-1", "Harbour & Pine")
}

pub fn begin(again: Option<ChannelId>) -> Begin {
    Begin {
        platform: ID.to_owned(),
        face: Face::Portal,
        redirect: "https://os.lighthouse.example/channels/return".parse().unwrap(),
        again,
        onboarding: false,
    }
}

pub async fn depart(world: &World, tenant: TenantId, person: UserId) -> Departure {
    world.connections.begin(&world.db, Actor::user(person), inside(tenant), begin(None)).await.unwrap()
}

/// What the address that somebody is sent back to carries.
pub fn came(back: &Url) -> Came {
    let found = |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Came { state: found("state").unwrap_or_default(), code: found("code").map(Secret::new), error: found("error") }
}

pub async fn arrive(world: &World, person: UserId, back: &Url) -> Result<aos_features::channels::Arrived> {
    world.connections.arrive(&world.db, Actor::user(person), came(back)).await
}

pub async fn choose(
    world: &World,
    tenant: TenantId,
    person: UserId,
    departure: &Departure,
    keys: &[&str],
) -> Result<Chosen> {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    world.connections.choose(&world.db, Actor::user(person), inside(tenant), departure.visit, &keys).await
}

/// Anna's first page, connected.
pub async fn connected(world: &World, tenant: TenantId, person: UserId) -> ChannelId {
    let departure = depart(world, tenant, person).await;
    arrive(world, person, &world.network.agree_to_all(&departure.url, "anna")).await.unwrap();
    choose(world, tenant, person, &departure, &["page-1"]).await.unwrap().connected[0]
}

pub async fn state(world: &World, tenant: TenantId, channel: ChannelId) -> ChannelState {
    queries::channel(&mut world.read().await, inside(tenant), channel).await.unwrap().state
}

#[tokio::test]
async fn somebody_consents_chooses_two_of_three_pages_and_both_open_with_the_same_tokens() {
    for world in World::each().await {
        let refused =
            Page { refusal: Some("You are no administrator of it.".to_owned()), ..Page::new("page-3", "Old") };
        let (acme, ana) = client_of(&world, vec![page(), Page::new("page-2", "The Workshop"), refused]).await;
        let departure = depart(&world, acme, ana).await;
        let arrived = arrive(&world, ana, &world.network.agree_to_all(&departure.url, "anna")).await.unwrap();
        assert_eq!((arrived.visit.stage, arrived.chosen.is_some()), (VisitStage::Choosing, false));
        let (_, offered) =
            world.connections.visit(&mut world.read().await, inside(acme), ana, departure.visit).await.unwrap();
        assert_eq!(
            offered.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(),
            ["Harbour & Pine", "The Workshop", "Old"]
        );

        // Nothing, and what can't be connected, leave the choice open.
        assert_eq!(choose(&world, acme, ana, &departure, &[]).await.unwrap_err().field(), Some("target"));
        let none = choose(&world, acme, ana, &departure, &["page-3"]).await.unwrap();
        assert_eq!(none.refused[0].problem, "You are no administrator of it.");
        let chosen = choose(&world, acme, ana, &departure, &["page-1", "page-2", "page-3"]).await.unwrap();
        assert_eq!((chosen.connected.len(), chosen.refused.len()), (2, 1));
        let again = choose(&world, acme, ana, &departure, &["page-1"]).await.unwrap_err();
        assert_eq!(again.code(), "consent_over");

        let open = async |channel| world.connections.account(&world.db, inside(acme), channel).await.unwrap();
        let (first, second) = (open(chosen.connected[0]).await, open(chosen.connected[1]).await);
        assert_eq!(first.secret, second.secret);
        assert_eq!((first.settings["page"].as_str(), first.settings["seen"].as_bool()), (Some("page-1"), Some(true)));
        assert_eq!(world.events().iter().filter(|kind| *kind == "channels.connected").count(), 2);

        // Somebody else sees nothing of the visit.
        let other =
            world.connections.visit(&mut world.read().await, inside(acme), UserId::new(), departure.visit).await;
        assert_eq!(other.unwrap_err().kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn a_state_is_good_once_for_whoever_began_and_for_a_quarter_of_an_hour() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let unknown = "https://os.lighthouse.example/channels/return?state=made-up&code=x".parse().unwrap();
        assert_eq!(arrive(&world, ana, &unknown).await.unwrap_err().code(), "consent_unknown");

        let departure = depart(&world, acme, ana).await;
        let back = world.network.agree_to_all(&departure.url, "anna");
        assert_eq!(arrive(&world, UserId::new(), &back).await.unwrap_err().code(), "consent_of_another");
        // That a stranger came took nothing from whoever began.
        arrive(&world, ana, &back).await.unwrap();
        assert_eq!(arrive(&world, ana, &back).await.unwrap_err().code(), "consent_used");

        let departure = depart(&world, acme, ana).await;
        let back = world.network.agree_to_all(&departure.url, "anna");
        world.clock.advance(TimeDelta::minutes(16));
        assert_eq!(arrive(&world, ana, &back).await.unwrap_err().code(), "consent_too_old");
        assert_eq!(arrive(&world, ana, &back).await.unwrap_err().code(), "consent_used");

        // A choice ends too, and what it kept is forgotten in the night.
        let departure = depart(&world, acme, ana).await;
        arrive(&world, ana, &world.network.agree_to_all(&departure.url, "anna")).await.unwrap();
        world.clock.advance(TimeDelta::minutes(16));
        assert_eq!(choose(&world, acme, ana, &departure, &["page-1"]).await.unwrap_err().code(), "consent_over");
        let secrets = async || world.read().await.count("SELECT COUNT(*) AS n FROM credential", vec![]).await.unwrap();
        assert!(secrets().await >= 2);
        let mut tx = world.begin().await;
        aos_features::channels::put_schedules(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(TimeDelta::days(2));
        world.work().await;
        assert_eq!(secrets().await, 0);
    }
}

#[tokio::test]
async fn whatever_goes_wrong_at_the_platform_is_told_in_words_and_nothing_is_kept() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        world.network.person("ben", vec![]);
        let told = async |back: fn(&Network, &Url) -> Url| {
            let departure = depart(&world, acme, ana).await;
            let arrived = arrive(&world, ana, &back(&world.network, &departure.url)).await.unwrap();
            assert_eq!(arrived.visit.stage, VisitStage::Refused);
            assert!(arrived.visit.help.is_some());
            arrived.visit.problem.unwrap()
        };
        let denied = told(|network, url| network.deny(url)).await;
        assert_eq!(denied, "You did not agree at Practice network, so nothing is connected.");
        let missing = told(|network, url| network.agree(url, "anna", &["pages.read", "insights"])).await;
        assert_eq!(
            missing,
            "Practice network did not grant “pages.write”, which is needed to publish posts on the page."
        );
        let nothing = told(|network, url| network.agree_to_all(url, "ben")).await;
        assert_eq!(nothing, "Practice network shows no page for the account that you used.");
        assert!(queries::channels(&mut world.read().await, inside(acme)).await.unwrap().is_empty());
        let kept = world.read().await.count("SELECT COUNT(*) AS n FROM credential", vec![]).await.unwrap();
        assert_eq!(kept, 0, "no secret of a visit that came to nothing is left");

        // What the platform only advises stands as a warning beside a connection that works.
        let departure = depart(&world, acme, ana).await;
        let back = world.network.agree(&departure.url, "anna", &["pages.read", "pages.write"]);
        arrive(&world, ana, &back).await.unwrap();
        let channel = choose(&world, acme, ana, &departure, &["page-1"]).await.unwrap().connected[0];
        let channel = queries::channel(&mut world.read().await, inside(acme), channel).await.unwrap();
        assert_eq!(channel.warnings, ["“insights” was not granted; it is needed to show how posts do."]);
    }
}

#[tokio::test]
async fn connecting_again_keeps_the_channel_and_needs_no_choice() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page(), Page::new("page-2", "The Workshop")]).await;
        let channel = connected(&world, acme, ana).await;
        world.network.take_back("anna");
        let checked = world.connections.check(&world.db, Actor::user(ana), inside(acme), channel).await;
        assert_eq!(checked.unwrap_err().code(), "platform_auth_expired");
        assert_eq!(state(&world, acme, channel).await, ChannelState::Expired);
        let closed = world.connections.account(&world.db, inside(acme), channel).await.unwrap_err();
        assert_eq!(closed.code(), "channel_not_connected");

        let actor = Actor::user(ana);
        let departure = world.connections.begin(&world.db, actor, inside(acme), begin(Some(channel))).await.unwrap();
        let back = world.network.agree_to_all(&departure.url, "anna");
        let arrived = arrive(&world, ana, &back).await.unwrap();
        assert_eq!(arrived.visit.stage, VisitStage::Done);
        assert_eq!(arrived.chosen.unwrap().connected, [channel]);
        assert_eq!(state(&world, acme, channel).await, ChannelState::Connected);

        // The same page from a consent of its own is the same channel too.
        assert_eq!(connected(&world, acme, ana).await, channel);
        assert_eq!(queries::channels(&mut world.read().await, inside(acme)).await.unwrap().len(), 1);
        world.connections.account(&world.db, inside(acme), channel).await.unwrap();
        let kept = world.read().await.count("SELECT COUNT(*) AS n FROM credential", vec![]).await.unwrap();
        assert_eq!(kept, 1, "only the tokens in use are kept");
    }
}

#[tokio::test]
async fn parting_gives_the_access_back_with_the_last_channel_and_deletes_the_tokens() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page(), Page::new("page-2", "The Workshop")]).await;
        let departure = depart(&world, acme, ana).await;
        arrive(&world, ana, &world.network.agree_to_all(&departure.url, "anna")).await.unwrap();
        let both = choose(&world, acme, ana, &departure, &["page-1", "page-2"]).await.unwrap().connected;
        let part = async |channel| {
            let mut tx = world.begin_as(ana).await;
            let parting = world.connections.disconnect(&mut tx, inside(acme), channel).await.unwrap();
            tx.commit().await.unwrap();
            parting
        };
        let Parting::Kept(words) = part(both[0]).await else { panic!("another channel lives on it") };
        assert!(words.contains("The Workshop"), "{words}");
        world.work().await;
        assert_eq!(world.network.asked().1, 0);
        world.connections.account(&world.db, inside(acme), both[1]).await.unwrap();

        assert_eq!(part(both[1]).await, Parting::Revoking);
        world.network.fail_revocations(true);
        world.work().await;
        let kept = async || world.read().await.count("SELECT COUNT(*) AS n FROM credential", vec![]).await.unwrap();
        assert_eq!(kept().await, 1, "what is still to be given back is kept");
        world.network.fail_revocations(false);
        world.clock.advance(TimeDelta::minutes(1));
        world.work().await;
        assert_eq!((world.network.asked().1, kept().await), (1, 0));
        let told = queries::connection(&mut world.read().await, inside(acme), both[1]).await.unwrap().revocation;
        assert_eq!(told.unwrap().state, RevocationState::Revoked);
        assert!(world.events().contains(&"channels.revoked".to_owned()));
    }
}

#[tokio::test]
async fn what_a_platform_does_not_take_back_is_told_and_so_is_what_never_worked() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let part = async |channel| {
            let mut tx = world.begin_as(ana).await;
            world.connections.disconnect(&mut tx, inside(acme), channel).await.unwrap();
            tx.commit().await.unwrap();
        };
        let words = async |channel| {
            let connection = queries::connection(&mut world.read().await, inside(acme), channel).await.unwrap();
            let revocation = connection.revocation.unwrap();
            (revocation.state, revocation.words.unwrap_or_default())
        };
        let channel = connected(&world, acme, ana).await;
        world.network.fail_revocations(true);
        part(channel).await;
        for _ in 0..15 {
            world.work().await;
            world.clock.advance(TimeDelta::hours(2));
        }
        let (failed, why) = words(channel).await;
        assert_eq!(failed, RevocationState::Failed);
        assert!(why.contains("in the settings of the account there"), "{why}");

        // Connected again it is the same channel; and a platform without a way says where people do it.
        world.network.fail_revocations(false);
        world.network.never_revoke();
        assert_eq!(connected(&world, acme, ana).await, channel);
        part(channel).await;
        world.work().await;
        let (by_hand, why) = words(channel).await;
        assert_eq!(by_hand, RevocationState::ByHand);
        assert_eq!(why, "The practice network takes no access back. Remove Agency OS in its settings.");
        let kept = world.read().await.count("SELECT COUNT(*) AS n FROM credential", vec![]).await.unwrap();
        assert_eq!(kept, 0);
        assert!(world.events().contains(&"channels.not_revoked".to_owned()));
    }
}

#[tokio::test]
async fn another_clients_consent_of_the_same_person_is_not_ended_along_the_way() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let zenith = world.client("Zenith", "UTC").await.id;
        let (ours, theirs) = (connected(&world, acme, ana).await, connected(&world, zenith, ana).await);
        let mut tx = world.begin_as(ana).await;
        let parting = world.connections.disconnect(&mut tx, inside(acme), ours).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(parting, Parting::Kept(_)), "{parting:?}");
        world.work().await;
        assert_eq!(world.network.asked().1, 0);
        world.connections.check(&world.db, Actor::user(ana), inside(zenith), theirs).await.unwrap();
    }
}

#[tokio::test]
async fn the_agencys_application_is_entered_tested_and_needed_where_the_platform_is_real() {
    let real = |network: Network| network.described(|one| one.simulated = false).with_secret("real");
    for world in World::each_with(real).await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let begun = world.connections.begin(&world.db, Actor::user(ana), inside(acme), begin(None)).await;
        assert_eq!(begun.unwrap_err().code(), "platform_app_missing");
        let everywhere = crate::support::everywhere();
        let save = async |secret: &str| {
            let mut tx = world.begin_as(ana).await;
            let secret = Secret::new(secret);
            world.connections.save_app(&mut tx, &everywhere, ID, "our-app", &secret).await.unwrap();
            tx.commit().await.unwrap();
        };
        let test = async || {
            let redirect = begin(None).redirect;
            world.connections.test_app(&world.db, Actor::user(ana), &everywhere, ID, redirect).await.unwrap()
        };
        save("wrong").await;
        assert!(matches!(test().await, aos_features::channels::Tested::Refused(_)));
        let apps = world.connections.apps(&mut world.read().await).await.unwrap();
        assert!(apps[0].problem.is_some() && apps[0].is_known());
        save("real").await;
        assert_eq!(test().await, aos_features::channels::Tested::Known);
        connected(&world, acme, ana).await;
        assert!(world.events().contains(&"channels.app_saved".to_owned()));

        let only = aos_kernel::AgencyScope::only(vec![acme]);
        let mut tx = world.begin_as(ana).await;
        let denied = world.connections.remove_app(&mut tx, &only, ID).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
        world.connections.remove_app(&mut tx, &everywhere, ID).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!world.connections.apps(&mut world.read().await).await.unwrap()[0].is_known());
    }
}
