//! The queue: what needs this person.

use aos_capabilities::publish::PublishMode;
use aos_features::{
    activities::Approver,
    content::{ItemKind, RequestKind},
    people::{Permission, Principal, saved_views::SavedPlace},
    read_models::{
        queue::{self, QueueEntry},
        shell,
        tasks::{self, Task},
    },
    tenants::{ApprovalPolicy, Party},
};
use aos_kernel::{Cursor, Page, PageSize, TenantId, Timestamp};
use axum::extract::Query;
use chrono_tz::Tz;
use serde::Deserialize;

use super::views::{QueueFilter, QueueItem, QueuePage, TaskRow};
use crate::{
    layout::Place,
    live::Topic,
    paths,
    session::{Answer, Viewer},
    show::{Dial, count, next_page},
    ui::{Choice, Choices, number::grouped},
};

/// From the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    client: String,
    mine: String,
    /// `queue`: where something is sent from.
    from: String,
    after: Option<Cursor>,
}

impl Asked {
    fn filter(&self) -> QueueFilter {
        QueueFilter { kind: self.kind.clone(), client: self.client.clone(), mine: self.mine == "1" }
    }
    pub(super) fn comes_from_queue(&self) -> bool {
        self.from == "queue"
    }
    /// The first page of the queue with this filter.
    pub(super) fn back(&self) -> String {
        self.filter().with_kind(&self.kind)
    }
}

/// The views' word for a kind of subject and back.
const KINDS: [(&str, &str, &str); 3] = [
    ("strategy", "strategy", "Strategies"),
    ("request_list", "request", "Requests"),
    ("post", "content_item", "Posts"),
];

/// How many tasks stand below the decisions.
const TASKS_BESIDE: i64 = 10;

/// The kind that is no decision: what people do by hand.
const TASKS: &str = "task";

pub(super) fn kind_word(subject_kind: &str) -> &'static str {
    KINDS.iter().find(|(_, subject, _)| *subject == subject_kind).map_or("other", |(word, ..)| word)
}

/// `GET /portal`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.agency(Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let mine = asked.mine == "1";
    let tenant: Option<TenantId> = asked.client.parse().ok();
    let subject = KINDS.iter().find(|(word, ..)| *word == asked.kind).map(|(_, subject, _)| (*subject).to_owned());
    let roles = if mine { shell::roles(&viewer.principal) } else { Vec::new() };
    // What waits for a client is nothing that the agency's people can do.
    let party = if mine { shell::party(&viewer.principal) } else { None };
    let everything = queue::QueueFilter { tenant, subject_kind: None, roles, party };
    let filter = queue::QueueFilter { subject_kind: subject, ..everything.clone() };
    let by_hand = tasks::TaskFilter {
        tenant,
        roles: if mine { shell::tasks_of(&viewer.principal).roles } else { tasks::agency_roles() },
    };

    // Tasks stand below the decisions, whole lists of them on a page of their own.
    let (only_tasks, first) = (asked.kind == TASKS, asked.after.is_none());
    let entries = match only_tasks {
        true => Page { items: Vec::new(), next: None },
        false => queue::waiting(&mut conn, &scope, &filter, asked.after.as_ref(), PageSize::DEFAULT).await?,
    };
    let to_do = match (only_tasks, asked.kind.is_empty() && first) {
        (true, _) => tasks::open(&mut conn, &scope, &by_hand, asked.after.as_ref(), PageSize::DEFAULT).await?,
        (_, true) => tasks::open(&mut conn, &scope, &by_hand, None, PageSize::clamped(TASKS_BESIDE)).await?,
        _ => Page { items: Vec::new(), next: None },
    };
    let counts = queue::counts(&mut conn, &scope, &everything).await?;
    let task_count = tasks::count(&mut conn, &scope, &by_hand, queue::MOST_COUNTED).await?;
    let clients = queue::clients(&mut conn, &scope, 200).await?;
    let all: i64 = counts.iter().map(|(_, n)| n).sum();
    // Beyond what is counted the shares say nothing, so no numbers are shown.
    let exact = all < queue::MOST_COUNTED && task_count < queue::MOST_COUNTED;
    let of = |subject: &str| counts.iter().find(|(kind, _)| kind == subject).map_or(0, |(_, n)| *n);
    let labelled = |choice: Choice, n: i64| if exact { choice.counted(count(n)) } else { choice };
    let mut kinds = vec![labelled(Choice::new("", "All"), all + task_count)];
    kinds.extend(KINDS.map(|(word, subject, label)| labelled(Choice::new(word, label), of(subject))));
    kinds.push(labelled(Choice::new(TASKS, "Tasks"), task_count));
    let total = if only_tasks { 0 } else { filter.subject_kind.as_deref().map_or(all, of) };
    let nothing = entries.items.is_empty() && to_do.items.is_empty();

    let under_way = if nothing {
        let lines = queue::under_way(&mut conn, &scope, 6).await?;
        lines.into_iter().map(|(client, what)| format!("{client}: {what}")).collect()
    } else {
        Vec::new()
    };
    let has_clients = !nothing || !aos_features::read_models::clients::names(&mut conn, &scope, 1).await?.is_empty();
    let around = viewer.shell(&mut conn, "Queue", Place::Queue).await?.listening(&Topic::queue());
    let filters = [("kind", asked.kind.as_str()), ("client", asked.client.as_str()), ("mine", asked.mine.as_str())];
    let more = next_page(paths::QUEUE, &filters, if only_tasks { to_do.next.as_ref() } else { entries.next.as_ref() });
    let saved = crate::saved::bar(&viewer, &mut conn, SavedPlace::Queue, &filters).await?;
    let items = entries.items.iter().map(|entry| item(entry, &viewer.principal, viewer.now)).collect();
    let choices = clients.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let rows = to_do.items.iter().map(|task| task_row(task, &viewer.principal, &asked.filter(), viewer.now)).collect();
    let view = QueuePage {
        shell: around,
        saved,
        items,
        tasks: rows,
        all_tasks: (!only_tasks && to_do.next.is_some()).then(|| asked.filter().with_kind(TASKS)),
        task_total: count(task_count),
        filter: asked.filter(),
        kinds,
        clients: Choices::new(choices, asked.client),
        summary: summary(total, if asked.kind.is_empty() || only_tasks { task_count } else { 0 }, mine),
        more,
        has_clients,
        under_way,
    };
    viewer.page(&view)
}

/// "33 decisions wait for you. One task is to be done by hand." Whose they are is said only of what was asked for so.
fn summary(decisions: i64, tasks: i64, mine: bool) -> Option<String> {
    let whom = if mine { " for you" } else { "" };
    let number = |n: i64| {
        let words = grouped(&n.min(queue::MOST_COUNTED).to_string());
        if n < queue::MOST_COUNTED { words } else { format!("{words} or more") }
    };
    let decided = match decisions {
        0 => None,
        1 => Some(format!("One decision waits{whom}.")),
        many => Some(format!("{} decisions wait{whom}.", number(many))),
    };
    let done = match tasks {
        0 => None,
        1 => Some("One task is to be done by hand.".to_owned()),
        many => Some(format!("{} tasks are to be done by hand.", number(many))),
    };
    let said: Vec<String> = [decided, done].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// A task as the queue shows it.
fn task_row(task: &Task, principal: &Principal, filter: &QueueFilter, now: Timestamp) -> TaskRow {
    let zone: Tz = task.zone.parse().unwrap_or(Tz::UTC);
    let dial = Dial { zone, now };
    let fills = task.role.parse().is_ok_and(|role| principal.fills(task.tenant, role));
    let role = crate::ui::states::label(&task.role).to_lowercase();
    TaskRow {
        href: paths::activity(task.activity),
        done: filter.done(&paths::activity(task.activity)),
        name: task.name.clone(),
        detail: task.about.clone().unwrap_or_else(|| task.pipeline_name.clone()),
        client: task.client.clone(),
        client_href: paths::client(task.tenant),
        since: dial.moment(task.since),
        urgent: urgent(task.since, None, dial),
        can_do: fills && principal.can(task.tenant, Permission::OperateWork),
        whose: (!fills).then(|| format!("This is for the role “{role}”.")),
    }
}

/// An entry as the queue and a client's overview show it.
pub(crate) fn item(entry: &QueueEntry, principal: &Principal, now: Timestamp) -> QueueItem {
    let zone: Tz = entry.zone.parse().unwrap_or(Tz::UTC);
    let dial = Dial { zone, now };
    let (can_decide, why_not) = may_decide(principal, entry.tenant, (entry.party, &entry.role), &entry.made_by, None);
    let kind = kind_word(&entry.subject.kind);
    let title = match &entry.kind {
        Some(requested) if kind == "request_list" && entry.count > 1 => {
            crate::content::parts::requests_title(requested.parse().unwrap_or(RequestKind::Blog), count(entry.count))
        }
        _ => entry.title.clone(),
    };
    let detail = match kind {
        "post" => {
            let words = crate::ui::number::grouped(&entry.words.unwrap_or(0).to_string());
            match &entry.brief {
                Some(brief) if *brief != entry.title => format!("{words} words · answers “{brief}”"),
                _ => format!("{words} words · {}", entry.pipeline_name),
            }
        }
        "request_list" if entry.count > 1 => match entry.count - 1 {
            1 => format!("“{}” and one more", entry.title),
            more => format!("“{}” and {more} more", entry.title),
        },
        // A pipeline that somebody asked for is called as the request is.
        "request_list" => match entry.kind.as_deref().map(str::parse) {
            Some(Ok(requested)) => crate::content::parts::kind_name(requested).to_owned(),
            _ => entry.pipeline_name.clone(),
        },
        _ => entry.pipeline_name.clone(),
    };
    let item: Option<ItemKind> = entry.kind.as_deref().and_then(|kind| kind.parse().ok());
    let by_hand = matches!(item, Some(ItemKind::OutreachEmail | ItemKind::AdCopySet));
    let outside = kind == "post" && !by_hand && !matches!(entry.publish_mode, Some(PublishMode::Draft) | None);
    QueueItem {
        approval: entry.approval.to_string(),
        hash: entry.hash.as_str().to_owned(),
        href: paths::approval(entry.approval),
        kind: kind.to_owned(),
        title,
        detail,
        client: entry.client.clone(),
        client_href: paths::client(entry.tenant),
        since: dial.moment(entry.since),
        urgent: urgent(entry.since, entry.planned_for, dial),
        offline: entry.offline,
        can_decide,
        why_not,
        consequence: match by_hand {
            true => "It becomes a task for somebody to send or hand over.".to_owned(),
            false => consequence(kind, entry.publish_mode).to_owned(),
        },
        asks_once: outside,
    }
}

/// Why a thing comes first.
pub(super) fn urgent(since: Timestamp, planned_for: Option<Timestamp>, dial: Dial) -> Option<String> {
    let waits = (dial.now - since).num_days();
    match planned_for {
        Some(at) if at <= dial.now => Some("Its planned time has passed".to_owned()),
        Some(at) if (at - dial.now).num_days() < 3 => Some(format!("Planned {}", dial.moment(at).relative)),
        _ if waits >= 2 => Some(format!("Waiting for {waits} days")),
        _ => None,
    }
}

/// What approving sets off.
pub(super) fn consequence(kind: &str, mode: Option<PublishMode>) -> &'static str {
    match (kind, mode) {
        ("strategy", _) => "Its goals and deliverables become the plan, and this month’s work begins.",
        ("request_list", _) => "Each of them is made, and comes back for review.",
        ("post", Some(PublishMode::Now)) => "The post goes out on the client’s channel at once.",
        ("post", Some(PublishMode::At(_))) => "The post is scheduled on the client’s channel.",
        ("post", _) => "The post is put on the client’s channel as a draft.",
        _ => "The work goes on.",
    }
}

/// Whether this person may decide, and otherwise why not. Without the client's policy, as in a list, own work counts as
/// refused only by the decision itself.
pub(super) fn may_decide(
    principal: &Principal,
    tenant: TenantId,
    (party, role): (Party, &str),
    made_by: &aos_kernel::Actor,
    policy: Option<&ApprovalPolicy>,
) -> (bool, Option<String>) {
    if !principal.can(tenant, Permission::Decide) {
        return (false, Some("You may look, but not decide.".to_owned()));
    }
    let approver = Approver::of(principal, tenant, policy.unwrap_or(&ApprovalPolicy::default()));
    if approver.may_decide(party, role, "").is_err() {
        let words = crate::ui::states::label(role).to_lowercase();
        let why = match party {
            Party::Agency => format!("This waits for the role “{words}”."),
            Party::Client => "The agency approved this; now it waits for the client.".to_owned(),
        };
        return (false, Some(why));
    }
    if policy.is_some() && !approver.policy.allow_own_work && made_by.person() == Some(principal.user()) {
        return (false, Some("You made this, so somebody else decides.".to_owned()));
    }
    (true, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_for_you_only_of_what_is_and_no_number_that_was_not_counted() {
        assert_eq!(summary(0, 0, true), None);
        assert_eq!(summary(1, 0, true).unwrap(), "One decision waits for you.");
        assert_eq!(summary(33, 1, false).unwrap(), "33 decisions wait. One task is to be done by hand.");
        assert_eq!(summary(0, 2, true).unwrap(), "2 tasks are to be done by hand.");
        assert_eq!(summary(queue::MOST_COUNTED, 0, false).unwrap(), "1,000 or more decisions wait.");
    }
}
