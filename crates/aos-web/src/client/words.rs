//! What the client reads of the work: plain words instead of the states that the agency works with.

use aos_capabilities::publish::PublishMode;
use aos_features::{
    content::{ItemState, RequestState},
    read_models::client::{Asked, Coming},
    tenants::Party,
};

/// Words and the tone of a state: `quiet`, `active`, `waiting`, `good`, `warning`, `bad`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub words: &'static str,
    pub tone: &'static str,
}

const fn told(words: &'static str, tone: &'static str) -> Told {
    Told { words, tone }
}

/// Where a post is on its way.
pub(super) fn of_item(state: ItemState, waits_for: Option<Party>) -> Told {
    match (state, waits_for) {
        (_, Some(Party::Client)) => told("Waits for you", "waiting"),
        (ItemState::Review, _) => told("Your agency is checking it", "active"),
        (ItemState::Draft, _) => told("Planned", "quiet"),
        (ItemState::Writing, _) => told("Being written", "active"),
        (ItemState::Approved, _) => told("Ready to go out", "good"),
        (ItemState::Scheduled, _) => told("Scheduled", "good"),
        (ItemState::Published, _) => told("Published", "good"),
        // What to do about it is the agency's business, and they see it.
        (ItemState::Failed, _) => told("Your agency is sorting out a problem", "warning"),
    }
}

/// Where a post is that is on its way.
pub(super) fn of_coming(one: &Coming) -> Told {
    of_item(one.state, one.waits_for)
}

/// What became of something that was asked for.
pub(super) fn of_asked(one: &Asked) -> Told {
    if let Some(state) = one.item_state {
        return of_item(state, one.item_waits_for);
    }
    of_request(one.state, one.waits_for)
}

/// Where a request stands before anything is made of it.
pub(super) fn of_request(state: RequestState, waits_for: Option<Party>) -> Told {
    match (state, waits_for) {
        (RequestState::Draft, _) => told("Not sent yet", "quiet"),
        (RequestState::PendingApproval, Some(Party::Client)) => told("Waits for you", "waiting"),
        (RequestState::PendingApproval, _) => told("Your agency is looking at it", "active"),
        (RequestState::Approved | RequestState::InProgress, _) => told("Being made", "active"),
        (RequestState::Completed, _) => told("Done", "good"),
        (RequestState::Rejected, _) => told("Came back to you", "warning"),
        (RequestState::Closed, _) => told("Taken back", "quiet"),
    }
}

/// How a post goes out once everybody has agreed, in a sentence.
pub(super) fn on_approval(mode: PublishMode, channel: Option<&str>, when: &str) -> String {
    match (mode, channel) {
        (_, None) => "It goes out as soon as a website is connected.".to_owned(),
        (PublishMode::Now, Some(channel)) => format!("When you approve, it appears on {channel} at once."),
        (PublishMode::Draft, Some(channel)) => {
            format!("When you approve, it is put on {channel} as a draft that only you and your agency see.")
        }
        (PublishMode::At(_), Some(channel)) => format!("When you approve, it appears on {channel} on {when}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_that_waits_for_the_client_says_so_whatever_its_state() {
        for state in ItemState::ALL {
            assert_eq!(of_item(*state, Some(Party::Client)).words, "Waits for you");
        }
        assert_eq!(of_item(ItemState::Review, Some(Party::Agency)).words, "Your agency is checking it");
    }
}
