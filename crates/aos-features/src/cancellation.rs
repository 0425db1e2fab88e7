//! A person's wish to stop something that runs, in whichever process it runs.
//!
//! The wish is a flag in a row, so that it is not lost; a signal only says that it is worth a look.

use std::future::Future;

use aos_kernel::Result;
use aos_storage::Db;
use tokio::{sync::broadcast::error::RecvError, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Watches until it is dropped.
pub(crate) struct Watch(JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Cancels `token` as soon as `asked` says so; looks at the start and at every signal of `topic`.
pub(crate) fn watch<F, Fut>(db: &Db, topic: &'static str, token: CancellationToken, asked: F) -> Watch
where
    F: Fn(Db) -> Fut + Send + 'static,
    Fut: Future<Output = Result<bool>> + Send,
{
    let db = db.clone();
    Watch(tokio::spawn(async move {
        let mut signals = db.subscribe();
        loop {
            if matches!(asked(db.clone()).await, Ok(true)) {
                token.cancel();
                return;
            }
            loop {
                match signals.recv().await {
                    Ok(signal) if signal.topic == topic => break,
                    // Some were missed: look, to be sure.
                    Err(RecvError::Lagged(_)) => break,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        }
    }))
}
