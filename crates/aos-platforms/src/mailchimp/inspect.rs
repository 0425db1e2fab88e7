//! Reading what a score needs. Source: contract `email.md`, sections 1.4 and 1.5.

use std::cmp::Reverse;

use aos_capabilities::{
    Account, PlatformError,
    evidence::{Evidence, Inspect},
};
use chrono::{Months, SubsecRound};

use super::{
    Mailchimp,
    api::{Campaigns, Report, Standing},
    campaigns, errors, mapping,
    session::is_id,
};

/// How far back campaigns are read, and how many.
const MONTHS: u32 = 12;
const CAMPAIGNS: usize = 50;

#[async_trait::async_trait]
impl Inspect for Mailchimp {
    async fn inspect(&self, account: &Account) -> Result<Evidence, PlatformError> {
        let session = self.session(account)?;
        let now = self.vendor.now();
        let mut evidence = Evidence { taken_at: Some(now), ..Evidence::default() };
        // Without the audiences nothing could be read.
        let lists = campaigns::lists(&session).await?;
        let members: Vec<u64> =
            lists.iter().filter_map(|list| list.stats.as_ref().and_then(|stats| stats.member_count)).collect();
        if members.len() == lists.len() {
            evidence.subscribers = Some(members.into_iter().fold(0, u64::saturating_add));
        } else {
            evidence.missing.push("Mailchimp did not say how many people are in every audience.".to_owned());
        }
        let since = now.checked_sub_months(Months::new(MONTHS)).unwrap_or(now).trunc_subsecs(0);
        let from = mapping::written(since);
        let query = [
            ("status", "sent"),
            ("since_create_time", from.as_str()),
            ("sort_field", "create_time"),
            ("sort_dir", "DESC"),
            ("count", "50"),
            ("fields", Standing::LISTED),
        ];
        let listed: Campaigns = match session.call(errors::INSPECT, session.get("campaigns", &query)).await {
            Ok(listed) => listed,
            Err(error) => {
                evidence.missing.push(format!("The campaigns could not be read. {}", error.message));
                return Ok(evidence);
            }
        };
        for standing in listed.campaigns.iter().filter(|standing| is_id(&standing.id)).take(CAMPAIGNS) {
            let request = session.get(&format!("reports/{}", standing.id), &[]);
            match session.call::<Report>(errors::INSPECT, request).await {
                Ok(report) => evidence.campaigns.extend(mapping::figures(standing, &report)),
                Err(error) => {
                    evidence.missing.push(format!("Not all reports could be read. {}", error.message));
                    break;
                }
            }
        }
        evidence.campaigns.retain(|campaign| campaign.sent_at >= since);
        evidence.campaigns.sort_by_key(|campaign| Reverse(campaign.sent_at));
        Ok(evidence)
    }
}
