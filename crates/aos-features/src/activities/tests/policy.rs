//! Stories of the approval policy: the agency decides first, then the client, each on exactly the same thing.

use aos_kernel::{Actor, ErrorKind};
use aos_storage::testing::kinds;

use super::toys::{IDEA, Shop, client_too};
use crate::{
    activities::{ActivityState as State, ApprovalState, Approver, Decision, commands, queries},
    tenants::{ApprovalPolicy, Party},
};

#[tokio::test]
async fn where_the_client_decides_too_nothing_goes_on_before_they_have() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.toys.open().ideas = 1;
        shop.choose(client_too()).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let idea = shop.pending().await.remove(0);
        assert_eq!(idea.party, Party::Agency);
        // The client does not decide before the agency has.
        assert_eq!(
            shop.decide_as(&shop.client(), &idea, Decision::Approve).await.unwrap_err().kind(),
            ErrorKind::Denied
        );
        let decided = shop.approve(&idea).await;
        assert_eq!(decided.goes_on_to, Some(Party::Client));
        shop.work().await;
        assert!(shop.states(pipeline, "build").await.is_empty());
        let second = shop.pending().await.remove(0);
        assert_eq!((second.role.as_str(), second.party, &second.hash), ("admin", Party::Client, &idea.hash));
        // Nobody of the agency decides in the client's place, not even an administrator.
        let administrator = Approver { roles: vec!["administrator".into(), "admin".into()], ..shop.approver() };
        for staff in [shop.approver(), administrator] {
            let error = shop.decide_as(&staff, &second, Decision::Approve).await.unwrap_err();
            assert_eq!(error.message(), "“idea 1” waits for the client’s own decision.");
        }
        // The client's no sends it back like any other, and then both are asked again.
        shop.reject(&second, "Red, please").await;
        assert_eq!(shop.the(pipeline, "think").await.notes.as_deref(), Some("Red, please"));
        shop.work().await;
        let again = shop.pending().await.remove(0);
        assert_eq!((again.party, again.version), (Party::Agency, 2));
        assert_eq!(shop.approve(&again).await.goes_on_to, Some(Party::Client));
        let second = shop.pending().await.remove(0);
        assert_eq!(shop.approve(&second).await.goes_on_to, None);
        shop.work().await;
        assert_eq!(shop.states(pipeline, "build").await, [State::AwaitingApproval]);
    }
}

#[tokio::test]
async fn what_is_edited_after_the_agencys_yes_is_decided_on_by_the_agency_again() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.toys.open().ideas = 1;
        shop.choose(client_too()).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        let idea = shop.pending().await.remove(0);
        shop.approve(&idea).await;
        let asked = shop.pending().await.remove(0);
        let edit = async |by: i64| {
            *shop.toys.open().versions.get_mut(&idea.subject.id).unwrap() += by;
            let mut tx = shop.tx().await;
            assert!(commands::refingerprint(&mut tx, &shop.steps, shop.scope, &idea.subject).await.unwrap());
            tx.commit().await.unwrap();
        };
        // Nothing changed: the client's question stays as it is.
        edit(0).await;
        assert_eq!(shop.pending().await[0].id, asked.id);
        edit(1).await;
        let anew = shop.pending().await;
        assert_eq!((anew.len(), anew[0].party, anew[0].version), (1, Party::Agency, 2));
        let late = shop.decide(&asked, Decision::Approve).await.unwrap_err();
        assert_eq!(late.code(), "nothing_to_decide");
        shop.approve(&anew[0]).await;
        shop.approve(&shop.pending().await[0]).await;
        shop.work().await;
        assert_eq!(shop.states(pipeline, "build").await, [State::AwaitingApproval]);
        let history = queries::approvals_of(&mut shop.read().await, shop.scope, &idea.subject).await.unwrap();
        let told: Vec<_> = history.iter().map(|a| (a.party, a.version, a.state)).collect();
        assert_eq!(
            told,
            [
                (Party::Agency, 1, ApprovalState::Approved),
                (Party::Client, 1, ApprovalState::Withdrawn),
                (Party::Agency, 2, ApprovalState::Approved),
                (Party::Client, 2, ApprovalState::Approved),
            ]
        );
    }
}

#[tokio::test]
async fn a_client_that_is_asked_no_more_leaves_the_decision_to_the_agency_and_nothing_slips_through() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        shop.toys.open().ideas = 2;
        shop.choose(client_too()).await;
        let pipeline = shop.start("trade").await;
        shop.work().await;
        shop.approve(&shop.pending().await[0]).await;
        assert_eq!(shop.choose(client_too()).await, 0, "the same policy changes nothing");
        assert_eq!(shop.choose(ApprovalPolicy::default()).await, 1);
        shop.work().await;
        assert!(shop.states(pipeline, "build").await.is_empty());
        let waiting = shop.pending().await;
        assert!(waiting.len() == 2 && waiting.iter().all(|a| a.party == Party::Agency), "{waiting:?}");
        shop.approve_all().await;
        shop.work().await;
        assert_eq!(shop.states(pipeline, "build").await.len(), 2);
        // Only ideas: what is built is then the agency's to decide.
        shop.choose(ApprovalPolicy { client_decides: vec![IDEA.into()], ..client_too() }).await;
        let built = shop.pending().await.remove(0);
        assert_eq!(shop.approve(&built).await.goes_on_to, None);
    }
}

#[tokio::test]
async fn the_client_is_not_asked_about_what_its_own_people_asked_for() {
    for kind in kinds() {
        let shop = Shop::new(kind).await;
        let client = shop.one_of_the_client().await;
        shop.toys.open().ideas = 1;
        shop.toys.open().made_by = Some(Actor::user(client));
        shop.choose(client_too()).await;
        shop.start("trade").await;
        shop.work().await;
        let idea = shop.pending().await.remove(0);
        assert_eq!(shop.approve(&idea).await.goes_on_to, None);
    }
}
