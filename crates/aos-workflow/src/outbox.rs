//! Writes what a transaction leaves behind, inside it: events, jobs, and a job for each subscriber of each event.

use std::sync::Arc;

use aos_kernel::{Actor, NewEvent, NewJob, Result, Timestamp};
use aos_storage::{OutboxSink, Outgoing, Signal, Tx};

use crate::{Event, Registry, store};

/// The queue of the jobs that events make.
const SUBSCRIBERS: &str = "events";

/// The sink of every transaction's events and jobs. Set it with [`aos_storage::Db::set_outbox`].
pub struct Outbox {
    registry: Arc<Registry>,
}

impl Outbox {
    pub fn new(registry: Arc<Registry>) -> Self {
        Self { registry }
    }

    fn subscriptions(&self, events: &[(Actor, NewEvent)], at: Timestamp) -> Result<Vec<NewJob>> {
        let mut jobs = Vec::new();
        for (actor, event) in events {
            for kind in self.registry.subscribers(&event.kind) {
                let payload = serde_json::to_value(Event {
                    seq: 0,
                    tenant: event.tenant,
                    kind: event.kind.clone(),
                    subject: event.subject.clone(),
                    actor: actor.clone(),
                    why: event.why.clone(),
                    data: event.data.clone(),
                    at,
                })
                .map_err(aos_kernel::Error::internal)?;
                jobs.push(NewJob::new(kind, event.tenant, SUBSCRIBERS, payload));
            }
        }
        Ok(jobs)
    }
}

#[async_trait::async_trait]
impl OutboxSink for Outbox {
    async fn write(&self, tx: &mut Tx, mut outgoing: Outgoing) -> Result<()> {
        outgoing.jobs.extend(self.subscriptions(&outgoing.events, tx.now())?);
        store::events::insert(tx, outgoing.events).await?;
        if !outgoing.jobs.is_empty() {
            store::jobs::insert(tx, outgoing.jobs).await?;
            tx.signal(Signal::new("jobs", ""));
        }
        Ok(())
    }
}
