//! A client with all kinds of channels, and agents that answer as they are told: what the stories of content share.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use aos_capabilities::{
    PlatformRegistry,
    crawl::{
        CrawlBatch, CrawlLimits, CrawlOutcome, CrawlProgress, CrawlRequest, CrawlSink, CrawlSummary, CrawledImage,
        SiteCrawler,
    },
    documents::{DocumentReader, DocumentText, UnreadableDocument},
    drafts::Brief,
    model::{
        DeltaSink, ModelError, ModelGateway, ModelReply, ModelRequest, ProviderConfig, Purpose, StopReason, Usage,
    },
    sign_in::{Client, Identity, SignInProvider, Visit},
};
use aos_features::{
    activities::{self, Activity, Approval, ApprovalFilter, Approver, Decide, Decided, Decision},
    channels::Connect,
    content::{self, ContentItem, NewRequest, Request},
    product::{Outside, Product},
    strategy::{
        self,
        plan::{self, NewDeliverable},
    },
};
use aos_kernel::{
    Actor, ChannelId, ContentItemId, Error, MicroUsd, PageSize, RequestId, Result, Secret, TenantScope, UserId,
};
use aos_platforms::{
    Memory,
    memory::{Network, network::Network as Consenting},
};
use aos_storage::{
    Credentials, Db, DbKind, DbOptions, Keyring, Objects,
    testing::{TestDb, kinds},
};
use aos_workflow::{Scheduler, Worker, WorkerOptions};
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    channels::{begin, came, page},
    clock::SteppingClock,
    support::{Postman, everywhere, inside, new_client, new_user},
};

/// The one picture of the client's site.
pub const PICTURE: &str = "https://www.acme.example/roof.jpg";

/// One installation with one client.
pub struct Studio {
    pub db: Db,
    pub clock: Arc<SteppingClock>,
    pub product: Product,
    pub scope: TenantScope,
    /// Somebody who may decide on everything.
    pub ana: UserId,
    pub words: Memory,
    pub pictures: Memory,
    pub places: Memory,
    pub mail: Memory,
    /// A site for articles.
    pub site: Memory,
    /// A network that is connected by consent.
    pub network: Consenting,
    pub agents: Arc<Scripted>,
    platforms: PlatformRegistry,
    test: TestDb,
    folder: tempfile::TempDir,
}

impl Studio {
    /// On each database that is there, at nine o'clock UTC on the first of April 2026, a Wednesday; the client is in Berlin.
    pub async fn each() -> Vec<Self> {
        let mut studios = Vec::new();
        for kind in kinds() {
            studios.push(Self::on(kind).await);
        }
        studios
    }

    /// On each database, with a network of long texts that is not as usual.
    pub async fn each_with(change: impl Fn(Memory) -> Memory) -> Vec<Self> {
        let mut studios = Vec::new();
        for kind in kinds() {
            studios.push(Self::with(kind, &change).await);
        }
        studios
    }

    async fn on(kind: DbKind) -> Self {
        Self::with(kind, |words| words).await
    }

    async fn with(kind: DbKind, change: impl Fn(Memory) -> Memory) -> Self {
        let clock = Arc::new(SteppingClock::at("2026-04-01T09:00:00Z"));
        let migrations = aos_storage::migrations().and(aos_workflow::migrations()).and(aos_features::migrations());
        let test = TestDb::with_clock(kind, &migrations, clock.clone()).await;
        let db = test.db.clone();
        let folder = tempfile::tempdir().unwrap();
        let [words, pictures, places] =
            [Network::Words, Network::Pictures, Network::Places].map(|network| Memory::network(network, clock.clone()));
        let (words, mail, site) = (change(words), Memory::mail(clock.clone()), Memory::new(clock.clone()));
        let network = Consenting::new(clock.clone()).publishing();
        let platforms = [&words, &pictures, &places, &mail, &site]
            .into_iter()
            .fold(PlatformRegistry::default(), |all, one| all.with(Arc::new(one.clone())))
            .with(Arc::new(network.clone()));
        let agents = Arc::new(Scripted::default());
        let outside = outside(folder.path(), &platforms, &agents);
        let product = Product::assemble(db.clone(), outside).await.unwrap();
        let mut tx = db.begin(Actor::system("test")).await.unwrap();
        let (_, ana) = aos_features::people::commands::set_up_agency(
            &mut tx,
            "Lighthouse",
            "Europe/Lisbon",
            new_user("ana@lighthouse.example", "Ana").await,
        )
        .await
        .unwrap();
        let client = new_client("Acme", "Europe/Berlin");
        let tenant = aos_features::tenants::commands::register_tenant(&mut tx, &everywhere(), client).await.unwrap();
        tx.commit().await.unwrap();
        let scope = inside(tenant.id);
        let studio = Self {
            db,
            clock,
            product,
            scope,
            ana,
            words,
            pictures,
            places,
            mail,
            site,
            network,
            agents,
            platforms,
            test,
            folder,
        };
        // The crawl brings the picture.
        studio.work().await;
        studio
    }

    pub async fn connect(&self, platform: &str) -> ChannelId {
        let input = Connect {
            platform: platform.to_owned(),
            site: "https://practice.example".to_owned(),
            login: "anna".to_owned(),
            password: Secret::new("a password"),
        };
        self.product.connections.connect(&self.db, Actor::user(self.ana), self.scope, input).await.unwrap()
    }

    /// The page of somebody's on the network, connected by their consent.
    pub async fn connect_page(&self) -> ChannelId {
        self.network.person("anna", vec![page()]);
        let connections = &self.product.connections;
        let departure = connections.begin(&self.db, Actor::user(self.ana), self.scope, begin(None)).await.unwrap();
        let back = self.network.agree_to_all(&departure.url, "anna");
        connections.arrive(&self.db, Actor::user(self.ana), came(&back)).await.unwrap();
        let keys = ["page-1".to_owned()];
        let (by, visit) = (Actor::user(self.ana), departure.visit);
        let chosen = connections.choose(&self.db, by, self.scope, visit, &keys).await.unwrap();
        // It is scored.
        self.work().await;
        chosen.connected[0]
    }

    /// The product in another process: with database connections, steps and handles of its own.
    pub async fn another_process(&self) -> Product {
        let db = Db::connect(&DbOptions::new(&self.test.url), self.clock.clone()).await.unwrap();
        let outside = outside(self.folder.path(), &self.platforms, &self.agents);
        Product::assemble(db, outside).await.unwrap()
    }

    /// Does all that can be done now.
    pub async fn work(&self) {
        Scheduler::new(self.db.clone(), "test").tick().await.unwrap();
        let worker = Worker::new(self.db.clone(), self.product.jobs.clone(), WorkerOptions::new("test"));
        worker.run_until_idle().await.unwrap();
    }
    pub async fn step(&self, time: TimeDelta) {
        self.clock.advance(time);
        self.work().await;
    }
    /// Days pass, one by one.
    pub async fn days(&self, days: i64) {
        for _ in 0..days {
            self.step(TimeDelta::days(1)).await;
        }
    }

    /// A deliverable of so many a month, whose pipeline begins at once.
    pub async fn agree(&self, kind: &str, quantity: i64) {
        let mut tx = self.db.begin(Actor::user(self.ana)).await.unwrap();
        let new = NewDeliverable {
            deliverable_type: kind.to_owned(),
            name: kind.to_owned(),
            monthly_quantity: quantity,
            goal_id: None,
            template_key: None,
        };
        plan::add_deliverable(&mut tx, self.scope, new).await.unwrap();
        tx.commit().await.unwrap();
        self.work().await;
    }

    /// What waits for a decision, of one kind of subject.
    pub async fn waiting(&self, kind: &str) -> Vec<Approval> {
        let filter = ApprovalFilter { subject_kind: Some(kind.to_owned()), ..ApprovalFilter::default() };
        let mut conn = self.db.read().await.unwrap();
        let size = PageSize::clamped(100);
        let page = activities::queries::pending_approvals(&mut conn, &everywhere(), &filter, None, size).await.unwrap();
        page.items.into_iter().map(|pending| pending.approval).collect()
    }
    pub async fn decide(&self, approvals: &[Approval], decision: Decision) -> Vec<Result<Decided>> {
        let mut tx = self.db.begin(Actor::user(self.ana)).await.unwrap();
        let policy = aos_features::tenants::queries::settings(&mut tx, self.scope).await.unwrap().approval;
        let approver = Approver { roles: vec!["reviewer".to_owned()], policy, ..Approver::default() };
        let decide = |approval: &Approval| Decide {
            approval: approval.id,
            expected: approval.hash.clone(),
            decision: decision.clone(),
        };
        let items = approvals.iter().map(decide).collect();
        let decided = activities::commands::decide_many(&mut tx, &self.product.steps, self.scope, &approver, items)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.work().await;
        decided
    }
    /// Approves all that wait of one kind of subject; how many.
    pub async fn approve_all(&self, kind: &str) -> usize {
        let waiting = self.waiting(kind).await;
        for decided in self.decide(&waiting, Decision::Approve).await {
            decided.unwrap();
        }
        waiting.len()
    }

    /// How many are done of how many, this month.
    pub async fn count(&self, kind: &str) -> (i64, i64) {
        let mut conn = self.db.read().await.unwrap();
        let month = strategy::queries::month(&mut conn, self.scope, None, self.db.clock().now()).await.unwrap();
        let of = month.iter().find(|one| one.deliverable.deliverable_type == kind).unwrap();
        (of.pace.completed, of.pace.target)
    }
    pub async fn items(&self) -> Vec<ContentItem> {
        let mut conn = self.db.read().await.unwrap();
        content::queries::items(&mut conn, self.scope, &[], None, PageSize::clamped(100)).await.unwrap().items
    }
    pub async fn item(&self, id: ContentItemId) -> ContentItem {
        content::queries::item(&mut self.db.read().await.unwrap(), self.scope, id).await.unwrap()
    }
    pub async fn requests(&self) -> Vec<Request> {
        let mut conn = self.db.read().await.unwrap();
        content::queries::requests(&mut conn, self.scope, &[], None, PageSize::clamped(100)).await.unwrap().items
    }
    pub async fn raise(&self, request: NewRequest) -> Result<RequestId> {
        let mut tx = self.db.begin(Actor::system("test")).await.unwrap();
        let (steps, platforms) = (&self.product.steps, self.product.connections.platforms());
        let id = content::commands::raise_request(&mut tx, steps, platforms, self.scope, request).await?;
        tx.commit().await?;
        self.work().await;
        Ok(id)
    }
    /// What failed and waits for somebody.
    pub async fn failed(&self) -> Vec<Activity> {
        let mut conn = self.db.read().await.unwrap();
        let size = PageSize::clamped(100);
        let page = activities::queries::failed_activities(&mut conn, &everywhere(), None, size).await.unwrap();
        page.items.into_iter().map(|task| task.activity).collect()
    }
    /// Work that people hand in.
    pub async fn tasks(&self) -> Vec<Activity> {
        let mut conn = self.db.read().await.unwrap();
        let (roles, size) = (["reviewer".to_owned()], PageSize::clamped(100));
        let page = activities::queries::human_tasks(&mut conn, &everywhere(), &roles, None, size).await.unwrap();
        page.items.into_iter().map(|task| task.activity).collect()
    }
    pub async fn hand_in(&self, activity: &Activity, output: Value) {
        let mut tx = self.db.begin(Actor::user(self.ana)).await.unwrap();
        let steps = &self.product.steps;
        activities::commands::complete_human(&mut tx, steps, self.scope, activity.id, output, Vec::new())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.work().await;
    }
    pub async fn retry(&self, activity: &Activity) {
        let mut tx = self.db.begin(Actor::user(self.ana)).await.unwrap();
        activities::commands::retry_activity(&mut tx, &self.product.steps, self.scope, activity.id).await.unwrap();
        tx.commit().await.unwrap();
        self.work().await;
    }
}

/// One job after the other in one process, until nothing can be done now.
pub async fn work_of(product: &Product, name: &str) {
    let options = WorkerOptions::new(name).concurrency(1);
    Worker::new(product.db.clone(), product.jobs.clone(), options).run_until_idle().await.unwrap();
}

fn outside(folder: &Path, platforms: &PlatformRegistry, agents: &Arc<Scripted>) -> Outside {
    Outside {
        credentials: Credentials::new(Keyring::load_or_create(&folder.join("master.key")).unwrap()),
        objects: Objects::local(&folder.join("objects")).unwrap(),
        platforms: platforms.clone(),
        crawler: Arc::new(OnePicture),
        crawl_limits: CrawlLimits::default(),
        gateway: agents.clone(),
        sign_in: Arc::new(Nobody),
        documents: Arc::new(Nobody),
        images: Arc::new(aos_media::Images),
        browser: None,
        mailer: Arc::new(Postman::default()),
        mail_server: None,
        jobs_per_tenant: 8,
    }
}

/// Agents that make up what they are asked for, and write exactly as told where a story tells them.
#[derive(Default)]
pub struct Scripted {
    /// What is answered instead, by purpose.
    pub instead: Mutex<BTreeMap<&'static str, Value>>,
    /// What was asked, in order.
    pub asked: Mutex<Vec<(Purpose, aos_capabilities::model::Task)>>,
}

impl Scripted {
    pub fn answer_always(&self, purpose: Purpose, answer: Value) {
        self.instead.lock().unwrap().insert(purpose.as_str(), answer);
    }
}

fn ideas(task: &aos_capabilities::model::Task, idea: impl Fn(usize) -> Value) -> Vec<Value> {
    let first = task.taken.len();
    (0..task.count as usize).map(|n| idea(first + n)).collect()
}

fn compose(purpose: Purpose, task: &aos_capabilities::model::Task) -> Value {
    let (none, empty) = (Value::Null, Vec::<Value>::new());
    let asked_again = task.notes.as_ref().map(|notes| format!(" ({notes})")).unwrap_or_default();
    let title = match &task.brief {
        Some(Brief::Post(idea)) => idea.title.clone(),
        Some(Brief::Newsletter(idea)) => idea.title.clone(),
        Some(Brief::Backlink(target)) => target.name.clone(),
        Some(Brief::AdCopy(idea)) => idea.title.clone(),
        None => String::new(),
    };
    match purpose {
        Purpose::SocialPlan | Purpose::GbpPlan => json!({ "gaps": empty, "posts": ideas(task, |n| json!({
            "title": format!("Topic {n}"), "brief": format!("What to say about {n}.{asked_again}"), "audience": "", "channels": [],
            "format": task.formats.first(), "date": none, "sources": [], "notes": "",
        })) }),
        Purpose::NewsletterPlan => json!({ "gaps": empty, "newsletters": ideas(task, |n| json!({
            "title": format!("Letter {n}"), "brief": "What readers gain.", "audience": "", "list": none, "outline": [],
            "date": none, "sources": [], "notes": "",
        })) }),
        Purpose::BacklinkTargets => json!({ "gaps": empty, "targets": ideas(task, |n| json!({
            "site": format!("site{n}.example"), "name": format!("Site {n}"), "contact_name": "Ben",
            "contact_address": if n % 2 == 0 { json!(format!("ben@site{n}.example")) } else { none.clone() },
            "angle": "Your readers ask for this.", "link_to": "https://www.acme.example/", "sources": [], "notes": "",
        })) }),
        Purpose::AdCopyPlan => json!({ "gaps": empty, "sets": ideas(task, |n| json!({
            "title": format!("Offer {n}"), "brief": "What is offered.", "network": if n % 2 == 0 { "google" } else { "meta" },
            "audience": "", "keywords": ["roofs"], "final_url": "https://www.acme.example/roofs", "sources": [], "notes": "",
        })) }),
        Purpose::SocialPost => {
            let channel = &task.channels[0];
            let media = json!([{ "media": PICTURE, "alt": "" }]);
            json!({
                "text": format!("{title} on {}{asked_again}", channel.platform), "title": none, "link": none, "action": none,
                "media": if channel.media_required { media } else { json!([]) }, "sources": [], "gaps": empty,
            })
        }
        Purpose::Newsletter => json!({
            "subject": format!("{title}: what to know"), "preview": "In short.", "markdown": "## News\n\nWe build roofs.",
            "sources": [], "gaps": empty,
        }),
        Purpose::Outreach => {
            json!({ "subject": format!("For {title}"), "text": "Dear Ben,\n\na question.", "sources": [], "gaps": empty })
        }
        Purpose::AdCopy => json!({
            "headlines": ["Roofs that last", "Built in a week", "Ask for a price"], "descriptions": ["From our own workshop.", "Call us."],
            "primary_texts": ["Roofs from our own workshop."], "final_url": "https://www.acme.example/", "sources": [], "gaps": empty,
        }),
        Purpose::Article => json!({
            "title": "Roofs", "slug": "roofs", "excerpt": "What lasts.", "markdown": "Larch lasts for decades.", "categories": empty,
            "tags": empty, "image": none, "sources": [], "gaps": empty,
        }),
        Purpose::Context | Purpose::Strategy | Purpose::Topics => none,
    }
}

#[async_trait::async_trait]
impl ModelGateway for Scripted {
    async fn complete(&self, request: ModelRequest, _: Option<&dyn DeltaSink>) -> Result<ModelReply, ModelError> {
        let task = request.material.map(|material| material.task).unwrap_or_default();
        let instead = self.instead.lock().unwrap().get(request.purpose.as_str()).cloned();
        let output = instead.unwrap_or_else(|| compose(request.purpose, &task));
        self.asked.lock().unwrap().push((request.purpose, task));
        Ok(ModelReply {
            text: output.to_string(),
            tool_calls: Vec::new(),
            output: Some(output),
            stop: StopReason::End,
            usage: Usage::default(),
            cost: MicroUsd::ZERO,
            model: "scripted/one".to_owned(),
            offline: false,
            repairs: 0,
        })
    }
    async fn test(&self, _: &ProviderConfig) -> Result<String, ModelError> {
        Ok("ok".to_owned())
    }
}

/// A website of one picture.
struct OnePicture;

#[async_trait::async_trait]
impl SiteCrawler for OnePicture {
    async fn crawl(&self, request: CrawlRequest, sink: &dyn CrawlSink, _: CancellationToken) -> CrawlSummary {
        let picture = CrawledImage {
            url: PICTURE.to_owned(),
            page_url: request.start.to_string(),
            alt: "A roof of larch".to_owned(),
            content_type: "image/jpeg".to_owned(),
            width: Some(800),
            height: Some(800),
            hash: "00".repeat(32),
            bytes: aos_media::testing::jpeg(800, 800),
        };
        sink.keep(CrawlBatch { images: vec![picture], ..CrawlBatch::default() }).await.unwrap();
        CrawlSummary {
            outcome: CrawlOutcome::Complete,
            incomplete: Vec::new(),
            progress: CrawlProgress::default(),
            findings: Vec::new(),
            brand: None,
            robots_found: false,
            sitemaps: Vec::new(),
            elapsed_ms: Duration::from_secs(1).as_millis() as u64,
        }
    }
}

/// Signs nobody in and reads nothing.
struct Nobody;

#[async_trait::async_trait]
impl SignInProvider for Nobody {
    async fn check(&self, _: &Client) -> Result<()> {
        Err(Error::unauthenticated())
    }
    async fn departure(&self, _: &Client, _: &Visit) -> Result<Url> {
        Err(Error::unauthenticated())
    }
    async fn identify(&self, _: &Client, _: &Visit, _: &Secret) -> Result<Identity> {
        Err(Error::unauthenticated())
    }
}

#[async_trait::async_trait]
impl DocumentReader for Nobody {
    async fn read(&self, _: &str, _: Bytes) -> Result<DocumentText, UnreadableDocument> {
        Err(UnreadableDocument { message: "Nothing is read here.".to_owned() })
    }
}
