//! Many accounts behind one address: each client of an agency has accounts of its own, and a copy of the platforms here
//! has one page. Which copy a request is for, its access token says, as with the real vendors.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use aos_kernel::Clock;
use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;

use crate::{
    faults::Faults,
    log::RequestLog,
    server::{self, Server},
    vendors::{Ground, Vendors},
};

/// Copies of LinkedIn and Meta, in memory only. Dropping it stops them.
pub struct Crowd {
    origin: String,
    copies: Arc<Copies>,
    _server: Server,
}

struct Copies {
    all: Vec<(Vendors, Router)>,
    /// Which copy gave a token out.
    tokens: RwLock<HashMap<String, usize>>,
    /// Whose turn it is: who comes without a token, or with a new one, comes to this copy.
    turn: AtomicUsize,
}

impl Crowd {
    /// # Errors
    /// No port is free.
    pub async fn start(clock: Arc<dyn Clock>, copies: usize) -> io::Result<Self> {
        let (listener, origin) = server::bind(0).await?;
        let copy = || {
            let ground = Ground {
                clock: clock.clone(),
                origin: origin.clone(),
                folder: None,
                faults: Faults::default(),
                log: RequestLog::default(),
            };
            Vendors::open(ground).map(|vendors| (vendors.clone(), vendors.posting_router()))
        };
        let all = (0..copies).map(|_| copy()).collect::<io::Result<Vec<_>>>()?;
        let copies = Arc::new(Copies { all, tokens: RwLock::default(), turn: AtomicUsize::new(0) });
        let answering = copies.clone();
        let router = Router::new().fallback(move |request: Request| {
            let copies = answering.clone();
            async move { copies.answer(request).await }
        });
        Ok(Self { origin, copies, _server: Server::run(listener, router) })
    }

    /// The root that the clients are pointed at.
    pub fn url(&self) -> String {
        format!("{}/", self.origin)
    }
    /// From now on, who comes without a token comes to this copy.
    pub fn turn_to(&self, copy: usize) {
        self.copies.turn.store(copy, Ordering::SeqCst);
    }
    pub fn copies(&self) -> impl Iterator<Item = &Vendors> {
        self.copies.all.iter().map(|(vendors, _)| vendors)
    }
}

impl Copies {
    async fn answer(&self, request: Request) -> Response {
        let token = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let copy = match token {
            Some(token) => self.copy_of(token),
            None => self.turn.load(Ordering::SeqCst),
        };
        match self.all.get(copy) {
            Some((_, router)) => router.clone().oneshot(request).await.unwrap_or_else(|never| match never {}),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn copy_of(&self, token: &str) -> usize {
        if let Some(copy) = self.tokens.read().unwrap_or_else(PoisonError::into_inner).get(token) {
            return *copy;
        }
        let turn = self.turn.load(Ordering::SeqCst);
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner).entry(token.to_owned()).or_insert(turn)
    }
}
