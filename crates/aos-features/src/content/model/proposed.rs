//! What agents propose, as requests. What can't be one as it stands is left out here or refused when it is cleaned.

use aos_capabilities::drafts::{AdCopyIdea, BacklinkTarget, NewsletterIdea, PostIdea, TopicDraft};
use aos_kernel::ChannelId;

use super::{NewRequest, RequestDetails, RequestKind, request::is_mail_address};

impl From<TopicDraft> for NewRequest {
    fn from(topic: TopicDraft) -> Self {
        Self {
            title: topic.title,
            brief: topic.brief,
            keywords: topic.keywords,
            search_intent: topic.search_intent,
            audience: topic.audience,
            outline: topic.outline,
            sources: topic.sources,
            notes: topic.notes,
            ..Self::default()
        }
    }
}

impl NewRequest {
    /// A post for those of the channels that the idea names; for all of them, where it names none.
    pub fn of_post(kind: RequestKind, idea: PostIdea, channels: &[ChannelId]) -> Self {
        let named: Vec<ChannelId> =
            channels.iter().copied().filter(|channel| idea.channels.contains(&channel.to_string())).collect();
        let format = idea.format.trim().to_lowercase();
        Self {
            kind,
            title: idea.title,
            brief: idea.brief,
            audience: idea.audience,
            sources: idea.sources,
            notes: idea.notes,
            channels: if named.is_empty() { channels.to_vec() } else { named },
            format: if kind.formats().contains(&format.as_str()) { format } else { String::new() },
            ..Self::default()
        }
    }
}

impl From<NewsletterIdea> for NewRequest {
    fn from(idea: NewsletterIdea) -> Self {
        Self {
            kind: RequestKind::Newsletter,
            title: idea.title,
            brief: idea.brief,
            audience: idea.audience,
            outline: idea.outline,
            sources: idea.sources,
            notes: idea.notes,
            details: RequestDetails { list: idea.list, ..RequestDetails::default() },
            ..Self::default()
        }
    }
}

impl From<BacklinkTarget> for NewRequest {
    fn from(target: BacklinkTarget) -> Self {
        let title = if target.name.trim().is_empty() { target.site.clone() } else { target.name };
        Self {
            kind: RequestKind::Backlink,
            title,
            brief: target.angle,
            sources: target.sources,
            notes: target.notes,
            details: RequestDetails {
                site: Some(target.site),
                contact_name: target.contact_name,
                // A guess is worse than a gap.
                contact_address: target.contact_address.filter(|address| is_mail_address(address.trim())),
                link_to: target.link_to,
                ..RequestDetails::default()
            },
            ..Self::default()
        }
    }
}

impl From<AdCopyIdea> for NewRequest {
    fn from(idea: AdCopyIdea) -> Self {
        Self {
            kind: RequestKind::AdCopy,
            title: idea.title,
            brief: idea.brief,
            audience: idea.audience,
            keywords: idea.keywords,
            sources: idea.sources,
            notes: idea.notes,
            details: RequestDetails {
                network: idea.network.trim().to_lowercase().parse().ok(),
                final_url: idea.final_url,
                ..RequestDetails::default()
            },
            ..Self::default()
        }
    }
}
