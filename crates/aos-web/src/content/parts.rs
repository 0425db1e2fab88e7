//! Articles, briefs and differences, as several pages show them.

use aos_capabilities::PlatformRegistry;
use aos_features::{
    channels,
    content::{
        ContentItem, ContentVersion, ItemKind, ItemText, Request, RequestKind, RequestState, model::AdNetwork, reach,
    },
    read_models::names::Names,
    tenants::Tenant,
};
use aos_kernel::{Result, TenantScope};
use aos_storage::Conn;

use super::{
    piece,
    views::{ArticleView, BriefView},
};
use crate::{
    client::Side,
    markdown::{plain_text, to_html},
    media,
    session::Viewer,
    show::{Dial, count, gaps, small, sources, who},
    ui::{Diff, Frames, states::label},
};

/// Where versions are shown: on one face of one client.
pub(crate) struct Showing<'a> {
    pub side: Side,
    pub scope: TenantScope,
    pub tenant: &'a Tenant,
    pub dial: Dial,
}

impl Showing<'_> {
    /// An article as it will look on the client's site.
    pub(crate) async fn article(
        &self,
        conn: &mut Conn,
        version: &ContentVersion,
        names: &Names,
    ) -> Result<ArticleView> {
        let text = version.as_article();
        let image = match &text.image {
            Some(name) => media::picture(&self.side.base(self.tenant.id), conn, self.scope, name).await?,
            None => None,
        };
        let (author, author_agent) = who(names, &version.author);
        let address = format!("{}/{}", self.tenant.website.trim_end_matches('/'), text.slug);
        let card = image.as_ref().map(|image| (image.href.clone(), image.alt.clone()));
        Ok(ArticleView {
            title: version.title.clone(),
            slug: text.slug.clone(),
            frames: Frames::new(&address, &text.title, &text.excerpt, &plain_text(&text.markdown), card),
            address,
            look: None,
            excerpt: text.excerpt.clone(),
            html: to_html(&text.markdown),
            image,
            categories: text.categories.clone(),
            tags: text.tags.clone(),
            sources: sources(&version.sources),
            words: count(version.word_count),
            version: small(version.version),
            author,
            author_agent,
            at: self.dial.moment(version.created_at),
            offline: version.offline,
            gaps: gaps(&version.gaps),
        })
    }

    /// A version of any kind, as its readers will see it.
    pub(crate) async fn piece(
        &self,
        conn: &mut Conn,
        platforms: &PlatformRegistry,
        item: &ContentItem,
        version: &ContentVersion,
        names: &Names,
    ) -> Result<ArticleView> {
        let base = self.side.base(self.tenant.id);
        let look = piece::look(platforms, &base, conn, self.scope, item, &version.text).await?;
        Ok(ArticleView { look, ..self.article(conn, version, names).await? })
    }
}

/// What becomes of an approved piece, on its channel and at a moment in words: "at once".
pub(crate) fn consequence(item: &ContentItem, version: &ContentVersion, channel: &str, when: &str) -> String {
    match item.kind {
        ItemKind::BlogPost | ItemKind::SocialPost => format!("The post appears on {channel} {when}."),
        ItemKind::EmailCampaign => {
            let audience = version.text.campaign().map(|text| text.audience.name.as_str()).unwrap_or_default();
            let whom = if audience.is_empty() { "its audience" } else { audience };
            format!("The newsletter goes to {whom} through {channel} {when}.")
        }
        ItemKind::OutreachEmail => {
            "Nothing is sent by itself: the mail becomes a task in the queue for somebody to send, who then says so there."
                .to_owned()
        }
        ItemKind::AdCopySet => {
            "Nothing is put into an ad account by itself: the set becomes a task in the queue for somebody to hand over, \
             who then says so there."
                .to_owned()
        }
    }
}

pub(crate) fn brief(request: &Request) -> BriefView {
    BriefView {
        id: request.id.to_string(),
        title: request.title.clone(),
        brief: request.brief.clone(),
        keywords: request.keywords.clone(),
        // Only articles are made to be found in a search.
        intent: if request.kind == RequestKind::Blog { request.search_intent.clone() } else { String::new() },
        more: more(request),
        audience: request.audience.clone(),
        outline: request.outline.clone(),
        sources: sources(&request.sources),
        notes: request.notes.clone(),
        priority: request.priority.as_str().to_owned(),
        state: request.state.as_str().to_owned(),
        rejection: request.rejection.clone().filter(|_| request.state == RequestState::Rejected),
    }
}

/// What only its kind has.
fn more(request: &Request) -> Vec<(&'static str, String)> {
    let details = &request.details;
    let plain = |text: &Option<String>| text.clone().unwrap_or_default();
    let contact = [plain(&details.contact_name), plain(&details.contact_address)];
    let facts = [
        ("Kind", kind_name(request.kind).to_owned()),
        ("Format", if request.format.is_empty() { String::new() } else { label(&request.format) }),
        ("Site", plain(&details.site)),
        ("Contact", contact.join(" ").trim().to_owned()),
        ("Link to", plain(&details.link_to)),
        ("Network", details.network.map_or("", AdNetwork::name).to_owned()),
        ("Page", plain(&details.final_url)),
    ];
    facts
        .into_iter()
        .filter(|(name, words)| !words.is_empty() && (*name != "Kind" || request.kind != RequestKind::Blog))
        .collect()
}

/// What people call a kind of request.
pub(crate) const fn kind_name(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Blog => "Blog post",
        RequestKind::Social => "Social post",
        RequestKind::Gbp => "Google post",
        RequestKind::Newsletter => "Newsletter",
        RequestKind::AdCopy => "Ad copy",
        RequestKind::Backlink => "Backlink",
    }
}

/// What several requests of one kind are called together.
pub(crate) fn requests_title(kind: RequestKind, many: u64) -> String {
    let what = match kind {
        RequestKind::Blog => "blog requests",
        RequestKind::Social => "social posts",
        RequestKind::Gbp => "posts for Google",
        RequestKind::Newsletter => "newsletters",
        RequestKind::AdCopy => "sets of ad copy",
        RequestKind::Backlink => "sites to ask",
    };
    format!("{many} {what}")
}

/// Names the channels that a request is for.
///
/// # Errors
/// `Storage`.
pub(crate) async fn with_channels(
    viewer: &Viewer,
    conn: &mut Conn,
    scope: TenantScope,
    request: &Request,
    mut view: BriefView,
) -> Result<BriefView> {
    if request.channels.is_empty() {
        return Ok(view);
    }
    let platforms = viewer.state.product.connections.platforms();
    let channels = channels::queries::channels(conn, scope).await?;
    let names: Vec<String> = channels
        .iter()
        .filter(|channel| request.channels.contains(&channel.id))
        .map(|channel| reach::name_of(platforms, channel))
        .collect();
    view.more.insert(1.min(view.more.len()), ("For", names.join(", ")));
    Ok(view)
}

/// What changed between two versions, their parts included.
pub(crate) fn diff(old: &ContentVersion, new: &ContentVersion) -> Diff {
    let name = |version: &ContentVersion| format!("Version {}", version.version);
    Diff::between(name(old), &as_text(old), name(new), &as_text(new))
}

/// A version as text, for comparing.
pub(super) fn as_text(version: &ContentVersion) -> String {
    let text = match &version.text {
        ItemText::Article(text) => text,
        ItemText::Campaign(text) => {
            let (sender, audience) = (&text.sender, &text.audience);
            return format!(
                "{}\n{}\nFrom: {} {}\nTo: {}\n\n{}\n",
                text.subject, text.preview, sender.name, sender.address, audience.name, text.markdown
            );
        }
        ItemText::Outreach(text) => {
            let (name, address) = (&text.recipient_name, &text.recipient_address);
            return format!("To: {name} {address}\nSite: {}\n{}\n\n{}\n", text.site, text.subject, text.body);
        }
        ItemText::Post(_) | ItemText::AdCopy(_) => return format!("{}\n", version.markdown),
    };
    format!(
        "{}\n{}\n{}\nCategories: {}\nTags: {}\n\n{}\n",
        text.title,
        text.slug,
        text.excerpt,
        text.categories.join(", "),
        text.tags.join(", "),
        text.markdown
    )
}
