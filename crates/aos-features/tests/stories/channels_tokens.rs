//! Tokens that stay alive: renewed in time, once, and told of when they can't be.

use aos_capabilities::connect::Renewal;
use aos_features::{
    channels::{Allowance, ChannelState, Connections, allow, limits, queries},
    notices::{NoticeKind, queries as notices},
    people::{self, Role},
};
use aos_kernel::{Actor, ChannelId, PageSize, TenantId};
use aos_platforms::memory::network::{Network, Turn};
use chrono::TimeDelta;

use crate::{
    channels::{client_of, connected, page, state},
    support::{World, inside, new_user},
};

async fn secret(world: &World, tenant: TenantId, channel: ChannelId) -> String {
    world.connections.account(&world.db, inside(tenant), channel).await.unwrap().secret.expose().to_owned()
}

#[tokio::test]
async fn access_is_renewed_before_it_ends_by_a_job_of_its_own_moment() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        let first = secret(&world, acme, channel).await;
        // Two hours of life: a tenth before the end, and up to half of that earlier.
        world.clock.advance(TimeDelta::minutes(100));
        world.work().await;
        assert_eq!(world.network.asked().0, 0);
        world.clock.advance(TimeDelta::minutes(9));
        world.work().await;
        assert_eq!(world.network.asked().0, 1);
        let second = secret(&world, acme, channel).await;
        assert_ne!(first, second);
        let grant = queries::connection(&mut world.read().await, inside(acme), channel).await.unwrap().grant.unwrap();
        assert_eq!(grant.generation, 2);
        assert!(grant.renew_at.unwrap() > world.now());
        // And so on: the next renewal is a job of its own.
        world.clock.advance(TimeDelta::minutes(109));
        world.work().await;
        assert_eq!(world.network.asked().0, 2);
        assert_eq!(state(&world, acme, channel).await, ChannelState::Connected);
    }
}

#[tokio::test]
async fn two_workers_that_need_the_same_access_ask_once_and_both_get_what_came() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        world.clock.advance(TimeDelta::hours(3));
        let platforms = world.connections.platforms().clone();
        let (other_db, other) = (world.another_process().await, Connections::new(platforms, world.credentials.clone()));
        world.network.hold();
        let (db, connections) = (world.db.clone(), world.connections.clone());
        let first = tokio::spawn(async move { connections.account(&db, inside(acme), channel).await });
        while world.network.asked().0 == 0 {
            tokio::task::yield_now().await;
        }
        let mut second = tokio::spawn(async move { other.account(&other_db, inside(acme), channel).await });
        let waited = tokio::time::timeout(std::time::Duration::from_millis(100), &mut second).await;
        assert!(waited.is_err(), "the second one waits for the first");
        world.network.release();
        let (first, second) = (first.await.unwrap().unwrap(), second.await.unwrap().unwrap());
        assert_eq!(first.secret, second.secret);
        assert_eq!(world.network.asked().0, 1);
    }
}

#[tokio::test]
async fn a_passing_error_changes_nothing_and_is_tried_again() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        let first = secret(&world, acme, channel).await;
        world.clock.advance(TimeDelta::minutes(115));
        world.network.next_renewal(Turn::Down);
        assert_eq!(secret(&world, acme, channel).await, first, "what still opens the account is used");
        let grant =
            async || queries::connection(&mut world.read().await, inside(acme), channel).await.unwrap().grant.unwrap();
        assert!(grant().await.problem.unwrap().contains("did not answer"));
        assert!(world.events().contains(&"channels.renewal_delayed".to_owned()));

        world.clock.advance(TimeDelta::minutes(10));
        world.network.next_renewal(Turn::Down);
        let ended = world.connections.account(&world.db, inside(acme), channel).await.unwrap_err();
        assert_eq!(ended.code(), "platform_unavailable");
        assert_eq!(state(&world, acme, channel).await, ChannelState::Connected);
        world.work().await;
        assert_ne!(secret(&world, acme, channel).await, first);
        assert_eq!(grant().await.problem, None);
    }
}

#[tokio::test]
async fn an_ended_consent_expires_the_channel_and_its_people_are_told_by_mail_too() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let clara = new_user("clara@acme.example", "Clara").await;
        let mut tx = world.begin().await;
        people::commands::add_client_person(&mut tx, inside(acme), clara, Role::TenantAdmin).await.unwrap();
        tx.commit().await.unwrap();
        crate::mail::has_mail(&world).await;
        let channel = connected(&world, acme, ana).await;
        world.network.take_back("anna");
        world.clock.advance(TimeDelta::minutes(119));
        world.work().await;
        assert_eq!(state(&world, acme, channel).await, ChannelState::Expired);
        let kept = "SELECT COUNT(*) AS n FROM credential WHERE purpose LIKE 'channel %'";
        assert_eq!(world.read().await.count(kept, vec![]).await.unwrap(), 0, "dead tokens are not kept");
        let who = world.principal("clara@acme.example").await;
        let told = notices::list(&mut world.read().await, &who, true, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(told.items[0].kind, NoticeKind::ChannelExpired);
        assert_eq!(told.items[0].words().title, "Connect it again: Harbour & Pine");
        world.clock.advance(TimeDelta::minutes(1));
        world.work().await;
        let mail = world.mailer.taken();
        let letter = mail.iter().find(|mail| mail.subject.contains("Harbour & Pine"));
        assert!(letter.is_some_and(|mail| !format!("{mail:?}").contains("canary")), "{mail:?}");
    }
}

#[tokio::test]
async fn when_the_answer_to_a_renewal_is_lost_the_old_access_is_tried_and_then_people_hear_what_happened() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        world.clock.advance(TimeDelta::hours(2));
        world.network.next_renewal(Turn::AnswerLost);
        world.connections.account(&world.db, inside(acme), channel).await.unwrap_err();
        assert_eq!(state(&world, acme, channel).await, ChannelState::Connected);
        world.work().await;
        let channel = queries::channel(&mut world.read().await, inside(acme), channel).await.unwrap();
        assert_eq!(channel.state, ChannelState::Expired);
        assert_eq!(
            channel.problem.unwrap(),
            "The access was being renewed when its outcome was lost, and Practice network does not take the old one any more."
        );
    }
}

#[tokio::test]
async fn a_process_that_dies_while_it_renews_leaves_a_channel_that_lives_on() {
    let lasting = |network: Network| {
        network.described(|one| {
            one.consent =
                one.consent.map(|consent| aos_capabilities::connect::Consent { renewal: Renewal::Lasting, ..consent });
        })
    };
    for world in World::each_with(lasting).await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        world.clock.advance(TimeDelta::hours(2));
        world.network.hold();
        let (db, connections) = (world.db.clone(), world.connections.clone());
        let dying = tokio::spawn(async move { connections.account(&db, inside(acme), channel).await });
        while world.network.asked().0 == 0 {
            tokio::task::yield_now().await;
        }
        dying.abort();
        dying.await.unwrap_err();
        world.network.release();
        // Its lease runs out; the next one tries what is kept once more, and this platform still takes it.
        world.clock.advance(TimeDelta::minutes(3));
        secret(&world, acme, channel).await;
        assert_eq!((world.network.asked().0, state(&world, acme, channel).await), (2, ChannelState::Connected));
    }
}

#[tokio::test]
async fn a_token_that_was_ended_under_way_is_renewed_once_and_the_same_again_expires_the_channel() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        world.network.end_access();
        world.connections.check(&world.db, Actor::user(ana), inside(acme), channel).await.unwrap();
        assert_eq!(world.network.asked().0, 1);

        let account = world.connections.account(&world.db, inside(acme), channel).await.unwrap();
        world.network.end_access();
        let again = world.connections.refused(&world.db, inside(acme), &account, "It said no.").await.unwrap().unwrap();
        assert_ne!(again.secret, account.secret);
        // Whoever comes later with the old handle gets the new one, and nobody is asked.
        let late = world.connections.refused(&world.db, inside(acme), &account, "It said no.").await.unwrap().unwrap();
        assert_eq!((late.secret == again.secret, world.network.asked().0), (true, 2));
        world.network.take_back("anna");
        assert!(world.connections.refused(&world.db, inside(acme), &again, "It said no.").await.unwrap().is_none());
        assert_eq!(state(&world, acme, channel).await, ChannelState::Expired);
    }
}

#[tokio::test]
async fn what_only_a_person_can_renew_is_told_a_week_and_a_day_before_and_never_asked_for() {
    let by_consent = |network: Network| {
        network.living(Some(TimeDelta::days(60))).described(|one| {
            one.consent = one
                .consent
                .map(|consent| aos_capabilities::connect::Consent { renewal: Renewal::ByConsent, ..consent });
        })
    };
    for world in World::each_with(by_consent).await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        connected(&world, acme, ana).await;
        let warned = async |days| {
            world.clock.advance(TimeDelta::days(days));
            world.work().await;
            let events = world.taken_events();
            let found = events.iter().find(|event| event.kind == "channels.expiring");
            found.map(|event| event.data["days"].as_i64().unwrap())
        };
        assert_eq!(warned(50).await, None);
        assert_eq!(warned(3).await, Some(7));
        assert_eq!(warned(5).await, None);
        assert_eq!(warned(1).await, Some(1));
        assert_eq!(world.network.asked().0, 0);
    }
}

#[tokio::test]
async fn each_connection_is_checked_once_in_its_clients_night() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let mut tx = world.begin().await;
        aos_features::channels::put_schedules(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let channel = connected(&world, acme, ana).await;
        let checked = async || queries::channel(&mut world.read().await, inside(acme), channel).await.unwrap();
        let at = checked().await.checked_at;
        // 00:10 of the next day, and still before its night.
        world.clock.advance(TimeDelta::hours(15) + TimeDelta::minutes(10));
        world.work().await;
        assert_eq!(checked().await.checked_at, at);
        world.clock.advance(TimeDelta::hours(5));
        world.work().await;
        let first = checked().await.checked_at;
        assert!(first > at);

        // A platform that is down that night leaves a note and nothing else.
        world.network.fail_checks(true);
        world.clock.advance(TimeDelta::hours(19));
        world.work().await;
        world.clock.advance(TimeDelta::hours(5));
        world.work().await;
        let channel = checked().await;
        assert_eq!((channel.state, channel.checked_at), (ChannelState::Connected, first));
        assert!(channel.check_problem.unwrap().contains("did not answer"));
    }
}

#[tokio::test]
async fn a_channels_day_holds_what_the_platform_allows_whichever_worker_asks() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let (scope, channel) = (inside(acme), connected(&world, acme, ana).await);
        let ask = async || {
            let mut tx = world.begin().await;
            let now = tx.now();
            let answer = allow(&mut tx, scope, channel, Some(2), now).await.unwrap();
            tx.commit().await.unwrap();
            answer
        };
        let start = world.now();
        let Allowance::Allowed(first) = ask().await else { panic!("the day is empty") };
        world.clock.advance(TimeDelta::hours(1));
        assert!(matches!(ask().await, Allowance::Allowed(_)));
        assert_eq!(ask().await, Allowance::WaitUntil(start + TimeDelta::days(1)));
        let mut tx = world.begin().await;
        limits::give_back(&mut tx, scope, channel, first).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(ask().await, Allowance::Allowed(_)), "what did not happen does not count");
        world.clock.advance(TimeDelta::hours(25));

        // The platform's own word counts too.
        let until = world.now() + TimeDelta::minutes(10);
        let mut tx = world.begin().await;
        limits::wait(&mut tx, scope, channel, until).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ask().await, Allowance::WaitUntil(until));
        world.clock.advance(TimeDelta::minutes(11));
        let resets = world.now() + TimeDelta::hours(3);
        let mut tx = world.begin().await;
        limits::note_left(&mut tx, scope, channel, 1, Some(resets)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(ask().await, Allowance::Allowed(_)));
        assert_eq!(ask().await, Allowance::WaitUntil(resets));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_ask_at_the_same_time_never_get_more_than_there_is() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        let other = world.another_process().await;
        let asking = (0..24).map(|n| {
            let db = if n % 2 == 0 { world.db.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut tx = db.begin(Actor::system("test")).await.unwrap();
                let now = tx.now();
                let answer = allow(&mut tx, inside(acme), channel, Some(5), now).await.unwrap();
                tx.commit().await.unwrap();
                matches!(answer, Allowance::Allowed(_))
            })
        });
        let mut allowed = 0;
        for one in asking.collect::<Vec<_>>() {
            allowed += usize::from(one.await.unwrap());
        }
        assert_eq!(allowed, 5);
    }
}

#[tokio::test]
async fn no_token_stands_anywhere_in_the_clear() {
    for world in World::each().await {
        let (acme, ana) = client_of(&world, vec![page()]).await;
        let channel = connected(&world, acme, ana).await;
        world.clock.advance(TimeDelta::hours(2));
        world.work().await;
        world.network.take_back("anna");
        world.clock.advance(TimeDelta::hours(2));
        world.work().await;
        let told: String = world.taken_events().iter().map(|event| format!("{event:?}")).collect();
        let connections = queries::connections(&mut world.read().await, inside(acme)).await.unwrap();
        let account = world.connections.account(&world.db, inside(acme), channel).await;
        let mut shown = format!("{told} {connections:?} {account:?}");
        for (table, column) in [("channel", "settings"), ("event", "data"), ("job", "payload"), ("job", "error")] {
            let sql = format!("SELECT CAST({column} AS text) AS words FROM {table} WHERE {column} IS NOT NULL");
            for row in world.read().await.rows(aos_storage::Sql::built(sql), vec![]).await.unwrap() {
                shown.push_str(&row.get::<String>("words").unwrap());
            }
        }
        assert!(shown.contains("channels.renewed") && !shown.contains("canary"), "{shown}");
    }
}
