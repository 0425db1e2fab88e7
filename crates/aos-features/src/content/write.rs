//! The step that writes an article, and rewrites it when it was sent back.

use std::sync::Arc;

use aos_capabilities::{
    drafts::ArticleDraft,
    model::{Purpose, Task},
};
use aos_kernel::{Actor, ContentItemId, Error, NewEvent, Result, Subject};
use aos_storage::{Signal, Tx};
use serde_json::{Value, json};

use super::{
    CONTENT_ITEM, commands, comments,
    model::{ArticleText, ContentItem, ItemState},
    store::{self, VersionRow},
};
use crate::steps::{Accepted, AgentAnswer, AgentRunner, AgentTask, StepContext, StepHandler, Work};

const ROLE: &str = "copywriter";

/// Asks the copywriter for the article of the activity's content item.
pub struct WriteArticle {
    agents: Arc<dyn AgentRunner>,
}

impl WriteArticle {
    pub fn new(agents: Arc<dyn AgentRunner>) -> Self {
        Self { agents }
    }
}

/// The content item that an activity is for.
pub(super) fn unit(work: &Work) -> Result<ContentItemId> {
    let unit = work.activity.unit.as_ref().filter(|unit| unit.kind == CONTENT_ITEM);
    unit.map(|unit| ContentItemId::from_uuid(unit.id))
        .ok_or_else(|| Error::internal("a content step without a content item"))
}

#[async_trait::async_trait]
impl StepHandler for WriteArticle {
    fn kind(&self) -> &'static str {
        super::WRITE_ARTICLE
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let id = unit(work)?;
        let mut conn = cx.db.read().await?;
        let item = store::item(&mut conn, work.scope, id).await?.ok_or_else(|| Error::not_found("content item"))?;
        let request =
            store::request(&mut conn, work.scope, item.request_id).await?.ok_or_else(|| Error::not_found("request"))?;
        let previous = store::version(&mut conn, work.scope, id, item.current_version).await?;
        let remarks = comments::open_notes(&mut conn, work.scope, id).await?;
        drop(conn);
        begin_writing(cx, work, &item).await?;
        let notes = work
            .rework
            .as_ref()
            .map(|rework| rework.items.iter().map(|item| item.notes.as_str()))
            // What reviewers said about single words goes along, as long as nobody resolved it.
            .map(|notes| notes.chain(remarks.iter().map(String::as_str)).collect::<Vec<_>>().join("\n"));
        let task = Task {
            count: 1,
            topic: Some(request.topic()),
            previous: notes.as_ref().and_then(|_| previous.map(|version| json!(version.text))),
            notes,
            ..Task::default()
        };
        let task = AgentTask {
            scope: work.scope,
            activity: work.activity.id,
            attempt: work.activity.attempt,
            role: ROLE.into(),
            purpose: Purpose::Article,
            task,
        };
        let answer = self.agents.run(task, &cx.cancel).await?;
        serde_json::to_value(answer).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let id = unit(work)?;
        let answer: AgentAnswer = serde_json::from_value(result).map_err(Error::internal)?;
        let draft: ArticleDraft = serde_json::from_value(answer.output).map_err(Error::internal)?;
        let (sources, gaps) = (draft.sources.clone(), draft.gaps.clone());
        let text = ArticleText::from(draft).cleaned().map_err(|error| {
            Error::outside("model_malformed", format!("The article can't be used: {}", error.message()))
        })?;
        let item = commands::item(tx, work.scope, id).await?;
        let version = item.current_version + 1;
        let author = Actor::agent(ROLE, Some(answer.run));
        let notes = work.rework.as_ref().and_then(|rework| rework.items.first()).map(|item| item.notes.clone());
        let note = notes.map(|notes| format!("Rewritten after: {notes}"));
        let row = VersionRow {
            item: id,
            version,
            text: &text,
            sources: &sources,
            gaps: &gaps,
            offline: answer.offline,
            author: &author,
            note: note.as_deref(),
            state: ItemState::Review,
        };
        store::insert_version(tx, work.scope, row).await?;
        let subject = Subject::new(CONTENT_ITEM, id);
        let output =
            json!({ "version": version, "words": text.word_count(), "offline": answer.offline, "run": answer.run });
        tx.emit_by(
            author,
            NewEvent::new(work.scope.tenant(), "content.item_written", subject.clone()).with(output.clone()),
        );
        tx.signal(Signal::new("tenant", work.scope.tenant()));
        Ok(Accepted { output, subjects: vec![subject] })
    }
}

/// Shows on every page that somebody is at it.
async fn begin_writing(cx: &StepContext, work: &Work, item: &ContentItem) -> Result<()> {
    if item.state == ItemState::Writing {
        return Ok(());
    }
    let mut tx = cx.db.begin(Actor::agent(ROLE, None)).await?;
    store::set_item_state(&mut tx, work.scope, item.id, ItemState::Writing, None).await?;
    tx.emit(NewEvent::new(work.scope.tenant(), "content.writing_started", Subject::new(CONTENT_ITEM, item.id)));
    tx.signal(Signal::new("tenant", work.scope.tenant()));
    tx.commit().await
}
