//! Hears what happened and tells the people whom it concerns; gathers digests; notices when a process falls silent.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use aos_kernel::{AccountLinkId, MailId, NewEvent, Result, Subject, TenantId, TenantScope, UserId};
use aos_storage::{Signal, Tx};
use aos_workflow::{CatchUp, Done, Event, Job, JobHandler, NewSchedule, Registry, RunContext, put_schedule};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    events::{self, EVENTS, LETTERS, Planned, Whom},
    kinds::{MailWhen, NoticeKind},
    mail::{NewMail, Post, SendMail},
    preferences::{Hours, Preference, agency_zone},
    store::{self, notifications::Told},
};
use crate::{
    people::{self, Role, User},
    reactions::{On, Reaction},
};

/// The job that tells.
pub const TELL: &str = "notices.tell";
/// The job that writes to somebody who was invited, or who forgot their password.
pub const LETTER: &str = "notices.write_letter";
/// The job that puts digests on their way.
pub const DIGEST: &str = "notices.digest";
/// The job that looks for processes that fell silent.
pub const WATCH: &str = "notices.watch";

/// A mail waits this long for more of its kind: ten posts that are finished one after the other are one mail.
const GATHER: TimeDelta = TimeDelta::seconds(30);

/// The scope of the tenant that an event or a notification names.
pub(super) fn lent(tenant: TenantId) -> TenantScope {
    TenantScope::granted(tenant)
}

/// Tells people of events, many at once: on the first of a month there are thousands.
pub struct Tell {
    post: Post,
}

/// What a batch asks again and again.
#[derive(Default)]
struct Known {
    roles: HashMap<(Option<TenantId>, Role), Vec<UserId>>,
    people: HashMap<UserId, Option<User>>,
}

impl Known {
    /// An agency-wide role is the same for every client.
    async fn holders(&mut self, tx: &mut Tx, tenant: Option<TenantId>, role: Role) -> Result<Vec<UserId>> {
        let tenant = tenant.filter(|_| !role.is_agency_wide());
        if let Some(known) = self.roles.get(&(tenant, role)) {
            return Ok(known.clone());
        }
        // Of an agency-wide role no membership names a client, so it does not matter which one is asked for.
        let scope = lent(tenant.unwrap_or(TenantId::from_uuid(Uuid::nil())));
        let found = people::queries::people_with_role(tx, scope, role).await?;
        self.roles.insert((tenant, role), found.clone());
        Ok(found)
    }

    async fn person(&mut self, tx: &mut Tx, id: UserId) -> Result<Option<User>> {
        if let Some(known) = self.people.get(&id) {
            return Ok(known.clone());
        }
        let found = match people::queries::user(tx, id).await {
            Ok(user) => Some(user).filter(User::is_active),
            Err(error) if error.kind() == aos_kernel::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        self.people.insert(id, found.clone());
        Ok(found)
    }
}

impl Tell {
    async fn concerned(tx: &mut Tx, known: &mut Known, event: &Event, whom: &Whom) -> Result<BTreeSet<UserId>> {
        let mut concerned = BTreeSet::new();
        match whom {
            Whom::Person(person) => {
                concerned.insert(*person);
            }
            Whom::Roles(roles) => {
                for role in roles {
                    concerned.extend(known.holders(tx, event.tenant, *role).await?);
                }
            }
            Whom::Agency(roles) => {
                for role in roles {
                    concerned.extend(known.holders(tx, None, *role).await?);
                }
            }
        }
        // Nobody is told of what they did themselves.
        if let Some(doer) = event.actor.person() {
            concerned.remove(&doer);
        }
        Ok(concerned)
    }
}

/// An event with what is to be told of it and to whom.
struct Telling {
    event: Event,
    planned: Planned,
    concerned: BTreeSet<UserId>,
}

#[async_trait::async_trait]
impl JobHandler for Tell {
    fn kind(&self) -> &'static str {
        TELL
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }

    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        let mut known = Known::default();
        let mut tellings = Vec::new();
        for Done { job, .. } in done {
            let event = Event::of(job)?;
            let Some(planned) = events::planned(&event) else { continue };
            let concerned = Self::concerned(tx, &mut known, &event, &planned.whom).await?;
            tellings.push(Telling { event, planned, concerned });
        }
        let everybody: BTreeSet<UserId> = tellings.iter().flat_map(|telling| telling.concerned.clone()).collect();
        if everybody.is_empty() {
            return Ok(());
        }
        let everybody: Vec<UserId> = everybody.into_iter().collect();
        let kinds: HashSet<_> = tellings.iter().map(|telling| telling.planned.kind).collect();
        let kinds: Vec<_> = kinds.into_iter().collect();
        let chosen = store::preferences::of_people(tx, &everybody, &kinds).await?;
        let can_mail = self.post.fixed().is_some() || store::mail::server(tx).await?.is_some();
        let hours = if can_mail { store::preferences::hours(tx, &everybody).await? } else { HashMap::new() };
        let usual = Hours::usual(agency_zone(tx).await?);

        let mut told = Vec::new();
        let mut mails: Vec<NewMail> = Vec::new();
        for Telling { event, planned, concerned } in &tellings {
            for person in concerned {
                let choice = chosen.get(&(*person, planned.kind)).copied().unwrap_or(Preference::usual(planned.kind));
                let mail = if can_mail { choice.mail } else { MailWhen::Off };
                if !choice.in_app && mail == MailWhen::Off {
                    continue;
                }
                told.push(Told {
                    person: *person,
                    tenant: event.tenant,
                    planned,
                    subject: &event.subject,
                    in_app: choice.in_app,
                    digest: mail == MailWhen::Digest,
                });
                let cause = mailed_together(planned, event.tenant);
                if mail == MailWhen::AtOnce
                    && !mails
                        .iter()
                        .any(|known| known.user == Some(*person) && known.cause.as_deref() == Some(cause.as_str()))
                    && let Some(user) = known.person(tx, *person).await?
                {
                    let hours = hours.get(person).copied().unwrap_or(usual);
                    mails.push(NewMail {
                        id: MailId::new(),
                        key: format!("notice:{person}:{cause}:{}", event.at.timestamp_micros()),
                        user: Some(*person),
                        address: user.email,
                        name: user.name,
                        kind: planned.kind.as_str().to_owned(),
                        cause: Some(cause),
                        data: json!({ "cause": planned.cause, "tenant": event.tenant }),
                        due_at: hours.after_quiet(tx.now() + GATHER),
                    });
                }
            }
        }
        store::notifications::tell(tx, &told).await?;
        for person in everybody {
            tx.signal(Signal::new("notices", person));
        }
        post_all(tx, &mails).await
    }
}

/// What one mail tells of: decisions that a client's work asks for go out together, everything else by itself.
fn mailed_together(planned: &Planned, tenant: Option<TenantId>) -> String {
    match (planned.kind, tenant) {
        (NoticeKind::ApprovalRequested, Some(tenant)) => format!("decisions:{tenant}"),
        _ => planned.cause.clone(),
    }
}

/// Keeps mails and lets them go out.
async fn post_all(tx: &mut Tx, mails: &[NewMail]) -> Result<()> {
    if mails.is_empty() {
        return Ok(());
    }
    store::mail::insert(tx, mails).await?;
    for mail in mails {
        tx.enqueue(mail.job());
    }
    Ok(())
}

/// Writes the letters that people are invited with, or choose a new password by. Their links are made at the attempt.
struct WriteLetter;

#[derive(serde::Deserialize)]
struct Addressed {
    email: Option<String>,
    user: Option<UserId>,
    /// Somebody hands the link over themselves.
    #[serde(default)]
    by_link: bool,
}

#[async_trait::async_trait]
impl Reaction for WriteLetter {
    fn kind(&self) -> &'static str {
        LETTER
    }

    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()> {
        let kind = match event.kind.as_str() {
            "people.invited" => NoticeKind::Invitation,
            "people.email_change_requested" => NoticeKind::EmailChange,
            _ => NoticeKind::PasswordReset,
        };
        let data: Addressed = serde_json::from_value(event.data.clone()).map_err(aos_kernel::Error::internal)?;
        if data.by_link {
            return Ok(());
        }
        let user = match data.user {
            Some(user) => Some(people::queries::user(tx, user).await?),
            None => None,
        };
        let address = match kind {
            // To the new address: whoever reads mail there confirms that it is theirs.
            NoticeKind::EmailChange => {
                let link = AccountLinkId::from_uuid(event.subject.id);
                people::emails::recipient(tx, link).await?.map(|(_, address)| address)
            }
            _ => user.as_ref().map(|user| user.email.clone()).or(data.email),
        };
        let Some(address) = address else { return Ok(()) };
        let due_at = tx.now();
        let mail = NewMail {
            id: MailId::new(),
            // Asked for again is another letter.
            key: format!("{kind}:{}:{}", event.subject.id, event.at.timestamp_micros()),
            user: user.as_ref().map(|user| user.id),
            address,
            name: user.map(|user| user.name).unwrap_or_default(),
            kind: kind.as_str().to_owned(),
            cause: None,
            data: json!({ "subject": event.subject.id }),
            due_at,
        };
        post_all(tx, &[mail]).await
    }
}

/// Puts the digests on their way whose time has come.
pub struct Digest;

#[async_trait::async_trait]
impl JobHandler for Digest {
    fn kind(&self) -> &'static str {
        DIGEST
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }

    async fn commit(&self, tx: &mut Tx, _done: &[Done]) -> Result<()> {
        let people = store::notifications::people_with_digests(tx).await?;
        if people.is_empty() {
            return Ok(());
        }
        let now = tx.now();
        let hours = store::preferences::hours(tx, &people).await?;
        let usual = Hours::usual(agency_zone(tx).await?);
        let mut mails = Vec::new();
        for person in people {
            let hours = hours.get(&person).copied().unwrap_or(usual);
            let Some(day) = hours.digest_day(now) else { continue };
            let key = format!("digest:{person}:{day}");
            // Today's has gone out; what came since waits for tomorrow's.
            if store::mail::mail_by_key(tx, &key).await?.is_some() {
                continue;
            }
            let unread = store::notifications::take_digest(tx, person).await?;
            let user = people::queries::user(tx, person).await?;
            if unread.is_empty() || !user.is_active() {
                continue;
            }
            mails.push(NewMail {
                id: MailId::new(),
                key,
                user: Some(person),
                address: user.email,
                name: user.name,
                kind: "digest".to_owned(),
                cause: None,
                data: json!({ "notifications": unread }),
                due_at: hours.after_quiet(now),
            });
        }
        post_all(tx, &mails).await
    }
}

/// Looks whether a process stopped saying that it is alive, and says so once.
pub struct Watch;

#[async_trait::async_trait]
impl JobHandler for Watch {
    fn kind(&self) -> &'static str {
        WATCH
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }

    async fn commit(&self, tx: &mut Tx, _done: &[Done]) -> Result<()> {
        let now = tx.now();
        for process in aos_workflow::processes(tx).await? {
            if process.is_alive(now) {
                continue;
            }
            let Some(id) = process.id.rsplit('-').next().and_then(|tail| Uuid::parse_str(tail).ok()) else { continue };
            if store::notifications::is_told(tx, &format!("process:{id}")).await? {
                continue;
            }
            let subject = Subject { kind: "process".to_owned(), id };
            tx.emit(
                NewEvent::new(None, "notices.process_silent", subject)
                    .with(json!({ "roles": process.roles, "seen_at": process.seen_at })),
            );
        }
        Ok(())
    }
}

/// Adds this slice's jobs and what it reacts to.
#[must_use]
pub fn register(registry: Registry, post: &Post) -> Registry {
    let registry = registry
        .with_handler(Arc::new(Tell { post: post.clone() }))
        .with_handler(Arc::new(SendMail { post: post.clone() }))
        .with_handler(Arc::new(On(WriteLetter)))
        .with_handler(Arc::new(Digest))
        .with_handler(Arc::new(Watch));
    let registry = LETTERS.into_iter().fold(registry, |registry, event| registry.on_event(event, LETTER));
    EVENTS.into_iter().fold(registry, |registry, event| registry.on_event(event, TELL))
}

/// Sets this slice's schedules; at every start, as setting the same again changes nothing. Digests in the step in which
/// time zones differ.
///
/// # Errors
/// `Storage`.
pub async fn put_schedules(tx: &mut Tx) -> Result<()> {
    for (kind, cron) in [(DIGEST, "*/15 * * * *"), (WATCH, "* * * * *")] {
        put_schedule(
            tx,
            NewSchedule {
                tenant: None,
                name: kind.to_owned(),
                cron: cron.to_owned(),
                zone: "UTC".to_owned(),
                kind: kind.to_owned(),
                queue: "system".to_owned(),
                payload: json!({}),
                catch_up: CatchUp::Once,
                enabled: true,
            },
        )
        .await?;
    }
    Ok(())
}
