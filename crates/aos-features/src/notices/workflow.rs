//! Hears what happened and tells the people whom it concerns.

use std::{collections::BTreeSet, sync::Arc};

use aos_kernel::{Result, TenantScope, UserId};
use aos_storage::{Signal, Tx};
use aos_workflow::{Event, Registry};

use super::{
    events::{self, EVENTS},
    store,
};
use crate::{
    people,
    reactions::{On, Reaction},
};

/// The job that tells.
pub const TELL: &str = "notices.tell";

pub struct Tell;

#[async_trait::async_trait]
impl Reaction for Tell {
    fn kind(&self) -> &'static str {
        TELL
    }

    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()> {
        let Some(scope) = event.tenant.map(TenantScope::granted) else { return Ok(()) };
        let Some(planned) = events::planned(event) else { return Ok(()) };
        let mut concerned = BTreeSet::new();
        for role in &planned.roles {
            concerned.extend(people::queries::people_with_role(tx, scope, *role).await?);
        }
        // Nobody is told of what they did themselves.
        if let Some(doer) = event.actor.person() {
            concerned.remove(&doer);
        }
        let concerned: Vec<UserId> = concerned.into_iter().collect();
        store::tell(tx, scope, &concerned, &planned, &event.subject).await?;
        for person in concerned {
            tx.signal(Signal::new("notices", person));
        }
        Ok(())
    }
}

/// Adds this slice's job and what it reacts to.
#[must_use]
pub fn register(registry: Registry) -> Registry {
    EVENTS.into_iter().fold(registry.with_handler(Arc::new(On(Tell))), |registry, event| registry.on_event(event, TELL))
}
