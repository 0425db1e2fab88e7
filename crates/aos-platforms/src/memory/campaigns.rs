//! Sending campaigns from a practice mail platform.

use aos_capabilities::{
    Account, Capability, Descriptor, PlatformError, PlatformErrorKind,
    campaign::{Audience, Campaign, CampaignRules, CampaignState, SendCampaigns, SendMode, Sender, SentCampaign},
    platform::{AuthKind, ChannelType, Limits},
};
use aos_kernel::{ChannelId, ContentItemId, Timestamp};

use super::{Memory, Operation};

const RULES: CampaignRules = CampaignRules {
    subject_characters: 150,
    preview_characters: 200,
    html_bytes: 1 << 20,
    minutes: None,
    unsubscribe: "*|UNSUB|*",
};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    id: "memory_mail",
    name: "Practice mail",
    channel_type: ChannelType::Email,
    auth: AuthKind::None,
    capabilities: &[Capability::Connect, Capability::SendCampaign],
    limits: Limits { title_characters: None, body_bytes: None, image_bytes: None, tags: None },
    consent: None,
    posts: None,
    campaigns: Some(RULES),
    api_version: None,
    simulated: true,
};

/// Whom a practice mail reaches.
const MEMBERS: u64 = 412;

/// A campaign as it stands on the practice mail platform.
#[derive(Clone, Debug)]
pub struct StandingCampaign {
    pub id: u64,
    pub item: ContentItemId,
    pub subject: String,
    pub html: String,
    pub audience: String,
    mode: SendMode,
}

impl Memory {
    /// The campaigns of a channel, oldest first.
    pub fn campaigns_of(&self, channel: ChannelId) -> Vec<StandingCampaign> {
        self.lock().campaigns.get(&channel).cloned().unwrap_or_default()
    }

    fn send_or_resume(
        &self,
        account: &Account,
        known: Option<&str>,
        campaign: &Campaign,
    ) -> Result<SentCampaign, PlatformError> {
        self.validate(campaign)?;
        self.operate(account, Operation::Send, |state, now| {
            let campaigns = state.campaigns.entry(account.channel).or_default();
            let id = match known {
                None => {
                    state.last_id += 1;
                    state.last_id
                }
                Some(id) => {
                    let at = campaigns.iter().position(|one| one.id.to_string() == id);
                    let Some(at) = at else {
                        let words = "The campaign is no longer there.";
                        return Err(Operation::Send.error(PlatformErrorKind::NotFound, words, "Send it again."));
                    };
                    campaigns.remove(at).id
                }
            };
            let standing = StandingCampaign {
                id,
                item: campaign.item,
                subject: campaign.subject.clone(),
                html: campaign.html.clone(),
                audience: campaign.audience.clone(),
                mode: campaign.mode,
            };
            let sent = show(account, &standing, now);
            campaigns.push(standing);
            Ok(sent)
        })
    }
}

#[async_trait::async_trait]
impl SendCampaigns for Memory {
    fn validate(&self, campaign: &Campaign) -> Result<(), PlatformError> {
        let broken = if campaign.subject.trim().is_empty() {
            Some(("subject", "The campaign has no subject."))
        } else if campaign.subject.chars().count() > RULES.subject_characters {
            Some(("subject", "The subject is too long."))
        } else if campaign.html.len() > RULES.html_bytes {
            Some(("html", "The mail is too large."))
        } else if !campaign.html.contains(RULES.unsubscribe) {
            Some(("html", "The mail has no link with which a reader leaves."))
        } else if campaign.audience.is_empty() {
            Some(("audience", "Nobody chose an audience."))
        } else {
            None
        };
        match broken {
            None => Ok(()),
            Some((field, words)) => {
                let kind = PlatformErrorKind::Invalid(field.to_owned());
                Err(Operation::Send.error(kind, words, "Change it; then send it again."))
            }
        }
    }

    async fn audiences(&self, account: &Account) -> Result<Vec<Audience>, PlatformError> {
        self.operate(account, Operation::Audiences, |_, _| {
            Ok(vec![Audience {
                id: "readers".to_owned(),
                name: "All readers".to_owned(),
                members: Some(MEMBERS),
                sender: Sender { name: "Practice".to_owned(), address: "news@practice.example".to_owned() },
            }])
        })
    }

    async fn send(&self, account: &Account, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
        self.send_or_resume(account, None, campaign)
    }

    async fn find(&self, account: &Account, item: ContentItemId) -> Result<Option<SentCampaign>, PlatformError> {
        self.operate(account, Operation::Find, |state, now| {
            let campaigns = state.campaigns.get(&account.channel);
            let ours = campaigns.and_then(|campaigns| campaigns.iter().find(|one| one.item == item));
            Ok(ours.map(|standing| show(account, standing, now)))
        })
    }

    async fn resume(&self, account: &Account, id: &str, campaign: &Campaign) -> Result<SentCampaign, PlatformError> {
        self.send_or_resume(account, Some(id), campaign)
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<SentCampaign>, PlatformError> {
        self.operate(account, Operation::Read, |state, now| {
            let campaigns = state.campaigns.get(&account.channel);
            let standing = campaigns.and_then(|campaigns| campaigns.iter().find(|one| one.id.to_string() == id));
            Ok(standing.map(|standing| show(account, standing, now)))
        })
    }
}

fn show(account: &Account, standing: &StandingCampaign, now: Timestamp) -> SentCampaign {
    let state = match standing.mode {
        SendMode::Draft => CampaignState::Draft,
        SendMode::At(at) if at > now => CampaignState::Scheduled(at),
        SendMode::At(_) | SendMode::Now => CampaignState::Sent,
    };
    SentCampaign {
        id: standing.id.to_string(),
        url: account.base_url.join(&format!("campaigns/{}", standing.id)).ok(),
        state,
        recipients: (state == CampaignState::Sent).then_some(MEMBERS),
        notes: Vec::new(),
    }
}
