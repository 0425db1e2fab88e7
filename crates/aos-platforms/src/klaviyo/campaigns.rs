//! Sending a campaign once: text, campaign, text into the campaign, then the order to send. Its state is read before
//! every order. Source: contract `email.md`, sections 2.3 and 2.4.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    campaign::{Audience, Campaign, CampaignState, SendCampaigns, SendMode, SentCampaign},
};
use aos_kernel::ContentItemId;

use super::{
    ID, Klaviyo, NAME,
    api::{AccountData, AudienceData, CampaignData, JobData, Made, Many, One, resource},
    errors, mapping,
    session::{Session, is_id},
};
use crate::{mailing, vendor, verb::Verb};

#[async_trait::async_trait]
impl SendCampaigns for Klaviyo {
    fn validate(&self, campaign: &Campaign) -> Result<(), PlatformError> {
        mailing::check(&self.descriptor, campaign, self.vendor.now())
    }

    async fn audiences(&self, account: &Account) -> Result<Vec<Audience>, PlatformError> {
        let session = self.session(account);
        let accounts: Many<AccountData> = session.call(errors::AUDIENCES, session.get("accounts", &[])).await?;
        let sender = accounts.data.first().map(mapping::sender).unwrap_or_default();
        let lists = audiences(&session, "lists").await?;
        // Segments are an extra that the person may have left out of the consent.
        let segments = match audiences(&session, "segments").await {
            Err(error) if error.kind == PlatformErrorKind::PermissionMissing => Vec::new(),
            listed => listed?,
        };
        let lists = lists.into_iter().map(|data| mapping::audience(data, "List", &sender));
        Ok(lists.chain(segments.into_iter().map(|data| mapping::audience(data, "Segment", &sender))).collect())
    }

    async fn send(&self, account: &Account, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
        self.validate(campaign)?;
        let session = self.session(account);
        // One that an earlier attempt left is gone on with: Klaviyo would make a second one without a word.
        if let Some(standing) = session.find(campaign.item).await? {
            return go_on(&session, &standing.id, campaign).await;
        }
        let template = template(&session, campaign).await?;
        let request = session.post("campaigns", &mapping::new_campaign(campaign));
        let made: One<CampaignData> = session.call(errors::CREATE, request).await?;
        if !is_id(&made.data.id) {
            return Err(unreadable(errors::CREATE));
        }
        finish(&session, &made.data, &template, campaign).await.map_err(mailing::with_draft_standing)
    }

    async fn find(&self, account: &Account, item: ContentItemId) -> Result<Option<SentCampaign>, PlatformError> {
        let found = self.session(account).find(item).await?;
        Ok(found.as_ref().map(mapping::sent))
    }

    async fn resume(&self, account: &Account, id: &str, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
        self.validate(campaign)?;
        go_on(&self.session(account), id, campaign).await
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<SentCampaign>, PlatformError> {
        let standing = self.session(account).standing(id).await?;
        Ok(standing.as_ref().map(mapping::sent))
    }
}

pub(super) async fn audiences(session: &Session<'_>, path: &str) -> Result<Vec<AudienceData>, PlatformError> {
    session.list(errors::AUDIENCES, path, &[("page[size]", "10")], |_: &[AudienceData]| true).await
}

fn unreadable(verb: Verb) -> PlatformError {
    vendor::unreadable(ID, NAME, verb.name, verb.effect)
}

/// Brings the text there; the campaign gets a copy of it.
async fn template(session: &Session<'_>, campaign: &Campaign) -> Result<String, PlatformError> {
    let made: One<Made> = session.call(errors::WRITE, session.post("templates", &mapping::template(campaign))).await?;
    if is_id(&made.data.id) { Ok(made.data.id) } else { Err(unreadable(errors::WRITE)) }
}

/// Brings a draft to this text and on its way; anything that went out meanwhile is answered as it is.
async fn go_on(session: &Session<'_>, id: &str, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
    let standing = session.standing(id).await?.ok_or_else(|| errors::gone(errors::SEND))?;
    let sent = mapping::sent(&standing);
    if sent.state != CampaignState::Draft {
        return Ok(sent);
    }
    if is_under_way(session, &standing.id).await? {
        return Ok(mapping::ordered(Some(&standing), &standing.id, campaign.mode));
    }
    let message = standing.message().filter(|id| is_id(id)).ok_or_else(errors::no_message)?;
    let template = template(session, campaign).await?;
    let request = session.patch(&format!("campaigns/{id}"), &mapping::changed_campaign(id, campaign));
    session.done(errors::FILL, request).await?;
    let request = session.patch(&format!("campaign-messages/{message}"), &mapping::changed_message(message, campaign));
    session.done(errors::FILL, request).await?;
    finish(session, &standing, &template, campaign).await
}

/// Whether an order to send was taken that the campaign's own state does not show yet.
async fn is_under_way(session: &Session<'_>, id: &str) -> Result<bool, PlatformError> {
    let request = session.get(&format!("campaign-send-jobs/{id}"), &[]);
    match session.call::<One<JobData>>(errors::READ, request).await {
        Ok(job) => Ok(matches!(job.data.attributes.status.as_deref(), Some("queued" | "processing"))),
        Err(error) if error.kind == PlatformErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Puts the text into a campaign that stands there as a draft, and sends or schedules it.
async fn finish(
    session: &Session<'_>,
    draft: &CampaignData,
    template: &str,
    campaign: &Campaign,
) -> Result<SentCampaign, PlatformError> {
    let id = draft.id.as_str();
    let message = match draft.message() {
        Some(message) => message.to_owned(),
        // Klaviyo left it out of its answer to making one.
        None => {
            let standing = session.standing(id).await?.ok_or_else(|| errors::gone(errors::SEND))?;
            standing.message().map(ToOwned::to_owned).ok_or_else(errors::no_message)?
        }
    };
    let request = session.post("campaign-message-assign-template", &mapping::assignment(&message, template));
    session.done(errors::FILL, request).await?;
    let standing = session.standing(id).await?.ok_or_else(|| errors::gone(errors::SEND))?;
    let before = mapping::sent(&standing);
    if campaign.mode == SendMode::Draft || before.state != CampaignState::Draft {
        return Ok(before);
    }
    let request = session.post("campaign-send-jobs", &resource("campaign-send-job", Some(id), None));
    match session.done(errors::SEND, request).await {
        // The order was taken, so a failure to read it back is no failure to send.
        Ok(_) => {
            let after = session.standing(id).await.ok().flatten();
            Ok(mapping::ordered(after.as_ref(), id, campaign.mode))
        }
        // A conflict says that somebody ordered it before.
        Err(error) if error.outcome_unknown || error.kind == PlatformErrorKind::Conflict => {
            match session.standing(id).await {
                Ok(Some(after)) if mapping::sent(&after).state != CampaignState::Draft => Ok(mapping::sent(&after)),
                Ok(Some(after)) if is_under_way(session, id).await.unwrap_or_default() => {
                    Ok(mapping::ordered(Some(&after), id, campaign.mode))
                }
                // A draft still may go out in the next moment.
                _ => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}
