//! What this slice refuses, in words.

use aos_kernel::{Error, Timestamp};
use chrono::TimeDelta;

use super::model::{ActivityState, Approval, ApprovalState};

/// A state may only change along the table.
pub fn illegal_transition(name: &str, from: ActivityState, to: ActivityState) -> Error {
    let words = |state: ActivityState| state.as_str().replace('_', " ");
    Error::conflict("illegal_transition", format!("“{name}” is {}, so it can't become {}.", words(from), words(to)))
}

/// Somebody was faster. `who` is the name that a person knows the other by.
pub fn nothing_to_decide(approval: &Approval, who: Option<&str>, now: Timestamp) -> Error {
    let what = match approval.state {
        ApprovalState::Approved => "approved",
        ApprovalState::Rejected => "sent back",
        ApprovalState::Withdrawn | ApprovalState::Pending => "withdrawn",
    };
    let ago = approval.decided_at.map_or_else(|| "before".to_owned(), |at| ago(now - at));
    let message = match who {
        Some(who) => format!("There is nothing to decide: {who} has {what} “{}” {ago}.", approval.title),
        None => format!("There is nothing to decide: “{}” was {what} {ago}.", approval.title),
    };
    Error::conflict("nothing_to_decide", message)
}

fn ago(passed: TimeDelta) -> String {
    match passed.num_minutes() {
        ..=0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes @ 2..=119 => format!("{minutes} minutes ago"),
        minutes @ 120..=2879 => format!("{} hours ago", minutes / 60),
        minutes => format!("{} days ago", minutes / 1440),
    }
}

/// What was shown is not what is there now.
pub fn changed_since(title: &str) -> Error {
    Error::conflict("changed_since_you_looked", format!("“{title}” has changed since you looked at it."))
        .with_help("Look at it again; nothing was decided.")
}

pub fn own_work(title: &str) -> Error {
    Error::denied(format!("You made or asked for “{title}”, so somebody else has to decide on it."))
        .with_help("An administrator can allow people to approve their own work in the client's settings.")
}

pub fn not_your_role(title: &str, role: &str) -> Error {
    Error::denied(format!("“{title}” is to be decided by somebody with the role “{role}”."))
}

pub fn clients_turn(title: &str) -> Error {
    Error::denied(format!("“{title}” waits for the client’s own decision."))
        .with_help("Nobody of the agency decides in the client’s place. The client’s settings say who is asked.")
}

pub fn unknown_template(key: &str) -> Error {
    Error::not_found("pipeline template").with_context(format!("template {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_reads_as_one_would_say_it() {
        for (minutes, words) in
            [(-5, "just now"), (1, "a minute ago"), (5, "5 minutes ago"), (180, "3 hours ago"), (5000, "3 days ago")]
        {
            assert_eq!(ago(TimeDelta::minutes(minutes)), words);
        }
    }
}
