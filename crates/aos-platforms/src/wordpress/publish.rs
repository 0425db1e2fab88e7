//! Publishing articles as posts. Source: contract `cms.md`, sections 1.3 to 1.6.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    publish::{Article, Publish, Published},
};
use aos_kernel::ContentItemId;

use super::{
    DESCRIPTOR, WordPress,
    api::Post,
    blocks,
    errors::{self, Verb},
    mapping::{self, Prepared},
    media,
    session::Session,
    terms::{self, Taxonomy},
};

pub(super) const POSTS: &str = "wp/v2/posts";
/// Where an item may stand, the bin included.
const ANY_STATUS: &str = "publish,future,draft,pending,private,trash";

#[async_trait::async_trait]
impl Publish for WordPress {
    fn validate(&self, article: &Article) -> Result<(), PlatformError> {
        let limits = DESCRIPTOR.limits;
        let wrong = |field: &str, message: String, help: &str| {
            Err(errors::error(Verb::Publish, PlatformErrorKind::Invalid(field.to_owned()), message, help))
        };
        if article.title.trim().is_empty() {
            return wrong("title", "The article has no title.".to_owned(), "Give it a title.");
        }
        if let Some(most) = limits.title_characters.filter(|most| article.title.chars().count() > *most) {
            return wrong("title", format!("WordPress takes titles of up to {most} characters."), "Shorten the title.");
        }
        if let Some(most) = limits.body_bytes.filter(|most| article.html.len() > *most) {
            let most = most >> 20;
            return wrong("html", format!("WordPress sites take texts of up to {most} MB."), "Shorten the article.");
        }
        if let Some(image) = &article.image {
            if media::extension(&image.content_type).is_none() {
                let message = format!("WordPress does not take images of the type {}.", image.content_type);
                return wrong("image", message, "Use a PNG, JPEG, WebP, AVIF or GIF image.");
            }
            if image.bytes.is_empty() {
                return wrong("image", "The image is empty.".to_owned(), "Use another image.");
            }
        }
        Ok(())
    }

    fn schedules(&self) -> bool {
        true
    }

    async fn publish(&self, account: &Account, article: &Article) -> Result<Published, PlatformError> {
        self.validate(article)?;
        let mut session = self.session(account).await?;
        let prepared = prepare(&mut session, article).await?;
        let sent = mapping::body(article, &prepared, None, session.now);
        let request = session.post(POSTS, &[("_fields", Post::FIELDS)]).json(&sent);
        let post: Post = session.call(Verb::Publish, request).await?;
        let mut published = mapping::published(&post, &session.settings, session.now);
        published.notes.extend(mapping::differences(article, &prepared, &sent, None, &post));
        published.notes.extend(session.notes);
        Ok(published)
    }

    async fn find(
        &self,
        account: &Account,
        item: ContentItemId,
        slug: &str,
    ) -> Result<Option<Published>, PlatformError> {
        let mut session = self.session(account).await?;
        let variants = mapping::slug_variants(slug);
        let id = item.to_string();
        // By slug is exact and cheap; by text finds an article whose slug the site changed; some search plugins do not
        // look into comments, so the newest posts are read as well.
        let ways: [&[(&str, &str)]; 3] = [
            &[("slug", &variants)],
            &[("search", &id), ("per_page", "20")],
            &[("orderby", "id"), ("order", "desc"), ("per_page", "20")],
        ];
        let marker = blocks::marker(item);
        for way in ways.into_iter().skip(usize::from(slug.is_empty())) {
            let mut query = vec![("status", ANY_STATUS), ("context", "edit"), ("_fields", Post::FIELDS)];
            query.extend(way);
            let request = session.get(POSTS, &query);
            let posts: Vec<Post> = session.call(Verb::Find, request).await?;
            let ours = posts.iter().find(|post| post.content.raw.as_ref().is_some_and(|raw| raw.contains(&marker)));
            if let Some(post) = ours {
                return Ok(Some(mapping::published(post, &session.settings, session.now)));
            }
        }
        Ok(None)
    }

    async fn update(&self, account: &Account, id: &str, article: &Article) -> Result<Published, PlatformError> {
        self.validate(article)?;
        let mut session = self.session(account).await?;
        let standing = fetch(&mut session, id).await?.filter(|post| post.status != "trash").ok_or_else(|| {
            let help = "Restore it from the site's bin if it is there, or publish it again.";
            errors::error(Verb::Update, PlatformErrorKind::NotFound, "The article is no longer on the site.", help)
        })?;
        let prepared = prepare(&mut session, article).await?;
        let sent = mapping::body(article, &prepared, Some(&standing), session.now);
        let request = session.post(&route(standing.id), &[("_fields", Post::FIELDS)]).json(&sent);
        let post: Post = session.call(Verb::Update, request).await?;
        let mut published = mapping::published(&post, &session.settings, session.now);
        published.notes.extend(mapping::differences(article, &prepared, &sent, Some(&standing), &post));
        published.notes.extend(session.notes);
        Ok(published)
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<Published>, PlatformError> {
        let mut session = self.session(account).await?;
        let post = fetch(&mut session, id).await?;
        Ok(post.map(|post| mapping::published(&post, &session.settings, session.now)))
    }
}

/// Everything that the post refers to. Repeating it makes nothing twice: what exists is found first.
async fn prepare(session: &mut Session<'_>, article: &Article) -> Result<Prepared, PlatformError> {
    Ok(Prepared {
        categories: terms::ids(session, Taxonomy::Categories, &article.categories).await?,
        tags: terms::ids(session, Taxonomy::Tags, &article.tags).await?,
        image: match &article.image {
            Some(image) => media::ensure(session, article, image).await?,
            None => 0,
        },
    })
}

/// A post by its number; `None` when it is gone. An id that is no number was never one of this site.
async fn fetch(session: &mut Session<'_>, id: &str) -> Result<Option<Post>, PlatformError> {
    let Ok(number) = id.parse() else { return Ok(None) };
    let request = session.get(&route(number), &[("context", "edit"), ("_fields", Post::FIELDS)]);
    match session.call(Verb::Read, request).await {
        Ok(post) => Ok(Some(post)),
        // Only WordPress's own word for it: any other 404 says that the API is gone, not the article.
        Err(error) if error.provider_code.as_deref() == Some("rest_post_invalid_id") => Ok(None),
        Err(error) => Err(error),
    }
}

fn route(id: u64) -> String {
    format!("{POSTS}/{id}")
}
