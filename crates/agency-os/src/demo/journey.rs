//! The journey: register → crawl → set-up → strategy → month → briefs → posts → published.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use aos_capabilities::model::Dialect;
use aos_features::{
    activities::{self, ActivityState, Assignee, PipelineState, PipelineView},
    agents::{self, NewProvider},
    channels::Connect,
    content::{self, ItemState},
    onboarding, strategy,
    tenants::{self, NewTenant},
    website,
};
use aos_kernel::{AgencyScope, PageSize, Secret, TenantId, TenantScope};
use aos_storage::Db;
use tokio::sync::broadcast;
use url::Url;

use super::{
    people::Cast,
    places::Places,
    reviewer,
    screen::{Screen, Voice},
    social,
};
use crate::assemble::{App, plain};

/// How far the demonstration reviewer takes a client; what comes after it is left to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Registered and crawled: the onboarding is to be filled in.
    Website,
    /// The strategy waits.
    Strategy,
    /// The briefs of the month wait.
    Briefs,
    /// The posts of the month wait.
    Posts,
    Published,
}

impl Stage {
    /// Whether the reviewer approves this kind of thing on the way here.
    pub fn approves(self, kind: &str) -> bool {
        match kind {
            "strategy" => self > Self::Strategy,
            "request" => self > Self::Briefs,
            _ => self > Self::Posts,
        }
    }
}

/// Which client goes how far.
#[derive(Clone, Debug)]
pub struct Plan {
    pub client: String,
    pub zone: String,
    pub stage: Stage,
    /// The platforms on which the month's posts come out; none: the client's blog.
    pub social: Vec<String>,
    /// Stay until a person has decided everything that the reviewer leaves.
    pub waits: bool,
}

/// One client's way through the product.
pub struct Journey<'a> {
    app: &'a App,
    cast: &'a Cast,
    places: &'a Places,
    plan: &'a Plan,
    voice: Voice<'a>,
}

/// How the journey ended.
pub struct Ending {
    client: String,
    id: TenantId,
    deliverables: Vec<(String, i64, i64)>,
    goals: Vec<String>,
    published: Vec<(String, String)>,
    offline: bool,
    /// What keeps it from being complete, and what a person can do.
    missing: Vec<String>,
}

impl Ending {
    pub fn client_id(&self) -> TenantId {
        self.id
    }
    pub fn is_complete(&self) -> bool {
        !self.deliverables.is_empty() && self.deliverables.iter().all(|(_, done, target)| done >= target)
    }

    pub fn tell(&self, screen: &Screen, portal: Option<&Url>) {
        screen.line("");
        for (title, url) in &self.published {
            screen.line(&format!("  {title}\n    {url}"));
        }
        screen.line("");
        for (name, done, target) in &self.deliverables {
            screen.line(&format!("Deliverable  {name}: {done}/{target}"));
        }
        for goal in &self.goals {
            screen.line(&format!("Goal         {goal}"));
        }
        if self.offline {
            screen.line("Drafted without a model, from the client's own pages. Each post says so in the portal.");
        }
        for missing in &self.missing {
            screen.problem(missing);
        }
        if let Some(portal) = portal {
            screen.line(&format!("Open         {portal}portal/clients/{}", self.id));
        }
        let words = if self.is_complete() { "The journey is complete" } else { "The journey is not complete yet" };
        screen.line(&format!("\n{words}: {}", self.client));
    }
}

impl<'a> Journey<'a> {
    pub fn new(app: &'a App, cast: &'a Cast, places: &'a Places, plan: &'a Plan, voice: Voice<'a>) -> Self {
        Self { app, cast, places, plan, voice }
    }

    pub async fn travel(&self) -> Result<Ending> {
        let scope = self.register().await?;
        self.wait_for_crawl(scope).await?;
        if self.plan.stage == Stage::Website {
            return self.ending(scope).await;
        }
        if self.plan.social.is_empty() {
            self.connect_wordpress(scope).await?;
        } else {
            social::connect(self.app, self.cast, scope, &self.plan.social, &self.voice).await?;
        }
        self.onboard(scope).await?;
        self.work(scope).await?;
        self.ending(scope).await
    }

    fn db(&self) -> &Db {
        &self.app.product.db
    }

    /// Registers the client, unless an earlier demonstration in this folder did.
    async fn register(&self) -> Result<TenantScope> {
        let name = &self.plan.client;
        let mut tx = self.db().begin(self.cast.administrator.actor().clone()).await.map_err(plain)?;
        let agency = AgencyScope::all();
        let known =
            tenants::queries::tenants(&mut tx, &agency, &tenants::TenantFilter::default(), None, PageSize::DEFAULT)
                .await
                .map_err(plain)?;
        if let Some(tenant) = known.items.into_iter().find(|tenant| tenant.name == *name) {
            self.voice.begin(name, "is registered already: going on where it was");
            return Ok(TenantScope::granted(tenant.id));
        }
        let new = NewTenant {
            name: name.clone(),
            website: self.places.website.to_string(),
            zone: self.plan.zone.clone(),
            client_group_id: None,
            settings: tenants::Settings::default(),
        };
        let tenant = tenants::commands::register_tenant(&mut tx, &agency, new).await.map_err(plain)?;
        tx.commit().await.map_err(plain)?;
        self.voice.begin(name, "is registered; the crawl begins");
        Ok(TenantScope::granted(tenant.id))
    }

    async fn wait_for_crawl(&self, scope: TenantScope) -> Result<()> {
        let mut signals = self.db().subscribe();
        loop {
            let mut conn = self.db().read().await.map_err(plain)?;
            let crawl = website::queries::latest_crawl(&mut conn, scope).await.map_err(plain)?;
            drop(conn);
            if let Some(crawl) = crawl {
                let progress = &crawl.progress;
                let found = format!(
                    "{}, {}, {}",
                    counted(progress.pages, "page"),
                    counted(progress.images, "image"),
                    counted(progress.documents, "document")
                );
                if crawl.finished_at.is_some() {
                    self.voice.done(&format!("The website is read: {found}"));
                    for reason in &crawl.incomplete {
                        self.voice.problem(reason);
                    }
                    if let Some(note) = crawl.brand.as_ref().and_then(|brand| brand.note.clone()) {
                        self.voice.problem(&note);
                    }
                    return Ok(());
                }
                self.voice.count(&format!("Reading the website: {found}"));
            }
            self.stop_on_failure(scope).await?;
            news(&mut signals).await;
        }
    }

    async fn connect_wordpress(&self, scope: TenantScope) -> Result<()> {
        let input = Connect {
            platform: "wordpress".into(),
            site: self.places.wordpress.to_string(),
            login: self.places.user.clone(),
            password: self.places.password.clone(),
        };
        let actor = self.cast.administrator.actor().clone();
        let connections = &self.app.product.connections;
        connections.connect(self.db(), actor, scope, input).await.map_err(plain).context("connecting WordPress")?;
        self.voice.done("WordPress is connected");
        Ok(())
    }

    async fn onboard(&self, scope: TenantScope) -> Result<()> {
        let mut tx = self.db().begin(self.cast.administrator.actor().clone()).await.map_err(plain)?;
        let record = onboarding::queries::record(&mut tx, scope).await.map_err(plain)?;
        if record.launched_at.is_some() {
            return Ok(());
        }
        let seen = website::queries::latest_crawl(&mut tx, scope).await.map_err(plain)?.and_then(|crawl| crawl.brand);
        let brand = record.brand_or(seen.as_ref());
        use onboarding::model::StepInput;
        for step in [StepInput::Channels, StepInput::Brand { brand }] {
            onboarding::commands::save_step(&mut tx, scope, step).await.map_err(plain)?;
        }
        onboarding::commands::launch(&mut tx, scope).await.map_err(plain)?;
        tx.commit().await.map_err(plain)?;
        self.voice.done("Onboarding is launched: agents write the context file and the strategy");
        Ok(())
    }

    /// Lets the engine work until nothing is left to be done: decides, or waits for a person who does.
    async fn work(&self, scope: TenantScope) -> Result<()> {
        let mut signals = self.db().subscribe();
        let mut said = String::new();
        let mut milestones = Milestones::default();
        loop {
            self.tell_milestones(scope, &mut milestones).await?;
            let waiting = reviewer::approve_up_to(self.app, self.cast, scope, self.plan, &self.voice).await?;
            let state = self.state(scope).await?;
            if waiting > 0 && state.rests && !self.plan.waits {
                return Ok(());
            }
            if waiting > 0 && self.plan.waits {
                let words = match waiting {
                    1 => "A decision waits for you in the portal's Queue".to_owned(),
                    _ => format!("{waiting} decisions wait for you in the portal's Queue"),
                };
                if said != words {
                    self.voice.decided(&words);
                    said = words;
                }
            }
            if state.finished && waiting == 0 {
                return Ok(());
            }
            self.voice.count(&state.words);
            news(&mut signals).await;
        }
    }

    async fn tell_milestones(&self, scope: TenantScope, seen: &mut Milestones) -> Result<()> {
        let mut conn = self.db().read().await.map_err(plain)?;
        if !seen.context
            && let Some(context) = onboarding::queries::latest_context(&mut conn, scope).await.map_err(plain)?
        {
            seen.context = true;
            let gaps = counted(context.gaps.len(), "gap");
            self.voice.done(&format!("The context file is written ({gaps} named)"));
        }
        let counts = content::queries::counts(&mut conn, scope).await.map_err(plain)?;
        let published = counts.iter().find(|(state, _)| *state == ItemState::Published).map_or(0, |(_, n)| *n);
        if published > seen.published {
            seen.published = published;
            self.voice.done(&format!("{published} published"));
        }
        Ok(())
    }

    async fn pipelines(&self, scope: TenantScope) -> Result<Vec<PipelineView>> {
        let mut conn = self.db().read().await.map_err(plain)?;
        let page =
            activities::queries::pipelines(&mut conn, scope, None, None, PageSize::clamped(50)).await.map_err(plain)?;
        Ok(page.items)
    }

    /// Is there anything that goes on by itself or waits for a decision?
    async fn state(&self, scope: TenantScope) -> Result<State> {
        let pipelines = self.pipelines(scope).await?;
        let mut moving = 0;
        let mut failed = 0;
        let mut words = String::new();
        for view in &pipelines {
            for activity in view.activities.iter().filter(|_| view.pipeline.state == PipelineState::Running) {
                match activity.state {
                    // Decisions, and what a channel's score proposes to improve: a person's work and not the engine's.
                    _ if matches!(activity.assignee, Assignee::Human(_)) => {}
                    ActivityState::Failed => failed += 1,
                    ActivityState::Assigned | ActivityState::InProgress | ActivityState::Rejected => {
                        moving += 1;
                        if words.is_empty() {
                            words.clone_from(&activity.name);
                        }
                    }
                    _ => {}
                }
            }
        }
        let mut conn = self.db().read().await.map_err(plain)?;
        let pending = aos_workflow::open_jobs(&mut conn, scope).await.map_err(plain)?;
        let planned = !strategy::queries::deliverables(&mut conn, scope, false).await.map_err(plain)?.is_empty();
        let stuck = failed > 0 && moving == 0;
        let rests = pending == 0 && moving == 0;
        Ok(State {
            rests,
            finished: rests && (planned || stuck),
            words: if words.is_empty() { "Working".to_owned() } else { words },
        })
    }

    async fn stop_on_failure(&self, scope: TenantScope) -> Result<()> {
        for view in self.pipelines(scope).await? {
            if let Some(failed) = view.activities.iter().find(|activity| activity.state == ActivityState::Failed) {
                bail!(
                    "{}: {} {}",
                    failed.name,
                    failed.error.clone().unwrap_or_default(),
                    failed.error_help.clone().unwrap_or_default()
                );
            }
        }
        Ok(())
    }

    async fn ending(&self, scope: TenantScope) -> Result<Ending> {
        let mut missing = Vec::new();
        for view in self.pipelines(scope).await? {
            for failed in view.activities.iter().filter(|activity| activity.state == ActivityState::Failed) {
                let (error, help) =
                    (failed.error.clone().unwrap_or_default(), failed.error_help.clone().unwrap_or_default());
                let words = format!("{}: {error} {help}", failed.name);
                if !missing.contains(&words) {
                    missing.push(words);
                }
            }
            for gap in view.activities.iter().filter_map(|activity| activity.output.as_ref()?.get("gaps")) {
                let gaps: Vec<aos_capabilities::drafts::Gap> = serde_json::from_value(gap.clone()).unwrap_or_default();
                if matches!(view.pipeline.template_key.as_str(), "blog_posts" | "social_posts") {
                    missing.extend(gaps.into_iter().map(|gap| format!("{} {}", gap.what, gap.ask)));
                }
            }
        }
        let mut conn = self.db().read().await.map_err(plain)?;
        let tenant = tenants::queries::tenant(&mut conn, scope).await.map_err(plain)?;
        let now = self.db().clock().now();
        let deliverables = strategy::queries::month(&mut conn, scope, None, now).await.map_err(plain)?;
        let goals = strategy::queries::goals(&mut conn, scope, false, now).await.map_err(plain)?;
        let items = content::queries::items(&mut conn, scope, &[ItemState::Published], None, PageSize::clamped(100))
            .await
            .map_err(plain)?
            .items;
        let offline = match items.first() {
            Some(item) => {
                content::queries::version(&mut conn, scope, item.id, item.current_version).await.map_err(plain)?.offline
            }
            None => false,
        };
        Ok(Ending {
            client: tenant.name,
            id: tenant.id,
            deliverables: deliverables
                .iter()
                .map(|view| (view.deliverable.name.clone(), view.period.completed_count, view.period.target))
                .collect(),
            goals: goals.iter().map(goal_words).collect(),
            published: items.into_iter().map(|item| (item.title, item.published_url.unwrap_or_default())).collect(),
            offline,
            missing,
        })
    }
}

/// Connects the sandbox's model, unless an earlier demonstration in this folder did.
pub async fn connect_model(app: &App, cast: &Cast, model: &Url, screen: &Screen) -> Result<()> {
    let db = &app.product.db;
    let mut conn = db.read().await.map_err(plain)?;
    if !agents::queries::providers(&mut conn).await.map_err(plain)?.is_empty() {
        return Ok(());
    }
    drop(conn);
    let provider = NewProvider {
        name: "sandbox".into(),
        dialect: Dialect::OpenAi,
        base_url: Some(model.to_string()),
        model: aos_sandbox::Models::MODEL.into(),
        key: Some(Secret::new(aos_sandbox::Models::KEY)),
        price: aos_capabilities::model::Price::default(),
        requests_per_minute: 0,
        enabled: true,
    };
    let mut tx = db.begin(cast.administrator.actor().clone()).await.map_err(plain)?;
    agents::commands::save_provider(&mut tx, &app.product.credentials, None, provider).await.map_err(plain)?;
    tx.commit().await.map_err(plain)?;
    screen.done("The sandbox's model is connected");
    Ok(())
}

fn goal_words(view: &strategy::GoalView) -> String {
    let goal = &view.goal;
    format!("{}: {} of {} {}", goal.name, goal.current_value.unwrap_or_default(), goal.target, goal.unit)
}

#[derive(Default)]
struct Milestones {
    context: bool,
    published: i64,
}

struct State {
    /// Nothing is being done.
    rests: bool,
    /// And nothing will be, unless the calendar or a person begins it.
    finished: bool,
    words: String,
}

/// Waits until something happened, at most a moment: a signal of another process may be missed.
async fn news(signals: &mut broadcast::Receiver<aos_storage::Signal>) {
    let _ = tokio::time::timeout(Duration::from_millis(400), signals.recv()).await;
}

/// `1 page`, `2 pages`.
fn counted(n: impl std::fmt::Display + PartialEq + From<u8>, one: &str) -> String {
    let ending = if n == 1.into() { "" } else { "s" };
    format!("{n} {one}{ending}")
}
