//! For tests: a listener on loopback that gives prepared answers in their order, and keeps what it was asked.

use std::sync::{Arc, Mutex, PoisonError};

use aos_capabilities::Account;
use aos_kernel::{ChannelId, Clock, Secret, TenantId, Timestamp};
use aos_outbound::{Outbound, OutboundConfig, Recorder};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

use crate::Vendor;

/// What comes back.
pub(crate) enum Line {
    Answer(u16, Value),
    /// With one more header.
    Headed(u16, &'static str, &'static str, Value),
    /// The connection ends without an answer.
    Hangup,
}

/// A 200 with this body.
pub(crate) fn ok(body: Value) -> Line {
    Line::Answer(200, body)
}

pub(crate) struct Stage {
    root: String,
    recorder: Recorder,
    left: Arc<Mutex<Vec<Line>>>,
}

struct StandingClock;
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The moment at which every rehearsal takes place.
pub(crate) fn now() -> Timestamp {
    "2030-03-04T09:00:00Z".parse().expect("a moment")
}

impl Stage {
    /// Each request gets the next answer; one too many gets a hang-up.
    pub async fn open(lines: impl IntoIterator<Item = Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
        let root = format!("http://{}/", listener.local_addr().expect("an address"));
        let mut lines: Vec<Line> = lines.into_iter().collect();
        lines.reverse();
        let left = Arc::new(Mutex::new(lines));
        let script = left.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let line = script.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let _ = answer(stream, line.unwrap_or(Line::Hangup)).await;
            }
        });
        Self { root, recorder: Recorder::default(), left }
    }

    pub fn vendor(&self) -> Vendor {
        let config = OutboundConfig { allow: vec!["127.0.0.1".parse().expect("a host")], ..OutboundConfig::default() };
        let outbound = Outbound::recording(config, self.recorder.clone()).expect("a client");
        Vendor::new(outbound, Arc::new(StandingClock)).simulated(Url::parse(&self.root).expect("an address"))
    }

    /// Method and address of each request so far, without the listener's own.
    pub fn asked(&self) -> Vec<String> {
        let exchanges = self.recorder.exchanges();
        let line = |exchange: &aos_outbound::Exchange| {
            format!("{} {}", exchange.request.method, exchange.request.url.replace(&self.root, ""))
        };
        exchanges.iter().map(line).collect()
    }

    /// The requests as they left, with the vendor's own addresses.
    pub fn requests(&self) -> Value {
        let exchanges = self.recorder.exchanges();
        let requests: Vec<_> = exchanges.iter().map(|exchange| &exchange.request).collect();
        let text = serde_json::to_string(&requests).expect("JSON");
        serde_json::from_str(&text.replace(&self.root, "https://")).expect("JSON")
    }

    /// How many answers nobody asked for.
    pub fn unasked(&self) -> usize {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

pub(crate) fn account(settings: Value) -> Account {
    Account {
        tenant: TenantId::new(),
        channel: ChannelId::new(),
        base_url: Url::parse("https://vendor.test/").expect("an address"),
        login: None,
        secret: Secret::new("access-canary"),
        settings,
    }
}

async fn answer(mut stream: TcpStream, line: Line) -> std::io::Result<()> {
    let mut heard = Vec::new();
    let mut piece = [0; 8_192];
    while !is_whole(&heard) {
        match stream.read(&mut piece).await? {
            0 => return Ok(()),
            count => heard.extend_from_slice(&piece[..count]),
        }
    }
    let (status, header, body) = match line {
        Line::Answer(status, body) => (status, String::new(), body),
        Line::Headed(status, name, value, body) => (status, format!("{name}: {value}\r\n"), body),
        Line::Hangup => return Ok(()),
    };
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{header}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

/// Head and announced body have arrived. Multipart bodies come in chunks and end with an empty one.
fn is_whole(heard: &[u8]) -> bool {
    let Some(end) = heard.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&heard[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    match length {
        Some(length) => heard.len() >= end + 4 + length,
        None => !head.contains("transfer-encoding: chunked") || heard.ends_with(b"0\r\n\r\n"),
    }
}
