//! The step that sends a newsletter to its audience.

use aos_capabilities::{
    Account, PlatformError,
    campaign::{Campaign, CampaignRules, SendCampaigns, SendMode},
};
use aos_kernel::{Error, Result, Timestamp};
use aos_storage::Tx;
use chrono::TimeDelta;
use serde_json::Value;

use super::{
    Plan,
    once::{Attempt, Seen, concluded, once},
    permit::not_before,
    post,
    record::record_failed,
};
use crate::{
    channels::Connections,
    content::{model::CampaignText, write::unit},
    markdown,
    steps::{Accepted, StepContext, StepHandler, Work},
};

/// Sends the approved version of the activity's newsletter. It waits here for its time, as long as it can still be moved.
pub struct SendCampaign {
    connections: Connections,
}

struct CampaignAttempt<'a> {
    campaigns: &'a dyn SendCampaigns,
    campaign: Campaign,
}

#[async_trait::async_trait]
impl Attempt for CampaignAttempt<'_> {
    /// A second mail to everybody is worse than a late one.
    const SETTLES: TimeDelta = TimeDelta::minutes(5);

    fn validate(&self) -> Result<(), PlatformError> {
        self.campaigns.validate(&self.campaign)
    }
    /// The item is named in the campaign, whenever it was made.
    async fn find(&self, account: &Account, _since: Timestamp) -> Result<Option<Seen>, PlatformError> {
        Ok(self.campaigns.find(account, self.campaign.item).await?.map(Seen::from))
    }
    async fn make(&self, account: &Account) -> Result<Seen, PlatformError> {
        Ok(self.campaigns.send(account, &self.campaign).await?.into())
    }
    async fn resume(&self, account: &Account, id: &str) -> Result<Seen, PlatformError> {
        Ok(self.campaigns.resume(account, id, &self.campaign).await?.into())
    }
}

impl SendCampaign {
    pub fn new(connections: Connections) -> Self {
        Self { connections }
    }
}

fn campaign(plan: &Plan) -> Result<Campaign> {
    let text = plan.version.text.campaign().ok_or_else(|| Error::internal("a newsletter of another kind"))?;
    let rules = plan.platform.descriptor().campaigns;
    let rules = rules.ok_or_else(|| Error::internal("a platform without rules for campaigns"))?;
    Ok(Campaign {
        item: plan.item.id,
        name: plan.item.title.clone(),
        subject: text.subject.clone(),
        preview: text.preview.clone(),
        html: page(text, &rules),
        text: format!("{}\n\nUnsubscribe: {}\n", text.markdown, rules.unsubscribe),
        sender: text.sender.clone(),
        audience: text.audience.id.clone(),
        mode: SendMode::Now,
    })
}

/// The whole mail: mail programs read little more than tables and styles in place, so there is nothing else in it.
fn page(text: &CampaignText, rules: &CampaignRules) -> String {
    let body = markdown::to_html(&text.markdown).into_string();
    let (subject, preview, leave) = (escaped(&text.subject), escaped(&text.preview), rules.unsubscribe);
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{subject}</title></head><body style=\"margin:0;padding:24px;font-family:sans-serif;line-height:1.5\">\
         <div style=\"display:none\">{preview}</div>\
         <div style=\"max-width:600px;margin:0 auto\">{body}\
         <p style=\"font-size:12px;color:#666\"><a href=\"{leave}\">Unsubscribe</a></p></div></body></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[async_trait::async_trait]
impl StepHandler for SendCampaign {
    fn kind(&self) -> &'static str {
        crate::content::SEND_CAMPAIGN
    }

    async fn not_before(&self, tx: &mut Tx, work: &Work) -> Result<Option<Timestamp>> {
        not_before(tx, work.scope, unit(work)?).await
    }

    async fn run(&self, cx: &StepContext, work: &Work) -> Result<Value> {
        let plan = Plan::of_item(&cx.db, &self.connections, work, unit(work)?).await?;
        let campaigns = plan.platform.campaigns().ok_or_else(|| Error::internal("a platform that sends no mail"))?;
        let attempt = CampaignAttempt { campaigns, campaign: campaign(&plan)? };
        let outcome = once(&cx.db, work.scope, &plan, &attempt).await;
        concluded(&cx.db, work.scope, &plan, outcome).await
    }

    async fn accept(&self, tx: &mut Tx, work: &Work, result: Value) -> Result<Accepted> {
        post::accept(tx, work, result).await
    }

    async fn failed(&self, tx: &mut Tx, work: &Work, error: &Error) -> Result<()> {
        record_failed(tx, work, unit(work)?, error).await
    }
}
