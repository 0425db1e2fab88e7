//! The job that sends a mail: one attempt, and an honest record of it.

use std::sync::{Arc, PoisonError, RwLock};

use aos_capabilities::mail::{Mail, MailError, MailErrorKind, MailServer, Mailbox, Mailer};
use aos_kernel::{Actor, Error, MailId, NewEvent, Result, Secret, Subject, TenantScope, Timestamp, UserId};
use aos_storage::{Credentials, Db, Tx, content_hash};
use aos_workflow::{Done, Job, JobHandler, RunContext};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::{
    letter::Letter,
    model::{MailRow, MailState},
    settings,
};
use crate::notices::{compose, store};

/// The job that sends a mail.
pub const SEND: &str = "notices.send_mail";

/// How people reach the faces, for links in mails. Known once the faces listen; shared by whoever writes links.
#[derive(Clone, Debug, Default)]
pub struct PublicUrl(Arc<RwLock<Option<Url>>>);

impl PublicUrl {
    pub fn set(&self, url: Url) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }
    pub fn get(&self) -> Option<Url> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Makes the secret part of a link with which a person decides on what an activity asks for, without signing in. The
/// slice that owns approvals does; this one does not see it.
#[async_trait::async_trait]
pub trait DecisionLinks: Send + Sync {
    /// `None` when nothing of it waits for this person any more.
    ///
    /// # Errors
    /// `Storage`.
    async fn issue(&self, tx: &mut Tx, scope: TenantScope, activity: Uuid, user: UserId) -> Result<Option<Secret>>;
}

/// Everything that a mail needs to leave. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    mailer: Arc<dyn Mailer>,
    fixed: Option<Arc<MailServer>>,
    credentials: Credentials,
    public_url: PublicUrl,
    links: Arc<dyn DecisionLinks>,
}

impl Post {
    /// `fixed` is the server that the settings file names, which counts before the one of Manage → Mail.
    pub fn new(
        mailer: Arc<dyn Mailer>,
        fixed: Option<MailServer>,
        credentials: Credentials,
        public_url: PublicUrl,
        links: Arc<dyn DecisionLinks>,
    ) -> Self {
        Self { mailer, fixed: fixed.map(Arc::new), credentials, public_url, links }
    }
    pub fn fixed(&self) -> Option<&MailServer> {
        self.fixed.as_deref()
    }
    pub fn public_url(&self) -> &PublicUrl {
        &self.public_url
    }
    pub(in crate::notices) fn links(&self) -> &dyn DecisionLinks {
        self.links.as_ref()
    }
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

/// Sends mails.
pub struct SendMail {
    pub post: Post,
}

#[derive(Deserialize)]
struct Payload {
    mail: MailId,
}

/// What the intent's transaction found.
enum Ready {
    Send(Box<(MailServer, Mail)>),
    /// Nothing is sent: done before, not needed, or not known whether it was sent.
    Not,
}

impl SendMail {
    /// Writes the intent and makes what is to be sent, in one transaction: tokens in it exist from then on.
    async fn intend(&self, db: &Db, id: MailId) -> Result<Ready> {
        let Some(base) = self.post.public_url.get() else {
            return Err(Error::unavailable("no_address_yet", "The address of this installation is not known yet."));
        };
        let mut tx = db.begin(Actor::system("notices")).await?;
        let Some(row) = store::mail::mail(&mut tx, id).await? else { return Ok(Ready::Not) };
        if row.state == MailState::Sending {
            // An earlier attempt ended without a word: its process was killed.
            let problem = "The program was stopped while this mail was being handed over.";
            let help = "It may have arrived. Ask the person, then send it again if need be.";
            give_up(&mut tx, &row, MailState::Unconfirmed, problem, Some(help)).await?;
            tx.commit().await?;
            return Ok(Ready::Not);
        }
        if row.state != MailState::Waiting {
            return Ok(Ready::Not);
        }
        let server = settings::for_sending(&mut tx, &self.post.credentials, self.post.fixed()).await?;
        let Some(server) = server else {
            skip(&mut tx, id, "No mail server is set.").await?;
            tx.commit().await?;
            return Ok(Ready::Not);
        };
        if !store::mail::intend(&mut tx, id).await? {
            return Ok(Ready::Not);
        }
        let letter = match compose::letter(&mut tx, &self.post, &base, &row).await? {
            Ok(letter) => letter,
            Err(why) => {
                store::mail::settle(&mut tx, id, MailState::Sending, MailState::Skipped, Some(why), None).await?;
                tx.commit().await?;
                return Ok(Ready::Not);
            }
        };
        let mail = wire(&server, &row, &letter, tx.now());
        let sender = Mailbox { name: named(server.sender.name, &letter.agency), ..server.sender };
        tx.commit().await?;
        Ok(Ready::Send(Box::new((MailServer { sender, ..server }, mail))))
    }

    async fn record(&self, db: &Db, id: MailId, outcome: &std::result::Result<String, MailError>) -> Result<()> {
        let mut tx = db.begin(Actor::system("notices")).await?;
        let from = MailState::Sending;
        match outcome {
            Ok(answer) => {
                store::mail::settle(&mut tx, id, from, MailState::Sent, Some(answer), None).await?;
            }
            Err(error) => {
                let trouble = (error.message.as_str(), error.help.as_deref());
                if error.retry != aos_kernel::Retry::Never {
                    store::mail::settle(&mut tx, id, from, MailState::Waiting, None, Some(trouble)).await?;
                } else if let Some(row) = store::mail::mail(&mut tx, id).await? {
                    let to = match error.kind {
                        MailErrorKind::Unanswered => MailState::Unconfirmed,
                        _ => MailState::Failed,
                    };
                    give_up(&mut tx, &row, to, trouble.0, trouble.1).await?;
                }
            }
        }
        tx.commit().await
    }
}

async fn skip(tx: &mut Tx, id: MailId, why: &str) -> Result<()> {
    store::mail::settle(tx, id, MailState::Waiting, MailState::Skipped, Some(why), None).await?;
    Ok(())
}

/// No further attempt is made by itself, and whoever operates the system hears of it.
async fn give_up(tx: &mut Tx, row: &MailRow, to: MailState, problem: &str, help: Option<&str>) -> Result<()> {
    if store::mail::settle(tx, row.id, row.state, to, None, Some((problem, help))).await? {
        tx.emit(
            NewEvent::new(None, "notices.mail_undelivered", Subject::new("mail", row.id))
                .because(problem)
                .with(json!({ "kind": row.kind, "state": to })),
        );
    }
    Ok(())
}

/// Without a name of its own, the sender is the agency.
fn named(own: String, agency: &str) -> String {
    if own.is_empty() { agency.to_owned() } else { own }
}

/// The mail as the server gets it.
fn wire(server: &MailServer, row: &MailRow, letter: &Letter, now: Timestamp) -> Mail {
    let domain = server.sender.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let hash = content_hash(&[&row.key]);
    Mail {
        // The same for every attempt at the same wish, so that a receiver knows a second copy.
        message_id: format!("{}@{domain}", &hash.as_str()[..32]),
        date: now,
        to: Mailbox { name: row.name.clone(), address: row.address.clone() },
        subject: letter.subject.clone(),
        text: letter.text(),
        html: letter.html(),
    }
}

#[async_trait::async_trait]
impl JobHandler for SendMail {
    fn kind(&self) -> &'static str {
        SEND
    }

    async fn run(&self, job: &Job, cx: &RunContext) -> Result<Value> {
        let Payload { mail: id } = job.payload()?;
        let Ready::Send(ready) = self.intend(&cx.db, id).await? else { return Ok(Value::Null) };
        let (server, mail) = *ready;
        let outcome = self.post.mailer.send(&server, &mail).await.map(|accepted| accepted.answer);
        self.record(&cx.db, id, &outcome).await?;
        match outcome {
            // Recorded for good: trying again is a person's decision.
            Err(error) if error.retry == aos_kernel::Retry::Never => Ok(Value::Null),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(Value::Null),
        }
    }

    async fn commit(&self, _tx: &mut Tx, _done: &[Done]) -> Result<()> {
        Ok(())
    }

    async fn dead(&self, tx: &mut Tx, job: &Job, error: &Error) -> Result<()> {
        let Payload { mail: id } = job.payload()?;
        let Some(row) = store::mail::mail(tx, id).await? else { return Ok(()) };
        match row.state {
            MailState::Waiting => give_up(tx, &row, MailState::Failed, error.message(), error.help()).await,
            MailState::Sending => give_up(tx, &row, MailState::Unconfirmed, error.message(), error.help()).await,
            _ => Ok(()),
        }
    }
}
