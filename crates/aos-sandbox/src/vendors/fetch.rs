//! Fetching media from a public address, as platforms do that take no bytes. Only addresses of this machine answer, so
//! that the sandbox never reaches out.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

/// A fetched file.
pub(crate) struct Fetched {
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
}

const PATIENCE: Duration = Duration::from_secs(5);
const LARGEST: usize = 100 << 20;

/// Fetches a file, or says in words why not.
pub(crate) async fn fetch(address: &str) -> Result<Fetched, String> {
    tokio::time::timeout(PATIENCE, get(address)).await.map_err(|_| "the address did not answer in time".to_owned())?
}

async fn get(address: &str) -> Result<Fetched, String> {
    let url = Url::parse(address).map_err(|error| format!("the address can't be read: {error}"))?;
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "http" || !matches!(host, "127.0.0.1" | "localhost") {
        return Err("the sandbox fetches from this machine only".to_owned());
    }
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await.map_err(|error| format!("nothing answers: {error}"))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let driver = tokio::spawn(connection);
    let mut path = url.path().to_owned();
    if let Some(query) = url.query() {
        path = format!("{path}?{query}");
    }
    let request = Request::get(path)
        .header(header::HOST, format!("{host}:{port}"))
        .body(Body::empty())
        .map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    if !response.status().is_success() {
        return Err(format!("the address answered {}", response.status().as_u16()));
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
    let bytes = axum::body::to_bytes(Body::new(response.into_body()), LARGEST).await.map_err(|e| e.to_string())?;
    driver.abort();
    Ok(Fetched { content_type, bytes })
}
