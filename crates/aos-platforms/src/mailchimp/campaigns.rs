//! Sending a campaign once: made, filled, checked, then sent or scheduled. Its state is read before every order.
//! Source: contract `email.md`, sections 1.4 and 1.5.

use aos_capabilities::{
    Account, PlatformError,
    campaign::{Audience, Campaign, CampaignState, SendCampaigns, SendMode, SentCampaign},
};
use aos_kernel::ContentItemId;

use super::{
    ID, Mailchimp, NAME,
    api::{Checklist, ContentBody, List, Lists, ScheduleBody, Standing},
    errors, mapping,
    session::{Session, is_id},
};
use crate::{mailing, vendor};

/// Audiences of one page, and pages.
const LISTED: usize = 100;
const PAGES: usize = 10;

#[async_trait::async_trait]
impl SendCampaigns for Mailchimp {
    fn validate(&self, campaign: &Campaign) -> Result<(), PlatformError> {
        mailing::check(&self.descriptor, campaign, self.vendor.now())
    }

    async fn audiences(&self, account: &Account) -> Result<Vec<Audience>, PlatformError> {
        let lists = lists(&self.session(account)?).await?;
        Ok(lists.into_iter().map(mapping::audience).collect())
    }

    async fn send(&self, account: &Account, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
        self.validate(campaign)?;
        let session = self.session(account)?;
        // One that an earlier attempt left is gone on with: Mailchimp would make a second one without a word.
        if let Some(standing) = session.find(campaign.item).await? {
            return go_on(&session, &standing, campaign).await;
        }
        let request = session.post("campaigns").json(&mapping::body(campaign, true));
        let made: Standing = session.call(errors::CREATE, request).await?;
        if !is_id(&made.id) {
            let verb = errors::CREATE;
            return Err(vendor::unreadable(ID, NAME, verb.name, verb.effect));
        }
        finish(&session, &made.id, campaign).await.map_err(mailing::with_draft_standing)
    }

    async fn find(&self, account: &Account, item: ContentItemId) -> Result<Option<SentCampaign>, PlatformError> {
        let found = self.session(account)?.find(item).await?;
        Ok(found.as_ref().map(mapping::sent))
    }

    async fn resume(&self, account: &Account, id: &str, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
        self.validate(campaign)?;
        let session = self.session(account)?;
        let standing = session.standing(id).await?.ok_or_else(|| errors::gone(errors::SEND))?;
        go_on(&session, &standing, campaign).await
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<SentCampaign>, PlatformError> {
        let standing = self.session(account)?.standing(id).await?;
        Ok(standing.as_ref().map(mapping::sent))
    }
}

/// All audiences of the account, up to a bound.
pub(super) async fn lists(session: &Session<'_>) -> Result<Vec<List>, PlatformError> {
    let mut found = Vec::new();
    for page in 0..PAGES {
        let (count, offset) = (LISTED.to_string(), (page * LISTED).to_string());
        let query = [("count", count.as_str()), ("offset", offset.as_str()), ("fields", List::FIELDS)];
        let listed: Lists = session.call(errors::AUDIENCES, session.get("lists", &query)).await?;
        let read = listed.lists.len();
        found.extend(listed.lists);
        if read < LISTED || found.len() >= usize::try_from(listed.total_items).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(found)
}

/// Brings a draft to this text and on its way; anything that went out meanwhile is answered as it is.
async fn go_on(session: &Session<'_>, standing: &Standing, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
    let sent = mapping::sent(standing);
    if sent.state != CampaignState::Draft {
        return Ok(sent);
    }
    if !is_id(&standing.id) {
        return Err(errors::gone(errors::SEND));
    }
    let request = session.patch(&format!("campaigns/{}", standing.id)).json(&mapping::body(campaign, false));
    session.done(errors::FILL, request).await?;
    finish(session, &standing.id, campaign).await
}

/// Fills a campaign that stands there as a draft, and sends or schedules it.
async fn finish(session: &Session<'_>, id: &str, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
    let content = ContentBody { html: &campaign.html, plain_text: &campaign.text };
    session.done(errors::FILL, session.put(&format!("campaigns/{id}/content")).json(&content)).await?;
    if campaign.mode != SendMode::Draft {
        let request = session.get(&format!("campaigns/{id}/send-checklist"), &[]);
        let checklist: Checklist = session.call(errors::CHECKLIST, request).await?;
        if !checklist.is_ready {
            return Err(errors::not_ready(&checklist));
        }
    }
    let standing = session.standing(id).await?.ok_or_else(|| errors::gone(errors::SEND))?;
    let before = mapping::sent(&standing);
    if campaign.mode == SendMode::Draft || before.state != CampaignState::Draft {
        return Ok(before);
    }
    let (verb, request) = match campaign.mode {
        SendMode::At(time) => {
            let body = ScheduleBody { schedule_time: mapping::written(time), timewarp: false };
            (errors::SCHEDULE, session.post(&format!("campaigns/{id}/actions/schedule")).json(&body))
        }
        SendMode::Now | SendMode::Draft => (errors::SEND, session.post(&format!("campaigns/{id}/actions/send"))),
    };
    match session.done(verb, request).await {
        // The order was taken, so a failure to read it back is no failure to send.
        Ok(_) => {
            let after = session.standing(id).await.ok().flatten();
            Ok(mapping::ordered(after.as_ref(), id, campaign.mode))
        }
        Err(error) if error.outcome_unknown => match session.standing(id).await {
            Ok(Some(after)) if mapping::sent(&after).state != CampaignState::Draft => Ok(mapping::sent(&after)),
            // A draft still may go out in the next moment.
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}
