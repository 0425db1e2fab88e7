//! Google's figures: Search Console, Analytics, Ads.

use aos_sandbox::{Fault, FaultKind, GoogleApi, GoogleRefusal, Service};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    google_stage::{GoogleStage, status},
    support::Answer,
};

const SITES: &str = "searchconsole.googleapis.com/webmasters/v3/sites";
const ADMIN: &str = "analyticsadmin.googleapis.com/v1beta";
const REPORT: &str = "analyticsdata.googleapis.com/v1beta/properties/345001:runReport";
const ADS: &str = "googleads.googleapis.com/v25/customers";
const TREE: &str = "SELECT customer_client.id, customer_client.descriptive_name, customer_client.manager, \
                    customer_client.level, customer_client.status FROM customer_client";

fn older(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.json["error"]["errors"][0]["reason"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn sites_are_listed_and_an_unverified_one_gives_no_figures() {
    let google = GoogleStage::of("anna").await;
    let sites = google.get(SITES).await.json;
    let first = json!({"siteUrl": "sc-domain:harbourandpine.example", "permissionLevel": "siteOwner"});
    assert_eq!(sites["siteEntry"][0], first);
    let ben = GoogleStage::of("ben").await;
    let sites = ben.get(&SITES.replace("searchconsole", "www")).await.json;
    assert_eq!(sites["siteEntry"][0]["permissionLevel"], "siteUnverifiedUser");
    let query = format!("{SITES}/https%3A%2F%2Fben-osei.example%2F/searchAnalytics/query");
    let range = json!({"startDate": "2026-02-01", "endDate": "2026-02-02"});
    assert_eq!(older(&ben.post(&query, range).await), (403, "forbidden"));
    let vendor = google.stage.sandbox.vendors().google();
    vendor.refuse(GoogleApi::SearchConsole, GoogleRefusal::Quota { retry_seconds: None }, 1);
    assert_eq!(older(&google.get(SITES).await), (403, "quotaExceeded"));
    vendor.expire();
    assert_eq!(older(&google.get(SITES).await), (401, "authError"));
    let fault = Fault::new(Service::Google, "/searchconsole.googleapis.com/", FaultKind::Status(503));
    google.stage.sandbox.faults().push(fault);
    assert_eq!(older(&google.get(SITES).await), (503, "backendError"));
}

#[tokio::test]
async fn rare_searches_count_in_totals_and_in_no_row() {
    let google = GoogleStage::of("anna").await;
    let query = format!("{SITES}/sc-domain%3Aharbourandpine.example/searchAnalytics/query");
    let ask = async |more: Value| {
        let mut body = json!({"startDate": "2026-02-01", "endDate": "2026-02-02"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        google.post(&query, body).await
    };
    let day = "2026-02-01".parse().unwrap();
    let vendor = google.stage.sandbox.vendors().google();
    vendor.set_figure("sc-domain:harbourandpine.example", "clicks", day, 100);
    vendor.set_figure("sc-domain:harbourandpine.example", "impressions", day, 1_000);
    let total = ask(json!({"endDate": "2026-02-01"})).await.json;
    assert_eq!((&total["rows"][0]["clicks"], &total["rows"][0]["ctr"]), (&json!(100.0), &json!(0.1)));
    let named = ask(json!({"endDate": "2026-02-01", "dimensions": ["query"]})).await.json;
    let clicks: Vec<f64> =
        named["rows"].as_array().unwrap().iter().map(|row| row["clicks"].as_f64().unwrap()).collect();
    assert!(clicks.iter().sum::<f64>() < 100.0 && clicks.is_sorted_by(|a, b| a >= b));
    let days = ask(json!({"dimensions": ["date", "page"], "rowLimit": 3, "startRow": 2})).await.json;
    assert_eq!(days["rows"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&days["rows"][0]["keys"][0], &days["responseAggregationType"]),
        (&json!("2026-02-01"), &json!("byPage"))
    );
    let filter = json!([{"filters": [{"dimension": "country", "operator": "equals", "expression": "deu"}]}]);
    let abroad = ask(json!({"endDate": "2026-02-01", "dimensionFilterGroups": filter})).await.json;
    assert_eq!(abroad["rows"][0]["clicks"], 18.0);
    let fresh = ask(json!({"startDate": "2026-03-01", "endDate": "2026-03-02"})).await.json;
    assert_eq!(fresh.get("rows"), None, "not final yet");
    let fresh = ask(json!({"startDate": "2026-03-01", "endDate": "2026-03-02", "dataState": "all"})).await.json;
    assert!(fresh["rows"].is_array() && fresh["metadata"]["firstIncompleteDate"].is_string());
    for wrong in [
        json!({"rowLimit": 25_001}),
        json!({"dimensions": ["hour"]}),
        json!({"endDate": null}),
        json!({"dimensions": ["page"], "aggregationType": "byProperty"}),
        json!({"type": "discover", "dimensions": ["query"]}),
    ] {
        assert_eq!(older(&ask(wrong.clone()).await), (400, "badRequest"), "{wrong}");
    }
}

#[tokio::test]
async fn properties_come_in_pages_and_ben_has_none() {
    let google = GoogleStage::of("anna").await;
    google.stage.sandbox.vendors().google().configure(|settings| settings.more_properties = 60);
    let first = google.get(&format!("{ADMIN}/accountSummaries")).await.json;
    assert_eq!(first["accountSummaries"].as_array().unwrap().len(), 50);
    let token: String =
        url::form_urlencoded::byte_serialize(first["nextPageToken"].as_str().unwrap().as_bytes()).collect();
    let second = google.get(&format!("{ADMIN}/accountSummaries?pageToken={token}")).await.json;
    let last = second["accountSummaries"].as_array().unwrap().last().unwrap();
    assert_eq!(last["propertySummaries"][0]["property"], "properties/345001");
    assert_eq!(second.get("nextPageToken"), None);
    let list = google.get(&format!("{ADMIN}/properties?filter=parent:accounts/1001")).await.json;
    assert_eq!(list["properties"][0]["timeZone"], "Europe/London");
    assert_eq!(google.get(&format!("{ADMIN}/properties")).await.status, 400);

    let ben = GoogleStage::of("ben").await;
    assert_eq!(ben.get(&format!("{ADMIN}/accountSummaries")).await.json, json!({}));
    let report =
        json!({"dateRanges": [{"startDate": "yesterday", "endDate": "today"}], "metrics": [{"name": "sessions"}]});
    assert_eq!(status(&ben.post(REPORT, report).await), (403, "PERMISSION_DENIED"));
}

#[tokio::test]
async fn a_report_adds_up_by_any_dimension() {
    let google = GoogleStage::of("anna").await;
    let vendor = google.stage.sandbox.vendors().google();
    for (day, sessions) in [("2026-02-28", 100), ("2026-03-01", 50)] {
        vendor.set_figure("properties/345001", "sessions", day.parse().unwrap(), sessions);
    }
    let ask = async |more: Value| {
        let mut body = json!({"dateRanges": [{"startDate": "2daysAgo", "endDate": "yesterday"}],
            "metrics": [{"name": "sessions"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        google.post(REPORT, body).await
    };
    let total = ask(json!({"returnPropertyQuota": true})).await.json;
    assert_eq!((&total["rows"][0]["metricValues"][0]["value"], &total["rowCount"]), (&json!("150"), &json!(1)));
    assert_eq!(total["propertyQuota"]["tokensPerDay"]["consumed"], 3);
    let order = json!([{"metric": {"metricName": "sessions"}, "desc": true}]);
    let channels = json!({"dimensions": [{"name": "sessionDefaultChannelGroup"}], "orderBys": order, "limit": "2",
        "metricAggregations": ["TOTAL"]});
    let channels = ask(channels).await.json;
    assert_eq!((channels["rows"].as_array().unwrap().len(), &channels["rowCount"]), (2, &json!(6)));
    assert_eq!(channels["rows"][0]["dimensionValues"][0]["value"], "Organic Search");
    assert_eq!(channels["totals"][0]["metricValues"][0]["value"], "150");
    let ranges = json!([{"startDate": "2026-02-28", "endDate": "2026-02-28", "name": "then"},
        {"startDate": "2026-03-01", "endDate": "2026-03-01"}]);
    let two = ask(json!({ "dateRanges": ranges })).await.json;
    assert_eq!(two["dimensionHeaders"], json!([{"name": "dateRange"}]));
    assert_eq!(two["rows"][1]["dimensionValues"][0]["value"], "then");
    let email = json!({"filter": {"fieldName": "sessionMedium", "stringFilter": {"value": "email"}}});
    let email = ask(json!({"dimensionFilter": email, "dimensions": [{"name": "date"}]})).await.json;
    assert_eq!(email["rows"][0], json!({"dimensionValues": [{"value": "20260228"}], "metricValues": [{"value": "4"}]}));
    let none = ask(json!({"dateRanges": [{"startDate": "2026-04-01", "endDate": "2026-04-02"}]})).await.json;
    assert_eq!((none.get("rows"), none.get("rowCount")), (None, None));
    for wrong in [
        json!({"metrics": [{"name": "joy"}]}),
        json!({"dimensions": [{"name": "planet"}]}),
        json!({"dateRanges": []}),
        json!({"limit": 250_001}),
    ] {
        assert_eq!(status(&ask(wrong.clone()).await), (400, "INVALID_ARGUMENT"), "{wrong}");
    }
}

#[tokio::test]
async fn the_customer_below_the_manager_is_found_and_read_through_it() {
    let google = GoogleStage::of("anna").await;
    let list = google.get(&format!("{ADS}:listAccessibleCustomers")).await.json;
    assert_eq!(list, json!({"resourceNames": ["customers/1112223334"]}));
    let ask = async |customer: &str, login: Option<&str>, body: Value| {
        let url = google.url(&format!("{ADS}/{customer}/googleAds:search"));
        let mut request = google.stage.http.post(url).bearer_auth(&google.access).json(&body);
        if let Some(login) = login {
            request = request.header("login-customer-id", login);
        }
        Answer::of(request.send().await.unwrap()).await
    };
    let code = |answer: &Answer| answer.json["error"]["details"][0]["errors"][0]["errorCode"].clone();
    let tree =
        ask("1112223334", None, json!({"query": TREE, "searchSettings": {"returnTotalResultsCount": true}})).await;
    assert_eq!(tree.json["totalResultsCount"], "3");
    let child = &tree.json["results"][1]["customerClient"];
    assert_eq!((&child["id"], &child["level"], &child["manager"]), (&json!("5556667778"), &json!("1"), &json!(false)));

    let day = "2026-02-20".parse().unwrap();
    let vendor = google.stage.sandbox.vendors().google();
    vendor.set_figure("customers/5556667778/campaigns/701", "clicks", day, 12);
    let query = "SELECT campaign.id, campaign.name, metrics.clicks, metrics.cost_micros, segments.date FROM campaign \
                 WHERE segments.date BETWEEN '2026-02-20' AND '2026-02-21' AND campaign.status = 'ENABLED' \
                 ORDER BY segments.date";
    let body = json!({ "query": query });
    let rows = ask("5556667778", Some("1112223334"), body.clone()).await.json;
    assert_eq!(rows["results"][0]["metrics"]["clicks"], "12");
    assert_eq!(rows["results"][0]["campaign"]["resourceName"], "customers/5556667778/campaigns/701");
    assert_eq!(
        (rows["results"].as_array().unwrap().len(), &rows["results"][0]["segments"]["date"]),
        (2, &json!("2026-02-20"))
    );
    assert!(rows["fieldMask"].as_str().unwrap().ends_with("metrics.costMicros,segments.date"));

    let direct = ask("5556667778", None, body.clone()).await;
    assert_eq!((direct.status, code(&direct)), (403, json!({"authorizationError": "USER_PERMISSION_DENIED"})));
    let old = ask("5556667779", Some("1112223334"), body.clone()).await;
    assert_eq!(code(&old), json!({"authorizationError": "CUSTOMER_NOT_ENABLED"}));
    let manager = ask("1112223334", None, json!({"query": "SELECT customer.id, metrics.clicks FROM customer"})).await;
    assert_eq!(code(&manager), json!({"queryError": "REQUESTED_METRICS_FOR_MANAGER"}));
    let sized = ask("1112223334", None, json!({"query": TREE, "pageSize": 10})).await;
    assert_eq!(code(&sized), json!({"requestError": "PAGE_SIZE_NOT_SUPPORTED"}));
    let wrong = ask("1112223334", None, json!({"query": "SELECT customer.joy FROM customer"})).await;
    assert_eq!((wrong.status, code(&wrong)), (400, json!({"queryError": "UNRECOGNIZED_FIELD"})));
    vendor.configure(|settings| settings.ads_page_rows = 2);
    let first = ask("1112223334", None, json!({ "query": TREE })).await.json;
    let second = ask("1112223334", None, json!({"query": TREE, "pageToken": first["nextPageToken"]})).await.json;
    assert_eq!((second["results"].as_array().unwrap().len(), second.get("nextPageToken")), (1, None));
}

#[tokio::test]
async fn streams_and_versions_of_ads_answer_as_they_do() {
    let google = GoogleStage::of("anna").await;
    let vendor = google.stage.sandbox.vendors().google();
    let stream = format!("{ADS}/1112223334/googleAds:searchStream");
    vendor.configure(|settings| settings.ads_page_rows = 2);
    let chunks = google.post(&stream, json!({ "query": TREE })).await.json;
    assert_eq!((chunks.as_array().unwrap().len(), chunks[1]["results"].as_array().unwrap().len()), (2, 1));
    vendor.refuse(GoogleApi::Ads, GoogleRefusal::Quota { retry_seconds: Some(10) }, 1);
    let refused = google.post(&stream, json!({ "query": TREE })).await;
    let error = &refused.json[0]["error"]["details"][0]["errors"][0];
    assert_eq!((refused.status, &error["errorCode"]["quotaError"]), (429, &json!("RESOURCE_TEMPORARILY_EXHAUSTED")));
    assert_eq!(error["details"]["quotaErrorDetails"]["retryDelay"], "10s");
    google.stage.sandbox.faults().push(Fault::new(
        Service::Google,
        "/googleads.googleapis.com/",
        FaultKind::Status(503),
    ));
    assert_eq!(google.post(&stream, json!({ "query": TREE })).await.json[0]["error"]["status"], "UNAVAILABLE");

    let list = |version: u32| format!("googleads.googleapis.com/v{version}/customers:listAccessibleCustomers");
    let shut = google.get(&list(22)).await;
    let code = &shut.json["error"]["details"][0]["errors"][0]["errorCode"];
    assert_eq!((shut.status, code), (400, &json!({"requestError": "UNSUPPORTED_VERSION"})));
    assert_eq!(google.get(&list(26)).await.status, 200);
    let unknown = google.get(&list(27)).await;
    assert_eq!((unknown.status, unknown.json), (404, Value::Null));
    let with = google.stage.http.request(Method::GET, google.url(&list(25))).bearer_auth(&google.access);
    assert_eq!(with.header("developer-token", "old").send().await.unwrap().status(), 200, "ignored");

    let ben = GoogleStage::of("ben").await;
    let none = ben.get(&list(25)).await;
    let code = &none.json["error"]["details"][0]["errors"][0]["errorCode"];
    assert_eq!((none.status, code), (401, &json!({"authenticationError": "NOT_ADS_USER"})));
}
