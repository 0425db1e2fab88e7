//! The media library: what people bring, what the crawl found, and what platforms fetch.

use aos_capabilities::model::Purpose;
use aos_features::{
    activities::Decision,
    content::{
        self, ItemState, MediaSource, NewRequest, RequestKind,
        commands::Edit,
        library::{self, Kept, LARGEST_IMAGE, MediaOrigin, PUBLIC_PATH, Upload},
        model::{MediaRef, PostText},
    },
};
use aos_kernel::{Actor, ContentItemId, Error, ErrorKind, MediaId, PageSize, Result, TenantScope};
use aos_media::testing::{self, FEED};
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    studio::{PICTURE, Studio},
    support::{everywhere, inside, new_client},
};

async fn bring(studio: &Studio, scope: TenantScope, bytes: Bytes, alt: &str) -> Result<Kept> {
    let upload = Upload { file_name: "C:\\photos\\roof.jpg".to_owned(), bytes, alt: alt.to_owned() };
    studio.product.library.upload(Actor::user(studio.ana), scope, upload).await
}

async fn another_client(studio: &Studio) -> TenantScope {
    let mut tx = studio.db.begin(Actor::system("test")).await.unwrap();
    let client = new_client("Other", "Europe/Berlin");
    let tenant = aos_features::tenants::commands::register_tenant(&mut tx, &everywhere(), client).await.unwrap();
    tx.commit().await.unwrap();
    inside(tenant.id)
}

async fn files(studio: &Studio, scope: TenantScope) -> Vec<library::MediaFile> {
    studio.product.library.catch_up(scope).await.unwrap();
    let mut conn = studio.db.read().await.unwrap();
    library::files(&mut conn, scope, None, PageSize::DEFAULT).await.unwrap().items
}

fn token(url: &url::Url) -> String {
    url.path().strip_prefix(PUBLIC_PATH).unwrap().to_owned()
}

#[tokio::test]
async fn what_is_brought_is_kept_once_by_its_bytes_and_what_it_is_not_is_refused() {
    for studio in Studio::each().await {
        let field = |error: Error| error.field().unwrap().to_owned();
        let kept = bring(&studio, studio.scope, testing::phone_jpeg(400, 300), "  A roof\nof larch ").await.unwrap();
        assert!(!kept.twin);
        let again = bring(&studio, studio.scope, testing::phone_jpeg(400, 300), "The same").await.unwrap();
        assert_eq!((again.id, again.twin), (kept.id, true));

        let svg = Bytes::from_static(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>");
        assert_eq!(field(bring(&studio, studio.scope, svg, "A drawing").await.unwrap_err()), "file");
        let damaged = testing::png(60, 60).slice(..200);
        assert_eq!(field(bring(&studio, studio.scope, damaged, "Half a roof").await.unwrap_err()), "file");
        let mut large = testing::jpeg(60, 60).to_vec();
        large.resize(LARGEST_IMAGE + 1, 0);
        let refused = bring(&studio, studio.scope, large.into(), "Too much").await.unwrap_err();
        assert!(refused.message().contains("20 MB"), "{refused}");
        assert_eq!(field(bring(&studio, studio.scope, testing::png(60, 60), " ").await.unwrap_err()), "alt");
        let document = bring(&studio, studio.scope, Bytes::from_static(b"%PDF-1.7 a price list"), "").await.unwrap();

        // The crawled picture comes in when it is chosen.
        assert!(studio.product.library.load(studio.scope, PICTURE).await.unwrap().is_some());
        let known = files(&studio, studio.scope).await;
        assert_eq!(known.len(), 3);
        let file = known.iter().find(|file| file.id == kept.id).unwrap();
        assert_eq!((file.file_name.as_str(), file.alt.as_str()), ("roof.jpg", "A roof of larch"));
        assert_eq!((file.width, file.height), (Some(300), Some(400)), "it stands upright");
        let crawled = known.iter().find(|file| file.origin == MediaOrigin::Crawl).unwrap();
        assert_eq!((crawled.source_url.as_deref(), crawled.alt.as_str()), (Some(PICTURE), "A roof of larch"));
        assert_eq!(files(&studio, studio.scope).await.len(), 3, "a second look brings nothing more");

        let original = studio.product.library.original(studio.scope, kept.id).await.unwrap();
        assert!(!original.bytes.windows(3).any(|part| part == b"GPS"), "the place is not kept");
        let small = studio.product.library.small(studio.scope, crawled.id).await.unwrap();
        assert_eq!(testing::pixels(&small.bytes), (320, 320));
        assert!(studio.product.library.small(studio.scope, document.id).await.is_err());

        // Nothing of it is another client's, and the same bytes are another file there.
        let other = another_client(&studio).await;
        assert!(files(&studio, other).await.is_empty());
        let foreign = studio.product.library.original(other, kept.id).await.unwrap_err();
        assert_eq!(foreign.kind(), ErrorKind::NotFound);
        for name in [kept.id.to_string(), PICTURE.to_owned()] {
            assert!(studio.product.library.load(other, &name).await.unwrap().is_none());
            assert!(studio.product.library.load(studio.scope, &name).await.unwrap().is_some());
        }
        assert!(!bring(&studio, other, testing::phone_jpeg(400, 300), "Ours").await.unwrap().twin);
    }
}

#[tokio::test]
async fn a_platform_fetches_a_file_as_it_was_made_to_fit_at_a_signed_address_for_a_while() {
    for studio in Studio::each().await {
        let library = &studio.product.library;
        let id = bring(&studio, studio.scope, testing::png(2400, 800), "A row of roofs").await.unwrap().id.to_string();
        assert!(library.public_url(studio.scope, &id, &FEED).await.unwrap().is_none(), "nobody can reach us yet");

        studio.product.post.public_url().set("http://127.0.0.1:8080/".parse().unwrap());
        let url = library.public_url(studio.scope, &id, &FEED).await.unwrap().unwrap();
        assert!(url.as_str().starts_with("http://127.0.0.1:8080/m/"), "{url}");
        let fetched = library.fetched(&token(&url)).await.unwrap();
        assert_eq!(fetched.content_type, "image/jpeg");
        assert_eq!(testing::pixels(&fetched.bytes), (1440, 754));
        let loaded = library.load(studio.scope, &id).await.unwrap().unwrap();
        let fitted = library.fit(loaded, &FEED).await.unwrap();
        assert_eq!(fitted.bytes, fetched.bytes, "what is fetched is what was checked");

        let other = another_client(&studio).await;
        assert!(library.public_url(other, &id, &FEED).await.unwrap().is_none(), "it is not theirs to give");
        let whole = token(&url);
        let turned = if whole.starts_with('A') { "B" } else { "A" };
        for wrong in [format!("{turned}{}", &whole[1..]), whole[..whole.len() - 2].to_owned(), String::new()] {
            assert_eq!(library.fetched(&wrong).await.unwrap_err().kind(), ErrorKind::NotFound, "{wrong}");
        }
        studio.clock.advance(TimeDelta::hours(11));
        assert!(library.fetched(&whole).await.is_ok());
        studio.clock.advance(TimeDelta::hours(2));
        assert_eq!(library.fetched(&whole).await.unwrap_err().kind(), ErrorKind::NotFound, "its time is over");

        // What can't be made to fit is there as it is, so that the rules can say why.
        let tiny = bring(&studio, studio.scope, testing::jpeg(90, 90), "A tile").await.unwrap().id.to_string();
        let fitted = library.fit(library.load(studio.scope, &tiny).await.unwrap().unwrap(), &FEED).await.unwrap();
        assert_eq!((fitted.width, fitted.height), (Some(90), Some(90)));
        assert!(library.public_url(studio.scope, &tiny, &FEED).await.unwrap().is_some());

        let url = library.public_url(studio.scope, &id, &FEED).await.unwrap().unwrap();
        let gone: MediaId = id.parse().unwrap();
        library.remove(Actor::user(studio.ana), studio.scope, gone).await.unwrap();
        assert_eq!(library.fetched(&token(&url)).await.unwrap_err().kind(), ErrorKind::NotFound, "it was taken out");
    }
}

async fn edit(studio: &Studio, item: ContentItemId, media: MediaRef) -> Result<i64> {
    let (steps, platforms) = (&studio.product.steps, studio.product.connections.platforms());
    let based_on = studio.item(item).await.current_version;
    let mut tx = studio.db.begin(Actor::agent("copywriter", None)).await.unwrap();
    let text = PostText { text: "Look".to_owned(), media: vec![media], ..PostText::default() };
    let edit = Edit { based_on, text: text.into(), note: None };
    let version = content::commands::edit_item(&mut tx, steps, platforms, studio.scope, item, edit).await?;
    tx.commit().await?;
    Ok(version)
}

#[tokio::test]
async fn a_picture_needs_words_before_it_is_published_and_stays_while_a_post_waits_for_it() {
    for studio in Studio::each().await {
        let pictures = studio.connect("memory_pictures").await;
        let silent = json!({ "text": "Look", "title": null, "link": null, "action": null, "media": [], "sources": [], "gaps": [] });
        studio.agents.answer_always(Purpose::SocialPost, silent);
        let request = NewRequest {
            kind: RequestKind::Social,
            title: "Look".to_owned(),
            brief: "What it says to whom.".to_owned(),
            channels: vec![pictures],
            ..NewRequest::default()
        };
        studio.raise(request).await.unwrap();
        studio.approve_all("request").await;
        let item = ContentItemId::from_uuid(studio.waiting("content_item").await[0].subject.id);
        let id = bring(&studio, studio.scope, testing::png(900, 900), "A roof").await.unwrap().id;

        let choose = |alt: &str| MediaRef { media: id.to_string(), alt: alt.to_owned() };
        if edit(&studio, item, choose("")).await.is_ok() {
            let waiting = studio.waiting("content_item").await;
            let refused = studio.decide(&waiting, Decision::Approve).await.remove(0).unwrap_err();
            assert!(refused.message().contains("alternative text"), "{}", refused.message());
        }
        edit(&studio, item, choose("A roof of larch")).await.unwrap();
        let held = studio.product.library.remove(Actor::user(studio.ana), studio.scope, id).await.unwrap_err();
        assert_eq!(held.code(), "media_in_use");
        let mut conn = studio.db.read().await.unwrap();
        let used = library::used(&mut conn, studio.scope, &[id]).await.unwrap();
        drop(conn);
        assert_eq!(used[&id].iter().map(|used| used.item).collect::<Vec<_>>(), [item]);

        studio.approve_all("content_item").await;
        assert_eq!(studio.item(item).await.state, ItemState::Published);
        assert_eq!(studio.pictures.posts_on(pictures)[0].pictures, ["A roof of larch"]);
        studio.product.library.remove(Actor::user(studio.ana), studio.scope, id).await.unwrap();
        assert!(studio.product.library.load(studio.scope, &id.to_string()).await.unwrap().is_none());

        // A picture of the site that was taken out does not come back with the next look, and does when it is brought.
        assert!(studio.product.library.load(studio.scope, PICTURE).await.unwrap().is_some());
        let crawled = files(&studio, studio.scope).await.remove(0);
        studio.product.library.remove(Actor::user(studio.ana), studio.scope, crawled.id).await.unwrap();
        assert!(files(&studio, studio.scope).await.is_empty());
        assert!(studio.product.library.load(studio.scope, PICTURE).await.unwrap().is_none());
        let back = bring(&studio, studio.scope, testing::jpeg(800, 800), "The roof").await.unwrap();
        assert_eq!((back.id, back.twin), (crawled.id, false));
        let mut tx = studio.db.begin(Actor::user(studio.ana)).await.unwrap();
        library::describe(&mut tx, studio.scope, back.id, "The roof in spring").await.unwrap();
        assert_eq!(library::describe(&mut tx, studio.scope, back.id, " ").await.unwrap_err().field(), Some("alt"));
        tx.commit().await.unwrap();
        assert_eq!(files(&studio, studio.scope).await[0].alt, "The roof in spring");
    }
}
