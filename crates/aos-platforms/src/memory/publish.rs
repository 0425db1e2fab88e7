//! Publishing on the practice site.

use aos_capabilities::publish::PublishMode;

use super::{
    Account, Article, ContentItemId, DESCRIPTOR, Memory, Operation, PlatformError, PlatformErrorKind, Publish,
    Published, PublishedState, Standing, Timestamp,
};

#[async_trait::async_trait]
impl Publish for Memory {
    fn validate(&self, article: &Article) -> Result<(), PlatformError> {
        let limits = DESCRIPTOR.limits;
        let image_bytes = article.image.as_ref().map_or(0, |image| image.bytes.len());
        for (field, is, most, unit) in [
            ("title", article.title.chars().count(), limits.title_characters, "characters"),
            ("html", article.html.len(), limits.body_bytes, "bytes"),
            ("image", image_bytes, limits.image_bytes, "bytes"),
            ("tags", article.tags.len(), limits.tags, "tags"),
        ] {
            if let Some(most) = most.filter(|most| is > *most) {
                let kind = PlatformErrorKind::Invalid(field.to_owned());
                let message = format!("The practice site takes up to {most} {unit} here, and these are {is}.");
                return Err(Operation::Publish.error(kind, message, "Shorten it."));
            }
        }
        if article.title.trim().is_empty() {
            let kind = PlatformErrorKind::Invalid("title".to_owned());
            return Err(Operation::Publish.error(kind, "The article has no title.", "Give it a title."));
        }
        Ok(())
    }

    fn schedules(&self) -> bool {
        true
    }

    async fn publish(&self, account: &Account, article: &Article) -> Result<Published, PlatformError> {
        self.validate(article)?;
        self.operate(account, Operation::Publish, |state, now| {
            state.last_id += 1;
            let id = state.last_id;
            let site = state.sites.entry(account.channel).or_default();
            let taken = |slug: &str| site.iter().any(|standing| standing.slug == slug);
            let slug = std::iter::once(article.slug.clone())
                .chain((2..).map(|number| format!("{}-{number}", article.slug)))
                .find(|slug| !taken(slug))
                .unwrap_or_default();
            let standing = Standing { id, slug, article: article.clone(), state: state_of(article, now) };
            let published = show(account, &standing, now);
            site.push(standing);
            Ok(published)
        })
    }

    async fn find(
        &self,
        account: &Account,
        item: ContentItemId,
        _slug: &str,
    ) -> Result<Option<Published>, PlatformError> {
        self.operate(account, Operation::Find, |state, now| {
            let site = state.sites.get(&account.channel);
            let ours = site.and_then(|site| site.iter().find(|standing| standing.article.item == item));
            Ok(ours.map(|standing| show(account, standing, now)))
        })
    }

    async fn update(&self, account: &Account, id: &str, article: &Article) -> Result<Published, PlatformError> {
        self.validate(article)?;
        self.operate(account, Operation::Update, |state, now| {
            let site = state.sites.get_mut(&account.channel);
            let standing = site.and_then(|site| {
                site.iter_mut()
                    .find(|standing| standing.id.to_string() == id && standing.state != PublishedState::Trashed)
            });
            let Some(standing) = standing else {
                let message = "The article is no longer on the practice site.";
                return Err(Operation::Update.error(PlatformErrorKind::NotFound, message, "Publish it again."));
            };
            standing.article = article.clone();
            standing.state = state_of(article, now);
            Ok(show(account, standing, now))
        })
    }

    async fn read(&self, account: &Account, id: &str) -> Result<Option<Published>, PlatformError> {
        self.operate(account, Operation::Read, |state, now| {
            let site = state.sites.get(&account.channel);
            let standing = site.and_then(|site| site.iter().find(|standing| standing.id.to_string() == id));
            Ok(standing.map(|standing| show(account, standing, now)))
        })
    }
}

fn state_of(article: &Article, now: Timestamp) -> PublishedState {
    match article.mode {
        PublishMode::Draft => PublishedState::Draft,
        PublishMode::At(time) if time > now => PublishedState::Scheduled(time),
        PublishMode::At(_) | PublishMode::Now => PublishedState::Live,
    }
}

fn show(account: &Account, standing: &Standing, now: Timestamp) -> Published {
    let state = match standing.state {
        PublishedState::Scheduled(time) if time <= now => PublishedState::Live,
        state => state,
    };
    let mut notes = Vec::new();
    if standing.slug != standing.article.slug {
        let (is, wished) = (&standing.slug, &standing.article.slug);
        notes.push(format!("The site chose the address “{is}” instead of “{wished}”."));
    }
    let url = account.base_url.join(&standing.slug).unwrap_or_else(|_| account.base_url.clone());
    Published { id: standing.id.to_string(), url, state, notes }
}
