//! What the client is asked to approve, each as it will look.

use aos_features::{
    activities::{self, Approval, ApprovalState, Approver},
    content::{self, ItemKind},
    people::Permission,
    read_models::{client, names::Names, queue},
    strategy,
    tenants::{ApprovalRoute, Party},
};
use aos_kernel::{AgencyScope, ApprovalId, ContentItemId, Error, RequestId, Result, StrategyId, TenantId};

use super::{
    Face, Side,
    face::waiting_for_client,
    home::{asked, decides, local},
    places::{asks_client, has_seen},
    views::{ApprovalsPage, AskHead, AskIdeasPage, AskPlanPage, AskPostPage, DecidedRow, Idea, LateForm},
    words,
};
use crate::{
    activities::{decision_of, shown_hash},
    content::parts::{self, Showing},
    forms::{FieldErrors, Fields},
    live::Topic,
    session::{Answer, At, Viewer},
    show::who,
    ui::moment::local_input,
};

/// `GET /client/{tenant}/approvals`.
pub(super) async fn list(viewer: Viewer, At(id): At<TenantId>) -> Answer {
    let mut open = Face::open(&viewer, id, "approvals", "Approvals").await?;
    let waiting = asked(&mut open.conn, open.scope, open.dial).await?;
    let decided = client::decided(&mut open.conn, open.scope, Party::Client, 30).await?;
    let names = Names::of(&mut open.conn, decided.iter().filter_map(|one| one.by.as_ref())).await?;
    let why_none = match open.tenant.settings.approval.route {
        ApprovalRoute::InternalOnly => Some(
            "Your agency approves the work for you. If you would like to see it first, tell them: it is a setting.",
        ),
        ApprovalRoute::InternalThenClient => None,
    };
    let base = Side::Client.base(id);
    let view = ApprovalsPage {
        tenant: id.to_string(),
        waiting,
        decided: decided
            .iter()
            .map(|one| DecidedRow {
                title: one.title.clone(),
                href: format!("{base}/approvals/{}", one.approval),
                approved: one.state == ApprovalState::Approved,
                by: one.by.as_ref().map_or_else(|| "Somebody".to_owned(), |by| who(&names, by).0),
                at: open.dial.moment(one.at),
                notes: one.notes.clone(),
            })
            .collect(),
        why_none,
        can_decide: decides(&viewer, id),
        looks_on: viewer.principal.is_staff(),
        shell: open.shell.listening(&Topic::queue()),
    };
    viewer.page(&view)
}

/// Something that the client is or was asked.
pub(super) struct Asking {
    pub face: Face,
    pub approval: Approval,
    /// Of ideas: all that were asked together.
    pub siblings: Vec<Approval>,
    pub head: AskHead,
}

impl Asking {
    /// # Errors
    /// `NotFound`, also for what only the agency decides on.
    pub async fn open(viewer: &Viewer, id: TenantId, approval: ApprovalId) -> Result<Self> {
        let mut face = Face::open(viewer, id, "approvals", "Approvals").await?;
        let (conn, scope, dial) = (&mut face.conn, face.scope, face.dial);
        let approval = activities::queries::approval(conn, scope, approval).await?;
        if !asks_client(&approval) {
            return Err(Error::not_found("approval"));
        }
        let siblings = queue::of_step(conn, scope, &approval).await?;
        let names = Names::of(conn, approval.decided_by.iter()).await?;
        let approver = Approver::of(&viewer.principal, id, &face.tenant.settings.approval);
        let may = viewer.can(id, Permission::Decide)
            && approver.may_decide(approval.party, &approval.role, &approval.title).is_ok();
        let own = approval.made_by.person() == Some(viewer.principal.user()) && !approver.policy.allow_own_work;
        let why_not = if viewer.principal.is_staff() && !may {
            Some("You see this as the client does. The decision here is theirs.".to_owned())
        } else if !may {
            Some("An administrator of your company decides on this.".to_owned())
        } else if own {
            Some("You made this, so somebody else decides.".to_owned())
        } else {
            None
        };
        let only = AgencyScope::only(vec![id]);
        let mine = waiting_for_client(id);
        let others = queue::waiting(conn, &only, &mine, None, aos_kernel::PageSize::clamped(100)).await?.items;
        let together: Vec<ApprovalId> = siblings.iter().map(|sibling| sibling.id).collect();
        let next = others
            .iter()
            .map(|entry| entry.approval)
            .find(|other| *other != approval.id && !(approval.subject.kind == "request" && together.contains(other)));
        let base = Side::Client.base(id);
        let head = AskHead {
            id: approval.id.to_string(),
            action: format!("{base}/approvals/{}", approval.id),
            hash: shown_hash(&approval, &siblings).as_str().to_owned(),
            since: dial.moment(approval.requested_at),
            consequence: String::new(),
            can_decide: may && !own,
            why_not,
            decided: decision_of(&approval, &names, dial),
            next: next.map(|next| format!("{base}/approvals/{next}")),
            offline: false,
        };
        Ok(Self { face, approval, siblings, head })
    }

    /// Those of a list that still wait, in their order.
    pub fn pending(&self) -> impl Iterator<Item = &Approval> {
        self.siblings.iter().filter(|approval| approval.state == ApprovalState::Pending)
    }
}

/// `GET /client/{tenant}/approvals/{approval}`.
pub(super) async fn page(viewer: Viewer, At((id, approval)): At<(TenantId, ApprovalId)>) -> Answer {
    let asking = Asking::open(&viewer, id, approval).await?;
    has_seen(&viewer, &asking.approval).await?;
    show(viewer, asking, None).await
}

/// The page of what is asked; with an error, as its form was sent.
pub(super) async fn show(viewer: Viewer, asking: Asking, sent: Option<(Error, Fields)>) -> Answer {
    match asking.approval.subject.kind.as_str() {
        "strategy" => plan(viewer, asking).await,
        "request" => ideas(viewer, asking).await,
        _ => post(viewer, asking, sent).await,
    }
}

async fn plan(viewer: Viewer, mut asking: Asking) -> Answer {
    let face = &mut asking.face;
    let id = StrategyId::from_uuid(asking.approval.subject.id);
    let one = strategy::queries::strategy(&mut face.conn, face.scope, id).await?;
    let names = Names::of(&mut face.conn, [&one.made_by]).await?;
    let strategy = crate::strategy::strategy_view(&mut face.conn, face.scope, &one, &names, face.dial).await?;
    asking.head.offline = one.offline;
    asking.head.consequence = "Its goals become yours, and this month’s work begins.".to_owned();
    let face = asking.face.below("Approvals", "approvals", "Your plan");
    let view = AskPlanPage { shell: face.shell, ask: asking.head, strategy };
    viewer.page(&view)
}

async fn ideas(viewer: Viewer, mut asking: Asking) -> Answer {
    let face = &mut asking.face;
    let mut ideas = Vec::with_capacity(asking.siblings.len());
    for sibling in &asking.siblings {
        let id = RequestId::from_uuid(sibling.subject.id);
        let request = content::queries::request(&mut face.conn, face.scope, id).await?;
        asking.head.offline |= request.offline;
        let open = sibling.state == ApprovalState::Pending;
        let waits = open.then_some(Party::Client);
        ideas.push(Idea { brief: parts::brief(&request), open, told: words::of_request(request.state, waits) });
    }
    if ideas.iter().any(|idea| idea.open) {
        // One that was decided leaves the others open.
        asking.head.decided = None;
    }
    asking.head.consequence =
        "Your agency writes the posts that you choose. Each comes to you once more before it appears.".into();
    let title = match ideas.len() {
        1 => asking.approval.title.clone(),
        n => format!("{n} ideas for posts"),
    };
    let face = asking.face.below("Approvals", "approvals", title);
    let view = AskIdeasPage { shell: face.shell, ask: asking.head, ideas };
    viewer.page(&view)
}

async fn post(viewer: Viewer, mut asking: Asking, sent: Option<(Error, Fields)>) -> Answer {
    let face = &mut asking.face;
    let (conn, scope, dial) = (&mut face.conn, face.scope, face.dial);
    let id = ContentItemId::from_uuid(asking.approval.subject.id);
    let item = content::queries::item(conn, scope, id).await?;
    let version = content::queries::version(conn, scope, id, asking.approval.version).await?;
    let names = Names::of(conn, [&version.author]).await?;
    let platforms = viewer.state.product.connections.platforms();
    let showing = Showing { side: Side::Client, scope, tenant: &face.tenant, dial };
    let article = showing.piece(conn, platforms, &item, &version, &names).await?;
    let request = content::queries::request(conn, scope, item.request_id).await?;
    // Against what the client was asked about the last time, not against drafts that they never saw.
    let before = activities::queries::approvals_of(conn, scope, &asking.approval.subject).await?;
    let seen = before.iter().rev().find(|one| one.party == Party::Client && one.version < asking.approval.version);
    let diff = match seen {
        Some(seen) => {
            let old = content::queries::version(conn, scope, id, seen.version).await?;
            Some(parts::diff(&old, &version))
        }
        None => None,
    };
    let channel = content::reach::destination(conn, platforms, scope, &item).await?;
    let revised = content::revise::is_revised(&item);
    let planned = match item.publish_mode {
        aos_capabilities::publish::PublishMode::At(at) => Some(at),
        _ => None,
    };
    let when = planned.map(|at| local(at, dial)).unwrap_or_default();
    asking.head.offline = version.offline;
    let label = channel.as_ref().map(|channel| channel.label.as_str());
    asking.head.consequence = match item.kind {
        _ if revised => "What stands on your site is replaced by this text at once.".to_owned(),
        ItemKind::OutreachEmail => "When you approve, your agency sends the mail.".to_owned(),
        ItemKind::AdCopySet => "When you approve, your agency puts the ads into the ad account.".to_owned(),
        _ => words::on_approval(item.publish_mode, label, &when),
    };
    let mut late = planned.filter(|at| *at <= viewer.now && asking.head.open() && !revised).map(|at| LateForm {
        mode: "now".to_owned(),
        at: local_input(at, dial.zone),
        zone: face.tenant.zone.clone(),
    });
    let mut errors = FieldErrors::default();
    let failed = sent.is_some();
    if let Some((error, fields)) = sent {
        let form = late.get_or_insert_with(|| LateForm { zone: face.tenant.zone.clone(), ..LateForm::default() });
        form.mode = fields.text("mode").to_owned();
        form.at = fields.text("at").to_owned();
        errors = FieldErrors::of(&error).ok_or(error)?;
    }
    let face = asking.face.below("Approvals", "approvals", version.title.clone());
    let view = AskPostPage {
        shell: face.shell,
        ask: asking.head,
        article,
        diff,
        brief: Some(parts::brief(&request)),
        late,
        errors,
    };
    if failed { viewer.form_again(&view) } else { viewer.page(&view) }
}
