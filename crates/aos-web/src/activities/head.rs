//! What every approval's page needs, whatever it decides on.

use aos_features::{
    activities::{self, Approval, ApprovalState},
    people::Permission,
    read_models::{names::Names, owners, queue},
    tenants::{self, Tenant},
};
use aos_kernel::{ApprovalId, ContentHash, Result, TenantScope};
use aos_storage::Conn;

use super::queue::{consequence, kind_word, may_decide, urgent};
use crate::{
    layout::{ApprovalHead, Decision, Place, Shell},
    live::Topic,
    paths,
    session::Viewer,
    show::{Dial, run_of, timeline, who},
};

/// An approval that somebody opened.
pub(crate) struct Opened {
    pub conn: Conn,
    pub scope: TenantScope,
    pub tenant: Tenant,
    pub approval: Approval,
    /// All of the same step; more than one for a list of briefs.
    pub siblings: Vec<Approval>,
    pub dial: Dial,
    pub head: ApprovalHead,
    pub shell: Shell,
}

impl Opened {
    /// # Errors
    /// `NotFound` for an approval that is not there or not theirs.
    pub async fn open(viewer: &Viewer, id: ApprovalId) -> Result<Self> {
        let agency = viewer.agency(Permission::SeeClient)?;
        let mut conn = viewer.read().await?;
        let owner = owners::of_approval(&mut conn, &agency, id).await?;
        let scope = viewer.scope(owner, Permission::SeeClient)?;
        let tenant = tenants::queries::tenant(&mut conn, scope).await?;
        let approval = activities::queries::approval(&mut conn, scope, id).await?;
        let siblings = queue::of_step(&mut conn, scope, &approval).await?;
        let dial = Dial { zone: tenant.tz(), now: viewer.now };

        let events = aos_workflow::history(&mut conn, scope, &approval.subject).await?;
        let deciders = approval.decided_by.iter().chain([&approval.made_by]);
        let names = Names::of(&mut conn, events.iter().map(|event| &event.actor).chain(deciders)).await?;
        let (made_by, made_by_agent) = who(&names, &approval.made_by);
        let policy = &tenant.settings.approval;
        let (can_decide, why_not) =
            may_decide(&viewer.principal, owner, (approval.party, &approval.role), &approval.made_by, Some(policy));
        let (previous, next) = queue::neighbours(&mut conn, &agency, id).await?;
        let kind = kind_word(&approval.subject.kind);
        let head = ApprovalHead {
            specimen: false,
            id: id.to_string(),
            hash: shown_hash(&approval, &siblings).as_str().to_owned(),
            kind: kind.to_owned(),
            client: tenant.name.clone(),
            client_id: owner.to_string(),
            made_by,
            made_by_agent,
            run_href: run_of(&approval.made_by),
            since: dial.moment(approval.requested_at),
            urgent: urgent(approval.requested_at, None, dial),
            offline: false,
            consequence: consequence(kind, None).to_owned(),
            asks_once: false,
            can_decide,
            why_not,
            decided: decision(&approval, &names, dial),
            position: None,
            previous: previous.map(paths::approval),
            next: next.map(paths::approval),
            history: timeline(&events, &names, dial),
        };
        let shell = viewer.shell(&mut conn, &approval.title, Place::Queue).await?;
        let shell = shell.under("Queue", paths::QUEUE).listening(&Topic::tenant(owner));
        Ok(Self { conn, scope, tenant, approval, siblings, dial, head, shell })
    }

    /// Those of a list that still wait, in their order.
    pub fn pending(&self) -> impl Iterator<Item = &Approval> {
        self.siblings.iter().filter(|approval| approval.state == ApprovalState::Pending)
    }
}

/// What the page binds: one thing's hash, or the hash over all briefs of the list that wait.
pub(crate) fn shown_hash(approval: &Approval, siblings: &[Approval]) -> ContentHash {
    if approval.subject.kind != "request" {
        return approval.hash.clone();
    }
    let pending = siblings.iter().filter(|sibling| sibling.state == ApprovalState::Pending);
    queue::list_hash(pending.map(|sibling| &sibling.hash))
}

pub(crate) fn decision(approval: &Approval, names: &Names, dial: Dial) -> Option<Decision> {
    let verdict = match approval.state {
        ApprovalState::Pending => return None,
        ApprovalState::Approved => "approved",
        ApprovalState::Rejected => "rejected",
        ApprovalState::Withdrawn => "superseded",
    };
    Some(Decision {
        verdict: verdict.to_owned(),
        by: approval.decided_by.as_ref().map_or_else(|| "Agency OS".to_owned(), |by| who(names, by).0),
        at: dial.moment(approval.decided_at.unwrap_or(approval.requested_at)),
        notes: approval.notes.clone(),
    })
}
