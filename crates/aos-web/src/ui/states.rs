//! One table from every state of the vocabulary to its tone and its words.

/// The colour family of a state. Colour never stands alone: the words are always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do yet, or no longer.
    Quiet,
    /// Work under way.
    Active,
    /// Waits for a person.
    Waiting,
    /// As it should be.
    Good,
    /// Will go wrong if nobody looks.
    Warning,
    /// Went wrong.
    Bad,
}

impl Tone {
    /// The class name's last part.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// Every state that a page can show, by tone. The design gallery draws this table.
pub const STATES: &[(Tone, &[&str])] = &[
    (
        Tone::Quiet,
        &[
            "created",
            "assigned",
            "draft",
            "queued",
            "waiting",
            "closed",
            "revised",
            "superseded",
            "cancelled",
            "disconnected",
            "disabled",
            "skipped",
            "trashed",
            "none",
            "info",
            "paused",
            "unset",
            "off",
        ],
    ),
    (
        Tone::Active,
        &["in_progress", "running", "writing", "publishing", "retrying", "scheduled", "open", "pausing", "sending"],
    ),
    (
        Tone::Waiting,
        &[
            "awaiting_approval",
            "pending_approval",
            "pending",
            "review",
            "setup_needed",
            "waiting_for_person",
            "invited",
        ],
    ),
    (
        Tone::Good,
        &[
            "approved",
            "completed",
            "complete",
            "published",
            "live",
            "active",
            "on_track",
            "achieved",
            "connected",
            "ready",
            "succeeded",
            "ok",
            "done",
            "on",
            "sent",
            "current",
        ],
    ),
    (
        Tone::Warning,
        &[
            "at_risk",
            "unconfirmed",
            "incomplete",
            "blocked",
            "expiring",
            "warning",
            "stale",
            "near_budget",
            "offline",
            "older_key",
            "unused",
        ],
    ),
    (
        Tone::Bad,
        &[
            "failed",
            "rejected",
            "missed",
            "expired",
            "error",
            "dead",
            "refused",
            "over_budget",
            "unreachable",
            "missing_key",
        ],
    ),
];

/// The tone of a state; a word that is not in the table is quiet.
pub fn look(state: &str) -> Tone {
    STATES.iter().find(|(_, words)| words.contains(&state)).map_or(Tone::Quiet, |(tone, _)| *tone)
}

/// The state in words for a person.
pub fn label(state: &str) -> String {
    match state {
        "seo_specialist" | "seo-specialist" => "SEO specialist".into(),
        "gbp" | "gbp_posts" => "GBP posts".into(),
        "ok" => "OK".into(),
        "openai" => "OpenAI-compatible".into(),
        "wordpress" => "WordPress".into(),
        "static_css" => "Style sheets".into(),
        "request_list" => "Requests".into(),
        "website_audit" => "Website audit".into(),
        "setup_chain" => "Set-up chain".into(),
        "" => "—".into(),
        other => {
            let text = other.replace(['_', '-'], " ");
            let mut letters = text.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_stands_in_the_table_once_and_reads_as_words() {
        let mut all: Vec<_> = STATES.iter().flat_map(|(_, words)| words.iter()).collect();
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
        assert_eq!(look("awaiting_approval"), Tone::Waiting);
        assert_eq!(look("a word from tomorrow"), Tone::Quiet);
        assert_eq!(label("awaiting_approval"), "Awaiting approval");
    }
}
