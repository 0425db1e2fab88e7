//! The jobs that run now in this process.

use std::collections::HashMap;

use aos_kernel::{Error, JobId};
use futures::FutureExt;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{Claimed, Finished};

pub struct Crew {
    /// By job and attempt: a job that was lost and claimed again runs twice for a while.
    running: HashMap<(JobId, i64), CancellationToken>,
    tasks: JoinSet<()>,
    results: mpsc::UnboundedReceiver<Finished>,
    sender: mpsc::UnboundedSender<Finished>,
}

impl Crew {
    pub fn new() -> Self {
        let (sender, results) = mpsc::unbounded_channel();
        Self { running: HashMap::new(), tasks: JoinSet::new(), results, sender }
    }
    pub fn len(&self) -> usize {
        self.running.len()
    }
    pub fn ids(&self) -> Vec<JobId> {
        self.running.keys().map(|(id, _)| *id).collect()
    }

    pub fn start(&mut self, claimed: Claimed) {
        self.running.insert((claimed.job.id, claimed.job.attempts), claimed.cx.cancel.clone());
        let sender = self.sender.clone();
        let _: AbortHandle = self.tasks.spawn(async move {
            let job = claimed.job.clone();
            // A handler that panics must not take the worker with it; its job fails like any other.
            let finished = std::panic::AssertUnwindSafe(claimed.run()).catch_unwind().await.unwrap_or_else(|_| {
                let error = Error::internal(format!("the handler of {} panicked", job.kind));
                Finished::Failed(job, error)
            });
            // Nobody listens only when the worker is gone, and then the lease runs out.
            let _ = sender.send(finished);
        });
    }

    /// The next that finishes; never, when nothing runs.
    pub async fn next(&mut self) -> Finished {
        match self.results.recv().await {
            Some(finished) => self.ended(finished),
            None => std::future::pending().await,
        }
    }
    /// Those that have finished by now.
    pub fn poll(&mut self) -> Vec<Finished> {
        let mut all = Vec::new();
        while let Ok(finished) = self.results.try_recv() {
            all.push(self.ended(finished));
        }
        while self.tasks.try_join_next().is_some() {}
        all
    }
    fn ended(&mut self, finished: Finished) -> Finished {
        let job = finished.job();
        self.running.remove(&(job.id, job.attempts));
        finished
    }

    /// Asks a job to stop.
    pub fn cancel(&self, id: JobId) {
        for (_, cancel) in self.running.iter().filter(|((running, _), _)| *running == id) {
            cancel.cancel();
        }
    }
    /// Stops all that still runs; answers what did.
    pub async fn stop(mut self) -> Vec<JobId> {
        for cancel in self.running.values() {
            cancel.cancel();
        }
        self.tasks.shutdown().await;
        self.running.into_keys().map(|(id, _)| id).collect()
    }
}
