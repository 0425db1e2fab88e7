//! A piece as its readers will see it: a post on its platform, a newsletter or a mail in a mail program, ads.

use aos_capabilities::PlatformRegistry;
use aos_features::content::{
    ContentItem, ItemText,
    model::{AdCopyText, AdNetwork, CampaignText, OutreachText, PostText},
    reach,
};
use aos_kernel::{Result, TenantScope};
use aos_storage::Conn;
use url::Url;

use super::views::{AdLook, Look, MailLook, PostLook};
use crate::{markdown::to_html, media, ui::states::label};

/// Ads of a set that are shown; a network puts together more.
const ADS_SHOWN: usize = 3;

/// `None` for an article, which has a page of its own. Pictures are fetched below `base`.
///
/// # Errors
/// `Storage`.
pub(crate) async fn look(
    platforms: &PlatformRegistry,
    base: &str,
    conn: &mut Conn,
    scope: TenantScope,
    item: &ContentItem,
    text: &ItemText,
) -> Result<Option<Look>> {
    let channel = reach::channel_of(conn, platforms, scope, item).await?;
    let (platform, place, account) = match &channel {
        Some((channel, descriptor)) => (
            channel.platform.clone(),
            descriptor.map_or_else(|| label(&channel.platform), |descriptor| descriptor.name.to_owned()),
            channel.label.clone(),
        ),
        None => (String::new(), String::new(), String::new()),
    };
    let plain = Look { platform, place, account, ..Look::default() };
    Ok(match text {
        ItemText::Article(_) => None,
        ItemText::Post(text) => {
            let post = post(base, conn, scope, text, matches!(plain.platform.as_str(), "instagram" | "tiktok")).await?;
            Some(Look { noun: "post", post: Some(post), ..plain })
        }
        ItemText::Campaign(text) => Some(Look { noun: "newsletter", mail: Some(campaign(text)), ..plain }),
        ItemText::Outreach(text) => Some(Look { noun: "mail", mail: Some(outreach(text)), ..plain }),
        ItemText::AdCopy(text) => Some(Look {
            noun: "ad copy",
            place: format!("{} Ads", text.network.name()),
            platform: text.network.as_str().to_owned(),
            ads: ads(text),
            ..plain
        }),
    })
}

async fn post(
    base: &str,
    conn: &mut Conn,
    scope: TenantScope,
    text: &PostText,
    pictures_first: bool,
) -> Result<PostLook> {
    let (mut pictures, mut unseen) = (Vec::new(), Vec::new());
    for one in &text.media {
        match media::picture(base, conn, scope, &one.media).await? {
            Some(mut picture) => {
                one.alt.clone_into(&mut picture.alt);
                pictures.push(picture);
            }
            None => unseen.push(if one.alt.is_empty() { one.media.clone() } else { one.alt.clone() }),
        }
    }
    let button = text.action.as_ref().map(|action| {
        let to = action.url.as_ref().map(Url::to_string).unwrap_or_default();
        (label(&action.kind.to_lowercase()), to)
    });
    Ok(PostLook {
        title: text.title.clone(),
        text: text.text.clone(),
        pictures,
        unseen,
        link: text.link.as_ref().map(|link| (site_of(link), link.clone())),
        button,
        pictures_first,
    })
}

fn campaign(text: &CampaignText) -> MailLook {
    let from = match (text.sender.name.as_str(), text.sender.address.as_str()) {
        ("", "") => "no sender yet".to_owned(),
        ("", address) => address.to_owned(),
        (name, "") => name.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    };
    let audience = if text.audience.name.is_empty() { &text.audience.id } else { &text.audience.name };
    MailLook {
        from,
        to: if audience.is_empty() { "nobody chosen yet".to_owned() } else { audience.clone() },
        subject: text.subject.clone(),
        preview: text.preview.clone(),
        html: Some(to_html(&text.markdown)),
        body: String::new(),
        leaves: true,
    }
}

fn outreach(text: &OutreachText) -> MailLook {
    let to = match (text.recipient_name.as_str(), text.recipient_address.as_str()) {
        ("", "") => format!("somebody at {}, whose address nobody knows yet", text.site),
        (name, "") => format!("{name} at {}, whose address nobody knows yet", text.site),
        ("", address) => address.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    };
    MailLook { to, subject: text.subject.clone(), body: text.body.clone(), ..MailLook::default() }
}

fn ads(text: &AdCopyText) -> Vec<AdLook> {
    let site = site_of(&text.final_url);
    let of = |list: &[String], at: usize| match list.len() {
        0 => String::new(),
        most => list[at % most].clone(),
    };
    let count = match text.network {
        // A search ad shows up to three headlines and two descriptions together.
        AdNetwork::Google => text.headlines.len().div_ceil(3),
        AdNetwork::Meta => text.primary_texts.len(),
    };
    (0..count.clamp(1, ADS_SHOWN))
        .map(|at| match text.network {
            AdNetwork::Google => {
                let headlines: Vec<&str> = text.headlines.iter().skip(at * 3).take(3).map(String::as_str).collect();
                let two = [of(&text.descriptions, at * 2), of(&text.descriptions, at * 2 + 1)];
                let mut two: Vec<String> = two.into_iter().filter(|words| !words.is_empty()).collect();
                two.dedup();
                AdLook {
                    site: site.clone(),
                    headline: headlines.join(" | "),
                    text: String::new(),
                    description: two.join(" "),
                }
            }
            AdNetwork::Meta => AdLook {
                site: site.clone(),
                headline: of(&text.headlines, at),
                text: of(&text.primary_texts, at),
                description: of(&text.descriptions, at),
            },
        })
        .collect()
}

fn site_of(address: &str) -> String {
    let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ads_are_put_together_as_their_network_does() {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut text = AdCopyText {
            headlines: list(&["A", "B", "C", "D"]),
            descriptions: list(&["One.", "Two."]),
            final_url: "https://a.test/offer".into(),
            ..AdCopyText::default()
        };
        let google = ads(&text);
        assert_eq!((google.len(), google[0].headline.as_str(), google[1].headline.as_str()), (2, "A | B | C", "D"));
        assert_eq!((google[0].description.as_str(), google[0].site.as_str()), ("One. Two.", "a.test"));
        text.network = AdNetwork::Meta;
        text.primary_texts = list(&["Come and see.", "Ask us."]);
        let meta = ads(&text);
        assert_eq!((meta.len(), meta[1].text.as_str(), meta[1].headline.as_str()), (2, "Ask us.", "B"));
    }
}
