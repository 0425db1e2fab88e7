//! Publishing articles as items of a collection. Source: contract `cms.md`, section 2.3.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    publish::{Article, Publish, PublishMode, Published},
};
use aos_kernel::ContentItemId;
use aos_outbound::Method;
use serde_json::json;

use super::{
    Webflow,
    api::{ErrorBody, Item, ItemsPublished},
    errors::{self, Verb},
    mapping::{self, Uploaded},
    media,
    session::Session,
};

/// How many addresses are tried when the wished one is taken.
const ADDRESSES: usize = 6;

#[async_trait::async_trait]
impl Publish for Webflow {
    fn validate(&self, article: &Article) -> Result<(), PlatformError> {
        let limits = self.descriptor.limits;
        let wrong = |field: &str, message: String, help: &str| {
            Err(errors::error(Verb::Publish, PlatformErrorKind::Invalid(field.to_owned()), message, help))
        };
        if article.title.trim().is_empty() {
            return wrong("title", "The article has no title.".to_owned(), "Give it a title.");
        }
        if let Some(most) = limits.title_characters.filter(|most| article.title.chars().count() > *most) {
            return wrong("title", format!("Webflow takes titles of up to {most} characters."), "Shorten the title.");
        }
        if let Some(image) = &article.image {
            if media::extension(&image.content_type).is_none() {
                let message = format!("Webflow does not take images of the type {}.", image.content_type);
                return wrong("image", message, "Use a PNG, JPEG, WebP or GIF image.");
            }
            if image.bytes.is_empty() {
                return wrong("image", "The image is empty.".to_owned(), "Use another image.");
            }
            if let Some(most) = limits.image_bytes.filter(|most| image.bytes.len() > *most) {
                let message = format!("Webflow takes images of up to {} MB.", most / 1_000_000);
                return wrong("image", message, "Use a smaller image.");
            }
        }
        self.is_draft(article).map(|_| ())
    }

    fn schedules(&self) -> bool {
        false
    }

    async fn publish(&self, account: &Account, article: &Article) -> Result<Published, PlatformError> {
        self.validate(article)?;
        let draft = self.is_draft(article)?;
        let mut session = Session::open(self, account, Verb::Publish)?;
        let image = image(&session, article).await?;
        let path = if draft { "" } else { "/live" };
        for number in 1..=ADDRESSES {
            let slug = if number == 1 { article.slug.clone() } else { format!("{}-{number}", article.slug) };
            let fields = session.settings.fields.clone();
            let sent = mapping::body(article, &fields, Some(&slug), image.as_ref(), None, draft);
            let request = session.items(Method::POST, path, &[]).json(&sent);
            let response = session.exchange_publishing_site(Verb::Publish, request).await?;
            if response.is_success() {
                let item: Item = session.read(Verb::Publish, &response)?;
                let mut published = mapping::published(&item, &session.settings);
                published.notes.extend(mapping::differences(article, &fields, &sent, &item, true));
                published.notes.extend(session.notes);
                return Ok(published);
            }
            if !errors::is_slug_taken(response.status, ErrorBody::read(&response.body).as_ref()) || slug.is_empty() {
                return Err(session.refusal(Verb::Publish, &response));
            }
            // Perhaps it was us, in an attempt whose answer was lost.
            let holders = session.page(Verb::Find, &[("slug", &slug)], 0).await?;
            if let Some(ours) = holders.into_iter().find(|item| mapping::is_the_same(item, &fields, article)) {
                return bring(&mut session, ours, article, image.as_ref(), draft).await;
            }
        }
        let message = format!("The address “{}” and its numbered forms are taken in the collection.", article.slug);
        let help = "Give the article another address.";
        Err(errors::error(Verb::Publish, PlatformErrorKind::Invalid("slug".to_owned()), message, help))
    }

    async fn find(
        &self,
        account: &Account,
        item: ContentItemId,
        slug: &str,
    ) -> Result<Option<Published>, PlatformError> {
        let session = Session::open(self, account, Verb::Find)?;
        let fields = &session.settings.fields;
        let found = session.search(Verb::Find, slug, |standing| mapping::is_ours(standing, fields, item)).await?;
        Ok(found.map(|item| mapping::published(&item, &session.settings)))
    }

    async fn update(&self, account: &Account, id: &str, article: &Article) -> Result<Published, PlatformError> {
        self.validate(article)?;
        let draft = self.is_draft(article)?;
        let mut session = Session::open(self, account, Verb::Update)?;
        let standing = session.item(id).await?.filter(|item| !item.is_archived).ok_or_else(|| {
            let help = "Restore it in Webflow if it is archived there, or publish it again.";
            errors::error(Verb::Update, PlatformErrorKind::NotFound, "The article is no longer in Webflow.", help)
        })?;
        let image = image(&session, article).await?;
        bring(&mut session, standing, article, image.as_ref(), draft).await
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<Published>, PlatformError> {
        let session = Session::open(self, account, Verb::Read)?;
        Ok(session.item(id).await?.map(|item| mapping::published(&item, &session.settings)))
    }
}

impl Webflow {
    /// Whether the article stays a draft. A moment that has passed means now; one to come is for the product itself.
    fn is_draft(&self, article: &Article) -> Result<bool, PlatformError> {
        match article.mode {
            PublishMode::Draft => Ok(true),
            PublishMode::Now => Ok(false),
            PublishMode::At(time) if time <= self.vendor.now() => Ok(false),
            PublishMode::At(_) => Err(errors::error(
                Verb::Publish,
                PlatformErrorKind::Unsupported,
                "Webflow can't be told to publish an article at a time to come.",
                "Plan it in the calendar: Agency OS publishes it itself when its time has come.",
            )),
        }
    }
}

/// The image on the site, where the article has one and the collection a place for it.
async fn image(session: &Session<'_>, article: &Article) -> Result<Option<Uploaded>, PlatformError> {
    match &article.image {
        Some(image) if session.settings.fields.image.is_some() => media::upload(session, image).await.map(Some),
        _ => Ok(None),
    }
}

/// Brings an item that stands there to this text and state. Doing it again changes nothing more.
async fn bring(
    session: &mut Session<'_>,
    standing: Item,
    article: &Article,
    image: Option<&Uploaded>,
    draft: bool,
) -> Result<Published, PlatformError> {
    let verb = Verb::Update;
    let fields = session.settings.fields.clone();
    let rest = format!("/{}", standing.id);
    if draft && standing.last_published.is_some() {
        let response = session.exchange(verb, session.items(Method::DELETE, &format!("{rest}/live"), &[])).await?;
        // Not live: what was wanted.
        if !response.is_success() && !matches!(response.status, 404 | 409) {
            return Err(session.refusal(verb, &response));
        }
    }
    // An article that once got a numbered address keeps it.
    let keeps = article.slug.is_empty() || mapping::is_variant(standing.text("slug"), &article.slug);
    let mut slug = (!keeps).then_some(article.slug.as_str());
    let mut sent = mapping::body(article, &fields, slug, image, Some(&standing), draft);
    let mut response = session.exchange(verb, session.items(Method::PATCH, &rest, &[]).json(&sent)).await?;
    if slug.is_some() && errors::is_slug_taken(response.status, ErrorBody::read(&response.body).as_ref()) {
        session.notes.push(format!("The address “{}” is taken; the article keeps the one it had.", article.slug));
        slug = None;
        sent = mapping::body(article, &fields, slug, image, Some(&standing), draft);
        response = session.exchange(verb, session.items(Method::PATCH, &rest, &[]).json(&sent)).await?;
    }
    let mut item: Item = session.read(verb, &response)?;
    if !draft {
        go_live(session, &item.id).await?;
        item = session.item(&standing.id).await?.unwrap_or(item);
    }
    let mut published = mapping::published(&item, &session.settings);
    published.notes.extend(mapping::differences(article, &fields, &sent, &item, false));
    published.notes.append(&mut session.notes);
    Ok(published)
}

/// Publishes a staged item. A good answer may still name it among the errors.
async fn go_live(session: &mut Session<'_>, id: &str) -> Result<(), PlatformError> {
    let verb = Verb::Update;
    let request = session.items(Method::POST, "/publish", &[]).json(&json!({ "itemIds": [id] }));
    let response = session.exchange_publishing_site(verb, request).await?;
    let done: ItemsPublished = session.read(verb, &response)?;
    if done.errors.is_empty() && done.published_item_ids.iter().any(|own| own == id) {
        return Ok(());
    }
    let message = "Webflow saved the article but did not put it before readers.";
    let help = "Open the article in Webflow: it says there which field is missing. Then publish it again.";
    Err(errors::error(verb, PlatformErrorKind::Invalid("article".to_owned()), message, help))
}
