//! Webflow: consent, collections, items, publishing, assets, and the public site.

use aos_sandbox::{Fault, FaultKind, Sandbox, Service, Webflow};
use chrono::TimeDelta;
use reqwest::{Method, multipart};
use serde_json::{Value, json};
use url::Url;

use crate::{
    google_stage::{BACK, pairs},
    support::{Answer, Stage, stage},
};

const SCOPES: &str = "sites:read sites:write cms:read cms:write assets:read assets:write authorized_user:read";

struct Studio {
    stage: Stage,
    access: String,
}

fn departure(root: &str) -> Url {
    let mut url = Url::parse(&format!("{root}webflow.com/oauth/authorize")).unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", "agency-os"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", SCOPES),
        ("state", "s1"),
    ]);
    url
}

impl Studio {
    async fn of(person: &str) -> Self {
        let stage = stage().await;
        let back = stage.sandbox.vendors().webflow().agree(departure(&stage.sandbox.vendors().url()), person).unwrap();
        let mut this = Self { stage, access: String::new() };
        this.access = this.redeem(&pairs(&back)["code"]).await.json["access_token"].as_str().unwrap().to_owned();
        this
    }
    fn webflow(&self) -> &Webflow {
        self.stage.sandbox.vendors().webflow()
    }
    fn url(&self, real: &str) -> String {
        format!("{}{real}", self.stage.sandbox.vendors().url())
    }
    async fn redeem(&self, code: &str) -> Answer {
        let body = json!({"client_id": "agency-os", "client_secret": "sandbox-client-secret", "code": code,
            "grant_type": "authorization_code", "redirect_uri": BACK});
        let request = self.stage.http.post(self.url("api.webflow.com/oauth/access_token")).json(&body);
        Answer::of(request.send().await.unwrap()).await
    }
    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.stage.http.request(method, self.url(&format!("api.webflow.com/v2{path}")));
        Answer::of(request.bearer_auth(&self.access).json(&body).send().await.unwrap()).await
    }
    async fn get(&self, path: &str) -> Answer {
        let request = self.stage.http.get(self.url(&format!("api.webflow.com/v2{path}")));
        Answer::of(request.bearer_auth(&self.access).send().await.unwrap()).await
    }
    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }
    async fn article(&self, slug: &str) -> String {
        let made = self.post(&items(""), json!({"isDraft": false, "fieldData": {"name": slug, "slug": slug}})).await;
        made.json["id"].as_str().unwrap().to_owned()
    }
    async fn page(&self, id: &str) -> String {
        let link = self.webflow().link(id).expect("it is live");
        self.stage.http.get(link).send().await.unwrap().text().await.unwrap()
    }
}

fn items(rest: &str) -> String {
    format!("/collections/{}/items{rest}", Webflow::BLOG)
}

#[tokio::test]
async fn consent_brings_a_lasting_token_and_revoking_ends_it() {
    let studio = Studio::of("anna").await;
    let page = studio.stage.http.get(departure(&studio.stage.sandbox.vendors().url())).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Ben Osei"));
    let declined = studio.webflow().decline(departure(&studio.stage.sandbox.vendors().url())).unwrap();
    assert_eq!(declined.as_str(), format!("{BACK}?error=access_denied&state=s1"));

    studio.stage.clock.forward(TimeDelta::days(100));
    let sites = studio.get("/sites").await.json;
    assert_eq!(
        (&sites["sites"][0]["shortName"], &sites["sites"][0]["id"]),
        (&json!("harbour-and-pine"), &json!(Webflow::SITE))
    );
    let ben = Studio::of("ben").await;
    assert_eq!(ben.get("/sites").await.json, json!({"sites": []}));
    assert_eq!(ben.get(&items("")).await.error(), (404, "resource_not_found"));

    let page = departure(&studio.stage.sandbox.vendors().url());
    let back = studio.webflow().agree_to(page, "anna", &["sites:read"]).unwrap();
    let given = studio.redeem(&pairs(&back)["code"]).await;
    assert_eq!((&given.json["scope"], &given.json["token_type"]), (&json!("sites:read"), &json!("bearer")));
    assert_eq!(studio.redeem(&pairs(&back)["code"]).await.json["error"], "invalid_grant");
    let few = Studio { access: given.json["access_token"].as_str().unwrap().to_owned(), ..studio };
    assert_eq!(few.get(&items("")).await.error(), (403, "missing_scopes"));

    let revoke =
        json!({"client_id": "agency-os", "client_secret": "sandbox-client-secret", "access_token": few.access});
    let revoked = few.stage.http.post(few.url("webflow.com/oauth/revoke_authorization")).json(&revoke).send().await;
    assert_eq!(revoked.unwrap().status(), 200);
    assert_eq!(few.get("/sites").await.error(), (401, "not_authorized"));
}

#[tokio::test]
async fn collections_tell_their_fields() {
    let studio = Studio::of("anna").await;
    let list = studio.get(&format!("/sites/{}/collections", Webflow::SITE)).await.json;
    assert_eq!(list["collections"].as_array().unwrap().len(), 2);
    let kinds = async |id: &str| {
        let told = studio.get(&format!("/collections/{id}")).await.json;
        let fields = told["fields"].as_array().unwrap();
        fields.iter().map(|own| own["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(kinds(Webflow::BLOG).await.contains(&"RichText".to_owned()));
    assert!(!kinds(Webflow::AUTHORS).await.contains(&"RichText".to_owned()));
    assert_eq!(
        studio.get("/token/introspect").await.json["authorization"]["authorizedTo"]["siteIds"][0],
        Webflow::SITE
    );
}

#[tokio::test]
async fn an_article_is_staged_then_published_and_read_without_its_scripts() {
    let studio = Studio::of("anna").await;
    let site = Sandbox::start_site(0).await.unwrap();
    let body = json!({"isDraft": false, "fieldData": {
        "name": "Ten <quiet> rooms", "slug": "ten-quiet-rooms",
        "post-body": "<h2 onclick=\"x()\">Why</h2><script>alert(1)</script><p>1 &lt; 2</p>",
        "main-image": {"url": format!("{}images/green-roof.png", site.url()), "alt": "A roof"},
        "category": "Guides", "published-on": "2026-03-02T09:00:00Z", "featured": true}});
    let made = studio.post(&items("?skipInvalidFiles=false"), body).await;
    assert_eq!((made.status, &made.json["lastPublished"]), (202, &Value::Null));
    assert_eq!(made.json["fieldData"]["category"], "65f0000000000000000000e1");
    let id = made.json["id"].as_str().unwrap();
    assert_eq!(studio.get(&items("/live")).await.json["pagination"]["total"], 0);
    assert!(studio.webflow().link(id).is_none());

    let published = studio.post(&items("/publish"), json!({"itemIds": [id, "nobody"]})).await;
    assert_eq!((published.status, &published.json["publishedItemIds"]), (202, &json!([id])));
    assert_eq!(published.json["errors"], json!(["Staging item ID nobody not found."]));
    let page = studio.page(id).await;
    assert!(page.contains("<h2>Why</h2><p>1 &lt; 2</p>") && page.contains("Ten &lt;quiet&gt; rooms"));
    assert!(!page.contains("alert") && page.contains("alt=\"A roof\""));
    let shown = &studio.stage.sandbox.vendors().shown()[0];
    assert_eq!((shown.kind.as_str(), shown.state.as_str()), ("article", "published"));
    assert_eq!(studio.stage.http.get(&shown.images[0].0).send().await.unwrap().headers()["content-type"], "image/png");

    // A change stands in the designer until it is published.
    let change = json!({"fieldData": {"post-body": "<p>Other</p>"}});
    studio.call(Method::PATCH, &items(&format!("/{id}")), change.clone()).await;
    assert!(studio.page(id).await.contains("Why"));
    studio.call(Method::PATCH, &items(&format!("/{id}/live")), change).await;
    assert!(studio.page(id).await.contains("<p>Other</p>"));

    assert_eq!(studio.call(Method::DELETE, &items(&format!("/{id}/live")), json!({})).await.status, 204);
    assert_eq!(studio.get(&items(&format!("/{id}"))).await.json["isDraft"], true);
    assert_eq!(studio.call(Method::DELETE, &items(&format!("/{id}")), json!({})).await.status, 204);
    assert_eq!(studio.get(&items(&format!("/{id}"))).await.error(), (404, "resource_not_found"));
}

#[tokio::test]
async fn fields_are_checked_and_slugs_are_unique() {
    let studio = Studio::of("anna").await;
    studio.article("taken").await;
    for (fields, param) in [
        (json!({"name": "A", "slug": "taken"}), "slug"),
        (json!({"name": "A", "body": "x"}), "body"),
        (json!({"slug": "a"}), "name"),
        (json!({"name": "A", "category": "Nothing"}), "category"),
        (json!({"name": "A", "author": "nobody"}), "author"),
        (json!({"name": "A", "published-on": "soon"}), "published-on"),
        (json!({"name": "A", "post-body": 3}), "post-body"),
    ] {
        let refused = studio.post(&items(""), json!({ "fieldData": fields })).await;
        assert_eq!(refused.error(), (400, "validation_error"));
        assert_eq!(refused.json["details"][0]["param"], param);
    }
    let image = json!({"fieldData": {"name": "B", "main-image": {"url": "http://127.0.0.1:9/none.png"}}});
    assert_eq!(studio.post(&items("?skipInvalidFiles=false"), image.clone()).await.status, 400);
    let made = studio.post(&items(""), image).await.json;
    assert_eq!((made["fieldData"].get("main-image"), &made["isDraft"]), (None, &json!(true)));

    studio.webflow().configure(|settings| settings.requests_until_listed = 1);
    studio.article("late").await;
    assert_eq!(studio.get(&items("?slug=late")).await.json["pagination"]["total"], 0);
    assert_eq!(studio.get(&items("?slug=late")).await.json["items"][0]["fieldData"]["slug"], "late");
    assert_eq!(studio.get(&items("?limit=101")).await.status, 400);
    let page = studio.get(&items("?limit=1&offset=2&sortBy=createdOn")).await.json;
    assert_eq!(page["pagination"], json!({"limit": 1, "offset": 2, "total": 3}));
}

#[tokio::test]
async fn items_go_live_only_on_a_published_site_and_sites_once_a_minute() {
    let studio = Studio::of("anna").await;
    studio.webflow().unpublish_site();
    let id = studio.article("first").await;
    let publish = json!({ "itemIds": [id] });
    assert_eq!(studio.post(&items("/publish"), publish.clone()).await.error(), (409, "conflict"));
    let live = json!({"fieldData": {"name": "B"}});
    assert_eq!(studio.post(&items("/live"), live.clone()).await.error(), (409, "conflict"));

    let site = format!("/sites/{}/publish", Webflow::SITE);
    assert_eq!(studio.post(&site, json!({})).await.error(), (400, "bad_request"));
    let here = json!({"publishToWebflowSubdomain": true});
    assert_eq!(studio.post(&site, here.clone()).await.status, 202);
    assert!(studio.page(&id).await.contains("first"), "what is no draft goes live with the site");
    assert_eq!(studio.post(&site, here.clone()).await.error(), (429, "too_many_requests"));
    studio.stage.clock.forward(TimeDelta::seconds(60));
    assert_eq!(studio.post(&site, here).await.status, 202);
    assert_eq!(studio.post(&items("/live"), live).await.status, 202);

    studio.webflow().fail_next_publish("The item could not be published.");
    let told = studio.post(&items("/publish"), publish.clone()).await;
    assert_eq!((told.status, &told.json["publishedItemIds"]), (202, &json!([])));
    assert_eq!(told.json["errors"][0], "The item could not be published.");
    // Another domain, published at another time.
    studio.webflow().configure(|settings| settings.custom_domain = true);
    assert_eq!(studio.post(&items("/publish"), publish).await.status, 409);
}

#[tokio::test]
async fn a_file_is_announced_then_stored_exactly_as_told() {
    let studio = Studio::of("anna").await;
    let announce = json!({"fileName": "chart.png", "fileHash": "5d41402abc4b2a76b9719d911017c592"});
    let told = studio.post(&format!("/sites/{}/assets", Webflow::SITE), announce).await.json;
    let upload = async |skip: &str, last: bool, bytes: &'static [u8]| {
        let file = || multipart::Part::bytes(bytes).file_name("chart.png");
        let mut form = multipart::Form::new();
        if !last {
            form = form.part("file", file());
        }
        for (name, value) in told["uploadDetails"].as_object().unwrap() {
            if name != skip {
                form = form.text(name.clone(), value.as_str().unwrap().to_owned());
            }
        }
        if last {
            form = form.part("file", file());
        }
        let request = studio.stage.http.post(told["uploadUrl"].as_str().unwrap()).multipart(form);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(upload("Policy", true, b"hello").await, 403);
    assert_eq!(upload("", false, b"hello").await, 403, "what follows the file is not read");
    assert_eq!(upload("", true, b"other").await, 400);
    let id = told["id"].as_str().unwrap();
    let with = json!({"fieldData": {"name": "A", "main-image": {"fileId": id, "alt": "Chart"}}});
    assert_eq!(studio.post(&items("?skipInvalidFiles=false"), with.clone()).await.status, 400);
    assert_eq!(upload("", true, b"hello").await, 201);
    let made = studio.post(&items("?skipInvalidFiles=false"), with).await.json;
    let image = &made["fieldData"]["main-image"];
    assert_eq!((&image["url"], &image["alt"]), (&told["hostedUrl"], &json!("Chart")));
    let bytes = studio.stage.http.get(told["hostedUrl"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(bytes.bytes().await.unwrap().as_ref(), b"hello");
}

#[tokio::test]
async fn the_rate_is_told_and_held_and_faults_speak_as_webflow_does() {
    let studio = Studio::of("anna").await;
    studio.webflow().configure(|settings| settings.requests_per_minute = 2);
    let first = studio.get("/sites").await;
    assert_eq!((first.header("x-ratelimit-limit"), first.header("x-ratelimit-remaining")), ("2", "1"));
    studio.get("/sites").await;
    let over = studio.get("/sites").await;
    assert_eq!((over.error(), over.header("retry-after")), ((429, "too_many_requests"), "60"));
    studio.stage.clock.forward(TimeDelta::seconds(60));
    let fault = |kind| Fault::new(Service::Webflow, "/api.webflow.com/v2/", kind).method("POST");
    let article = json!({"fieldData": {"name": "Once", "slug": "once"}});
    studio.stage.sandbox.faults().push(fault(FaultKind::Status(500)));
    assert_eq!(studio.post(&items(""), article.clone()).await.error(), (500, "internal_error"));
    studio.stage.sandbox.faults().push(fault(FaultKind::StatusAfterEffect(502)));
    assert_eq!(studio.post(&items(""), article).await.status, 502);
    assert_eq!(studio.webflow().articles().len(), 1);
}
