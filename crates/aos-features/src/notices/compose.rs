//! What a mail says, made at the attempt: from what is true then, with links that are made for it.

use aos_kernel::{
    AccountLinkId, AgencyScope, Error, ErrorKind, InvitationId, NotificationId, Result, Secret, TenantId, TenantScope,
    UserId,
};
use aos_storage::Tx;
use serde::Deserialize;
use url::Url;

use super::{
    kinds::NoticeKind,
    mail::{Letter, Line, MailRow, Post},
    model::Notification,
    queries, store,
};
use crate::{
    people::{self, Principal},
    tenants,
};

/// Where the faces answer to links in mails.
pub mod places {
    /// Opens a notification: followed by its id.
    pub const NOTICE: &str = "/n/";
    /// Decides without signing in: followed by the link's secret.
    pub const DECIDE: &str = "/a/";
    /// Accepts an invitation: followed by the link's secret.
    pub const JOIN: &str = "/join/";
    /// Chooses a new password: followed by the link's secret.
    pub const RESET: &str = "/reset/";
    /// Confirms a new e-mail address: followed by the link's secret.
    pub const CONFIRM_EMAIL: &str = "/account/email/";
    /// What a person is told and mailed.
    pub const CHOICES: &str = "/account/notifications";
}

/// How many days a decision's link is good for; said in the mail.
pub const LINK_DAYS: i64 = 14;

/// Why nothing is sent.
pub type Skipped = &'static str;

#[derive(Deserialize)]
struct OfNotice {
    cause: String,
    #[serde(default)]
    tenant: Option<TenantId>,
}

#[derive(Deserialize)]
struct OfDigest {
    notifications: Vec<NotificationId>,
}

fn at(base: &Url, path: &str) -> String {
    base.join(path).map_or_else(|_| path.to_owned(), String::from)
}

/// The letter of a mail, or why there is none.
///
/// # Errors
/// `Storage`; `Internal` for a row that this slice did not write.
pub async fn letter(tx: &mut Tx, post: &Post, base: &Url, row: &MailRow) -> Result<Result<Letter, Skipped>> {
    let agency = people::queries::agency(tx).await?.name;
    let draft = Letter { agency, ..Letter::default() };
    match row.kind.as_str() {
        "test" => Ok(Ok(test(draft))),
        "digest" => digest(tx, base, row, draft).await,
        "invitation" => invitation(tx, base, row, draft).await,
        "password_reset" => password_reset(tx, base, row, draft).await,
        "email_change" => email_change(tx, base, row, draft).await,
        _ => notice(tx, post, base, row, draft).await,
    }
}

fn test(draft: Letter) -> Letter {
    Letter {
        subject: "A test mail".to_owned(),
        heading: "Mail works".to_owned(),
        paragraphs: vec![format!("This is the test mail that you asked for. Mails of {} arrive.", draft.agency)],
        ..draft
    }
}

#[derive(Deserialize)]
struct OfLetter {
    subject: uuid::Uuid,
}

/// What is no longer wanted makes no letter: it was accepted, used or taken back meanwhile.
fn unless_over(link: Result<Secret>) -> Result<Option<Secret>> {
    match link {
        Ok(secret) => Ok(Some(secret)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn invitation(tx: &mut Tx, base: &Url, row: &MailRow, draft: Letter) -> Result<Result<Letter, Skipped>> {
    let OfLetter { subject } = serde_json::from_value(row.data.clone()).map_err(Error::internal)?;
    let link = people::invitations::issue_link(tx, InvitationId::from_uuid(subject)).await;
    let Some(secret) = unless_over(link)? else { return Ok(Err("The invitation was accepted or taken back.")) };
    let agency = draft.agency.clone();
    Ok(Ok(Letter {
        subject: format!("You are invited to {agency}"),
        heading: format!("Join {agency}"),
        paragraphs: vec![format!(
            "You are invited to work with {agency} in Agency OS. Choose your password, and you are in."
        )],
        action: Some(("Accept the invitation".to_owned(), at(base, &format!("{}{}", places::JOIN, secret.expose())))),
        notes: vec!["The link is yours alone and good for a week. If you did not expect this, leave it.".to_owned()],
        ..draft
    }))
}

async fn password_reset(tx: &mut Tx, base: &Url, row: &MailRow, draft: Letter) -> Result<Result<Letter, Skipped>> {
    let OfLetter { subject } = serde_json::from_value(row.data.clone()).map_err(Error::internal)?;
    let link = people::resets::issue_link(tx, AccountLinkId::from_uuid(subject)).await;
    let Some(secret) = unless_over(link)? else { return Ok(Err("The link was used, or another took its place.")) };
    Ok(Ok(Letter {
        subject: "Choose a new password".to_owned(),
        heading: "Choose a new password".to_owned(),
        paragraphs: vec![format!("Somebody, most likely you, asked for a new password for {}.", row.address)],
        action: Some(("Choose a new password".to_owned(), at(base, &format!("{}{}", places::RESET, secret.expose())))),
        notes: vec!["The link is good for an hour. If it was not you, leave it: nothing changes.".to_owned()],
        ..draft
    }))
}

async fn email_change(tx: &mut Tx, base: &Url, row: &MailRow, draft: Letter) -> Result<Result<Letter, Skipped>> {
    let OfLetter { subject } = serde_json::from_value(row.data.clone()).map_err(Error::internal)?;
    let link = people::emails::issue_link(tx, AccountLinkId::from_uuid(subject)).await;
    let Some(secret) = unless_over(link)? else { return Ok(Err("The link was used, or another took its place.")) };
    let confirm = at(base, &format!("{}{}", places::CONFIRM_EMAIL, secret.expose()));
    Ok(Ok(Letter {
        subject: "Confirm your new address".to_owned(),
        heading: "Confirm your new address".to_owned(),
        paragraphs: vec![format!(
            "You want to sign in with {} from now on. Confirm that you read mail here.",
            row.address
        )],
        action: Some(("Confirm the address".to_owned(), confirm)),
        notes: vec!["The link is good for a day. If it was not you, leave it: nothing changes.".to_owned()],
        ..draft
    }))
}

/// Whoever reads the mail, with what they may see now; none for somebody who was deactivated.
async fn reader(tx: &mut Tx, user: Option<UserId>) -> Result<Option<Principal>> {
    let Some(user) = user else { return Ok(None) };
    match people::queries::principal(tx, user).await {
        Ok(principal) => Ok(Some(principal)),
        Err(error) if error.kind() == aos_kernel::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The client's name, for whoever is told of several.
async fn client_name(tx: &mut Tx, reader: &Principal, notification: &Notification) -> Result<Option<String>> {
    if !reader.is_staff() && reader.own_tenants().len() == 1 {
        return Ok(None);
    }
    match notification.tenant_id {
        // The reader may see this client: the notification was found in their own scope.
        Some(tenant) => Ok(Some(tenants::queries::tenant(tx, scope(tenant)).await?.name)),
        None => Ok(None),
    }
}

fn scope(tenant: aos_kernel::TenantId) -> TenantScope {
    super::workflow::lent(tenant)
}

async fn notice(tx: &mut Tx, post: &Post, base: &Url, row: &MailRow, draft: Letter) -> Result<Result<Letter, Skipped>> {
    let OfNotice { cause, tenant } = serde_json::from_value(row.data.clone()).map_err(aos_kernel::Error::internal)?;
    let Some(principal) = reader(tx, row.user_id).await? else {
        return Ok(Err("The person can no longer sign in."));
    };
    let visible: AgencyScope = queries::visible(&principal);
    let asks = NoticeKind::ApprovalRequested.as_str();
    let asked = match tenant.filter(|_| row.kind == asks) {
        Some(tenant) => {
            let whom = (principal.user(), tenant);
            store::notifications::asked_since(tx, &visible, whom, asks, row.created_at).await?
        }
        None => Vec::new(),
    };
    if asked.len() > 1 {
        return decisions(tx, post, base, &principal, &asked, draft).await;
    }
    let found = match asked.into_iter().next() {
        Some(only) => Some(only),
        None => store::notifications::of_cause(tx, &visible, principal.user(), &cause).await?,
    };
    let Some(notification) = found else { return Ok(Err("The person may no longer see this.")) };
    if notification.read_at.is_some() {
        return Ok(Err("It was read before the mail went out."));
    }
    let words = notification.words();
    let client = client_name(tx, &principal, &notification).await?;
    let mut letter = Letter {
        subject: match &client {
            Some(client) => format!("{} ({client})", words.title),
            None => words.title.clone(),
        },
        heading: words.title,
        paragraphs: words.body.into_iter().collect(),
        choices: Some(at(base, places::CHOICES)),
        ..draft
    };
    if let Some(client) = client {
        letter.paragraphs.push(format!("Client: {client}"));
    }
    let opened = at(base, &format!("{}{}", places::NOTICE, notification.id));
    let asks = matches!(notification.kind, NoticeKind::ApprovalRequested | NoticeKind::ApprovalReminder);
    if asks && let (Some(tenant), Some(activity)) = (notification.tenant_id, notification.activity()) {
        let Some(secret) = post.links().issue(tx, scope(tenant), activity, principal.user()).await? else {
            return Ok(Err("It was decided before the mail went out."));
        };
        letter.action =
            Some(("Look and decide".to_owned(), at(base, &format!("{}{}", places::DECIDE, secret.expose()))));
        letter.notes.push(format!(
            "The link is yours alone and good for {LINK_DAYS} days. Opening it decides nothing: you see what is to be \
             decided first. Please do not forward it."
        ));
        letter.notes.push(format!("Signed in, you find it here: {opened}"));
    } else {
        letter.action = Some(("Open".to_owned(), opened));
    }
    Ok(Ok(letter))
}

/// Several things of one client that wait for one person: each with a link of its own.
async fn decisions(
    tx: &mut Tx,
    post: &Post,
    base: &Url,
    principal: &Principal,
    asked: &[Notification],
    draft: Letter,
) -> Result<Result<Letter, Skipped>> {
    let mut client = None;
    let mut list = Vec::new();
    for notification in asked {
        let (Some(tenant), Some(activity)) = (notification.tenant_id, notification.activity()) else { continue };
        // What was decided meanwhile is left out.
        let link = post.links().issue(tx, scope(tenant), activity, principal.user()).await?;
        let Some(secret) = link else { continue };
        client = client_name(tx, principal, notification).await?;
        list.push(Line {
            title: notification.titles(),
            text: None,
            href: Some(at(base, &format!("{}{}", places::DECIDE, secret.expose()))),
        });
    }
    let heading = match list.len() {
        0 => return Ok(Err("It was decided before the mail went out.")),
        1 => format!("Waiting for your decision: {}", list[0].title),
        n => format!("Waiting for your decision: {n} things"),
    };
    Ok(Ok(Letter {
        subject: match &client {
            Some(client) => format!("{heading} ({client})"),
            None => heading.clone(),
        },
        heading,
        paragraphs: client.map(|client| format!("Client: {client}")).into_iter().collect(),
        list,
        notes: vec![format!(
            "The links are yours alone and good for {LINK_DAYS} days. Opening one decides nothing: you see what is to \
             be decided first. Please do not forward them."
        )],
        choices: Some(at(base, places::CHOICES)),
        ..draft
    }))
}

async fn digest(tx: &mut Tx, base: &Url, row: &MailRow, draft: Letter) -> Result<Result<Letter, Skipped>> {
    let OfDigest { notifications } = serde_json::from_value(row.data.clone()).map_err(aos_kernel::Error::internal)?;
    let Some(principal) = reader(tx, row.user_id).await? else {
        return Ok(Err("The person can no longer sign in."));
    };
    let visible = queries::visible(&principal);
    let mut list = Vec::new();
    for id in notifications {
        let Some(notification) = store::notifications::one(tx, &visible, principal.user(), id).await? else { continue };
        if notification.read_at.is_some() {
            continue;
        }
        let words = notification.words();
        let client = client_name(tx, &principal, &notification).await?;
        list.push(Line {
            title: words.title,
            text: match (client, words.body) {
                (Some(client), Some(body)) => Some(format!("{client}: {body}")),
                (client, body) => client.or(body),
            },
            href: Some(at(base, &format!("{}{id}", places::NOTICE))),
        });
    }
    if list.is_empty() {
        return Ok(Err("Everything in it was read before it went out."));
    }
    let subject = match list.len() {
        1 => format!("Your day: {}", list[0].title),
        n => format!("Your day: {n} things to know"),
    };
    Ok(Ok(Letter {
        heading: "Your day".to_owned(),
        paragraphs: vec!["What happened since the last digest and is still unread:".to_owned()],
        subject,
        list,
        choices: Some(at(base, places::CHOICES)),
        ..draft
    }))
}
