//! The slices put together: what plugs into what, and who reacts to which event.
//!
//! This is the only place that sees all slices. It holds no rule of its own.

use std::{collections::BTreeSet, sync::Arc};

use aos_capabilities::{
    PlatformRegistry,
    crawl::{CrawlLimits, SiteCrawler},
    documents::DocumentReader,
    images::ImageFitter,
    mail::{MailServer, Mailer},
    model::ModelGateway,
    sign_in::SignInProvider,
};
use aos_kernel::{ActivityId, Actor, Error, ImprovementId, PipelineId, Result, Secret, TenantScope, UserId};
use aos_storage::{Credentials, Db, Objects, Tx};
use aos_workflow::{
    CatchUp, Done, Event, Job, JobHandler, NewSchedule, Outbox, QueueLimit, Registry, RunContext, put_schedule,
};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    activities::{self, Origin, StartPipeline},
    agents::Agents,
    channels::{self, Connections},
    content::{self, MediaLibrary, MediaSource},
    notices::{
        self,
        mail::{DecisionLinks, Post, PublicUrl},
    },
    onboarding, people,
    reactions::{On, Reaction},
    steps::{AgentRunner, StepRegistry},
    strategy, website,
};

/// The outside, as capabilities.
pub struct Outside {
    pub credentials: Credentials,
    pub objects: Objects,
    pub platforms: PlatformRegistry,
    pub crawler: Arc<dyn SiteCrawler>,
    pub crawl_limits: CrawlLimits,
    pub gateway: Arc<dyn ModelGateway>,
    /// How people sign in with an account elsewhere.
    pub sign_in: Arc<dyn SignInProvider>,
    pub documents: Arc<dyn DocumentReader>,
    /// Makes pictures what platforms take.
    pub images: Arc<dyn ImageFitter>,
    /// The program that shows pages as readers see them, for System health.
    pub browser: Option<String>,
    pub mailer: Arc<dyn Mailer>,
    /// The mail server that the settings file names; it counts before the one that an administrator enters.
    pub mail_server: Option<MailServer>,
    /// Jobs of one tenant in one queue that may be under way at once, over all processes.
    pub jobs_per_tenant: u32,
}

/// The product. Cheap to clone.
#[derive(Clone)]
pub struct Product {
    pub db: Db,
    pub steps: Arc<StepRegistry>,
    pub jobs: Arc<Registry>,
    pub connections: Connections,
    pub credentials: Credentials,
    pub objects: Objects,
    pub gateway: Arc<dyn ModelGateway>,
    pub sign_in: Arc<dyn SignInProvider>,
    pub documents: Arc<dyn DocumentReader>,
    pub library: MediaLibrary,
    pub post: Post,
    /// The browser that crawls and pictures use; none: they do without.
    pub browser: Option<String>,
}

impl Product {
    /// Puts the slices together and keeps what comes with the program: templates, skills, schedules.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn assemble(db: Db, outside: Outside) -> Result<Self> {
        let agents = Arc::new(Agents::start(db.clone(), outside.gateway.clone()).await?);
        let connections = Connections::new(outside.platforms, outside.credentials.clone());
        let public_url = PublicUrl::default();
        let reached = public_url.clone();
        let library = MediaLibrary::new(
            db.clone(),
            outside.objects.clone(),
            outside.images,
            outside.credentials.agency_key(&db, content::library::KEY).await?,
            Arc::new(move || reached.get()),
        );
        let media: Arc<dyn MediaSource> = Arc::new(library.clone());
        let publishing = Arc::new(content::PublishStep::new(connections.clone(), media.clone()));
        let asked: Arc<dyn AgentRunner> = agents.clone();
        let platforms = connections.platforms().clone();

        let steps = StepRegistry::default()
            .with_step(Arc::new(website::CrawlStep::new(
                outside.crawler,
                outside.objects.clone(),
                outside.crawl_limits,
            )))
            .with_step(Arc::new(onboarding::WriteContext::new(agents.clone())))
            .with_step(Arc::new(strategy::DraftStep::new(agents)))
            .with_step(publishing.clone())
            .with_step(Arc::new(content::PublishPost::new(connections.clone(), media.clone())))
            .with_step(Arc::new(content::SendCampaign::new(connections.clone())))
            .with_step(Arc::new(content::SendOutreach::new(Arc::new(content::NoOutreachMail))))
            .with_step(Arc::new(content::Confirm))
            .with_approvable(Arc::new(strategy::StrategyApproval))
            .with_approvable(Arc::new(content::RequestApproval))
            .with_approvable(Arc::new(content::ItemApproval::new(platforms)));
        let content_steps = content::Propose::all(&asked, &connections).into_iter().chain(content::Write::all(
            &asked,
            &connections,
            &media,
        ));
        let steps = Arc::new(content_steps.fold(steps, StepRegistry::with_step));

        let jobs = Registry::new()
            .with_usual_limit(QueueLimit { per_tenant: Some(outside.jobs_per_tenant), ..QueueLimit::default() })
            .with_handler(Arc::new(activities::RunActivity::new(steps.clone())))
            .with_handler(Arc::new(content::WatchPublication::new(connections.clone())))
            .with_handler(Arc::new(content::MoveOnSite::new(publishing)))
            .with_handler(Arc::new(StartPipelines { steps: steps.clone() }))
            .with_handler(Arc::new(On(activities::FollowPolicy::new(steps.clone()))))
            .with_handler(Arc::new(On(StartSetUp)))
            .with_handler(Arc::new(On(CloseImprovement)))
            .with_handler(Arc::new(Prune))
            .on_event("tenants.registered", START)
            .on_event("website.crawl_requested", START)
            .on_event("onboarding.ready", START)
            .on_event("strategy.month_opened", START)
            .on_event("channels.improvement_proposed", START)
            .on_event("activities.pipeline_completed", CLOSE_IMPROVEMENT)
            .on_event("activities.pipeline_cancelled", CLOSE_IMPROVEMENT)
            .on_event("tenants.settings_changed", activities::FollowPolicy::KIND)
            .on_event("website.crawled", SET_UP);
        let post = Post::new(
            outside.mailer,
            outside.mail_server,
            outside.credentials.clone(),
            public_url,
            Arc::new(MailedDecisions),
        );
        let jobs = channels::register(people::register(jobs), &connections);
        let jobs = notices::register(activities::stalled::register(strategy::register(jobs)), &post);
        let jobs = Arc::new(jobs);
        db.set_outbox(Arc::new(Outbox::new(jobs.clone())));

        let mut tx = db.begin(Actor::system("product")).await?;
        activities::seed_templates(&mut tx).await?;
        strategy::put_schedules(&mut tx).await?;
        people::put_schedules(&mut tx).await?;
        channels::put_schedules(&mut tx).await?;
        activities::stalled::put_schedules(&mut tx).await?;
        notices::put_schedules(&mut tx).await?;
        put_schedule(&mut tx, Prune::nightly()).await?;
        tx.commit().await?;
        Ok(Self {
            db,
            steps,
            jobs,
            connections,
            credentials: outside.credentials,
            objects: outside.objects,
            gateway: outside.gateway,
            sign_in: outside.sign_in,
            documents: outside.documents,
            library,
            post,
            browser: outside.browser,
        })
    }
}

const START: &str = "activities.start";
const SET_UP: &str = "onboarding.start_set_up";
const CLOSE_IMPROVEMENT: &str = "channels.close_improvement";

/// Starts the pipelines that an event asks for. Harmless when repeated: a pipeline's key is unique in its tenant.
struct StartPipelines {
    steps: Arc<StepRegistry>,
}

/// What the event that opens a client's month carries below `work`, once for each deliverable.
#[derive(Deserialize)]
struct OpenedPeriod {
    /// None for what is made outside and only counted here.
    template_key: Option<String>,
    period_id: aos_kernel::PeriodId,
    quantity: i64,
    name: String,
    month: String,
}

/// What other events carry below `pipeline`.
#[derive(Deserialize)]
struct Asked {
    template_key: String,
    name: String,
    key: String,
    origin: Origin,
    input: Value,
}

impl From<OpenedPeriod> for Asked {
    fn from(opened: OpenedPeriod) -> Self {
        Self {
            template_key: opened.template_key.unwrap_or_default(),
            name: opened.name,
            key: format!("period:{}", opened.period_id),
            origin: Origin::Period { period: opened.period_id },
            input: json!({ "quantity": opened.quantity, "period_id": opened.period_id, "month": opened.month }),
        }
    }
}

fn asked_for(event: &Event) -> Result<Vec<StartPipeline>> {
    let unread = || Error::internal(format!("{} does not say which pipeline: {}", event.kind, event.data));
    let part = |key: &str| event.data.get(key).ok_or_else(unread);
    let asked = match event.kind.as_str() {
        "tenants.registered" => vec![Asked {
            template_key: "website_audit".to_owned(),
            name: "Read the website".to_owned(),
            key: "crawl:first".to_owned(),
            origin: Origin::SetUp,
            input: json!({}),
        }],
        "strategy.month_opened" => {
            let work = Vec::<OpenedPeriod>::deserialize(part("work")?).map_err(|_| unread())?;
            work.into_iter().map(Asked::from).collect()
        }
        _ => vec![Asked::deserialize(part("pipeline")?).map_err(|_| unread())?],
    };
    let start = |Asked { template_key, name, key, origin, input }| StartPipeline {
        template_key,
        name,
        origin,
        input,
        key,
        enter_at: None,
        subjects: Vec::new(),
    };
    Ok(asked.into_iter().map(start).collect())
}

#[async_trait::async_trait]
impl JobHandler for StartPipelines {
    fn kind(&self) -> &'static str {
        START
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }
    /// All at once: on the first of a month there are thousands.
    async fn commit(&self, tx: &mut Tx, done: &[Done]) -> Result<()> {
        let known: BTreeSet<String> = activities::templates(tx).await?.into_iter().map(|t| t.template.key).collect();
        let mut starts = Vec::new();
        for Done { job, .. } in done {
            let scope = TenantScope::granted(job.tenant()?);
            // A deliverable that is counted but made outside has no template, and so nothing to start.
            let asked = asked_for(&Event::of(job)?)?.into_iter().filter(|start| known.contains(&start.template_key));
            starts.extend(asked.map(|start| (scope, start)));
        }
        activities::commands::start_pipelines(tx, &self.steps, starts).await?;
        Ok(())
    }
}

/// When a crawl has ended: goes on with the set-up chain if somebody launched it meanwhile.
struct StartSetUp;

#[async_trait::async_trait]
impl Reaction for StartSetUp {
    fn kind(&self) -> &'static str {
        SET_UP
    }
    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()> {
        let tenant = event.tenant.ok_or_else(|| Error::internal("a crawl without a tenant"))?;
        onboarding::commands::start_set_up_if_ready(tx, TenantScope::granted(tenant)).await?;
        Ok(())
    }
}

/// When the work on a channel's low dimension is over, done or not wanted: it can be proposed again.
struct CloseImprovement;

#[async_trait::async_trait]
impl Reaction for CloseImprovement {
    fn kind(&self) -> &'static str {
        CLOSE_IMPROVEMENT
    }
    async fn react(&self, tx: &mut Tx, event: &Event) -> Result<()> {
        let ours = event.data.get("template").and_then(Value::as_str) == Some(channels::TEMPLATE);
        let Some(scope) = event.tenant.map(TenantScope::granted).filter(|_| ours) else { return Ok(()) };
        let input = activities::queries::pipeline_input(tx, scope, PipelineId::from_uuid(event.subject.id)).await?;
        let improvement = input.get("improvement").and_then(|id| ImprovementId::deserialize(id).ok());
        match improvement {
            Some(improvement) => channels::close_improvement(tx, scope, improvement).await,
            None => Ok(()),
        }
    }
}

/// Forgets, each night, the keys of jobs that were over long ago.
struct Prune;

impl Prune {
    const KIND: &str = "product.prune";
    /// Well after anything asks for the same job again: the longest are the looks at a scheduled post.
    const KEPT: TimeDelta = TimeDelta::days(90);

    fn nightly() -> NewSchedule {
        NewSchedule {
            tenant: None,
            name: Self::KIND.to_owned(),
            cron: "41 3 * * *".to_owned(),
            zone: "UTC".to_owned(),
            kind: Self::KIND.to_owned(),
            queue: "system".to_owned(),
            payload: json!({}),
            catch_up: CatchUp::Once,
            enabled: true,
        }
    }
}

#[async_trait::async_trait]
impl JobHandler for Prune {
    fn kind(&self) -> &'static str {
        Self::KIND
    }
    async fn run(&self, _job: &Job, _cx: &RunContext) -> Result<Value> {
        Ok(Value::Null)
    }
    async fn commit(&self, tx: &mut Tx, _done: &[Done]) -> Result<()> {
        let before = tx.now() - Self::KEPT;
        aos_workflow::prune(tx, before).await?;
        Ok(())
    }
}

/// Links in mails decide on approvals.
struct MailedDecisions;

#[async_trait::async_trait]
impl DecisionLinks for MailedDecisions {
    async fn issue(&self, tx: &mut Tx, scope: TenantScope, activity: Uuid, user: UserId) -> Result<Option<Secret>> {
        activities::links::issue(tx, scope, ActivityId::from_uuid(activity), user).await
    }
}
