//! What comes out when, as the client reads it: nothing can be moved here.

use std::collections::{HashMap, HashSet};

use aos_features::{
    activities::{self, ApprovalFilter},
    content::ItemState,
    read_models::{
        calendar::{Entry, EntryState},
        client,
    },
    tenants::Party,
};
use aos_kernel::{AgencyScope, PageSize, Result, TenantId, TenantScope};
use aos_storage::Conn;
use axum::extract::Query;
use uuid::Uuid;

use super::{Face, Side, face::clients_roles, views::CalendarPage, words};
use crate::{
    content::calendar::{self, Around, Asked},
    session::{Answer, At, Viewer},
};

/// More posts on their way than this have only the words of their state.
const KNOWN: i64 = 1_000;

/// What the calendar's own rows do not say of what is on its way.
struct Known {
    /// Posts with the version that is written, and whose decision they wait for.
    posts: HashMap<Uuid, (i64, Option<Party>)>,
    /// Ideas that the client is asked about now.
    asked: HashSet<Uuid>,
}

impl Known {
    async fn of(conn: &mut Conn, scope: TenantScope) -> Result<Self> {
        let coming = client::coming(conn, scope, KNOWN).await?;
        let (only, size) = (AgencyScope::only(vec![scope.tenant()]), PageSize::clamped(200));
        let mine = ApprovalFilter { tenant: Some(scope.tenant()), roles: clients_roles(), ..ApprovalFilter::default() };
        let asked = activities::queries::pending_approvals(conn, &only, &mine, None, size).await?;
        Ok(Self {
            posts: coming.into_iter().map(|one| (one.id.uuid(), (one.version, one.waits_for))).collect(),
            asked: asked.items.into_iter().map(|one| one.approval.subject.id).collect(),
        })
    }

    fn told(&self, entry: &Entry) -> words::Told {
        match entry.state {
            EntryState::Post(state) => {
                words::of_item(state, self.posts.get(&entry.id).and_then(|(_, waits_for)| *waits_for))
            }
            EntryState::Request(state) => {
                words::of_request(state, self.asked.contains(&entry.id).then_some(Party::Client))
            }
        }
    }

    /// What nobody has written yet has no page.
    fn has_page(&self, state: EntryState, id: Uuid) -> bool {
        match state {
            EntryState::Post(ItemState::Published) | EntryState::Request(_) => true,
            EntryState::Post(_) => self.posts.get(&id).is_some_and(|(version, _)| *version > 0),
        }
    }
}

/// `GET /client/{tenant}/calendar`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Face::open(&viewer, id, "calendar", "Calendar").await?;
    let known = Known::of(&mut open.conn, open.scope).await?;
    let base = Side::Client.base(id);
    let href = |_: TenantId, state: EntryState, one: Uuid| {
        let part = if matches!(state, EntryState::Post(_)) { "content" } else { "requests" };
        known.has_page(state, one).then(|| format!("{base}/{part}/{one}"))
    };
    let scope = AgencyScope::only(vec![id]);
    let around = Around {
        base: format!("{base}/calendar"),
        scope: &scope,
        tenant: Some(id),
        chosen: None,
        zone: open.tenant.tz(),
        now: viewer.now,
        may_move: &|_| false,
        href: &href,
        // The month's figures stand on the first page.
        due: &|_| format!("{base}#deliverables"),
        told: Some(&|entry| known.told(entry)),
    };
    let calendar = calendar::view(&mut open.conn, &around, &asked).await?;
    let topics = open.shell.topics.join(" ");
    viewer.page(&CalendarPage { shell: open.shell, calendar, topics })
}
