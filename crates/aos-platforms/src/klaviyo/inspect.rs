//! Reading what a score needs. Source: contract `email.md`, section 2.4, and, where it is silent, Klaviyo's pages about
//! metrics, reports and the number of people in a list.

use std::cmp::Reverse;

use aos_capabilities::{
    Account, PlatformError,
    evidence::{Evidence, Inspect},
};
use aos_kernel::Timestamp;
use chrono::Months;
use serde_json::json;

use super::{
    Klaviyo,
    api::{AudienceData, CampaignData, MetricData, One, ReportData, resource},
    campaigns, errors, mapping,
    session::{EMAIL, Session, is_id},
};

/// How far back campaigns are read, and how many.
const MONTHS: u32 = 12;
const CAMPAIGNS: usize = 50;
/// Klaviyo counts the people of a list slowly, so only so many are asked for.
const COUNTED: usize = 10;
/// What a report's money is counted by; every shop has it.
const USUAL_METRIC: &str = "Placed Order";

#[async_trait::async_trait]
impl Inspect for Klaviyo {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let session = self.session(account);
        let now = self.vendor.now();
        let mut evidence = Evidence { taken_at: Some(now), ..Evidence::default() };
        // Without the lists nothing could be read.
        let lists = campaigns::audiences(&session, "lists").await?;
        evidence.subscribers = subscribers(&session, &lists).await;
        if evidence.subscribers.is_none() {
            evidence.missing.push("Klaviyo did not say how many people are in every list.".to_owned());
        }
        let since = now.checked_sub_months(Months::new(MONTHS)).unwrap_or(now);
        match figures(&session, since, &mut evidence).await {
            Ok(()) => {}
            Err(error) => evidence.missing.push(format!("The campaigns could not be read. {}", error.message)),
        }
        Ok(evidence)
    }
}

/// People in all lists together; none where one list would not say. Somebody in two lists counts twice.
async fn subscribers(session: &Session<'_>, lists: &[AudienceData]) -> Option<u64> {
    if lists.len() > COUNTED {
        return None;
    }
    let mut sum = 0u64;
    for list in lists.iter().filter(|list| is_id(&list.id)) {
        let request = session.get(&format!("lists/{}", list.id), &[("additional-fields[list]", "profile_count")]);
        let one: One<AudienceData> = session.call(errors::INSPECT, request).await.ok()?;
        sum = sum.saturating_add(one.data.attributes.profile_count?);
    }
    Some(sum)
}

async fn figures(session: &Session<'_>, since: Timestamp, evidence: &mut Evidence) -> Result<(), PlatformError> {
    let query = [EMAIL, ("sort", "-updated_at"), ("page[size]", "100")];
    let enough = |campaigns: &[CampaignData]| campaigns.len() < 2 * CAMPAIGNS;
    let campaigns = session.list(errors::INSPECT, "campaigns", &query, enough).await?;
    let mut attributes = json!({
        "statistics": ["recipients", "opens_unique", "clicks_unique", "unsubscribes"],
        "timeframe": {"key": "last_365_days"},
    });
    if let Some(metric) = metric(session).await {
        attributes["conversion_metric_id"] = json!(metric);
    }
    // One report for all: Klaviyo makes two a minute.
    let request = session.post("campaign-values-reports", &resource("campaign-values-report", None, Some(attributes)));
    let report: One<ReportData> = session.call(errors::INSPECT, request).await?;
    evidence.campaigns = mapping::figures(&campaigns, &report.data.attributes.results);
    evidence.campaigns.retain(|campaign| campaign.sent_at >= since);
    evidence.campaigns.sort_by_key(|campaign| Reverse(campaign.sent_at));
    evidence.campaigns.truncate(CAMPAIGNS);
    Ok(())
}

/// A report wants to be told by which metric it counts money, although none of ours is about money. Where the person
/// left metrics out of the consent, it is tried without.
async fn metric(session: &Session<'_>) -> Option<String> {
    let metrics: Vec<MetricData> = session.list(errors::INSPECT, "metrics", &[], |_| false).await.ok()?;
    let usual = metrics.iter().find(|metric| metric.attributes.name.as_deref() == Some(USUAL_METRIC));
    usual.or(metrics.first()).map(|metric| metric.id.clone())
}
