//! A mail server that delivers nowhere: it speaks SMTP on loopback, keeps what it is given and shows it on a page.
//!
//! Written from RFC 5321 and RFC 4954 alone. Faults name the step by its verb in [`Fault::method`](crate::Fault):
//! `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, and `MESSAGE` for the moment after the whole mail was read. "Before the
//! effect" is before it is kept, "after" is after.

mod page;
mod parse;
mod smtp;

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aos_kernel::{Clock, Timestamp};
use axum::Router;
use tokio::{net::TcpListener, sync::watch};

use crate::{faults::Faults, log::RequestLog, server};

pub(crate) use smtp::Listening;

/// Oldest mails go first beyond this many.
const KEPT: usize = 500;

/// A mail as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// Counts from 1.
    pub number: u64,
    pub at: Timestamp,
    /// The envelope's sender and recipients, without angle brackets.
    pub from: String,
    pub to: Vec<String>,
    /// Names in lower case, values decoded.
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
    /// Whether the client signed in.
    pub signed_in: bool,
}

impl ReceivedMail {
    /// A header by its lower-case name; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }
    pub fn subject(&self) -> &str {
        self.header("subject")
    }
    /// Addresses in the text part that begin with `start`, as a reader would click them.
    pub fn links(&self, start: &str) -> Vec<String> {
        self.text.split_whitespace().filter(|word| word.starts_with(start)).map(str::to_owned).collect()
    }
}

/// The simulated mail server. Cloning shares it.
#[derive(Clone)]
pub struct MailSink {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Arc<dyn Clock>,
    port: u16,
    origin: String,
    kept: Mutex<Kept>,
    arrived: watch::Sender<u64>,
}

#[derive(Default)]
struct Kept {
    count: u64,
    mails: VecDeque<ReceivedMail>,
}

impl MailSink {
    pub const HOST: &'static str = "127.0.0.1";
    /// Whoever signs in must give these; nobody has to sign in.
    pub const USER: &'static str = "agency-os";
    pub const PASSWORD: &'static str = "sandbox mail password";

    fn new(clock: Arc<dyn Clock>, port: u16, origin: String) -> Self {
        let (arrived, _) = watch::channel(0);
        Self { inner: Arc::new(Inner { clock, port, origin, kept: Mutex::default(), arrived }) }
    }

    /// The port that speaks SMTP.
    pub fn port(&self) -> u16 {
        self.inner.port
    }
    /// The page that shows what was received.
    pub fn url(&self) -> String {
        format!("{}/", self.inner.origin)
    }
    /// Everything that was received, oldest first.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.lock().mails.iter().cloned().collect()
    }
    /// What one address received, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<ReceivedMail> {
        let mut mails = self.mails();
        mails.retain(|mail| mail.to.iter().any(|to| to.eq_ignore_ascii_case(address)));
        mails
    }
    pub fn clear(&self) {
        self.lock().mails.clear();
    }
    /// Waits until at least this many mails have come since the start.
    pub async fn count_reaches(&self, count: u64) {
        // The sender lives as long as we do, so this can't fail.
        let _ = self.inner.arrived.subscribe().wait_for(|n| *n >= count).await;
    }

    fn keep(&self, from: String, to: Vec<String>, signed_in: bool, raw: &[u8]) {
        let parsed = parse::mail(raw);
        let mut kept = self.lock();
        kept.count += 1;
        let number = kept.count;
        if kept.mails.len() == KEPT {
            kept.mails.pop_front();
        }
        kept.mails.push_back(ReceivedMail {
            number,
            at: self.inner.clock.now(),
            from,
            to,
            headers: parsed.headers,
            text: parsed.text,
            html: parsed.html,
            signed_in,
        });
        drop(kept);
        self.inner.arrived.send_replace(number);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The two listeners of the mail server.
pub(crate) struct MailServers {
    pub(crate) sink: MailSink,
    pub(crate) pages: (TcpListener, Router),
    pub(crate) smtp: Listening,
}

/// Opens both ports on 127.0.0.1 (0: any).
pub(crate) async fn open(
    clock: Arc<dyn Clock>,
    smtp_port: u16,
    page_port: u16,
    faults: Faults,
    log: RequestLog,
) -> io::Result<MailServers> {
    let (listener, origin) = server::bind(page_port).await?;
    let (smtp_listener, _) = server::bind(smtp_port).await?;
    let port = smtp_listener.local_addr()?.port();
    let sink = MailSink::new(clock, port, origin);
    let smtp = smtp::listen(smtp_listener, sink.clone(), faults.clone(), log.clone());
    Ok(MailServers { pages: (listener, page::router(sink.clone(), faults, log)), sink, smtp })
}
