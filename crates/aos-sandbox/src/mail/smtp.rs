//! The conversation: RFC 5321 with AUTH PLAIN and LOGIN of RFC 4954.

use std::{io, time::Duration};

use axum::http::{HeaderMap, Method};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use super::MailSink;
use crate::{
    faults::{FaultKind, Faults, Service},
    log::RequestLog,
};

/// Longer lines and larger mails are refused.
const LINE: u64 = 4_096;
const LARGEST: usize = 20 << 20;

/// A running listener; ends when it is dropped.
pub(crate) struct Listening {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listening {
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

pub(super) fn listen(listener: TcpListener, sink: MailSink, faults: Faults, log: RequestLog) -> Listening {
    let (stop, mut stopped) = watch::channel(false);
    let task = tokio::spawn(async move {
        let mut conversations = JoinSet::new();
        loop {
            tokio::select! {
                _ = stopped.changed() => break,
                Some(_) = conversations.join_next() => {}
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        let (sink, faults, log) = (sink.clone(), faults.clone(), log.clone());
                        conversations.spawn(async move {
                            if let Err(error) = Conversation::new(stream, sink, faults, log).hold().await {
                                // Hanging up on purpose ends here too.
                                tracing::debug!(%error, "a sandbox mail conversation ended early");
                            }
                        });
                    }
                }
            }
        }
    });
    Listening { stop, task }
}

struct Conversation {
    stream: BufReader<TcpStream>,
    sink: MailSink,
    faults: Faults,
    log: RequestLog,
    greeted: bool,
    signed_in: bool,
    from: Option<String>,
    to: Vec<String>,
}

/// What a fault makes of a step.
enum Turn {
    GoOn,
    /// The step had no effect; this was answered.
    Refused,
    /// The step has its effect, and this is answered instead.
    After(Option<String>),
}

fn hang_up() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the sandbox hangs up on purpose")
}

impl Conversation {
    fn new(stream: TcpStream, sink: MailSink, faults: Faults, log: RequestLog) -> Self {
        let stream = BufReader::new(stream);
        Self { stream, sink, faults, log, greeted: false, signed_in: false, from: None, to: Vec::new() }
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await
    }

    /// A line without its end; `None` when the client is gone.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        (&mut self.stream).take(LINE).read_until(b'\n', &mut bytes).await?;
        if bytes.is_empty() {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Records the step and lets the fault happen that waits for it.
    async fn step(&mut self, verb: &str, said: &str) -> io::Result<Turn> {
        let number = self.log.add(Service::Mail, verb, said, &HeaderMap::new(), &[]);
        let method = Method::from_bytes(verb.as_bytes()).unwrap_or(Method::GET);
        let fault = self.faults.take(Service::Mail, &method, said);
        let words = fault.as_ref().map(ToString::to_string);
        let (turn, status) = match fault {
            None => (Ok(Turn::GoOn), Some(250)),
            Some(FaultKind::Status(code)) => {
                self.say(&format!("{code} {}", simulated(code))).await?;
                (Ok(Turn::Refused), Some(code))
            }
            Some(FaultKind::RateLimited { .. }) => {
                self.say("450 4.7.1 Greylisted, come back later (simulated)").await?;
                (Ok(Turn::Refused), Some(450))
            }
            Some(FaultKind::StatusAfterEffect(code)) => {
                (Ok(Turn::After(Some(format!("{code} {}", simulated(code))))), Some(code))
            }
            Some(FaultKind::DropAfterEffect | FaultKind::DropInBody) => (Ok(Turn::After(None)), None),
            Some(FaultKind::SlowBody { milliseconds }) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                (Ok(Turn::GoOn), Some(250))
            }
            Some(_) => (Err(hang_up()), None),
        };
        self.log.conclude(number, status, words);
        turn
    }

    async fn hold(&mut self) -> io::Result<()> {
        self.say("220 sandbox.invalid ESMTP simulated mail server").await?;
        while let Some(line) = self.line().await? {
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let (verb, rest) = (verb.to_ascii_uppercase(), rest.trim().to_owned());
            match verb.as_str() {
                "EHLO" | "HELO" => self.greet(&rest).await?,
                "AUTH" => self.sign_in(&rest).await?,
                "MAIL" => self.sender(&rest).await?,
                "RCPT" => self.recipient(&rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    (self.from, self.to) = (None, Vec::new());
                    self.say("250 2.0.0 Ok").await?;
                }
                "NOOP" => self.say("250 2.0.0 Ok").await?,
                "QUIT" => return self.say("221 2.0.0 Bye").await,
                "STARTTLS" => self.say("454 4.7.0 The sandbox has no certificate").await?,
                _ => self.say("500 5.5.2 Not a command").await?,
            }
        }
        Ok(())
    }

    async fn greet(&mut self, name: &str) -> io::Result<()> {
        if name.is_empty() {
            return self.say("501 5.5.4 EHLO needs a name").await;
        }
        if let Turn::GoOn = self.step("EHLO", name).await? {
            self.greeted = true;
            self.say("250-sandbox.invalid\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES")
                .await?;
        }
        Ok(())
    }

    async fn sign_in(&mut self, rest: &str) -> io::Result<()> {
        let (mechanism, initial) = rest.split_once(' ').map_or((rest, None), |(m, i)| (m, Some(i.to_owned())));
        // What is sent to sign in is not written to the log.
        let Turn::GoOn = self.step("AUTH", mechanism).await? else { return Ok(()) };
        let (user, password) = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let token = match initial {
                    Some(token) => token,
                    None => self.ask("").await?,
                };
                let plain = decoded(&token);
                let mut parts = plain.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" => (decoded(&self.ask("VXNlcm5hbWU6").await?), decoded(&self.ask("UGFzc3dvcmQ6").await?)),
            _ => return self.say("504 5.5.4 Not a mechanism of ours").await,
        };
        self.signed_in = user == MailSink::USER && password == MailSink::PASSWORD;
        let answer = if self.signed_in { "235 2.7.0 Welcome" } else { "535 5.7.8 User or password are not right" };
        self.say(answer).await
    }

    async fn ask(&mut self, challenge: &str) -> io::Result<String> {
        self.say(&format!("334 {challenge}")).await?;
        Ok(self.line().await?.unwrap_or_default())
    }

    async fn sender(&mut self, rest: &str) -> io::Result<()> {
        let Some(address) = path(rest, "FROM:") else { return self.say("501 5.5.4 MAIL FROM:<address>").await };
        if !self.greeted || self.from.is_some() {
            return self.say("503 5.5.1 Not now").await;
        }
        if let Turn::GoOn = self.step("MAIL", &address).await? {
            self.from = Some(address);
            self.say("250 2.1.0 Ok").await?;
        }
        Ok(())
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<()> {
        let Some(address) = path(rest, "TO:") else { return self.say("501 5.5.4 RCPT TO:<address>").await };
        if self.from.is_none() {
            return self.say("503 5.5.1 MAIL first").await;
        }
        if let Turn::GoOn = self.step("RCPT", &address).await? {
            self.to.push(address);
            self.say("250 2.1.5 Ok").await?;
        }
        Ok(())
    }

    async fn data(&mut self) -> io::Result<()> {
        if self.to.is_empty() {
            return self.say("503 5.5.1 RCPT first").await;
        }
        let Turn::GoOn = self.step("DATA", "").await? else { return Ok(()) };
        self.say("354 End with a line that holds only a dot").await?;
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            self.stream.read_until(b'\n', &mut line).await?;
            if line.is_empty() {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the mail stops in the middle"));
            }
            if line == b".\r\n" {
                break;
            }
            // A dot at the start of a line was doubled on the way.
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            if raw.len() > LARGEST {
                return self.say("552 5.3.4 Too large").await;
            }
        }
        let said = match self.step("MESSAGE", "").await? {
            Turn::Refused => return Ok(()),
            Turn::GoOn => Some("250 2.0.0 Ok: kept, delivered nowhere".to_owned()),
            Turn::After(said) => said,
        };
        let from = self.from.take().unwrap_or_default();
        let to = std::mem::take(&mut self.to);
        self.sink.keep(from, to, self.signed_in, &raw);
        match said {
            Some(said) => self.say(&said).await,
            None => Err(hang_up()),
        }
    }
}

fn simulated(code: u16) -> &'static str {
    if (400..500).contains(&code) { "4.3.0 Not now (simulated)" } else { "5.1.1 Not here (simulated)" }
}

fn decoded(text: &str) -> String {
    STANDARD.decode(text.trim()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// The address of `FROM:<address> PARAMETERS`.
fn path(rest: &str, word: &str) -> Option<String> {
    let head = rest.get(..word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    let inside = rest[word.len()..].trim_start().strip_prefix('<')?;
    inside.split_once('>').map(|(address, _)| address.to_owned())
}
