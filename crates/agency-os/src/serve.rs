//! The roles of a serving process: web, worker, scheduler.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use aos_kernel::SystemClock;
use aos_sandbox::{Sandbox, SandboxConfig};
use aos_workflow::{Heartbeat, Scheduler, Worker, WorkerOptions};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::{assemble::App, config::Config};

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Role {
    Web,
    Worker,
    Scheduler,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Web, Self::Worker, Self::Scheduler];
    fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Worker => "worker",
            Self::Scheduler => "scheduler",
        }
    }
}

/// A process that serves, until it is stopped.
pub struct Serving {
    /// Where the web faces listen, if they do.
    pub address: Option<SocketAddr>,
    tasks: JoinSet<()>,
    cancel: CancellationToken,
}

impl Serving {
    /// Starts the roles. Returns as soon as the first request can be answered.
    pub async fn start(app: &App, roles: &[Role]) -> Result<Self> {
        let roles: BTreeSet<Role> = roles.iter().copied().collect();
        if roles.is_empty() {
            bail!("a process needs at least one role: web, worker, scheduler");
        }
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        // Tells processes apart on System health, also several on one machine.
        let owner = format!("{}-{}", std::process::id(), Uuid::now_v7().simple());
        let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
        let mut heartbeat = Heartbeat::new(app.product.db.clone(), &owner, words.join(","));
        heartbeat.beat().await.map_err(crate::assemble::plain)?;
        tasks.spawn(heartbeat.run(cancel.clone()));
        let mut address = None;
        if roles.contains(&Role::Web) {
            let wanted = SocketAddr::new(app.config.server.host, app.config.server.port);
            let listener = TcpListener::bind(wanted).await.with_context(|| format!("listening on {wanted}"))?;
            let bound = listener.local_addr()?;
            address = Some(bound);
            app.product.post.public_url().set(app.config.public_url(bound.port())?);
            let settings = aos_web::WebSettings {
                signing_key: app.signing_key,
                public_url: app.config.public_url(bound.port())?,
                trusted_proxies: app.config.server.trusted_proxies.clone(),
            };
            let (product, stop) = (app.product.clone(), cancel.clone());
            tasks.spawn(async move {
                if let Err(error) = aos_web::serve(listener, product, settings, stop).await {
                    tracing::error!(%error, "the web server stopped");
                }
            });
        }
        if roles.contains(&Role::Worker) {
            let settings = &app.config.worker;
            let options = WorkerOptions::new(&owner)
                .concurrency(settings.concurrency)
                .lease(Duration::from_secs(settings.lease_seconds));
            let worker = Worker::new(app.product.db.clone(), Arc::clone(&app.product.jobs), options);
            let stop = cancel.clone();
            tasks.spawn(async move { worker.run(stop).await });
        }
        if roles.contains(&Role::Scheduler) {
            let scheduler = Scheduler::new(app.product.db.clone(), &owner);
            let stop = cancel.clone();
            tasks.spawn(async move { scheduler.run(stop).await });
        }
        Ok(Self { address, tasks, cancel })
    }

    /// Lets what is under way finish and gives back the rest.
    pub async fn stop(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Starts the simulated vendors, keeps their state beside the installation's, and has the clients speak to them.
pub async fn simulate_vendors(config: &mut Config, port: u16) -> Result<Sandbox> {
    let sandbox = Sandbox::start(SandboxConfig {
        clock: Arc::new(SystemClock),
        folder: Some(config.data.folder.join("sandbox")),
        vendors_port: port,
        ..SandboxConfig::default()
    });
    let sandbox = sandbox.await.with_context(|| format!("simulating the vendors on port {port}"))?;
    let root = Url::parse(&sandbox.vendors().url())?;
    let authority =
        format!("{}:{}", root.host_str().unwrap_or_default(), root.port_or_known_default().unwrap_or_default());
    config.outbound.allow_hosts.push(authority);
    config.simulated_vendors = Some(root);
    Ok(sandbox)
}

/// Waits for Ctrl-C or a polite request to end.
pub async fn until_stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a way to hear signals, the process serves until it is killed; jobs survive that.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
