//! From rows to what pages show: moments in a zone, names of actors, histories in sentences.

use std::collections::HashMap;

use aos_features::read_models::names::Names;
use aos_kernel::{Actor, Cursor, TenantId, Timestamp};
use aos_workflow::Event;
use chrono_tz::Tz;
use uuid::Uuid;

use crate::{
    paths,
    ui::{Gap, Moment, Source, Timeline, TimelineEvent, states::label},
};

/// A moment of the past or future as this client's people read it.
#[derive(Clone, Copy, Debug)]
pub struct Dial {
    pub zone: Tz,
    pub now: Timestamp,
}

impl Dial {
    pub fn moment(self, at: Timestamp) -> Moment {
        Moment::new(at, self.zone, self.now)
    }
    /// How long a thing took, or has taken so far; empty for one that did not begin.
    pub fn took(from: Timestamp, to: Timestamp) -> String {
        (to - from).to_std().map_or_else(|_| String::new(), crate::ui::number::duration)
    }
}

/// Who acted, and whether that is an agent.
pub fn who(names: &Names, actor: &Actor) -> (String, bool) {
    match actor {
        // These two are named after what they make, which would read as if it made itself.
        Actor::Agent { role, .. } if matches!(role.as_str(), "strategy" | "onboarding") => {
            (format!("{} agent", label(role)), true)
        }
        Actor::Agent { role, .. } => (label(role), true),
        Actor::System { .. } => ("Agency OS".to_owned(), false),
        Actor::User { .. } => (names.person(actor).unwrap_or("Somebody").to_owned(), false),
        Actor::Token { .. } => (format!("{}, by API token", names.person(actor).unwrap_or("Somebody")), false),
    }
}

/// The run behind an actor.
pub fn run_of(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Agent { run: Some(run), .. } => Some(paths::run(run)),
        _ => None,
    }
}

/// What happened, in a sentence without its subject, and the state that colours it. None for what nobody is told.
///
/// `title` names the post or request where a history is not about one alone.
fn sentence(event: &Event, title: Option<&str>) -> Option<(String, &'static str)> {
    let post = title.map_or_else(|| "the post".to_owned(), |title| format!("“{title}”"));
    let request = title.map_or_else(|| "the request".to_owned(), |title| format!("the request “{title}”"));
    let text = |key: &str| event.data.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let number = |key: &str| event.data.get(key).and_then(serde_json::Value::as_i64).unwrap_or_default();
    let (what, state) = match event.kind.as_str() {
        "activities.approval_requested" => ("asked for a decision".to_owned(), "pending"),
        "activities.approval_withdrawn" => ("withdrew this".to_owned(), "closed"),
        "channels.connected" => (format!("connected {}", text("label")), "connected"),
        "channels.disconnected" => (format!("disconnected {}", text("label")), "disconnected"),
        "channels.restored" => (format!("found that {} works again", text("label")), "connected"),
        "channels.revoked" => (format!("gave the access of {} back", text("label")), "disconnected"),
        "channels.scored" => (format!("scored {}", text("label")), "done"),
        "channels.improvement_proposed" => {
            (format!("proposed to better {}: {}", text("label"), text("dimension").to_lowercase()), "open")
        }
        "channels.expired" => ("found that a channel takes its access no more".to_owned(), "expired"),
        "content.draft_on_site" => (format!("put {post} on the site as a draft"), "draft"),
        "content.commented" => (format!("said something about {post}"), "draft"),
        "content.comment_resolved" => ("resolved a comment".to_owned(), "done"),
        "content.comment_reopened" => ("opened a comment again".to_owned(), "open"),
        "content.image_left_out" => (format!("had {post} published without its image"), "warning"),
        "content.request_planned" => ("planned when it is published".to_owned(), "draft"),
        "content.rescheduled" => (format!("moved {post} to another time"), "scheduled"),
        "content.rescheduling_gave_up" => (format!("could not move {post} on the site"), "failed"),
        "content.item_approved" => (format!("approved {post}"), "approved"),
        "content.item_created" => ("turned the request into a post".to_owned(), "created"),
        "content.item_edited" => (format!("edited {post}; it is version {}", number("version")), "draft"),
        "content.item_rejected" => (format!("sent {post} back"), "rejected"),
        "content.item_written" => (format!("wrote version {} of {post}", number("version").max(1)), "review"),
        "content.media_added" => (format!("brought “{}”", text("file_name")), "done"),
        "content.media_removed" => (format!("took “{}” out of the library", text("file_name")), "closed"),
        "content.post_changed" => {
            (format!("brought version {} of {post} to the site", number("version").max(1)), "published")
        }
        "content.post_published" => (format!("published {post}"), "published"),
        "content.post_scheduled" if event.data.get("here").is_some() => {
            (format!("has {post} wait for its time"), "scheduled")
        }
        "content.post_scheduled" => (format!("scheduled {post} on the site"), "scheduled"),
        "content.newsletter_sent" => (format!("sent {post} to its readers"), "published"),
        "content.outreach_sent" => (format!("sent {post}"), "published"),
        "content.ad_copy_handed_over" => (format!("handed {post} over"), "published"),
        "content.made_again" => (format!("has {post} made again"), "writing"),
        "content.request_completed" => (format!("completed {request}"), "completed"),
        "content.publishing_attempted" => ("began to publish".to_owned(), "publishing"),
        "content.publishing_gave_up" => (format!("could not publish {post}"), "failed"),
        "content.publishing_put_off" => (format!("has {post} wait until the platform takes more"), "scheduled"),
        "content.publishing_planned" => ("chose how it is published".to_owned(), "draft"),
        "content.removed_on_site" => (format!("found that {post} is gone from the site"), "trashed"),
        "content.request_approved" => (format!("approved {request}"), "approved"),
        "content.request_edited" => (format!("edited the brief; it is version {}", number("version")), "draft"),
        "content.request_raised" => {
            let title = text("title");
            let what = if title.is_empty() { "raised a request".to_owned() } else { format!("raised “{title}”") };
            (what, "pending")
        }
        "content.request_rejected" => (format!("sent {request} back"), "rejected"),
        "content.request_revised" => ("revised the brief".to_owned(), "revised"),
        "content.writing_started" => ("began to write".to_owned(), "writing"),
        "onboarding.context_written" => (format!("wrote the context file, version {}", number("version")), "active"),
        "onboarding.document_added" => (format!("added the document “{}”", text("file_name")), "done"),
        "onboarding.launched" => ("launched the onboarding".to_owned(), "running"),
        "strategy.activated" => (format!("put strategy {} to work", number("number")), "active"),
        "strategy.edited" => ("edited the strategy".to_owned(), "draft"),
        "strategy.period_completed" => ("completed a month’s deliverable".to_owned(), "completed"),
        "strategy.period_opened" => (format!("opened {} for “{}”", text("month"), text("name")), "open"),
        "strategy.proposed" => (format!("handed in strategy {}", number("number")), "pending"),
        "strategy.rejected" => ("sent the strategy back".to_owned(), "rejected"),
        "tenants.archived" => ("archived the client".to_owned(), "closed"),
        "tenants.registered" => ("added the client".to_owned(), "created"),
        "tenants.settings_changed" => ("changed the client’s settings".to_owned(), "info"),
        "website.crawl_cancelled" => ("cancelled the crawl".to_owned(), "cancelled"),
        "website.crawled" => ("read the website".to_owned(), "complete"),
        _ => return None,
    };
    Some((what, state))
}

/// Where the thing that an event is about has its page.
fn place(tenant: TenantId, event: &Event) -> Option<String> {
    use crate::layout::ClientTab;
    match event.subject.kind.as_str() {
        "content_item" => Some(paths::item(tenant, event.subject.id)),
        "request" => Some(paths::request(tenant, event.subject.id)),
        "strategy" => Some(paths::strategy(tenant, event.subject.id)),
        "context_version" => Some(paths::client_tab(tenant, ClientTab::Context)),
        "channel" => Some(paths::client_tab(tenant, ClientTab::Channels)),
        "crawl" => Some(paths::client_tab(tenant, ClientTab::Website)),
        "media" => Some(paths::client_tab(tenant, ClientTab::Media)),
        _ => None,
    }
}

/// The events of one thing as its history, the newest first.
pub fn timeline(events: &[Event], names: &Names, dial: Dial) -> Timeline {
    told(events, names, dial, |_| None, |_| None)
}

/// What happened at a client: each entry names what it is about and leads there.
pub fn client_timeline(
    events: &[Event],
    titles: &HashMap<Uuid, String>,
    names: &Names,
    tenant: TenantId,
    dial: Dial,
) -> Timeline {
    let title = |event: &Event| titles.get(&event.subject.id).cloned();
    told(events, names, dial, title, |event| place(tenant, event))
}

fn told(
    events: &[Event],
    names: &Names,
    dial: Dial,
    title: impl Fn(&Event) -> Option<String>,
    place: impl Fn(&Event) -> Option<String>,
) -> Timeline {
    let mut told: Vec<(i64, TimelineEvent)> = Vec::with_capacity(events.len());
    for event in events {
        let Some((what, state)) = sentence(event, title(event).as_deref()) else { continue };
        let (who, agent) = who(names, &event.actor);
        let entry = TimelineEvent {
            who,
            agent,
            what,
            why: event.why.clone(),
            href: place(event),
            at: dial.moment(event.at),
            state: state.to_owned(),
        };
        told.push((event.seq, entry));
    }
    told.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq));
    Timeline { events: told.into_iter().map(|(_, event)| event).collect() }
}

/// Gaps as pages show them.
pub fn gaps(gaps: &[aos_capabilities::drafts::Gap]) -> Vec<Gap> {
    gaps.iter().map(|gap| Gap { what: gap.what.clone(), ask: gap.ask.clone() }).collect()
}

/// Where facts stand: pages are linked, documents named.
pub fn sources(addresses: &[String]) -> Vec<Source> {
    addresses
        .iter()
        .map(|address| match address.strip_prefix("document:") {
            Some(name) => Source::named(name),
            None => Source::page(address),
        })
        .collect()
}

/// The address of a list's next page: its own filters and where it goes on.
pub fn next_page(path: &str, filters: &[(&str, &str)], next: Option<&Cursor>) -> Option<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in filters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.append_pair("after", next?.as_str());
    Some(format!("{path}?{}", query.finish()))
}

/// A count for the view structs, which know no negative ones.
pub fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// A version or another small number for the view structs.
pub fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use aos_features::read_models::feed::TOLD;
    use aos_kernel::{Subject, UserId};

    use super::*;

    #[test]
    fn everything_that_a_clients_feed_reads_has_words() {
        for kind in TOLD {
            let event = Event {
                seq: 1,
                tenant: None,
                kind: (*kind).to_owned(),
                subject: Subject::new("user", UserId::new()),
                actor: Actor::system("test"),
                why: None,
                data: serde_json::Value::Null,
                at: Timestamp::default(),
            };
            assert!(sentence(&event, None).is_some(), "{kind} has no words");
        }
    }

    #[test]
    fn the_next_page_keeps_the_filters() {
        let next = Cursor::new("a b");
        let href = next_page("/portal", &[("kind", "post"), ("client", "")], Some(&next));
        assert_eq!(href.as_deref(), Some("/portal?kind=post&after=a+b"));
        assert_eq!(next_page("/portal", &[], None), None);
    }
}
