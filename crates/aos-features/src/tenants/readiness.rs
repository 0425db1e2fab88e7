//! How far a client's set-up is, from what is there now (R: recomputed from current records, never a stored flag). The
//! read model counts; this says what the counts mean. Pure.

use aos_kernel::text_enum;
use serde::Serialize;

/// What is there of a client. Counted by a read model, as the rows belong to many slices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Pages that the newest usable crawl kept.
    pub pages: i64,
    /// Channels that can publish and are connected now.
    pub publishing_channels: i64,
    /// Versions of the context file.
    pub context_versions: i64,
    /// 1 when a strategy is active.
    pub active_strategies: i64,
    /// Deliverables that open a period each month.
    pub active_deliverables: i64,
}

text_enum! {
    pub enum ReadinessState {
        /// Something that the work stands on is missing.
        SetupNeeded = "setup_needed",
        Ready = "ready",
    }
}

/// One line of the set-up checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ChecklistItem {
    /// Stable word: `website`, `context`, `strategy`, `channel`, `deliverables`.
    pub key: &'static str,
    pub label: &'static str,
    pub done: bool,
    /// What a person can do while it is not.
    pub help: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    pub state: ReadinessState,
    pub checklist: Vec<ChecklistItem>,
}

impl Readiness {
    pub fn of(records: Records) -> Self {
        let item = |key, label, count: i64, help| ChecklistItem { key, label, done: count > 0, help };
        let checklist = vec![
            item("website", "Website read", records.pages, "Start a crawl, or check the website’s address."),
            item(
                "context",
                "Context file written",
                records.context_versions,
                "Finish the onboarding; the agent writes it from the website and the documents.",
            ),
            item("strategy", "Strategy approved", records.active_strategies, "Review the strategy and approve it."),
            item(
                "deliverables",
                "Monthly deliverables agreed",
                records.active_deliverables,
                "Approve a strategy with deliverables, or add one.",
            ),
            item(
                "channel",
                "Publishing channel connected",
                records.publishing_channels,
                "Connect the website’s WordPress or another channel.",
            ),
        ];
        let set_up = checklist.iter().all(|item| item.done);
        let state = if set_up { ReadinessState::Ready } else { ReadinessState::SetupNeeded };
        Self { state, checklist }
    }
    /// What is still to be done, first things first.
    pub fn missing(&self) -> impl Iterator<Item = &ChecklistItem> {
        self.checklist.iter().filter(|item| !item.done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_ready_when_every_record_is_there_and_not_before() {
        let mut records = Records::default();
        assert_eq!(Readiness::of(records).state, ReadinessState::SetupNeeded);
        assert_eq!(Readiness::of(records).missing().count(), 5);
        records = Records {
            pages: 12,
            publishing_channels: 1,
            context_versions: 1,
            active_strategies: 1,
            active_deliverables: 2,
        };
        assert_eq!(Readiness::of(records).state, ReadinessState::Ready);
        // Losing the channel takes readiness away at once: nothing is stored.
        records.publishing_channels = 0;
        assert_eq!(Readiness::of(records).missing().map(|item| item.key).collect::<Vec<_>>(), ["channel"]);
    }
}
