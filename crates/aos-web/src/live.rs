//! Live updates: pages name topics, changes are announced by topic, the script asks for the fresh fragment.
//!
//! Only topic names travel, never data, so that what a person may see is decided where it always is: in the page.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aos_features::{people::Permission, read_models};
use aos_kernel::{RunId, TenantId, UserId};
use axum::{
    extract::Query,
    http::HeaderMap,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt};
use tokio::sync::broadcast;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};
use tokio_util::sync::CancellationToken;

use crate::{
    forms::Fields,
    session::{Answer, Viewer},
};

/// Announcements that a slow page may lag behind before it is told to refresh everything.
const BACKLOG: usize = 1_024;

/// What a page can listen to. The text is what stands in `data-live` and in the stream's URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic(Arc<str>);

impl Topic {
    /// Approvals of the whole agency.
    pub fn queue() -> Self {
        Self("queue".into())
    }
    /// Anything that happens at one client.
    pub fn tenant(id: TenantId) -> Self {
        Self(format!("tenant:{id}").into())
    }
    /// Anything at any client, for lists over clients.
    pub fn tenants() -> Self {
        Self("tenants".into())
    }
    pub fn run(id: RunId) -> Self {
        Self(format!("run:{id}").into())
    }
    /// Any run of any client, for the list of runs.
    pub fn runs() -> Self {
        Self("runs".into())
    }
    /// Depths of the engine's queues.
    pub fn engine() -> Self {
        Self("engine".into())
    }
    /// What one person is told.
    pub fn notices(person: UserId) -> Self {
        Self(format!("notices:{person}").into())
    }
    /// Everything may have changed: each open page looks again.
    pub fn everything() -> Self {
        Self("*".into())
    }
    /// A topic as a page asked for it; the caller decides who may listen.
    pub fn named(text: &str) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place in what one process announced: whoever has seen everything up to it misses only what comes after.
///
/// A page carries the one of before it was read, so that what changes until its stream is open is not lost. The text,
/// `process.number`, is also the id of each event, which a browser sends when it connects again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Another process, or the same one started again, counts anew.
    process: u64,
    number: u64,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{}", self.process, self.number)
    }
}

/// That a text is no place in what was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMark;

impl FromStr for Mark {
    type Err = NoMark;

    fn from_str(text: &str) -> Result<Self, NoMark> {
        let (process, number) = text.split_once('.').ok_or(NoMark)?;
        let process = u64::from_str_radix(process, 16).map_err(|_| NoMark)?;
        Ok(Self { process, number: number.parse().map_err(|_| NoMark)? })
    }
}

/// What was announced lately, the last one at the end.
#[derive(Debug)]
struct Past {
    last: Mark,
    topics: VecDeque<Topic>,
}

impl Past {
    /// What was announced after a mark; nothing when that is not known any more.
    fn since(&self, mark: Mark) -> Option<impl Iterator<Item = &Topic>> {
        let missed = (mark.process == self.last.process).then(|| self.last.number.checked_sub(mark.number))??;
        let missed = usize::try_from(missed).ok()?;
        Some(self.topics.range(self.topics.len().checked_sub(missed)?..))
    }
}

/// Where changes are announced. Cloning gives another handle on the same hub.
#[derive(Clone, Debug)]
pub struct Hub {
    sender: broadcast::Sender<(Mark, Topic)>,
    past: Arc<Mutex<Past>>,
}

impl Default for Hub {
    fn default() -> Self {
        let past = Past { last: Mark { process: rand::random(), number: 0 }, topics: VecDeque::new() };
        Self { sender: broadcast::Sender::new(BACKLOG), past: Arc::new(Mutex::new(past)) }
    }
}

impl Hub {
    /// Says that something changed. Nobody listening is fine.
    pub fn announce(&self, topic: Topic) {
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.last.number += 1;
        if past.topics.len() == BACKLOG {
            past.topics.pop_front();
        }
        past.topics.push_back(topic.clone());
        // While the lock is held, so that the order is the same for everybody.
        let _ = self.sender.send((past.last, topic));
    }
    /// Where a page stands that is read from now on.
    pub fn mark(&self) -> Mark {
        self.past.lock().unwrap_or_else(PoisonError::into_inner).last
    }
    /// A stream of `change` events for these topics until `end`, with a comment every 20 seconds to keep proxies from
    /// closing it. It begins with what changed since the page was read: everything, when that can't be told.
    pub fn stream(
        &self,
        topics: Vec<Topic>,
        since: Option<Mark>,
        end: CancellationToken,
    ) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let hears = move |topic: &Topic| *topic == Topic::everything() || topics.contains(topic);
        let (missed, heard) = {
            let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
            let missed = since.map_or_else(Vec::new, |since| match past.since(since) {
                Some(topics) => topics.filter(|topic| hears(topic)).cloned().collect(),
                None => vec![Topic::everything()],
            });
            let missed: Vec<_> = missed.into_iter().map(|topic| change(past.last, &topic)).collect();
            (missed, BroadcastStream::new(self.sender.subscribe()))
        };
        let hub = self.clone();
        let changes = heard.filter_map(move |heard| {
            let event = match heard {
                Ok((mark, topic)) => hears(&topic).then(|| change(mark, &topic)),
                Err(BroadcastStreamRecvError::Lagged(_)) => Some(change(hub.mark(), &Topic::everything())),
            };
            std::future::ready(event)
        });
        let events = futures::stream::iter(missed).chain(changes).map(Ok);
        Sse::new(events.take_until(end.cancelled_owned()))
            .keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
    }
}

fn change(mark: Mark, topic: &Topic) -> Event {
    Event::default().event("change").id(mark.to_string()).data(topic.as_str())
}

/// `GET /portal/live?topic=…&topic=…&since=…`: only what this person may see is listened to.
pub(crate) async fn listen(viewer: Viewer, headers: HeaderMap, Query(asked): Query<Fields>) -> Answer {
    let mut topics = Vec::new();
    for name in asked.all("topic") {
        if may_listen(&viewer, name).await? {
            topics.push(Topic::named(name));
        }
    }
    // Connecting again, a browser says what it heard last, which is later than what its page says.
    let again = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let since = again.unwrap_or_else(|| asked.text("since")).parse().ok();
    Ok(viewer.state.hub.stream(topics, since, viewer.state.stop.clone()).into_response())
}

/// A topic that is not theirs is left out silently: whether it exists is not told.
async fn may_listen(viewer: &Viewer, name: &str) -> aos_kernel::Result<bool> {
    let (kind, key) = name.split_once(':').unwrap_or((name, ""));
    Ok(match kind {
        "queue" | "runs" | "tenants" => true,
        "engine" => viewer.principal.can_in_agency(Permission::OperateSystem),
        "notices" => key.parse::<UserId>().is_ok_and(|person| person == viewer.principal.user()),
        "tenant" => key.parse::<TenantId>().is_ok_and(|tenant| viewer.can(tenant, Permission::SeeClient)),
        "run" => match (key.parse::<RunId>(), viewer.agency(Permission::SeeClient)) {
            (Ok(run), Ok(scope)) => read_models::owners::of_run(&mut viewer.read().await?, &scope, run).await.is_ok(),
            _ => false,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    /// What a page hears of topic `run:1`, all in all.
    async fn heard(hub: Hub, since: Option<Mark>, meanwhile: impl FnOnce(&Hub)) -> Vec<String> {
        let end = CancellationToken::new();
        let stream = hub.stream(vec![Topic::named("run:1")], since, end.clone()).into_response().into_body();
        meanwhile(&hub);
        let mut parts = stream.into_data_stream();
        let mut text = String::new();
        while let Ok(Some(part)) = tokio::time::timeout(Duration::from_millis(50), parts.next()).await {
            text.push_str(&String::from_utf8(part.unwrap().into()).unwrap());
        }
        text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_hears_its_own_topics_only() {
        let told = heard(Hub::default(), None, |hub| {
            hub.announce(Topic::named("run:2"));
            hub.announce(Topic::named("run:1"));
        });
        assert_eq!(told.await, ["run:1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_changed_between_the_page_and_its_stream_is_told_first() {
        let hub = Hub::default();
        hub.announce(Topic::named("run:1"));
        let page = hub.mark();
        assert_eq!(page.to_string().parse(), Ok(page));
        hub.announce(Topic::named("run:2"));
        hub.announce(Topic::named("run:1"));
        assert_eq!(heard(hub.clone(), Some(page), |_| {}).await, ["run:1"]);
        assert!(heard(hub.clone(), Some(hub.mark()), |_| {}).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_of_another_process_or_of_long_ago_looks_at_everything_again() {
        let hub = Hub::default();
        assert_eq!(heard(hub.clone(), Some(Hub::default().mark()), |_| {}).await, ["*"]);
        let page = hub.mark();
        for _ in 0..=BACKLOG {
            hub.announce(Topic::named("run:2"));
        }
        assert_eq!(heard(hub.clone(), Some(page), |_| {}).await, ["*"]);
    }
}
