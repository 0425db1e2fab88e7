//! The kinds of notice: why somebody is told, of which event, who may be told, and how unless they choose otherwise.
//! Pure.
//!
//! This list is complete: a kind that is not made by an event, or an event that is subscribed to and makes none, fails
//! the slice's tests.

use aos_kernel::text_enum;
use serde::Serialize;

text_enum! {
    /// Why somebody is told.
    pub enum NoticeKind {
        /// Something waits for a decision by their role.
        ApprovalRequested = "approval_requested",
        /// It still waits, after some working days.
        ApprovalReminder = "approval_reminder",
        /// It waits for others, and for too long.
        ApprovalEscalated = "approval_escalated",
        /// What they brought or made was sent back.
        WorkReturned = "work_returned",
        /// A task waits for their role.
        TaskAssigned = "task_assigned",
        /// An activity failed for good; also when a budget is used up.
        ActivityFailed = "activity_failed",
        /// A piece could not be published, or is gone from the platform.
        PublicationFailed = "publication_failed",
        /// Whether a piece was published can't be known yet.
        PublicationUnconfirmed = "publication_unconfirmed",
        /// A platform has a piece wait for two days or longer.
        PublicationDelayed = "publication_delayed",
        /// A crawl could not read the whole website.
        CrawlIncomplete = "crawl_incomplete",
        /// A platform no longer takes the channel's credentials.
        ChannelExpired = "channel_expired",
        /// A channel's access ends soon, and only a person can renew it.
        ChannelExpiring = "channel_expiring",
        /// A channel's access could not be renewed so far.
        ChannelRenewalDelayed = "channel_renewal_delayed",
        /// The access of a channel that was disconnected could not be given back.
        ChannelNotRevoked = "channel_not_revoked",
        /// A month began and its work with it.
        MonthOpened = "month_opened",
        /// A deliverable is behind the pace of its month.
        DeliverableAtRisk = "deliverable_at_risk",
        /// A month passed without its work.
        MonthMissed = "month_missed",
        /// Somebody is invited to this installation.
        Invitation = "invitation",
        /// Somebody asked for a new password.
        PasswordReset = "password_reset",
        /// Somebody wants to sign in with another address, which has to be theirs.
        EmailChange = "email_change",
        /// Jobs failed for good.
        DeadLetter = "dead_letter",
        /// A process stopped saying that it is alive.
        ProcessSilent = "process_silent",
        /// A mail could not be delivered, or nobody knows whether it was.
        MailUndelivered = "mail_undelivered",
    }
}

text_enum! {
    /// When a person gets mail about a kind.
    pub enum MailWhen {
        AtOnce = "at_once",
        /// Once a day, all together.
        Digest = "digest",
        Off = "off",
    }
}

text_enum! {
    /// Under which heading a kind is chosen.
    pub enum NoticeGroup {
        Decisions = "decisions",
        Work = "work",
        Publishing = "publishing",
        Month = "month",
        Agency = "agency",
        Account = "account",
    }
}

/// What is known of a kind.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spec {
    pub group: NoticeGroup,
    /// For the page of choices: "Something waits for my decision".
    pub label: &'static str,
    pub in_app: bool,
    pub mail: MailWhen,
    /// A client's own people can get it too.
    pub for_clients: bool,
    /// Only whoever operates the system gets it.
    pub for_operators: bool,
    /// A letter to a person rather than news: always sent at once, and nothing to choose.
    pub letter: bool,
}

impl NoticeKind {
    pub const fn spec(self) -> Spec {
        use MailWhen::{AtOnce, Digest};
        use NoticeGroup as G;
        const fn news(group: NoticeGroup, label: &'static str, mail: MailWhen) -> Spec {
            Spec { group, label, in_app: true, mail, for_clients: false, for_operators: false, letter: false }
        }
        const fn also_for_clients(spec: Spec) -> Spec {
            Spec { for_clients: true, ..spec }
        }
        const fn for_operators(label: &'static str, mail: MailWhen) -> Spec {
            Spec { for_operators: true, ..news(NoticeGroup::Agency, label, mail) }
        }
        const fn letter(label: &'static str) -> Spec {
            Spec { in_app: false, letter: true, ..news(NoticeGroup::Account, label, MailWhen::AtOnce) }
        }
        match self {
            Self::ApprovalRequested => also_for_clients(news(G::Decisions, "Something waits for my decision", AtOnce)),
            Self::ApprovalReminder => also_for_clients(news(G::Decisions, "It still waits after some days", AtOnce)),
            Self::ApprovalEscalated => news(G::Decisions, "A decision of others is overdue", AtOnce),
            Self::WorkReturned => also_for_clients(news(G::Work, "What I brought was sent back", AtOnce)),
            Self::TaskAssigned => also_for_clients(news(G::Work, "A task waits for me", AtOnce)),
            Self::ActivityFailed => news(G::Work, "An activity failed", Digest),
            Self::CrawlIncomplete => news(G::Work, "A website could not be read completely", Digest),
            Self::PublicationFailed => news(G::Publishing, "A piece could not be published", AtOnce),
            Self::PublicationUnconfirmed => {
                news(G::Publishing, "It is not known whether a piece was published", Digest)
            }
            Self::PublicationDelayed => news(G::Publishing, "A platform has a piece wait for days", Digest),
            Self::ChannelExpired => {
                also_for_clients(news(G::Publishing, "A channel has to be connected again", AtOnce))
            }
            Self::ChannelExpiring => also_for_clients(news(G::Publishing, "A channel’s access ends soon", AtOnce)),
            Self::ChannelRenewalDelayed => news(G::Publishing, "A channel’s access could not be renewed yet", Digest),
            Self::ChannelNotRevoked => {
                also_for_clients(news(G::Publishing, "A channel’s access has to be ended by hand", Digest))
            }
            Self::MonthOpened => news(G::Month, "A client’s month begins", Digest),
            Self::DeliverableAtRisk => news(G::Month, "A deliverable falls behind", Digest),
            Self::MonthMissed => news(G::Month, "A month was missed", Digest),
            Self::Invitation => letter("Somebody is invited"),
            Self::PasswordReset => letter("Somebody asked for a new password"),
            Self::EmailChange => letter("Somebody changes their e-mail address"),
            Self::DeadLetter => for_operators("Jobs failed for good", Digest),
            Self::ProcessSilent => for_operators("A process stopped answering", AtOnce),
            Self::MailUndelivered => for_operators("A mail could not be delivered", Digest),
        }
    }
}
