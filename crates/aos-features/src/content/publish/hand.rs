//! What a person sends or hands over, and says so: outreach mails where no mail channel of the client can, and ad copy.

use std::sync::Arc;

use aos_kernel::{Actor, ContentItemId, Error, Result, TenantScope};
use aos_storage::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    intend,
    once::{Leaves, record_attempt_of},
    record::{record_done, record_failed},
};
use crate::{
    content::{
        commands,
        model::{ContentItem, ItemKind, ItemState, OutreachText, PublicationState},
        store::{self, Standing},
        write::unit,
    },
    steps::{Accepted, StepContext, StepHandler, Work},
};

/// What became of a mail that was given to the client's mail channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// In the words of whoever took it.
    Accepted(String),
    /// It may have been taken all the same; a mail can't be looked up.
    Unknown(String),
}

/// Sends one mail to one person in the client's name.
#[async_trait::async_trait]
pub trait OutreachMail: Send + Sync {
    /// Whether the client has a channel that does.
    ///
    /// # Errors
    /// `Storage`.
    async fn can_send(&self, scope: TenantScope) -> Result<bool>;
    /// Makes one attempt. The caller has recorded its intent before.
    ///
    /// # Errors
    /// When it was certainly not sent.
    async fn send(&self, scope: TenantScope, item: ContentItemId, mail: &OutreachText) -> Result<Sent>;
}

/// No client has such a channel.
pub struct NoOutreachMail;

#[async_trait::async_trait]
impl OutreachMail for NoOutreachMail {
    async fn can_send(&self, _scope: TenantScope) -> Result<bool> {
        Ok(false)
    }
    async fn send(&self, _scope: TenantScope, _item: ContentItemId, _mail: &OutreachText) -> Result<Sent> {
        Err(Error::internal("a mail without a channel"))
    }
}

/// Sends the approved outreach mail of the activity, where it can; else a person does, in the step after it.
pub struct SendOutreach {
    mail: Arc<dyn OutreachMail>,
}

impl SendOutreach {
    pub fn new(mail: Arc<dyn OutreachMail>) -> Self {
        Self { mail }
    }
}

#[async_trait::async_trait]
impl StepHandler for SendOutreach {
    fn kind(&self) -> &'static str {
        crate::content::SEND_OUTREACH
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let id = unit(work)?;
        let can_send = self.mail.can_send(work.scope).await?;
        let mut tx = cx.db.begin(Actor::system("content")).await?;
        let item = commands::item(&mut tx, work.scope, id).await?;
        let (version, publication) = intend(&mut tx, work.scope, &item, None).await?;
        let text = version.text.outreach().ok_or_else(|| Error::internal("an outreach mail of another kind"))?;
        let outcome: Option<Sent> = if publication.attempts > 0 {
            // The answer of an earlier attempt never came; a mail can't be looked up, so it is never repeated here.
            Some(Sent::Unknown("An attempt was interrupted.".to_owned()))
        } else if !can_send || text.recipient_address.is_empty() {
            None
        } else {
            let attempt = work.activity.attempt;
            record_attempt_of(&mut tx, work.scope, &item, &version, &publication, attempt, Leaves::New).await?;
            tx.commit().await?;
            match self.mail.send(work.scope, id, text).await {
                Ok(sent) => Some(sent),
                Err(error) => {
                    let mut tx = cx.db.begin(Actor::system("content")).await?;
                    store::not_attempted(&mut tx, work.scope, &publication).await?;
                    tx.commit().await?;
                    return Err(error);
                }
            }
        };
        serde_json::to_value(outcome).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let sent: Option<Sent> = serde_json::from_value(result).map_err(Error::internal)?;
        let item = commands::item(tx, work.scope, unit(work)?).await?;
        Ok(match sent {
            Some(Sent::Accepted(words)) => {
                record_sent(tx, work.scope, &item, vec![words.clone()]).await?;
                Accepted { output: json!({ "sent": words }), ends: true, ..Accepted::default() }
            }
            Some(Sent::Unknown(words)) => {
                let problem = "Nobody knows whether the mail went out: its answer was lost.";
                let help = "Look into the outbox. Send it by hand if it is not there, then confirm it.";
                store::set_item_state(tx, work.scope, item.id, ItemState::Approved, Some((problem, Some(help))))
                    .await?;
                Accepted { output: json!({ "by_hand": true, "unconfirmed": words }), ..Accepted::default() }
            }
            None => Accepted { output: json!({ "by_hand": true }), ..Accepted::default() },
        })
    }

    async fn failed(&self, tx: &mut Tx, work: &Work, error: &Error) -> Result<()> {
        record_failed(tx, work, unit(work)?, error).await
    }
}

/// A person confirms that a piece was sent or handed over. What they say of it is kept with exactly what was approved.
pub struct Confirm;

/// What the person says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    /// To whom it went in the end, how, and what was changed on the way.
    #[serde(alias = "note")]
    notes: Option<String>,
}

#[async_trait::async_trait]
impl StepHandler for Confirm {
    fn kind(&self) -> &'static str {
        crate::content::CONFIRM
    }

    /// Never called: it is a person's work.
    async fn run(&self, _cx: &StepContext, _work: &Work) -> Result<Value> {
        Err(Error::internal("a confirmation that nobody gave"))
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let said = Said::deserialize(&result).unwrap_or_default();
        let item = commands::item(tx, work.scope, unit(work)?).await?;
        let notes = said.notes.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
        record_sent(tx, work.scope, &item, notes.into_iter().collect()).await?;
        Ok(Accepted { output: result, ..Accepted::default() })
    }
}

/// Writes down that exactly what was approved went out.
async fn record_sent(tx: &mut Tx, scope: TenantScope, item: &ContentItem, mut notes: Vec<String>) -> Result<()> {
    let (version, publication) = intend(tx, scope, item, None).await?;
    if item.kind == ItemKind::OutreachEmail
        && let Some(text) = version.text.outreach()
    {
        let address = if text.recipient_address.is_empty() { &text.site } else { &text.recipient_address };
        notes.insert(0, format!("Version {} went to {address}.", version.version));
    }
    let standing =
        Standing { state: PublicationState::Live, platform_id: None, url: None, notes: Some(&notes), problem: None };
    store::settle(tx, scope, publication.id, standing).await?;
    record_done(tx, scope, item, None, &notes).await
}
