//! The media library: the client's pictures, films and documents, from the crawl and from uploads.
//!
//! - A file is there once, by its bytes. What cameras and programs write beside a picture's pixels is not kept.
//! - A crawled picture comes in when somebody looks at the library or chooses it by its address; its bytes stay what they
//!   were then, because an approved post names the address.
//! - What a platform fetches is made and kept before its address is given, so that fetching computes nothing.

mod file;
mod signed;

use std::{collections::HashMap, sync::Arc};

use aos_capabilities::{
    images::{ImageFitter, Picture, Unfit},
    post::{MediaKind, MediaRule},
};
use aos_kernel::{Actor, Cursor, Error, ErrorKind, MediaId, NewEvent, Page, PageSize, Result, Subject, TenantScope};
use aos_storage::{Conn, Db, ObjectKey, Objects, Signal, Tx};
use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use self::signed::{Addresses, Named, RuleName};
use super::{
    media::{Media, MediaSource},
    model::ItemState,
    store,
};
use crate::website::{self, SiteImage};

pub use file::{LARGEST_DOCUMENT, LARGEST_IMAGE, LARGEST_VIDEO, MediaFile, MediaOrigin, MediaUse, Used};

/// Where platforms fetch, below the installation's public address.
pub const PUBLIC_PATH: &str = "/m/";
/// What the key for these addresses is kept under.
pub const KEY: &str = "media addresses";

/// Platforms fetch within minutes, and some again when they look at a post a second time.
const FETCHED_WITHIN: TimeDelta = TimeDelta::hours(12);
/// Pictures of the site that come in at one look; the largest first.
const AT_ONE_LOOK: i64 = 60;
/// Content items that are looked through for the files on a page.
const USERS: i64 = 400;
const EVERYTHING: i64 = i64::MAX;

/// As the library's pages show a picture.
const SMALL: MediaRule = MediaRule {
    kind: MediaKind::Image,
    most: 1,
    types: &["image/jpeg"],
    // A page shows a dozen at a time, and a first view costs at most 150 KB.
    bytes: Some(12_000),
    width: Some((1, 320)),
    height: Some((1, 320)),
    ratio: None,
    alt_characters: None,
};

/// Tells how the installation is reached from outside, once that is known.
pub type Reached = Arc<dyn Fn() -> Option<Url> + Send + Sync>;

/// A file that somebody brings.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    pub file_name: String,
    pub bytes: Bytes,
    pub alt: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: MediaId,
    /// The same bytes were there already.
    pub twin: bool,
}

/// A file for whoever asks for it.
#[derive(Clone, Debug)]
pub struct Served {
    pub bytes: Bytes,
    pub content_type: String,
}

/// The library. Cheap to clone.
#[derive(Clone)]
pub struct MediaLibrary {
    db: Db,
    objects: Objects,
    images: Arc<dyn ImageFitter>,
    addresses: Addresses,
    reached: Reached,
}

fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn about(id: MediaId) -> Subject {
    Subject::new("media", id)
}

fn side(pixels: Option<i64>) -> Option<u32> {
    pixels.and_then(|pixels| u32::try_from(pixels).ok())
}

/// Nothing that a browser could run, whatever a site calls it.
fn is_drawing(content_type: &str) -> bool {
    content_type.contains("svg") || content_type.contains("xml")
}

impl MediaLibrary {
    pub fn new(db: Db, objects: Objects, images: Arc<dyn ImageFitter>, key: [u8; 32], reached: Reached) -> Self {
        Self { db, objects, images, addresses: Addresses::new(key), reached }
    }

    /// Keeps a file that somebody brings. The same bytes are kept once.
    ///
    /// # Errors
    /// `Invalid` for the field `file` (what it is, its size, damage) or `alt`.
    pub async fn upload(&self, actor: Actor, scope: TenantScope, upload: Upload) -> Result<Kept> {
        let content_type = file::accepted(&upload.bytes)?;
        let alt = file::alt_of(&upload.alt, file::kind_of(content_type))?;
        let read = self.read(upload.bytes, content_type).await?;
        let read = read.map_err(|unfit| Error::invalid("file", unfit.to_string()))?;
        let brought = Brought {
            origin: MediaOrigin::Upload,
            source_url: None,
            file_name: file::shown_name(&upload.file_name),
            alt,
        };
        self.keep(actor, scope, read, brought).await
    }

    /// Reads what is to be kept: a picture loses what stands beside its pixels.
    async fn read(&self, bytes: Bytes, content_type: &'static str) -> Result<Result<Read, Unfit>> {
        if file::kind_of(content_type) != MediaKind::Image {
            return Ok(Ok(Read { bytes, content_type, pixels: None }));
        }
        let images = self.images.clone();
        let read = aside(move || images.take_in(bytes)).await?;
        Ok(read.map(|picture| {
            let Picture { bytes, content_type, width, height } = picture;
            Read { bytes, content_type, pixels: Some((width, height)) }
        }))
    }

    async fn keep(&self, actor: Actor, scope: TenantScope, read: Read, brought: Brought) -> Result<Kept> {
        let hash = hash_of(&read.bytes);
        let object_key = ObjectKey::of_tenant(scope.tenant(), "media", &hash);
        let bytes = i64::try_from(read.bytes.len()).unwrap_or(i64::MAX);
        let known = store::media_of_hash(&mut self.db.read().await?, scope, &hash).await?;
        // What somebody took out comes back when somebody brings it, not by itself.
        if let Some(known) = known.filter(|known| known.removed_at.is_some() && brought.origin == MediaOrigin::Crawl) {
            let mut tx = self.db.begin(actor).await?;
            if let Some(address) = &brought.source_url {
                store::put_address(&mut tx, scope, address, Some(known.id)).await?;
            }
            tx.commit().await?;
            return Ok(Kept { id: known.id, twin: true });
        }
        // Before the row, so that no row names what is not there; the same bytes once more do no harm.
        self.objects.put(&object_key, read.bytes).await?;
        let mut tx = self.db.begin(actor).await?;
        store::lock_media(&mut tx, scope).await?;
        let known = store::media_of_hash(&mut tx, scope, &hash).await?;
        let (width, height) = read.pixels.unzip();
        let file = MediaFile {
            id: MediaId::new(),
            origin: brought.origin,
            source_url: brought.source_url.clone(),
            object_key,
            file_name: brought.file_name,
            content_type: read.content_type.to_owned(),
            width: width.map(i64::from),
            height: height.map(i64::from),
            bytes,
            hash,
            alt: brought.alt,
            added_by: tx.actor().clone(),
            created_at: tx.now(),
            removed_at: None,
        };
        let kept = match known {
            None => {
                store::insert_media(&mut tx, scope, &file).await?;
                Kept { id: file.id, twin: false }
            }
            Some(known) if known.removed_at.is_some() && file.origin == MediaOrigin::Upload => {
                store::revive_media(&mut tx, scope, known.id, &file).await?;
                Kept { id: known.id, twin: false }
            }
            Some(known) => {
                if known.alt.is_empty() && !file.alt.is_empty() {
                    store::set_alt(&mut tx, scope, known.id, &file.alt).await?;
                }
                Kept { id: known.id, twin: true }
            }
        };
        if let Some(address) = &brought.source_url {
            store::put_address(&mut tx, scope, address, Some(kept.id)).await?;
        }
        if file.origin == MediaOrigin::Upload && !kept.twin {
            let said = json!({ "file_name": file.file_name, "content_type": file.content_type, "bytes": file.bytes });
            tx.emit(NewEvent::new(scope.tenant(), "content.media_added", about(kept.id)).with(said));
            tx.signal(Signal::new("tenant", scope.tenant()));
        }
        tx.commit().await?;
        Ok(kept)
    }

    /// Takes a file out. Nobody finds it any more, at no address.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` while something that is not published yet uses it.
    pub async fn remove(&self, actor: Actor, scope: TenantScope, id: MediaId) -> Result<()> {
        let mut tx = self.db.begin(actor).await?;
        store::lock_media(&mut tx, scope).await?;
        let file = file(&mut tx, scope, id).await?;
        let uses = uses(&mut tx, scope, &[id], true).await?.remove(&id).unwrap_or_default();
        if let Some(used) = uses.first() {
            let message = format!("“{}” uses this file and is not published yet.", used.title);
            return Err(Error::conflict("media_in_use", message)
                .with_help("Choose another picture there, or wait until it is published."));
        }
        store::remove_media(&mut tx, scope, id).await?;
        tx.emit(
            NewEvent::new(scope.tenant(), "content.media_removed", about(id))
                .with(json!({ "file_name": file.file_name })),
        );
        tx.signal(Signal::new("tenant", scope.tenant()));
        tx.commit().await?;
        let made = ObjectKey::of_tenant(scope.tenant(), &signed::fitted_kind(id), "");
        for (key, _) in self.objects.list(Some(made.as_str())).await? {
            self.objects.delete(&key).await?;
        }
        self.objects.delete(&file.object_key).await
    }

    /// Brings in what the last crawl kept and nobody looked at so far.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn catch_up(&self, scope: TenantScope) -> Result<()> {
        let mut conn = self.db.read().await?;
        let found = website::queries::images(&mut conn, scope, AT_ONE_LOOK).await?;
        let known: HashMap<String, Option<MediaId>> = store::addresses(&mut conn, scope).await?.into_iter().collect();
        drop(conn);
        for image in found.into_iter().filter(|image| !known.contains_key(&image.url)) {
            self.take_in(scope, &image).await?;
        }
        Ok(())
    }

    /// One of the site's; none when it is nothing that the library keeps.
    async fn take_in(&self, scope: TenantScope, image: &SiteImage) -> Result<Option<MediaId>> {
        let bytes = match self.objects.get(&image.object_key).await {
            Ok(bytes) => bytes,
            // A store without some of its files holds nobody's page up.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let known = file::type_of(&bytes).filter(|kind| file::kind_of(kind) == MediaKind::Image);
        let read = match known {
            Some(content_type) => self.read(bytes, content_type).await?.ok(),
            None => None,
        };
        let actor = Actor::system("content");
        let Some(read) = read else {
            let mut tx = self.db.begin(actor).await?;
            store::put_address(&mut tx, scope, &image.url, None).await?;
            tx.commit().await?;
            return Ok(None);
        };
        let path = image.url.split(['?', '#']).next().unwrap_or_default();
        let brought = Brought {
            origin: MediaOrigin::Crawl,
            source_url: Some(image.url.clone()),
            file_name: file::shown_name(path),
            alt: file::alt_of(&image.alt, MediaKind::Image).unwrap_or_default(),
        };
        Ok(Some(self.keep(actor, scope, read, brought).await?.id))
    }

    /// The file behind a name: an id of the library, or the address of a crawled picture.
    async fn found(&self, scope: TenantScope, media: &str) -> Result<Found> {
        let mut conn = self.db.read().await?;
        let id = match media.parse::<MediaId>() {
            Ok(id) => id,
            Err(_) => match store::media_at(&mut conn, scope, media).await? {
                Some(Some(id)) => id,
                known => {
                    let Some(image) = website::queries::image_by_url(&mut conn, scope, media).await? else {
                        return Ok(Found::Nothing);
                    };
                    drop(conn);
                    let taken = if known.is_none() { self.take_in(scope, &image).await? } else { None };
                    let Some(id) = taken else { return Ok(Found::Foreign(image)) };
                    conn = self.db.read().await?;
                    id
                }
            },
        };
        let file = store::media(&mut conn, scope, id).await?.filter(|file| file.removed_at.is_none());
        Ok(file.map_or(Found::Nothing, |file| Found::Kept(Box::new(file))))
    }

    /// The bytes of a file, as they are kept.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn original(&self, scope: TenantScope, id: MediaId) -> Result<Served> {
        let file = file(&mut self.db.read().await?, scope, id).await?;
        Ok(Served { bytes: self.objects.get(&file.object_key).await?, content_type: file.content_type })
    }

    /// A small picture of a picture.
    ///
    /// # Errors
    /// `NotFound`, also for what is no picture.
    pub async fn small(&self, scope: TenantScope, id: MediaId) -> Result<Served> {
        let file = file(&mut self.db.read().await?, scope, id).await?;
        if file.kind() != MediaKind::Image {
            return Err(Error::not_found("picture"));
        }
        let named = self.made(scope, &file, &SMALL).await?.ok_or_else(|| Error::not_found("picture"))?;
        self.served(&named).await
    }

    /// What a platform asks for at an address that was given to it.
    ///
    /// # Errors
    /// `NotFound` for every token that is not ours, names what is gone, or whose time is over: all alike.
    pub async fn fetched(&self, token: &str) -> Result<Served> {
        let named = self.addresses.named(token, self.db.clock().now()).ok_or_else(|| Error::not_found("file"))?;
        self.served(&named).await
    }

    async fn served(&self, named: &Named) -> Result<Served> {
        let bytes = self.objects.get(&named.object()).await?;
        let content_type = file::type_of(&bytes).unwrap_or("application/octet-stream").to_owned();
        Ok(Served { bytes, content_type })
    }

    /// Makes a file fit and keeps it, unless that was done; none when it can't be made to.
    async fn made(&self, scope: TenantScope, file: &MediaFile, rule: &MediaRule) -> Result<Option<Named>> {
        let named = Named {
            tenant: scope.tenant(),
            media: file.id,
            rule: RuleName::of(rule),
            until: self.db.clock().now() + FETCHED_WITHIN,
        };
        match self.objects.get(&named.object()).await {
            Ok(_) => return Ok(Some(named)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let bytes = self.objects.get(&file.object_key).await?;
        let bytes = match file.kind() {
            MediaKind::Image => match self.fitted(bytes, rule).await? {
                Ok(picture) => picture.bytes,
                Err(_) => return Ok(None),
            },
            MediaKind::Video | MediaKind::Document => bytes,
        };
        self.objects.put(&named.object(), bytes).await?;
        Ok(Some(named))
    }

    async fn fitted(&self, bytes: Bytes, rule: &MediaRule) -> Result<Result<Picture, Unfit>> {
        let (images, rule) = (self.images.clone(), *rule);
        aside(move || images.fit(bytes, &rule)).await
    }
}

/// A file that was read, before it is kept.
struct Read {
    bytes: Bytes,
    content_type: &'static str,
    pixels: Option<(u32, u32)>,
}

/// What is known of it beside its bytes.
struct Brought {
    origin: MediaOrigin,
    source_url: Option<String>,
    file_name: String,
    alt: String,
}

enum Found {
    Nothing,
    Kept(Box<MediaFile>),
    /// On the site, and of a kind that the library does not keep.
    Foreign(SiteImage),
}

/// Computes where it holds nobody up.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

#[async_trait::async_trait]
impl MediaSource for MediaLibrary {
    async fn load(&self, scope: TenantScope, media: &str) -> Result<Option<Media>> {
        match self.found(scope, media).await? {
            Found::Nothing => Ok(None),
            Found::Kept(file) => Ok(Some(Media {
                kind: file.kind(),
                bytes: self.objects.get(&file.object_key).await?,
                content_type: file.content_type,
                alt: file.alt,
                width: side(file.width),
                height: side(file.height),
            })),
            Found::Foreign(image) if is_drawing(&image.content_type) => Ok(None),
            // A site may take what no library does; a platform that does not says so.
            Found::Foreign(image) => Ok(Some(Media {
                kind: MediaKind::Image,
                bytes: self.objects.get(&image.object_key).await?,
                content_type: image.content_type,
                alt: image.alt,
                width: side(image.width),
                height: side(image.height),
            })),
        }
    }

    async fn fit(&self, media: Media, rule: &MediaRule) -> Result<Media> {
        if media.kind != MediaKind::Image || rule.kind != MediaKind::Image || file::type_of(&media.bytes).is_none() {
            return Ok(media);
        }
        match self.fitted(media.bytes.clone(), rule).await? {
            Ok(Picture { bytes, content_type, width, height }) => Ok(Media {
                bytes,
                content_type: content_type.to_owned(),
                width: Some(width),
                height: Some(height),
                ..media
            }),
            Err(Unfit::Impossible(_)) => Ok(media),
            Err(Unfit::Unreadable(words)) => {
                Err(Error::outside("media_unreadable", words)
                    .with_help("Bring the picture again, or choose another one."))
            }
        }
    }

    async fn public_url(&self, scope: TenantScope, media: &str, rule: &MediaRule) -> Result<Option<Url>> {
        let Some(base) = (self.reached)() else { return Ok(None) };
        let Found::Kept(file) = self.found(scope, media).await? else { return Ok(None) };
        let named = match self.made(scope, &file, rule).await? {
            Some(named) => named,
            // The rules say why it can't be used; that it can't be fetched would hide it.
            None => match self.made(scope, &file, &as_it_is(rule)).await? {
                Some(named) => named,
                None => return Ok(None),
            },
        };
        let path = format!("{PUBLIC_PATH}{}", self.addresses.token(&named));
        base.join(&path).map(Some).map_err(Error::internal)
    }
}

/// The rule without what it asks of a picture.
const fn as_it_is(rule: &MediaRule) -> MediaRule {
    const ALL: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif"];
    MediaRule { types: ALL, bytes: None, width: None, height: None, ratio: None, ..*rule }
}

/// One file of the library.
///
/// # Errors
/// `NotFound`, also for one that was taken out.
pub async fn file(conn: &mut Conn, scope: TenantScope, id: MediaId) -> Result<MediaFile> {
    let found = store::media(conn, scope, id).await?.filter(|file| file.removed_at.is_none());
    found.ok_or_else(|| Error::not_found("file"))
}

/// The files, the newest first.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make.
pub async fn files(
    conn: &mut Conn,
    scope: TenantScope,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<MediaFile>> {
    let before = after.map(Cursor::row).transpose()?;
    let rows = store::all_media(conn, scope, before, size.get() + 1).await?;
    Ok(Page::from_surplus(rows, size, |file| Cursor::after_row(file.created_at, file.id)))
}

/// Where files are used: in the present or the approved text of content items, the last touched first.
///
/// # Errors
/// `Storage`.
pub async fn used(conn: &mut Conn, scope: TenantScope, files: &[MediaId]) -> Result<HashMap<MediaId, Vec<MediaUse>>> {
    uses(conn, scope, files, false).await
}

async fn uses(
    conn: &mut Conn,
    scope: TenantScope,
    files: &[MediaId],
    unpublished: bool,
) -> Result<HashMap<MediaId, Vec<MediaUse>>> {
    let mut names: HashMap<String, MediaId> = files.iter().map(|id| (id.to_string(), *id)).collect();
    let addresses = store::addresses(conn, scope).await?;
    names.extend(addresses.into_iter().filter_map(|(address, id)| {
        let id = id.filter(|id| files.contains(id))?;
        Some((address, id))
    }));
    let limit = if unpublished { EVERYTHING } else { USERS };
    let mut found: HashMap<MediaId, Vec<MediaUse>> = HashMap::new();
    for used in store::media_users(conn, scope, unpublished, limit).await? {
        for name in used.names() {
            let Some(id) = names.get(&name) else { continue };
            let uses = found.entry(*id).or_default();
            // An item stands in two rows while its approved text is not its present one.
            if uses.iter().all(|known| known.item != used.item) {
                uses.push(MediaUse { item: used.item, title: used.title.clone(), state: used.state });
            }
        }
    }
    Ok(found)
}

/// Says what a file shows.
///
/// # Errors
/// `NotFound`; `Invalid` for the field `alt`.
pub async fn describe(tx: &mut Tx, scope: TenantScope, id: MediaId, alt: &str) -> Result<()> {
    let file = file(tx, scope, id).await?;
    let alt = file::alt_of(alt, file.kind())?;
    if alt == file.alt {
        return Ok(());
    }
    store::set_alt(tx, scope, id, &alt).await?;
    tx.emit(NewEvent::new(scope.tenant(), "content.media_described", about(id)).with(json!({ "alt": alt })));
    tx.signal(Signal::new("tenant", scope.tenant()));
    Ok(())
}

/// Whether a content item that uses a file keeps it from being taken out.
pub const fn holds(state: ItemState) -> bool {
    !matches!(state, ItemState::Published)
}
