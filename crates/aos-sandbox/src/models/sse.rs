//! Server-sent events, written piece by piece so that a client meets more than one read.

use std::convert::Infallible;

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;
use serde_json::Value;

/// Collects events.
#[derive(Default)]
pub(super) struct Events(Vec<String>);

impl Events {
    /// `data: …` alone.
    pub(super) fn data(&mut self, data: &Value) {
        self.0.push(format!("data: {data}\n\n"));
    }
    /// `event: …` and `data: …`; the event's name is its `type`.
    pub(super) fn typed(&mut self, data: &Value) {
        let name = data["type"].as_str().unwrap_or("message");
        self.0.push(format!("event: {name}\ndata: {data}\n\n"));
    }
    /// A line as it stands.
    pub(super) fn raw(&mut self, line: &str) {
        self.0.push(format!("{line}\n\n"));
    }
    pub(super) fn respond(self) -> Response {
        let body = Body::from_stream(stream::iter(self.0.into_iter().map(Ok::<_, Infallible>)));
        ([(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")], body).into_response()
    }
}
