//! What goes out, held against the vendors' own descriptions.
//!
//! The descriptions are not part of this repository. They are looked for in the folder that `AGENCY_OS_VENDOR_SPECS` names,
//! else in `../shared/specs` beside the checkout; without them each of these trials is ignored, which the totals say.

mod graph;
mod openapi;

use std::{
    fs,
    path::{Path, PathBuf},
};

use aos_capabilities::{Capability, publish::PublishMode};
use aos_outbound::{RecordedBody, RecordedRequest};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use url::Url;

use crate::{
    articles::illustrated,
    block_on,
    vendors::{Stage, Staging, stagings},
};

/// A vendor's description of requests.
trait Described {
    /// None: this request is no part of it. Else what is wrong with it, in words.
    fn judge(&self, request: &Sent) -> Option<Vec<String>>;
}

/// A request as the vendor would see it.
struct Sent {
    method: String,
    host: String,
    /// Below the host, without the slash at the front.
    path: String,
    query: Vec<(String, String)>,
    json: Option<Value>,
    form: Vec<(String, String)>,
}

impl Sent {
    fn of(request: &RecordedRequest) -> Option<Self> {
        let url = Url::parse(&request.url).ok()?;
        // The simulated vendors stand on one listener, each below its host.
        let (host, path) = url.path().trim_start_matches('/').split_once('/')?;
        let pairs = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        let (json, form) = match &request.body {
            Some(RecordedBody::Json(json)) => (Some(json.clone()), Vec::new()),
            Some(RecordedBody::Text(text)) => (None, pairs(text)),
            Some(RecordedBody::Multipart(parts)) => {
                (None, parts.iter().map(|(name, ..)| (name.clone(), String::new())).collect())
            }
            _ => (None, Vec::new()),
        };
        Some(Self {
            method: request.method.clone(),
            host: host.to_owned(),
            path: path.to_owned(),
            query: pairs(url.query().unwrap_or_default()),
            json,
            form,
        })
    }
    fn line(&self) -> String {
        format!("{} {}/{}", self.method, self.host, self.path)
    }
}

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    std::env::var_os("AGENCY_OS_VENDOR_SPECS").map_or(beside, PathBuf::from)
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The descriptions that concern a platform, and none where its vendor publishes none.
fn described(platform: &str, folder: &Path) -> Vec<Box<dyn Described>> {
    let discovery = |name: &str| -> Box<dyn Described> {
        Box::new(openapi::Document::discovery(&read(&folder.join(format!("google/discovery/{name}.json")))))
    };
    match platform {
        "webflow" => {
            let document = read(&folder.join("webflow/webflow-v2.trimmed.json"));
            vec![Box::new(openapi::Document::openapi(&document, "api.webflow.com", "v2"))]
        }
        "search_console" => vec![discovery("searchconsole-v1")],
        "ga4" => vec![discovery("analyticsadmin-v1beta"), discovery("analyticsdata-v1beta")],
        "google_business" => {
            vec![discovery("mybusinessaccountmanagement-v1"), discovery("mybusinessbusinessinformation-v1")]
        }
        "facebook" | "instagram" | "meta_ads" => vec![Box::new(graph::Graph::read(&folder.join("meta/specs")))],
        _ => Vec::new(),
    }
}

const PLATFORMS: [&str; 7] =
    ["webflow", "search_console", "ga4", "google_business", "facebook", "instagram", "meta_ads"];

pub fn trials() -> Vec<Trial> {
    let missing = !folder().is_dir();
    stagings()
        .into_iter()
        .filter(|staging| PLATFORMS.contains(&staging.descriptor().id))
        .map(|staging| {
            let name = format!("conformance::{}::specs::requests_are_as_the_vendor_describes", staging.descriptor().id);
            let trial = Trial::test(name, move || {
                block_on(async move { held_against(staging).await });
                Ok::<(), Failed>(())
            });
            trial.with_ignored_flag(missing)
        })
        .collect()
}

/// Everything that the platform can do is done once; then each request is looked up.
async fn held_against(staging: Staging) {
    let stage = Stage::open(staging).await;
    let id = stage.platform.descriptor().id;
    stage.platform.check(&stage.account()).await.unwrap();
    if stage.declares(Capability::PublishPost) {
        let publisher = stage.platform.posts().unwrap();
        let mut post = stage.post("Larch or oak: how a facade ages");
        post.media = vec![stage.picture()];
        let posted = publisher.publish(&stage.account(), &post).await.unwrap();
        publisher.read(&stage.account(), &posted.id).await.unwrap();
        publisher.find(&stage.account(), &post, crate::bench::now()).await.unwrap();
    }
    if stage.declares(Capability::PublishArticle) {
        let publisher = stage.platform.publish().unwrap();
        let mut article = illustrated();
        let published = publisher.publish(&stage.account(), &article).await.unwrap();
        article.mode = PublishMode::Draft;
        publisher.update(&stage.account(), &published.id, &article).await.unwrap();
        publisher.find(&stage.account(), article.item, &article.slug).await.unwrap();
    }
    if stage.declares(Capability::Inspect) {
        stage.platform.inspect().unwrap().inspect(&stage.account()).await.unwrap();
    }
    let documents = described(id, &folder());
    let (mut looked_up, mut wrong) = (0, Vec::new());
    for sent in stage.recorder.exchanges().iter().filter_map(|exchange| Sent::of(&exchange.request)) {
        let judged: Vec<Vec<String>> = documents.iter().filter_map(|document| document.judge(&sent)).collect();
        // Several may describe one host; it is enough that one of them knows the request.
        let Some(best) = judged.into_iter().min_by_key(Vec::len) else { continue };
        looked_up += 1;
        wrong.extend(best.into_iter().map(|words| format!("{}: {words}", sent.line())));
    }
    assert!(looked_up > 0, "{id}: none of its requests is described");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
