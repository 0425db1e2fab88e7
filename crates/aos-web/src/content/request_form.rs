//! The form of a request: what it asks for depends on its kind.

use aos_features::content::{
    NewRequest, Request, RequestKind,
    model::{AdNetwork, Priority, RequestDetails},
    planning::moment_of,
    reach,
};
use aos_kernel::{ChannelId, Error, Result, TenantScope, Timestamp};
use aos_storage::Conn;
use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::{
    parts,
    views::{KindFields, RequestForm},
};
use crate::{
    forms::{Fields, list},
    layout::ClientTab,
    paths,
    session::Viewer,
    show::small,
    ui::{Choice, Choices, moment::local_input, states::label},
};

const INTENTS: [&str; 4] = ["informational", "commercial", "transactional", "navigational"];

pub(super) fn intents(form: &RequestForm) -> Choices {
    Choices::new(INTENTS.map(|intent| Choice::new(intent, label(intent))).into(), form.intent.clone())
}
pub(super) fn priorities(form: &RequestForm) -> Choices {
    let all = Priority::ALL.iter().map(|one| Choice::new(one.as_str(), label(one.as_str()))).collect();
    let chosen = if form.priority.is_empty() { Priority::default().as_str() } else { &form.priority };
    Choices::new(all, chosen)
}

/// A kind by its word; a blog post for any other word.
pub(super) fn kind_of(word: &str) -> RequestKind {
    word.parse().unwrap_or_default()
}

/// All kinds, as the form offers them.
pub(super) fn kinds() -> Vec<Choice> {
    RequestKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), parts::kind_name(*kind))).collect()
}

/// What only the form's kind asks for, with what the client has for it.
///
/// # Errors
/// `Storage`.
pub(super) async fn kind_fields(
    viewer: &Viewer,
    conn: &mut Conn,
    scope: TenantScope,
    form: &RequestForm,
) -> Result<KindFields> {
    let kind = kind_of(&form.kind);
    let platforms = viewer.state.product.connections.platforms();
    let usable =
        if kind.has_channels() { reach::channels_for(conn, platforms, scope, kind).await? } else { Vec::new() };
    let only = usable.len() == 1;
    let channels = usable.iter().map(|channel| {
        let id = channel.id.to_string();
        let ticked = only || form.channels.contains(&id);
        (Choice::new(id, reach::name_of(platforms, channel)), ticked)
    });
    let choices = |words: &[&str]| words.iter().map(|word| Choice::new(*word, label(word))).collect::<Vec<_>>();
    let mut formats = choices(kind.formats());
    if !formats.is_empty() {
        formats.insert(0, Choice::new("", "Let the copywriter choose"));
    }
    let networks = AdNetwork::ALL.iter().filter(|_| kind == RequestKind::AdCopy);
    Ok(KindFields {
        has_channels: kind.has_channels(),
        channels: channels.collect(),
        one_channel: kind == RequestKind::Newsletter,
        connect_href: paths::client_tab(scope.tenant(), ClientTab::Channels),
        formats: Choices::new(formats, form.format.clone()),
        networks: Choices::new(
            networks.map(|one| Choice::new(one.as_str(), one.name())).collect(),
            form.network.clone(),
        ),
    })
}

impl RequestForm {
    pub(super) fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            kind: text("kind"),
            channels: fields.all("channel").into_iter().map(str::to_owned).collect(),
            format: text("format"),
            site: text("site"),
            contact_name: text("contact_name"),
            contact_address: text("contact_address"),
            link_to: text("link_to"),
            network: text("network"),
            final_url: text("final_url"),
            title: text("title"),
            brief: text("brief"),
            keywords: text("keywords"),
            intent: text("intent"),
            audience: text("audience"),
            outline: text("outline"),
            notes: text("notes"),
            priority: text("priority"),
            planned: text("planned"),
            base_version: fields.text("base_version").parse().unwrap_or_default(),
        }
    }
    /// What the form does not show stays as it was.
    pub(super) fn brief(&self, before: NewRequest) -> NewRequest {
        let blog = before.kind == RequestKind::Blog;
        let searched = blog || before.kind == RequestKind::AdCopy;
        let outlined = blog || before.kind == RequestKind::Newsletter;
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        NewRequest {
            channels: if before.kind.has_channels() {
                self.channels.iter().filter_map(|id| id.parse::<ChannelId>().ok()).collect()
            } else {
                before.channels
            },
            format: self.format.clone(),
            details: RequestDetails {
                list: before.details.list,
                site: some(&self.site),
                contact_name: some(&self.contact_name),
                contact_address: some(&self.contact_address),
                link_to: some(&self.link_to),
                network: self.network.parse().ok(),
                final_url: some(&self.final_url),
            },
            title: self.title.clone(),
            brief: self.brief.clone(),
            keywords: if searched { list(&self.keywords) } else { before.keywords },
            search_intent: if blog { self.intent.clone() } else { before.search_intent },
            audience: self.audience.clone(),
            outline: if outlined { self.outline.lines().map(str::to_owned).collect() } else { before.outline },
            notes: self.notes.clone(),
            priority: self.priority.parse().unwrap_or_default(),
            ..before
        }
    }
    pub(super) fn of(request: &Request, zone: Tz) -> Self {
        let details = request.details.clone();
        Self {
            kind: request.kind.as_str().to_owned(),
            channels: request.channels.iter().map(ToString::to_string).collect(),
            format: request.format.clone(),
            site: details.site.unwrap_or_default(),
            contact_name: details.contact_name.unwrap_or_default(),
            contact_address: details.contact_address.unwrap_or_default(),
            link_to: details.link_to.unwrap_or_default(),
            network: details.network.map_or("", AdNetwork::as_str).to_owned(),
            final_url: details.final_url.unwrap_or_default(),
            title: request.title.clone(),
            brief: request.brief.clone(),
            keywords: request.keywords.join(", "),
            intent: request.search_intent.clone(),
            audience: request.audience.clone(),
            outline: request.outline.join("\n"),
            notes: request.notes.clone(),
            priority: request.priority.as_str().to_owned(),
            planned: request.planned_at.map(|at| local_input(at, zone)).unwrap_or_default(),
            base_version: small(request.version),
        }
    }
    /// The wished time in the client's zone.
    pub(super) fn planned_at(&self, zone: Tz) -> Result<Option<Timestamp>> {
        let text = self.planned.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
            .map_err(|_| Error::invalid("planned", "Choose the day and the time, or leave it empty."))?;
        Ok(Some(moment_of(local, zone).at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kind_does_not_show_stays_and_what_it_shows_is_taken() {
        let was = NewRequest {
            kind: RequestKind::Social,
            keywords: vec!["larch".into()],
            outline: vec!["One".into()],
            ..NewRequest::default()
        };
        let channel = ChannelId::new();
        let form = RequestForm {
            channels: vec![channel.to_string(), "?".into()],
            format: "image".into(),
            ..Default::default()
        };
        let social = form.brief(was.clone());
        assert_eq!((social.channels, social.format.as_str()), (vec![channel], "image"));
        assert_eq!((social.keywords, social.outline), (was.keywords.clone(), was.outline.clone()));
        let blog = form.brief(NewRequest { kind: RequestKind::Blog, ..was });
        assert!(blog.keywords.is_empty() && blog.outline.is_empty() && blog.channels.is_empty());
    }
}
