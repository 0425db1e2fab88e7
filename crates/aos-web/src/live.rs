//! Live updates: pages name topics, changes are announced by topic, the script asks for the fresh fragment.
//!
//! Only topic names travel, never data, so that what a person may see is decided where it always is: in the page.

use std::{convert::Infallible, sync::Arc, time::Duration};

use aos_features::{people::Permission, read_models};
use aos_kernel::{RunId, TenantId, UserId};
use axum::{
    extract::Query,
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

/// Where changes are announced. Cloning gives another handle on the same hub.
#[derive(Clone, Debug)]
pub struct Hub {
    sender: broadcast::Sender<Topic>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG) }
    }
}

impl Hub {
    /// Says that something changed. Nobody listening is fine.
    pub fn announce(&self, topic: Topic) {
        let _ = self.sender.send(topic);
    }
    /// A stream of `change` events for these topics until `end`, with a comment every 20 seconds to keep proxies from
    /// closing it.
    pub fn stream(
        &self,
        topics: Vec<Topic>,
        end: CancellationToken,
    ) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let changes = BroadcastStream::new(self.sender.subscribe()).filter_map(move |heard| {
            let event = match heard {
                Ok(topic) => (topic == Topic::everything() || topics.contains(&topic))
                    .then(|| Event::default().event("change").data(topic.as_str())),
                Err(BroadcastStreamRecvError::Lagged(_)) => Some(Event::default().event("change").data("*")),
            };
            std::future::ready(event.map(Ok))
        });
        Sse::new(changes.take_until(end.cancelled_owned()))
            .keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
    }
}

/// `GET /portal/live?topic=…&topic=…`: only what this person may see is listened to.
pub(crate) async fn listen(viewer: Viewer, Query(asked): Query<Fields>) -> Answer {
    let mut topics = Vec::new();
    for name in asked.all("topic") {
        if may_listen(&viewer, name).await? {
            topics.push(Topic::named(name));
        }
    }
    Ok(viewer.state.hub.stream(topics, viewer.state.stop.clone()).into_response())
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

    #[tokio::test]
    async fn a_page_hears_its_own_topics_only() {
        let hub = Hub::default();
        let stream = hub
            .stream(vec![Topic::named("run:1")], CancellationToken::new())
            .into_response()
            .into_body()
            .into_data_stream();
        hub.announce(Topic::named("run:2"));
        hub.announce(Topic::named("run:1"));
        drop(hub);
        let heard: Vec<_> = stream.map(|part| String::from_utf8(part.unwrap().into()).unwrap()).collect().await;
        assert_eq!(heard.concat(), "event: change\ndata: run:1\n\n");
    }
}
