//! Requests: the briefs of all kinds.

use aos_capabilities::drafts::{AdCopyIdea, BacklinkTarget, Brief, NewsletterIdea, PostIdea, TopicDraft};
use aos_kernel::{Actor, ChannelId, ContentHash, Error, PeriodId, RequestId, Result, Timestamp};
use aos_storage::{content_hash, from_row};
use serde::{Deserialize, Serialize};

use super::{LONGEST_TEXT, LONGEST_TITLE, Priority, RequestKind, RequestState};

aos_kernel::text_enum! {
    /// Whose ads a set of copy is for; each has limits of its own.
    pub enum AdNetwork { Google = "google", Meta = "meta" }
}

/// What only some kinds of request have. Addresses are kept as they were typed, once they were found to be some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestDetails {
    /// Newsletter: the platform's id of the audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Backlink: the site that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_address: Option<String>,
    /// Backlink: the client's page that the link would lead to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_to: Option<String>,
    /// Ad copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<AdNetwork>,
    /// Ad copy: the page that a click leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_url: Option<String>,
}

impl RequestDetails {
    fn cleaned(self, kind: RequestKind) -> Result<Self> {
        let tidy = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let own = |is: bool, text: Option<String>| tidy(text).filter(|_| is);
        let (backlink, ad_copy) = (kind == RequestKind::Backlink, kind == RequestKind::AdCopy);
        let clean = Self {
            list: own(kind == RequestKind::Newsletter, self.list),
            site: own(backlink, self.site),
            contact_name: own(backlink, self.contact_name),
            contact_address: own(backlink, self.contact_address),
            link_to: own(backlink, self.link_to),
            network: self.network.filter(|_| ad_copy),
            final_url: own(ad_copy, self.final_url),
        };
        if backlink && clean.site.is_none() {
            return Err(Error::invalid("site", "Say which site is to be asked for the link."));
        }
        if clean.contact_address.as_deref().is_some_and(|address| !is_mail_address(address)) {
            return Err(Error::invalid("contact_address", "This is not a mail address."));
        }
        if ad_copy && clean.network.is_none() {
            return Err(Error::invalid("network", "Choose the network: Google or Meta."));
        }
        for (field, address) in [("link_to", &clean.link_to), ("final_url", &clean.final_url)] {
            if address.as_deref().is_some_and(|address| !is_web_address(address)) {
                return Err(Error::invalid(field, "Give the whole address, with https:// in front."));
            }
        }
        Ok(clean)
    }

    fn parts(&self) -> [&str; 7] {
        [
            self.list.as_deref().unwrap_or_default(),
            self.site.as_deref().unwrap_or_default(),
            self.contact_name.as_deref().unwrap_or_default(),
            self.contact_address.as_deref().unwrap_or_default(),
            self.link_to.as_deref().unwrap_or_default(),
            self.network.map_or("", AdNetwork::as_str),
            self.final_url.as_deref().unwrap_or_default(),
        ]
    }
}

/// Something in front of an at-sign and a host with a dot behind it: whether anybody reads there only a mail can tell.
pub(super) fn is_mail_address(text: &str) -> bool {
    let plain = !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';'));
    plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

pub(super) fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The approved-before-made brief of one piece of work.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    pub id: RequestId,
    pub kind: RequestKind,
    pub state: RequestState,
    pub title: String,
    pub brief: String,
    /// The main one first.
    pub keywords: Vec<String>,
    pub search_intent: String,
    pub audience: String,
    pub outline: Vec<String>,
    /// Addresses of the client's pages that carry the facts.
    pub sources: Vec<String>,
    pub notes: String,
    pub priority: Priority,
    /// The month that it counts for; none for an ad-hoc request.
    pub period_id: Option<PeriodId>,
    /// Where it is to stand: one item for each. Empty: wherever the kind stands.
    pub channels: Vec<ChannelId>,
    /// One of [`RequestKind::formats`], or empty.
    pub format: String,
    pub details: RequestDetails,
    /// When it should be published. Not part of what is approved: the same brief on another day is the same brief.
    pub planned_at: Option<Timestamp>,
    pub version: i64,
    pub hash: ContentHash,
    /// Proposed without a model.
    pub offline: bool,
    pub made_by: Actor,
    /// The notes of the last rejection.
    pub rejection: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
from_row!(Request {
    id, parse kind, parse state, title, brief, json keywords, search_intent, audience, json outline, json sources, notes,
    parse priority, period_id, json channels, format, json details, planned_at, version, hash, offline, made_by, rejection, created_at, updated_at
});

impl Request {
    /// Whether it is still a brief: nothing was made of it.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, RequestState::Draft | RequestState::PendingApproval | RequestState::Rejected)
    }
    /// The brief as the copywriter gets it.
    pub fn topic(&self) -> TopicDraft {
        TopicDraft {
            title: self.title.clone(),
            brief: self.brief.clone(),
            keywords: self.keywords.clone(),
            search_intent: self.search_intent.clone(),
            audience: self.audience.clone(),
            outline: self.outline.clone(),
            sources: self.sources.clone(),
            notes: self.notes.clone(),
        }
    }
    /// The brief of any other kind, as it goes to whoever writes by it.
    pub fn brief(&self) -> Option<Brief> {
        let (title, brief, notes) = (self.title.clone(), self.brief.clone(), self.notes.clone());
        let (audience, sources, outline) = (self.audience.clone(), self.sources.clone(), self.outline.clone());
        let date = self.planned_at.map(|at| at.date_naive().to_string());
        let details = self.details.clone();
        Some(match self.kind {
            RequestKind::Blog => return None,
            RequestKind::Social | RequestKind::Gbp => Brief::Post(PostIdea {
                title,
                brief,
                audience,
                channels: self.channels.iter().map(ToString::to_string).collect(),
                format: self.format.clone(),
                date,
                sources,
                notes,
            }),
            RequestKind::Newsletter => Brief::Newsletter(NewsletterIdea {
                title,
                brief,
                audience,
                list: details.list,
                outline,
                date,
                sources,
                notes,
            }),
            RequestKind::Backlink => Brief::Backlink(BacklinkTarget {
                site: details.site.unwrap_or_default(),
                name: title,
                contact_name: details.contact_name,
                contact_address: details.contact_address,
                angle: brief,
                link_to: details.link_to,
                sources,
                notes,
            }),
            RequestKind::AdCopy => Brief::AdCopy(AdCopyIdea {
                title,
                brief,
                network: details.network.map_or("", AdNetwork::as_str).to_owned(),
                audience,
                keywords: self.keywords.clone(),
                final_url: details.final_url,
                sources,
                notes,
            }),
        })
    }
    /// What stands in it, to be given back as it is or with changes.
    pub fn content(&self) -> NewRequest {
        NewRequest {
            kind: self.kind,
            title: self.title.clone(),
            brief: self.brief.clone(),
            keywords: self.keywords.clone(),
            search_intent: self.search_intent.clone(),
            audience: self.audience.clone(),
            outline: self.outline.clone(),
            sources: self.sources.clone(),
            notes: self.notes.clone(),
            priority: self.priority,
            channels: self.channels.clone(),
            format: self.format.clone(),
            details: self.details.clone(),
            planned_at: self.planned_at,
        }
    }
}

/// What a person or an agent gives for a request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewRequest {
    /// Stays as it is when a request is changed.
    pub kind: RequestKind,
    pub title: String,
    pub brief: String,
    pub keywords: Vec<String>,
    pub search_intent: String,
    pub audience: String,
    pub outline: Vec<String>,
    pub sources: Vec<String>,
    pub notes: String,
    pub priority: Priority,
    pub channels: Vec<ChannelId>,
    pub format: String,
    pub details: RequestDetails,
    /// When it should be published. Only for a new request: afterwards it is moved in the calendar.
    pub planned_at: Option<Timestamp>,
}

const SEARCH_INTENTS: [&str; 4] = ["informational", "commercial", "transactional", "navigational"];
impl NewRequest {
    /// Trimmed, without empty entries, with a search intent that is one.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(mut self) -> Result<Self> {
        let tidy = |list: Vec<String>| -> Vec<String> {
            list.into_iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).take(40).collect()
        };
        self.title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        self.brief = self.brief.trim().to_owned();
        self.keywords = tidy(self.keywords);
        self.outline = tidy(self.outline);
        self.sources = tidy(self.sources);
        if self.search_intent.trim().is_empty() {
            SEARCH_INTENTS[0].clone_into(&mut self.search_intent);
        }
        if self.title.is_empty() || self.title.chars().count() > LONGEST_TITLE {
            return Err(Error::invalid("title", format!("Give a title of at most {LONGEST_TITLE} characters.")));
        }
        if self.brief.is_empty() {
            let piece = self.kind.piece();
            return Err(Error::invalid(
                "brief",
                format!("Say in a sentence or two what the {piece} should tell, and whom."),
            ));
        }
        for (field, text) in [("brief", &self.brief), ("notes", &self.notes), ("audience", &self.audience)] {
            if text.chars().count() > LONGEST_TEXT {
                return Err(Error::invalid(field, format!("At most {LONGEST_TEXT} characters.")));
            }
        }
        if !SEARCH_INTENTS.contains(&self.search_intent.as_str()) {
            return Err(Error::invalid("search_intent", format!("Choose one of: {}.", SEARCH_INTENTS.join(", "))));
        }
        let mut seen = std::collections::BTreeSet::new();
        self.channels.retain(|channel| seen.insert(*channel));
        if self.kind != RequestKind::Blog && !self.kind.has_channels() {
            self.channels.clear();
        }
        self.format = self.format.trim().to_owned();
        let formats = self.kind.formats();
        if formats.is_empty() {
            self.format.clear();
        } else if !self.format.is_empty() && !formats.contains(&self.format.as_str()) {
            return Err(Error::invalid("format", format!("Choose one of: {}.", formats.join(", "))));
        }
        self.details = self.details.cleaned(self.kind)?;
        Ok(self)
    }

    /// The fingerprint that an approval binds. The kind never changes, so a blog post's is what it always was.
    pub fn hash(&self) -> ContentHash {
        let channels = self.channels.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let more = [channels.as_str(), self.format.as_str()].into_iter().chain(self.details.parts());
        let (keywords, outline, sources) = (self.keywords.join("\n"), self.outline.join("\n"), self.sources.join("\n"));
        let mut parts = vec![
            self.title.as_str(),
            &self.brief,
            &keywords,
            &self.search_intent,
            &self.audience,
            &outline,
            &sources,
            &self.notes,
        ];
        if self.kind != RequestKind::Blog || !self.channels.is_empty() {
            parts.extend(more);
        }
        content_hash(&parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_a_brief_is_refused_by_field() {
        let bad = NewRequest { title: "Roofs".into(), ..NewRequest::default() };
        assert_eq!(bad.cleaned().unwrap_err().field(), Some("brief"));
    }

    #[test]
    fn each_kind_asks_for_what_it_needs_and_drops_what_it_has_not() {
        let of = |kind: RequestKind, details: RequestDetails| NewRequest {
            kind,
            title: "T".into(),
            brief: "B".into(),
            details,
            format: "offer".into(),
            ..NewRequest::default()
        };
        let site =
            RequestDetails { site: Some(" a.test ".into()), list: Some("x".into()), ..RequestDetails::default() };
        assert_eq!(of(RequestKind::Backlink, RequestDetails::default()).cleaned().unwrap_err().field(), Some("site"));
        let link = of(RequestKind::Backlink, site.clone()).cleaned().unwrap();
        assert_eq!(
            (link.details.site.as_deref(), link.details.list.as_deref(), link.format.as_str()),
            (Some("a.test"), None, "")
        );
        assert_eq!(of(RequestKind::AdCopy, site).cleaned().unwrap_err().field(), Some("network"));
        let social = of(RequestKind::Social, RequestDetails::default());
        assert_eq!(social.cleaned().unwrap_err().field(), Some("format"));
        let bad = RequestDetails {
            site: Some("a.test".into()),
            contact_address: Some("anna at a.test".into()),
            ..RequestDetails::default()
        };
        assert_eq!(of(RequestKind::Backlink, bad).cleaned().unwrap_err().field(), Some("contact_address"));
    }

    #[test]
    fn what_is_decided_on_changes_the_fingerprint_and_the_day_does_not() {
        let request =
            NewRequest { kind: RequestKind::Social, title: "T".into(), brief: "B".into(), ..NewRequest::default() };
        let elsewhere = NewRequest { channels: vec![ChannelId::new()], ..request.clone() };
        assert_ne!(request.hash(), elsewhere.hash());
        let later = NewRequest { planned_at: Some("2026-04-07T09:00:00Z".parse().unwrap()), ..request.clone() };
        assert_eq!(request.hash(), later.hash());
    }
}
