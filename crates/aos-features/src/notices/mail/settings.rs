//! Which server mails leave through: the settings file's, or the one that an administrator entered.

use aos_capabilities::mail::{MailLogin, MailSecurity, MailServer, Mailbox};
use aos_kernel::{Error, MailId, NewEvent, Result, Secret, Subject};
use aos_storage::{Conn, Credentials, Tx};
use serde_json::json;
use uuid::Uuid;

use super::{
    model::{MailState, NewMail, StoredServer, job},
    post::Post,
};
use crate::{
    notices::store,
    people::{Email, Permission, Principal},
};

/// Where the settings come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The settings file or the environment: the page can't change it.
    File,
    /// Manage → Mail.
    Page,
    /// No mail is sent.
    Nowhere,
}

/// The settings as a page shows them, without the password.
#[derive(Clone, Debug)]
pub struct Setting {
    pub source: Source,
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub login: String,
    pub has_password: bool,
    pub sender: Mailbox,
}

/// What an administrator enters.
#[derive(Clone, Debug)]
pub struct NewServer {
    pub host: String,
    pub port: i64,
    pub security: MailSecurity,
    /// Empty: nobody signs in.
    pub login: String,
    /// Write-only; `None` keeps the one that is there.
    pub password: Option<Secret>,
    pub sender_name: String,
    pub sender_address: String,
}

const PURPOSE: &str = "mail server";

/// The settings that count.
///
/// # Errors
/// `Storage`.
pub async fn server(conn: &mut Conn, post: &Post) -> Result<Setting> {
    if let Some(fixed) = post.fixed() {
        return Ok(Setting {
            source: Source::File,
            host: fixed.host.clone(),
            port: fixed.port,
            security: fixed.security,
            login: fixed.login.as_ref().map_or_else(String::new, |login| login.user.clone()),
            has_password: fixed.login.is_some(),
            sender: fixed.sender.clone(),
        });
    }
    let nothing = Setting {
        source: Source::Nowhere,
        host: String::new(),
        port: 587,
        security: MailSecurity::StartTls,
        login: String::new(),
        has_password: false,
        sender: Mailbox { name: String::new(), address: String::new() },
    };
    Ok(store::mail::server(conn).await?.map_or(nothing, |stored| Setting {
        source: Source::Page,
        host: stored.host,
        port: u16::try_from(stored.port).unwrap_or(587),
        security: stored.security,
        login: stored.login.unwrap_or_default(),
        has_password: stored.credential_id.is_some(),
        sender: Mailbox { name: stored.sender_name, address: stored.sender_address },
    }))
}

/// The server with its password, for one attempt; none where no mail is sent.
pub(super) async fn for_sending(
    conn: &mut Conn,
    credentials: &Credentials,
    fixed: Option<&MailServer>,
) -> Result<Option<MailServer>> {
    if let Some(fixed) = fixed {
        return Ok(Some(fixed.clone()));
    }
    let Some(stored) = store::mail::server(conn).await? else { return Ok(None) };
    let login = match (stored.login, stored.credential_id) {
        (Some(user), Some(id)) => Some(MailLogin { user, password: credentials.reveal(conn, None, id).await? }),
        _ => None,
    };
    Ok(Some(MailServer {
        host: stored.host,
        port: u16::try_from(stored.port).unwrap_or(587),
        security: stored.security,
        login,
        sender: Mailbox { name: stored.sender_name, address: stored.sender_address },
    }))
}

fn about() -> Subject {
    Subject { kind: "mail_server".to_owned(), id: Uuid::nil() }
}

fn check(input: &NewServer) -> Result<(String, String)> {
    let host = input.host.trim().trim_end_matches('.').to_lowercase();
    let plain = !host.is_empty()
        && host.len() <= 253
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_'));
    if !plain {
        return Err(Error::invalid("host", "Enter the server’s name, such as smtp.example.com."));
    }
    if !(1..=65_535).contains(&input.port) {
        return Err(Error::invalid("port", "Enter a port: usually 587, or 465."));
    }
    let sender = Email::parse(&input.sender_address)
        .map_err(|_| Error::invalid("sender_address", "Enter the address that mails come from."))?;
    if input.sender_name.chars().any(char::is_control) || input.sender_name.chars().count() > 100 {
        return Err(Error::invalid("sender_name", "Use at most 100 plain characters."));
    }
    Ok((host, sender.as_str().to_owned()))
}

/// Keeps the server that an administrator entered. A password that is left out stays; it goes when the user goes.
///
/// # Errors
/// `Denied`; `Conflict` when the settings file says it; `Invalid` with the field.
pub async fn save_server(
    tx: &mut Tx,
    post: &Post,
    credentials: &Credentials,
    principal: &Principal,
    input: NewServer,
) -> Result<()> {
    principal.require(Permission::OperateSystem)?;
    not_fixed(post)?;
    let (host, sender_address) = check(&input)?;
    let known = store::mail::server(tx).await?;
    let login = Some(input.login.trim().to_owned()).filter(|login| !login.is_empty());
    let mut credential_id = known.as_ref().and_then(|known| known.credential_id);
    // A password belongs to a server and a user: it is not handed to another one that somebody typed in.
    let same = known.as_ref().is_some_and(|known| known.host == host && known.login == login);
    if !same && credential_id.is_some() && input.password.is_none() && login.is_some() {
        return Err(Error::invalid("password", "Enter the password again, as server or user are others now."));
    }
    if let Some(old) = credential_id.filter(|_| input.password.is_some() || login.is_none()) {
        credentials.delete(tx, None, old).await?;
        credential_id = None;
    }
    if let (Some(_), Some(password)) = (&login, &input.password) {
        credential_id = Some(credentials.put(tx, None, PURPOSE, password).await?);
    }
    if login.is_some() && credential_id.is_none() {
        return Err(Error::invalid("password", "Enter the password of this user."));
    }
    if login.is_some() && input.security == MailSecurity::None && !is_local(&host) {
        return Err(Error::invalid("security", "A password is not sent in clear. Choose TLS or STARTTLS."));
    }
    let now = tx.now();
    let stored = StoredServer {
        host: host.clone(),
        port: input.port,
        security: input.security,
        login,
        credential_id,
        sender_name: input.sender_name.trim().to_owned(),
        sender_address,
        updated_at: now,
    };
    store::mail::put_server(tx, &stored).await?;
    tx.emit(NewEvent::new(None, "notices.mail_server_saved", about()).with(json!({
        "host": host, "port": stored.port, "security": stored.security, "sender": stored.sender_address,
    })));
    Ok(())
}

/// This machine: what is said to it does not cross a network.
fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn not_fixed(post: &Post) -> Result<()> {
    if post.fixed().is_some() {
        return Err(Error::conflict("mail_in_settings_file", "The settings file names the mail server, so it counts.")
            .with_help("Take the section [mail] out of the file to enter it here."));
    }
    Ok(())
}

/// No mail is sent from now on; the password is forgotten.
///
/// # Errors
/// As [`save_server`].
pub async fn remove_server(tx: &mut Tx, post: &Post, credentials: &Credentials, principal: &Principal) -> Result<()> {
    principal.require(Permission::OperateSystem)?;
    not_fixed(post)?;
    if let Some(credential) = store::mail::remove_server(tx).await? {
        credentials.delete(tx, None, credential).await?;
    }
    tx.emit(NewEvent::new(None, "notices.mail_server_removed", about()));
    Ok(())
}

/// Puts a test mail to an administrator's own address on its way; its id, to see what becomes of it.
///
/// # Errors
/// `Denied`; `Conflict` when no server is set.
pub async fn send_test(tx: &mut Tx, post: &Post, principal: &Principal) -> Result<MailId> {
    principal.require(Permission::OperateSystem)?;
    if for_sending(tx, post.credentials(), post.fixed()).await?.is_none() {
        return Err(Error::conflict("no_mail_server", "Enter a mail server first."));
    }
    let id = MailId::new();
    let mail = NewMail {
        id,
        key: format!("test:{id}"),
        user: Some(principal.user()),
        address: principal.email().to_owned(),
        name: principal.name().to_owned(),
        kind: "test".to_owned(),
        cause: None,
        data: json!({}),
        due_at: tx.now(),
    };
    store::mail::insert(tx, std::slice::from_ref(&mail)).await?;
    // A person waits for it: no quiet pauses, but an answer.
    tx.enqueue(mail.job().attempts(1).priority(10));
    tx.emit(NewEvent::new(None, "notices.test_mail_asked", Subject::new("mail", id)));
    Ok(id)
}

/// Sends a mail once more that failed, or of which nobody knows.
///
/// # Errors
/// `Denied`, `NotFound`; `Conflict` when it was sent or is on its way.
pub async fn send_again(tx: &mut Tx, principal: &Principal, id: MailId) -> Result<()> {
    principal.require(Permission::OperateSystem)?;
    let mail = store::mail::mail(tx, id).await?.ok_or_else(|| Error::not_found("mail"))?;
    if !store::mail::again(tx, id).await? {
        let words = match mail.state {
            MailState::Sent => "This mail was sent.",
            _ => "This mail is on its way already.",
        };
        return Err(Error::conflict("mail_not_in_trouble", words));
    }
    let now = tx.now();
    tx.enqueue(job(id, now, now.timestamp_micros()));
    tx.emit(NewEvent::new(None, "notices.mail_sent_again", Subject::new("mail", id)));
    Ok(())
}
