//! The pages that decide on briefs and on posts.

use std::collections::HashMap;

use aos_capabilities::publish::PublishMode;
use aos_features::{
    channels,
    content::{self, ContentItem, ContentVersion, ItemKind, RequestKind, reach},
    people::Permission,
    read_models::names::Names,
    strategy,
};
use aos_kernel::{ContentItemId, Error, RequestId, Result};
use chrono::{LocalResult, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use super::{
    parts::{self, Showing},
    piece,
    views::{PostApprovalPage, PublishForm, RequestListApprovalPage},
};
use crate::{
    activities::Opened,
    client::Side,
    forms::{FieldErrors, Fields},
    layout::ClientTab,
    paths,
    session::{Answer, Viewer},
    show::small,
    ui::{Choice, Choices, moment::local_input},
};

/// A list of briefs: all of one step, decided ones too.
pub(crate) async fn requests_approval(viewer: Viewer, mut opened: Opened) -> Answer {
    let (conn, scope) = (&mut opened.conn, opened.scope);
    let mut requests = Vec::with_capacity(opened.siblings.len());
    for sibling in &opened.siblings {
        requests.push(content::queries::request(conn, scope, RequestId::from_uuid(sibling.subject.id)).await?);
    }
    let period = requests.iter().find_map(|request| request.period_id);
    let wanted = match period {
        Some(period) => small(strategy::queries::period(conn, scope, period).await?.target),
        None => u32::try_from(requests.len()).unwrap_or(u32::MAX),
    };
    let many = requests.len() > 1;
    let mut head = opened.head;
    head.offline = requests.iter().any(|request| request.offline);
    // One that was decided leaves the others open.
    if opened.siblings.iter().any(|sibling| sibling.state == aos_features::activities::ApprovalState::Pending) {
        head.decided = None;
    }
    let mut shell = opened.shell;
    if many {
        let kind = requests.first().map_or(RequestKind::Blog, |request| request.kind);
        shell.title = parts::requests_title(kind, requests.len() as u64);
    }
    let view = RequestListApprovalPage {
        shell,
        approval: head,
        requests: requests.iter().map(parts::brief).collect(),
        wanted,
        gaps: Vec::new(),
    };
    viewer.page(&view)
}

/// A post; with an error, as its form was sent.
pub(crate) async fn post_approval(viewer: Viewer, mut opened: Opened, sent: Option<(Error, Fields)>) -> Answer {
    let id = ContentItemId::from_uuid(opened.approval.subject.id);
    let (conn, scope, dial) = (&mut opened.conn, opened.scope, opened.dial);
    let item = content::queries::item(conn, scope, id).await?;
    // What was decided on stays what is shown, also when a newer version is written.
    let version = content::queries::version(conn, scope, id, opened.approval.version).await?;
    let before = match opened.approval.version {
        number if number > 1 => Some(content::queries::version(conn, scope, id, number - 1).await?),
        _ => None,
    };
    let request = content::queries::request(conn, scope, item.request_id).await?;
    let names = Names::of(conn, [&version.author]).await?;
    let platforms = viewer.state.product.connections.platforms();
    let showing = Showing { side: Side::Portal, scope, tenant: &opened.tenant, dial };
    let article = showing.piece(conn, platforms, &item, &version, &names).await?;
    let figures = match article.look {
        Some(_) => Some(piece::figures(&viewer, conn, scope, &item, &version.text).await?),
        None => None,
    };
    let channels: HashMap<_, _> = channels::queries::channels(conn, scope)
        .await?
        .into_iter()
        .filter(|channel| channel.state == channels::ChannelState::Connected)
        .map(|channel| (channel.id, channel))
        .collect();
    let connected = reach::destination(conn, platforms, scope, &item).await?;
    let revised = content::revise::is_revised(&item);
    // What a person sends or hands over needs no channel.
    let by_hand = matches!(item.kind, ItemKind::AdCopySet | ItemKind::OutreachEmail);
    let channel = connected.as_ref().map(|channel| reach::name_of(platforms, channel));
    let (now, on_now, on_time) = consequences(&item, &version, channel.as_deref().unwrap_or_default());

    let mut publish = PublishForm {
        zone: opened.tenant.zone.clone(),
        connect_href: paths::client_tab(opened.tenant.id, ClientTab::Channels),
        channel: connected.as_ref().map(|channel| channel.id.to_string()).unwrap_or_default(),
        channel_name: channel.or_else(|| by_hand.then(|| "A person does this".to_owned())),
        drafts: item.kind == ItemKind::BlogPost,
        by_hand,
        stands: revised.then(|| item.published_url.clone()).flatten(),
        now,
        on_now,
        on_time,
        channels: Choices::new(
            channels.values().map(|channel| Choice::new(channel.id.to_string(), channel.label.clone())).collect(),
            connected.as_ref().map(|channel| channel.id.to_string()).unwrap_or_default(),
        ),
        ..PublishForm::default()
    };
    // One channel publishes; the others are not for posts.
    publish.channels.options.retain(|choice| choice.value == publish.channel);
    match item.publish_mode {
        PublishMode::Now => publish.mode = "now".into(),
        PublishMode::Draft if !publish.drafts => publish.mode = "now".into(),
        PublishMode::Draft => publish.mode = "draft".into(),
        PublishMode::At(at) => {
            publish.mode = "schedule".into();
            publish.at = local_input(at, dial.zone);
        }
    }
    let mut errors = FieldErrors::default();
    let failed = sent.is_some();
    // Planned before it was decided on, and nobody decided in time: a new time is asked for, with the same time of day.
    if let PublishMode::At(at) = item.publish_mode
        && at <= dial.now
        && opened.head.open()
        && !revised
    {
        let was = at.with_timezone(&dial.zone);
        let words = was.format("It was planned for %-d %B, %H:%M, which passed while it waited. Choose a new time.");
        errors.add("at", words.to_string());
        let mut day = dial.now.with_timezone(&dial.zone).date_naive();
        let mut next = content::planning::moment_of(day.and_time(was.time()), dial.zone).at;
        if next <= dial.now {
            day = day + chrono::Days::new(1);
            next = content::planning::moment_of(day.and_time(was.time()), dial.zone).at;
        }
        publish.at = local_input(next, dial.zone);
    }
    if let Some((error, fields)) = sent {
        publish.mode = fields.text("mode").to_owned();
        publish.at = fields.text("at").to_owned();
        let words = error.help().map_or_else(|| error.message().to_owned(), |help| format!("{error} {help}"));
        errors = FieldErrors::of(&error).ok_or(error)?;
        if errors.of_field("at").is_none() {
            // What the piece breaks stands above it: here is no field in which it could be mended.
            errors = FieldErrors::default();
            errors.add("", words);
        }
    }
    let back = paths::approval(opened.approval.id);
    let comments = super::comments::of(&viewer, conn, scope, id, dial, &back).await?;
    let mut head = opened.head;
    head.offline = version.offline;
    article.noun().clone_into(&mut head.kind);
    head.asks_once = publish.channel_name.is_some() && !by_hand;
    // The page says itself what becomes of the post on the channel.
    head.consequence = String::new();
    let edit_href = (head.open() && viewer.can(opened.tenant.id, Permission::EditContent))
        .then(|| format!("{}?edit=1", paths::approval(opened.approval.id)));
    let view = PostApprovalPage {
        shell: opened.shell,
        approval: head,
        article,
        figures,
        brief: Some(parts::brief(&request)),
        diff: before.map(|before| parts::diff(&before, &version)),
        publish,
        errors,
        edit_href,
        comments,
    };
    if failed { viewer.form_again(&view) } else { viewer.page(&view) }
}

/// The words for going out at once, and what approving does then and at a time.
fn consequences(item: &ContentItem, version: &ContentVersion, channel: &str) -> (&'static str, String, String) {
    let then = |when: &str| parts::consequence(item, version, channel, when);
    match item.kind {
        ItemKind::BlogPost | ItemKind::SocialPost => ("Publish now", then("at once"), then("at the time above")),
        ItemKind::EmailCampaign => {
            ("Send now", format!("{} Nobody can call it back.", then("at once")), then("at the time above"))
        }
        ItemKind::OutreachEmail | ItemKind::AdCopySet => ("", then(""), String::new()),
    }
}

/// How a post goes out, as the form says it; a time is the client's local time.
pub(crate) fn publish_mode(fields: &Fields, zone: Tz) -> Result<PublishMode> {
    match fields.text("mode") {
        "now" => Ok(PublishMode::Now),
        "draft" => Ok(PublishMode::Draft),
        "schedule" => {
            let local = NaiveDateTime::parse_from_str(fields.text("at"), "%Y-%m-%dT%H:%M")
                .map_err(|_| Error::invalid("at", "Choose the day and the time."))?;
            match zone.from_local_datetime(&local) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(PublishMode::At(at.to_utc())),
                LocalResult::None => {
                    Err(Error::invalid("at", "The clocks skip this time on that day; choose another."))
                }
            }
        }
        _ => Err(Error::invalid("mode", "Choose how it is published.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(mode: &str, at: &str) -> Fields {
        Fields::new(vec![("mode".into(), mode.into()), ("at".into(), at.into())])
    }

    #[test]
    fn a_planned_time_is_the_clients_local_time() {
        let zone = chrono_tz::Europe::Berlin;
        let mode = publish_mode(&form("schedule", "2026-11-24T09:00"), zone).unwrap();
        assert_eq!(mode, PublishMode::At("2026-11-24T08:00:00Z".parse().unwrap()));
        // In the night in which the clocks go forward there is no half past two.
        assert_eq!(publish_mode(&form("schedule", "2026-03-29T02:30"), zone).unwrap_err().field(), Some("at"));
        assert_eq!(publish_mode(&form("schedule", ""), zone).unwrap_err().field(), Some("at"));
        assert_eq!(publish_mode(&form("now", ""), zone).unwrap(), PublishMode::Now);
    }
}
