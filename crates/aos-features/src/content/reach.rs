//! Where a piece can stand: the client's channels, by what their platforms take; and what a text breaks of their rules.

use aos_capabilities::{
    Descriptor, Platform, PlatformError, PlatformErrorKind, PlatformRegistry, platform::ChannelType, post::PostRules,
};
use aos_kernel::{ChannelId, Error, Result, TenantScope};
use aos_storage::Conn;

use super::model::{ContentItem, ItemKind, ItemText, NewRequest, RequestKind};
use crate::channels::{self, Channel, ChannelState};

/// Whether a platform takes what a request of this kind becomes.
pub fn takes(platform: &dyn Platform, kind: RequestKind) -> bool {
    let local = platform.descriptor().channel_type == ChannelType::Local;
    match kind {
        RequestKind::Blog => platform.publish().is_some(),
        RequestKind::Social => platform.posts().is_some() && !local,
        RequestKind::Gbp => platform.posts().is_some() && local,
        RequestKind::Newsletter => platform.campaigns().is_some(),
        RequestKind::AdCopy | RequestKind::Backlink => false,
    }
}

/// The client's connected channels on which a request of this kind can stand, the oldest first.
///
/// # Errors
/// `Storage`.
pub async fn channels_for(
    conn: &mut Conn,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    kind: RequestKind,
) -> Result<Vec<Channel>> {
    let fits = |channel: &Channel| {
        channel.state == ChannelState::Connected
            && platforms.get(&channel.platform).is_some_and(|platform| takes(platform.as_ref(), kind))
    };
    Ok(channels::queries::channels(conn, scope).await?.into_iter().filter(fits).collect())
}

/// A channel as people know it: "LinkedIn: Harbour & Pine".
pub fn name_of(platforms: &PlatformRegistry, channel: &Channel) -> String {
    let platform = platform_name(platforms, channel);
    let label = channel.label.trim();
    if label.is_empty() || label == platform { platform.to_owned() } else { format!("{platform}: {label}") }
}

fn platform_name<'a>(platforms: &PlatformRegistry, channel: &'a Channel) -> &'a str {
    platforms.get(&channel.platform).map_or(channel.platform.as_str(), |platform| platform.descriptor().name)
}

/// The request with its channels: those that were chosen, when all of them can be used; else, where one chooses itself,
/// that one.
///
/// # Errors
/// `Invalid` for `channels`, with what to do.
pub(super) async fn settle_channels(
    conn: &mut Conn,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    mut input: NewRequest,
) -> Result<NewRequest> {
    let kind = input.kind;
    if input.channels.is_empty() && !kind.has_channels() {
        return Ok(input);
    }
    let usable = channels_for(conn, platforms, scope, kind).await?;
    let refuse = |words: &str, help: &str| Err(Error::invalid("channels", words).with_help(help));
    if usable.is_empty() {
        let (words, help) = match kind {
            RequestKind::Social => ("No social channel is connected.", "Connect one on the client's Channels page."),
            RequestKind::Gbp => {
                ("No Google Business Profile is connected.", "Connect the client's profile on the Channels page.")
            }
            RequestKind::Newsletter => (
                "No channel for newsletters is connected.",
                "Connect the client's Mailchimp or Klaviyo on the Channels page.",
            ),
            _ => ("No site is connected.", "Connect the client's site on the Channels page."),
        };
        return refuse(words, help);
    }
    let known = |id: &ChannelId| usable.iter().any(|channel| channel.id == *id);
    if !input.channels.iter().all(known) {
        return refuse(
            "One of the channels is not connected, or takes nothing of this kind.",
            "Choose among the channels that are offered.",
        );
    }
    if input.channels.is_empty() {
        if kind == RequestKind::Social && usable.len() > 1 {
            return refuse("Choose at least one channel.", "One post is made for each.");
        }
        input.channels.push(usable[0].id);
    }
    if kind == RequestKind::Newsletter && input.channels.len() > 1 {
        return refuse("A newsletter goes out through one channel.", "Ask for another one for the other channel.");
    }
    Ok(input)
}

/// The channel of an item, with what its platform says of itself; none for an item without a channel of its own.
///
/// # Errors
/// `NotFound` when the channel is gone.
pub async fn channel_of<'a>(
    conn: &mut Conn,
    platforms: &'a PlatformRegistry,
    scope: TenantScope,
    item: &ContentItem,
) -> Result<Option<(Channel, Option<&'a Descriptor>)>> {
    let Some(id) = item.channel_id else { return Ok(None) };
    let channel = channels::queries::channel(conn, scope, id).await?;
    let descriptor = platforms.get(&channel.platform).map(|platform| platform.descriptor());
    Ok(Some((channel, descriptor)))
}

/// Where an item goes when it goes out: its own channel, the site of a blog post, nowhere for what a person sends or hands
/// over.
///
/// # Errors
/// `NotFound` when the channel is gone; `Storage`.
pub async fn destination(
    conn: &mut Conn,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    item: &ContentItem,
) -> Result<Option<Channel>> {
    match (item.channel_id, item.kind) {
        (Some(id), _) => Ok(Some(channels::queries::channel(conn, scope, id).await?)),
        (None, ItemKind::BlogPost) => {
            Ok(channels_for(conn, platforms, scope, RequestKind::Blog).await?.into_iter().next())
        }
        (None, _) => Ok(None),
    }
}

/// What is asked of a text: while it is edited, or before it is approved and so has to be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    Edited,
    Approved,
}

/// What a text breaks of the rules of where it is to stand, as far as that can be told here: the field and the words for
/// a person.
///
/// # Errors
/// `Storage`.
pub async fn problems(
    conn: &mut Conn,
    platforms: &PlatformRegistry,
    scope: TenantScope,
    item: &ContentItem,
    text: &ItemText,
    strictness: Strictness,
) -> Result<Vec<(&'static str, String)>> {
    let channel = match text {
        ItemText::Post(_) | ItemText::Campaign(_) => channel_of(conn, platforms, scope, item).await?,
        _ => None,
    };
    let posts = channel.as_ref().and_then(|(channel, _)| platforms.get(&channel.platform)?.posts());
    let descriptor = channel.as_ref().and_then(|(_, descriptor)| *descriptor);
    Ok(match text {
        ItemText::Article(_) | ItemText::Outreach(_) => Vec::new(),
        ItemText::AdCopy(text) => text.problems(),
        ItemText::Post(text) => match descriptor.and_then(|d| Some((d.posts.as_ref()?, d.name))) {
            Some((rules, name)) => {
                let mut found = text.problems(item.id, rules, name);
                // What only this platform has, such as a link that counts as a part of the text.
                if let Some(Err(refusal)) =
                    posts.filter(|_| found.is_empty()).map(|posts| posts.validate(&text.stand_in(item.id, rules)))
                {
                    found.push((field_of(&refusal), refusal.message));
                }
                found
            }
            None => Vec::new(),
        },
        ItemText::Campaign(text) => {
            let mut found = Vec::new();
            if let Some((rules, name)) = descriptor.and_then(|d| Some((d.campaigns.as_ref()?, d.name))) {
                for (field, is, most) in [
                    ("subject", text.subject.chars().count(), rules.subject_characters),
                    ("preview", text.preview.chars().count(), rules.preview_characters),
                ] {
                    if is > most {
                        let over = is - most;
                        found.push((field, format!("{name} takes up to {most} characters; this is {over} too long.")));
                    }
                }
            }
            if strictness == Strictness::Approved {
                if text.audience.id.is_empty() {
                    found.push(("audience", "Nobody chose yet whom it goes to.".to_owned()));
                }
                if text.sender.address.is_empty() {
                    found.push(("sender", "It has no sender yet.".to_owned()));
                }
            }
            found
        }
    })
}

/// The field of a post that a refusal is about.
fn field_of(refusal: &PlatformError) -> &'static str {
    let PlatformErrorKind::Invalid(named) = &refusal.kind else { return "text" };
    ["text", "title", "link", "action", "media"].into_iter().find(|field| field == named).unwrap_or("text")
}

/// The rules of a channel for posts.
pub fn post_rules<'a>(platforms: &'a PlatformRegistry, channel: &Channel) -> Option<&'a PostRules> {
    platforms.get(&channel.platform).and_then(|platform| platform.descriptor().posts.as_ref())
}
