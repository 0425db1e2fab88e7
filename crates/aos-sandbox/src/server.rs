//! A listener on loopback that can stop gracefully and can hang up without an answer.
//!
//! The accept loop is our own because `axum::serve` always answers: a client must also meet a connection that closes
//! before a single byte came back.

use std::{io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tower::ServiceExt;

/// How long answers under way may take once the server was told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Marks a response that must not be sent: the connection is closed instead.
#[derive(Clone, Copy)]
pub(crate) struct HangUp;

/// A running listener; ends when it is dropped.
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Opens 127.0.0.1 at the port (0: any) and says the origin, without a slash at its end.
pub(crate) async fn bind(port: u16) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    Ok((listener, origin))
}

impl Server {
    pub(crate) fn run(listener: TcpListener, router: Router) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(accept(listener, router, stopped)) }
    }

    pub(crate) async fn stop(self) {
        let Self { stop, task } = self;
        // Nobody listens any more when the task has ended by itself: then there is nothing to stop.
        let _ = stop.send(true);
        let _ = task.await;
    }
}

async fn accept(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                // An error here is one failed connection (reset, out of descriptors), never the end of the listener.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, router.clone(), stopped.clone()));
                }
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
}

async fn connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let serving = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        _ = stopped.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        // Hanging up on purpose ends here too.
        tracing::debug!(%error, "a sandbox connection ended early");
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let response = match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.extensions().get::<HangUp>().is_some() {
        return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the sandbox hangs up on purpose"));
    }
    Ok(response)
}
