//! The steps that write what a brief asks for, of any kind, and write it again when it was sent back.

use std::sync::Arc;

use aos_capabilities::{
    campaign::Audience,
    drafts::{AdCopyDraft, ArticleDraft, Gap, NewsletterDraft, OutreachDraft, SocialDraft},
    model::{Purpose, Task, TaskAudience, TaskChannel},
};
use aos_kernel::{Actor, ContentItemId, Error, NewEvent, Result, Subject, TenantScope};
use aos_storage::{Signal, Tx};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    CONTENT_ITEM, MediaSource, commands, comments,
    model::{
        AdCopyText, AdNetwork, ArticleText, AudienceRef, CampaignText, ContentItem, ItemKind, ItemState, ItemText,
        OutreachText, PostText, Request,
    },
    reach::{self, Strictness},
    store::{self, VersionRow},
};
use crate::{
    activities::Assignee,
    channels::Connections,
    steps::{Accepted, AgentAnswer, AgentRunner, AgentTask, StepContext, StepHandler, Work},
};

/// Asks an agent for the text of the activity's content item.
pub struct Write {
    kind: ItemKind,
    agents: Arc<dyn AgentRunner>,
    connections: Connections,
    media: Arc<dyn MediaSource>,
}

/// What came of the run.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    answer: AgentAnswer,
    /// Of a newsletter: whom it goes to, where that is clear.
    #[serde(default)]
    audience: Option<Audience>,
    /// What the product itself found missing or broken.
    #[serde(default)]
    gaps: Vec<Gap>,
}

/// A draft as a text, with where its facts stand and what it could not say.
struct Draft {
    text: ItemText,
    sources: Vec<String>,
    gaps: Vec<Gap>,
}

/// The agent role that an activity is for, as its template says.
pub(super) fn role_of(work: &Work) -> String {
    match &work.activity.assignee {
        Assignee::Agent(role) => role.clone(),
        Assignee::Human(_) | Assignee::System => "copywriter".to_owned(),
    }
}

/// The content item that an activity is for.
pub(super) fn unit(work: &Work) -> Result<ContentItemId> {
    let unit = work.activity.unit.as_ref().filter(|unit| unit.kind == CONTENT_ITEM);
    unit.map(|unit| ContentItemId::from_uuid(unit.id))
        .ok_or_else(|| Error::internal("a content step without a content item"))
}

impl Write {
    /// The steps of all kinds.
    pub fn all(
        agents: &Arc<dyn AgentRunner>,
        connections: &Connections,
        media: &Arc<dyn MediaSource>,
    ) -> Vec<Arc<dyn StepHandler>> {
        let step = |kind: &ItemKind| {
            let (agents, connections, media) = (agents.clone(), connections.clone(), media.clone());
            Arc::new(Self { kind: *kind, agents, connections, media }) as Arc<dyn StepHandler>
        };
        ItemKind::ALL.iter().map(step).collect()
    }

    const fn purpose(&self) -> Purpose {
        match self.kind {
            ItemKind::BlogPost => Purpose::Article,
            ItemKind::SocialPost => Purpose::SocialPost,
            ItemKind::EmailCampaign => Purpose::Newsletter,
            ItemKind::AdCopySet => Purpose::AdCopy,
            ItemKind::OutreachEmail => Purpose::Outreach,
        }
    }

    /// What the writer has to know of where it will stand.
    async fn place(
        &self,
        cx: &StepContext,
        scope: TenantScope,
        item: &ContentItem,
        request: &Request,
        task: &mut Task,
    ) -> Result<Option<Audience>> {
        let platforms = self.connections.platforms();
        let channel = reach::channel_of(&mut cx.db.read().await?, platforms, scope, item).await?;
        let Some((channel, _)) = channel else { return Ok(None) };
        match self.kind {
            ItemKind::SocialPost => {
                let name = reach::name_of(platforms, &channel);
                let rules = reach::post_rules(platforms, &channel);
                task.channels.extend(
                    rules.map(|rules| TaskChannel::new(channel.id.to_string(), &channel.platform, name, rules)),
                );
                Ok(None)
            }
            ItemKind::EmailCampaign => {
                let account = self.connections.account(&cx.db, scope, channel.id).await?;
                let platform = platforms.get(&channel.platform).and_then(|platform| platform.campaigns());
                let campaigns = platform.ok_or_else(|| Error::internal("a mail channel without campaigns"))?;
                let audiences = campaigns.audiences(&account).await?;
                // The one that was asked for; or the only one. Which of several is for a person to say.
                let chosen = match &request.details.list {
                    Some(list) => audiences.into_iter().find(|audience| audience.id == *list),
                    None if audiences.len() == 1 => audiences.into_iter().next(),
                    None => None,
                };
                task.audiences.extend(chosen.iter().map(|audience| TaskAudience {
                    id: audience.id.clone(),
                    name: audience.name.clone(),
                    members: audience.members,
                }));
                Ok(chosen)
            }
            ItemKind::BlogPost | ItemKind::AdCopySet | ItemKind::OutreachEmail => Ok(None),
        }
    }

    /// Pictures that are not there are left out, and what one shows is taken from its keeper where the draft is silent.
    async fn settle_media(&self, scope: TenantScope, output: &mut Value) -> Result<Vec<Gap>> {
        let mut gaps = Vec::new();
        if self.kind != ItemKind::SocialPost {
            return Ok(gaps);
        }
        let mut draft: SocialDraft = read(output.clone())?;
        let mut kept = Vec::new();
        for mut choice in draft.media {
            match self.media.load(scope, &choice.media).await? {
                Some(media) => {
                    if choice.alt.trim().is_empty() {
                        choice.alt = media.alt;
                    }
                    kept.push(choice);
                }
                None => gaps.push(Gap {
                    what: format!("The draft names a picture that is not there: {}", choice.media),
                    ask: "Choose a picture, or approve the post without one.".to_owned(),
                }),
            }
        }
        draft.media = kept;
        *output = json!(draft);
        Ok(gaps)
    }

    async fn ask(&self, cx: &StepContext, work: &Work, task: Task) -> Result<AgentAnswer> {
        let task = AgentTask {
            scope: work.scope,
            activity: work.activity.id,
            attempt: work.activity.attempt,
            role: role_of(work),
            purpose: self.purpose(),
            task,
        };
        self.agents.run(task, &cx.cancel).await
    }

    fn draft(&self, output: Value, request: &Request, audience: Option<&Audience>) -> Result<Draft> {
        Ok(match self.kind {
            ItemKind::BlogPost => {
                let draft: ArticleDraft = read(output)?;
                let (sources, gaps) = (draft.sources.clone(), draft.gaps.clone());
                Draft { text: ArticleText::from(draft).into(), sources, gaps }
            }
            ItemKind::SocialPost => {
                let draft: SocialDraft = read(output)?;
                let (sources, gaps) = (draft.sources.clone(), draft.gaps.clone());
                Draft { text: PostText::from(draft).into(), sources, gaps }
            }
            ItemKind::EmailCampaign => {
                let draft: NewsletterDraft = read(output)?;
                let (sources, mut gaps) = (draft.sources.clone(), draft.gaps.clone());
                let mut text = CampaignText::from(draft);
                match audience {
                    Some(audience) => {
                        text.sender = audience.sender.clone();
                        text.audience = AudienceRef { id: audience.id.clone(), name: audience.name.clone() };
                    }
                    None => gaps.push(Gap {
                        what: "Nobody said whom this newsletter goes to.".to_owned(),
                        ask: "Choose the audience before you approve it.".to_owned(),
                    }),
                }
                Draft { text: text.into(), sources, gaps }
            }
            ItemKind::OutreachEmail => {
                let draft: OutreachDraft = read(output)?;
                let (sources, mut gaps) = (draft.sources.clone(), draft.gaps.clone());
                let details = request.details.clone();
                if details.contact_address.is_none() {
                    gaps.push(Gap {
                        what: "Nobody knows the address of a person at this site.".to_owned(),
                        ask: "Look for one there, or send the mail through the site's contact form.".to_owned(),
                    });
                }
                let text = OutreachText {
                    recipient_name: details.contact_name.unwrap_or_default(),
                    recipient_address: details.contact_address.unwrap_or_default(),
                    site: details.site.unwrap_or_default(),
                    ..OutreachText::from(draft)
                };
                Draft { text: text.into(), sources, gaps }
            }
            ItemKind::AdCopySet => {
                let mut draft: AdCopyDraft = read(output)?;
                let (sources, gaps) = (draft.sources.clone(), draft.gaps.clone());
                if let Some(page) = request.details.final_url.clone() {
                    // Where the click leads was approved with the brief.
                    draft.final_url = page;
                }
                let network = request.details.network.unwrap_or(AdNetwork::Google);
                Draft { text: AdCopyText::drafted(draft, network).into(), sources, gaps }
            }
        })
    }

    /// What the place where it is to stand would not take, in words for whoever writes.
    async fn broken(
        &self,
        cx: &StepContext,
        scope: TenantScope,
        item: &ContentItem,
        draft: Draft,
    ) -> Result<Vec<String>> {
        let text = match draft.text.cleaned() {
            Ok(text) => text,
            Err(error) => return Ok(vec![error.message().to_owned()]),
        };
        let platforms = self.connections.platforms();
        let mut conn = cx.db.read().await?;
        let found = reach::problems(&mut conn, platforms, scope, item, &text, Strictness::Edited).await?;
        Ok(found.into_iter().map(|(_, words)| words).collect())
    }
}

fn read<T: DeserializeOwned>(output: Value) -> Result<T> {
    serde_json::from_value(output).map_err(Error::internal)
}

/// The version that was sent back, in the shape of a draft.
fn previous(text: &ItemText) -> Value {
    match text {
        ItemText::Article(text) => json!(text),
        ItemText::Post(text) => json!(text),
        ItemText::Campaign(text) => json!(text),
        ItemText::Outreach(text) => json!(text),
        ItemText::AdCopy(text) => json!(text),
    }
}

#[async_trait::async_trait]
impl StepHandler for Write {
    fn kind(&self) -> &'static str {
        match self.kind {
            ItemKind::BlogPost => super::WRITE_ARTICLE,
            ItemKind::SocialPost => super::WRITE_POST,
            ItemKind::EmailCampaign => super::WRITE_NEWSLETTER,
            ItemKind::AdCopySet => super::WRITE_AD_COPY,
            ItemKind::OutreachEmail => super::WRITE_OUTREACH,
        }
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let id = unit(work)?;
        let mut conn = cx.db.read().await?;
        let item = store::item(&mut conn, work.scope, id).await?.ok_or_else(|| Error::not_found("content item"))?;
        let request =
            store::request(&mut conn, work.scope, item.request_id).await?.ok_or_else(|| Error::not_found("request"))?;
        let before = store::version(&mut conn, work.scope, id, item.current_version).await?;
        let remarks = comments::open_notes(&mut conn, work.scope, id).await?;
        drop(conn);
        begin_writing(cx, work, &item).await?;
        let notes = work
            .rework
            .as_ref()
            .map(|rework| rework.items.iter().map(|item| item.notes.as_str()))
            // What reviewers said about single words goes along, as long as nobody resolved it.
            .map(|notes| notes.chain(remarks.iter().map(String::as_str)).collect::<Vec<_>>().join("\n"))
            // Made again after it failed on its platform, whose words say why.
            .or_else(|| item.problem.clone().filter(|_| item.state == ItemState::Failed));
        let mut task = Task {
            count: 1,
            topic: (self.kind == ItemKind::BlogPost).then(|| request.topic()),
            brief: request.brief(),
            previous: notes.as_ref().and_then(|_| before.map(|version| previous(&version.text))),
            notes,
            ..Task::default()
        };
        let audience = self.place(cx, work.scope, &item, &request, &mut task).await?;
        let mut answer = self.ask(cx, work, task.clone()).await?;
        let mut gaps = self.settle_media(work.scope, &mut answer.output).await?;
        let broken =
            self.broken(cx, work.scope, &item, self.draft(answer.output.clone(), &request, audience.as_ref())?).await?;
        if !broken.is_empty() {
            // Once more, with what is wrong; what is still wrong then is for a person.
            let notes = task.notes.iter().map(String::as_str).chain(broken.iter().map(String::as_str));
            task.notes = Some(notes.collect::<Vec<_>>().join("\n"));
            task.previous = Some(answer.output.clone());
            answer = self.ask(cx, work, task).await?;
            gaps = self.settle_media(work.scope, &mut answer.output).await?;
        }
        let draft = self.draft(answer.output.clone(), &request, audience.as_ref())?;
        let still = self.broken(cx, work.scope, &item, draft).await?;
        gaps.extend(still.into_iter().map(|what| Gap { what, ask: "Edit it before it is approved.".to_owned() }));
        serde_json::to_value(Written { answer, audience, gaps }).map_err(Error::internal)
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        let id = unit(work)?;
        let Written { answer, audience, gaps: found } = serde_json::from_value(result).map_err(Error::internal)?;
        let item = commands::item(tx, work.scope, id).await?;
        let request = commands::request(tx, work.scope, item.request_id).await?;
        let Draft { text, sources, mut gaps } = self.draft(answer.output, &request, audience.as_ref())?;
        gaps.extend(found);
        let text = text.cleaned().map_err(|error| {
            let what = match self.kind {
                ItemKind::BlogPost => "The article",
                _ => "The draft",
            };
            Error::outside("model_malformed", format!("{what} can't be used: {}", error.message()))
        })?;
        let version = item.current_version + 1;
        let author = Actor::agent(role_of(work), Some(answer.run));
        let notes = work.rework.as_ref().and_then(|rework| rework.items.first()).map(|item| item.notes.clone());
        let note = notes.map(|notes| format!("Rewritten after: {notes}"));
        let row = VersionRow {
            item: id,
            version,
            title: &item.title,
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
        Ok(Accepted { output, subjects: vec![subject], ..Accepted::default() })
    }
}

/// Shows on every page that somebody is at it.
async fn begin_writing(cx: &StepContext, work: &Work, item: &ContentItem) -> Result<()> {
    if item.state == ItemState::Writing {
        return Ok(());
    }
    let mut tx = cx.db.begin(Actor::agent(role_of(work), None)).await?;
    store::set_item_state(&mut tx, work.scope, item.id, ItemState::Writing, None).await?;
    tx.emit(NewEvent::new(work.scope.tenant(), "content.writing_started", Subject::new(CONTENT_ITEM, item.id)));
    tx.signal(Signal::new("tenant", work.scope.tenant()));
    tx.commit().await
}
