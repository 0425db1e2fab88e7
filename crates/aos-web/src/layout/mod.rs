//! What surrounds every page: rail, top bar, breadcrumbs, the head of a client's workspace, the head of an approval.

mod frame;

use crate::{
    csrf::CsrfToken,
    flash::{Flash, Theme},
    ui::{Moment, Timeline},
};

/// What every page carries; a handler builds it once from the session and adds title, place and crumbs.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The agency's name; empty before the first run.
    pub agency: String,
    /// Of this page, for the browser's tab and the page's heading.
    pub title: String,
    pub place: Place,
    /// From the outermost; without the page itself.
    pub crumbs: Vec<Crumb>,
    /// `None`: nobody is signed in, and the page stands without a rail.
    pub person: Option<Person>,
    /// Approvals that wait for this person, for the rail.
    pub waiting: u64,
    /// Notifications that this person has not read.
    pub unread: u64,
    /// Why nothing is done at this moment, for administrators.
    pub alarm: Option<String>,
    pub csrf: CsrfToken,
    pub flash: Option<Flash>,
    pub theme: Theme,
    /// Topics of [`crate::live::Topic`] that the page listens to; empty: no stream is opened.
    pub topics: Vec<String>,
    /// Where the announcements stood before the page was read.
    pub since: Option<crate::live::Mark>,
    /// The client dashboard's own rail and branding, in the place of the agency's.
    pub client: Option<ClientRail>,
    /// How the agency shows itself on a page without a rail.
    pub brand: Brand,
}

/// The agency's style sheet and logo, where it chose them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    pub style: Option<String>,
    pub logo: Option<String>,
}

impl Shell {
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>, place: Place) -> Self {
        self.title = title.into();
        self.place = place;
        self
    }
    #[must_use]
    pub fn under(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: href.into() });
        self
    }
    #[must_use]
    pub fn listening(mut self, topic: &crate::live::Topic) -> Self {
        if !self.topics.iter().any(|known| known == topic.as_str()) {
            self.topics.push(topic.as_str().to_owned());
        }
        self
    }
    /// The stream that the script opens; empty when the page listens to nothing. The answer to a form listens to nothing
    /// either: what it shows can't be asked for again at its address, which may take forms only.
    pub(crate) fn stream(&self) -> String {
        let Some(since) = self.since.filter(|_| !self.topics.is_empty()) else {
            return String::new();
        };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for topic in &self.topics {
            query.append_pair("topic", topic);
        }
        query.append_pair("since", &since.to_string());
        format!("{}?{}", crate::paths::LIVE, query.finish())
    }
    pub(crate) fn is(&self, place: &str) -> bool {
        self.place.as_str() == place
    }
}

/// The rail of the client dashboard.
#[derive(Clone, Debug, Default)]
pub struct ClientRail {
    /// The tenant's id as it stands in URLs; empty on the page that chooses among several.
    pub id: String,
    pub name: String,
    /// `home`, `approvals`, `requests`, `calendar`, `content`, `media`, `channels`, `settings`, `onboarding`.
    pub place: &'static str,
    /// What waits for the client's decision.
    pub waiting: u64,
    /// Steps of the onboarding that are left; 0 once it is launched.
    pub steps_left: usize,
    /// This person belongs to other clients too.
    pub several: bool,
    /// One of the agency's people looks at what the client sees.
    pub looks_on: bool,
    pub brand: Brand,
}

impl ClientRail {
    pub(crate) fn is(&self, place: &str) -> bool {
        self.place == place
    }
}

/// The entry of the rail that is lit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Nowhere,
    Queue,
    Clients,
    Content,
    Channels,
    Calendar,
    Runs,
    Users,
    Models,
    Skills,
    Templates,
    Credentials,
    Queues,
    System,
    Mail,
    Audit,
    Branding,
    Tokens,
    /// One's own account; in the person's menu rather than in the rail.
    Account,
    Settings,
    Reference,
}

impl Place {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nowhere => "",
            Self::Queue => "queue",
            Self::Clients => "clients",
            Self::Content => "content",
            Self::Channels => "channels",
            Self::Calendar => "calendar",
            Self::Runs => "runs",
            Self::Users => "users",
            Self::Models => "models",
            Self::Skills => "skills",
            Self::Templates => "templates",
            Self::Credentials => "credentials",
            Self::Queues => "queues",
            Self::System => "system",
            Self::Mail => "mail",
            Self::Audit => "audit",
            Self::Branding => "branding",
            Self::Tokens => "tokens",
            Self::Account => "account",
            Self::Settings => "settings",
            Self::Reference => "reference",
        }
    }
}

/// Where a page stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crumb {
    pub label: String,
    pub href: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Whose own topics the page listens to.
    pub id: String,
    pub name: String,
    pub email: String,
    /// In words: "Administrator".
    pub role: String,
    /// May see Manage.
    pub manages: bool,
}

/// The head of a client's workspace: its name, its website and the tabs.
#[derive(Clone, Debug, Default)]
pub struct ClientHead {
    /// The tenant's id as it stands in URLs.
    pub id: String,
    pub name: String,
    pub website: String,
    /// `setup_needed`, `ready`.
    pub readiness: String,
    pub tab: ClientTab,
    /// May change things here; a reader sees no buttons.
    pub can_edit: bool,
}

/// A tab of the client workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientTab {
    #[default]
    Overview,
    Plan,
    Work,
    Calendar,
    Content,
    Onboarding,
    Context,
    Channels,
    Media,
    Website,
    Settings,
}

impl ClientTab {
    pub const ALL: [Self; 11] = [
        Self::Overview,
        Self::Plan,
        Self::Work,
        Self::Calendar,
        Self::Content,
        Self::Onboarding,
        Self::Context,
        Self::Channels,
        Self::Media,
        Self::Website,
        Self::Settings,
    ];
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Plan => "Plan",
            Self::Work => "Work",
            Self::Calendar => "Calendar",
            Self::Content => "Content",
            Self::Onboarding => "Onboarding",
            Self::Context => "Context",
            Self::Channels => "Channels",
            Self::Media => "Media",
            Self::Website => "Brand & website",
            Self::Settings => "Settings",
        }
    }
    /// Last part of the URL; empty for the overview.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Plan => "plan",
            Self::Work => "work",
            Self::Calendar => "calendar",
            Self::Content => "content",
            Self::Onboarding => "onboarding",
            Self::Context => "context",
            Self::Channels => "channels",
            Self::Media => "media",
            Self::Website => "website",
            Self::Settings => "settings",
        }
    }
}

impl ClientHead {
    pub(crate) fn href(&self, tab: &ClientTab) -> String {
        crate::paths::client_tab(&self.id, *tab)
    }
}

/// The head of an approval and what its buttons need. The same for every kind.
#[derive(Clone, Debug, Default)]
pub struct ApprovalHead {
    pub id: String,
    /// The hash of exactly what is on this page; goes back with the decision.
    pub hash: String,
    /// `strategy`, `request_list`, `post`.
    pub kind: String,
    pub client: String,
    pub client_id: String,
    /// Who made what is to be approved: a person's name or an agent's role.
    pub made_by: String,
    pub made_by_agent: bool,
    /// The run that made it.
    pub run_href: Option<String>,
    pub since: Moment,
    /// Why it comes first: "Planned for tomorrow", "Waiting for 4 days".
    pub urgent: Option<String>,
    /// Drafted by the `offline` provider.
    pub offline: bool,
    /// What approving sets off, shown beside the button: "Ten posts are written and come back for review." A post's page
    /// says itself what becomes of it on the channel; here stands only what follows ("It is number 7 of 10 this month.").
    pub consequence: String,
    /// Approving reaches outside or costs money, so it asks once.
    pub asks_once: bool,
    /// This person may decide.
    pub can_decide: bool,
    /// Otherwise why not: "You asked for this, so somebody else decides."
    pub why_not: Option<String>,
    /// `None` while it waits.
    pub decided: Option<Decision>,
    /// "3 of 12" in the queue it was opened from.
    pub position: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub history: Timeline,
    /// Stands on the page of the design as an example, below that page's own heading.
    pub specimen: bool,
}

impl ApprovalHead {
    pub(crate) fn open(&self) -> bool {
        self.can_decide && self.decided.is_none()
    }
}

/// How it was decided.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// `approved`, `rejected`, or `superseded` by a newer version.
    pub verdict: String,
    pub by: String,
    pub at: Moment,
    pub notes: Option<String>,
}
