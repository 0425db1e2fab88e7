//! What travels upwards: reactions of a slice to events of slices that do not know it.

use aos_kernel::Result;
use aos_storage::Tx;
use aos_workflow::{Done, Event, Job, JobHandler, RunContext};
use serde_json::Value;

/// Something that a slice does when it hears of an event, in a transaction of its own after the event's commit.
#[async_trait::async_trait]
pub trait Reaction: Send + Sync + 'static {
    /// `<slice>.<verb>`.
    fn kind(&self) -> &'static str;
    /// At least once for each event: what it does must be harmless when repeated.
    ///
    /// # Errors
    /// Tried again by the error's kind.
    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()>;
}

/// A reaction as the engine runs it.
pub struct On<R>(pub R);

#[async_trait::async_trait]
impl<R: Reaction> JobHandler for On<R> {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        for Done { job, .. } in done {
            self.0.react(tx, &Event::of(job)?).await?;
        }
        Ok(())
    }
}
