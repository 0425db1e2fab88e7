//! Videos and photos (contract 3.3): what may be posted, and where its bytes come from.

use aos_kernel::Timestamp;
use axum::{http::Method, response::Response};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    super::{
        call::{self, Call},
        fetch::fetch,
        grants::Holder,
        media::{self, Kind},
    },
    TikTok,
    api::{Outcome, needs},
    errors::Refused,
    state::{Figures, Post, Progress, State, Upload, privacy_of},
};

const SMALLEST_CHUNK: u64 = 5_000_000;
const LARGEST_CHUNK: u64 = 64 << 20;
const LARGEST_LAST: u64 = 128 << 20;
const MOST_CHUNKS: u64 = 1_000;
const MOST_PHOTOS: usize = 35;
const MOST_PENDING: usize = 5;

/// What goes wrong with files, in TikTok's words.
const FORMAT: &str = "file_format_check_failed";

fn longer(text: &str, most: usize) -> bool {
    text.encode_utf16().count() > most
}

fn text(value: &Value, name: &str) -> Result<String, Refused> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Refused::params(format!("{name} must be a string"))),
    }
}

fn flag(value: &Value, name: &str) -> Result<bool, Refused> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(Refused::params(format!("{name} must be a boolean"))),
    }
}

/// What is said about a post, if this account may post so now.
fn described(
    state: &mut State,
    info: &Value,
    (photos, to_inbox): (bool, bool),
    now: Timestamp,
    holder: &Holder,
) -> Result<Post, Refused> {
    let (title, description) = (text(info, "title")?, text(info, "description")?);
    let (most_title, most_description) = if photos { (90, 4_000) } else { (2_200, 0) };
    if longer(&title, most_title) || (photos && longer(&description, most_description)) {
        return Err(Refused::params("The title or the description is too long"));
    }
    let privacy = text(info, "privacy_level")?;
    if !to_inbox {
        if privacy.is_empty() {
            return Err(Refused::params("privacy_level is needed"));
        }
        if !privacy_of(state, &holder.person).contains(&privacy) {
            let message = "Privacy level is not among the options of the creator";
            return Err(Refused::rule("privacy_level_option_mismatch", message));
        }
        if !state.settings.audited && privacy != "SELF_ONLY" {
            let message = "Unaudited clients can only post to private accounts";
            return Err(Refused::rule("unaudited_client_can_only_post_to_private_accounts", message));
        }
    }
    for name in ["disable_duet", "disable_comment", "disable_stitch", "auto_add_music"] {
        flag(info, name)?;
    }
    let recent = |post: &&Post| post.by == holder.person && post.created_at > now - TimeDelta::hours(24);
    let (drafts, posts): (Vec<&Post>, Vec<&Post>) = state.posts.values().filter(recent).partition(|post| post.to_inbox);
    if to_inbox && drafts.len() >= MOST_PENDING {
        let message = "There may be at most 5 pending shares within any 24-hour period";
        return Err(Refused::rule("spam_risk_too_many_pending_share", message));
    }
    if !to_inbox && state.settings.posts_per_day.is_some_and(|most| posts.len() >= most as usize) {
        let message = "The daily post cap from the API is reached for the current user";
        return Err(Refused::rule("spam_risk_too_many_posts", message));
    }
    Ok(Post {
        publish_id: String::new(),
        id: None,
        by: holder.person.clone(),
        is_photos: photos,
        to_inbox,
        title,
        description,
        privacy,
        is_aigc: flag(info, "is_aigc")?,
        brand_content: flag(info, "brand_content_toggle")?,
        brand_organic: flag(info, "brand_organic_toggle")?,
        progress: Progress::Downloading,
        created_at: now,
        figures: Figures::default(),
        files: Vec::new(),
        arrived: None,
        upload: None,
        looks: 0,
        listed_from: 0,
    })
}

fn announced(source: &Value, now: Timestamp) -> Result<Upload, Refused> {
    let number = |name: &str| source[name].as_u64().filter(|n| *n > 0);
    let sizes = (number("video_size"), number("chunk_size"), number("total_chunk_count"));
    let (Some(size), Some(chunk), Some(count)) = sizes else {
        return Err(Refused::params("video_size, chunk_size and total_chunk_count are needed"));
    };
    let last = size.saturating_sub(chunk.saturating_mul(count - 1));
    let fits = if size < SMALLEST_CHUNK || count == 1 {
        count == 1 && chunk == size && size <= LARGEST_CHUNK
    } else {
        (SMALLEST_CHUNK..=LARGEST_CHUNK).contains(&chunk)
            && count <= MOST_CHUNKS
            && (SMALLEST_CHUNK..=LARGEST_LAST).contains(&last)
    };
    if !fits {
        return Err(Refused::params("The total chunk count is invalid"));
    }
    Ok(Upload { size, chunk, count, arrived: 0, chunks: 0, ends_at: now + TimeDelta::hours(1) })
}

fn verified(state: &State, address: &str) -> Result<(), Refused> {
    if state.settings.verified.iter().any(|start| address.starts_with(start.as_str())) {
        return Ok(());
    }
    Err(Refused::rule("url_ownership_unverified", "Please verify the ownership of the url prefix or domain"))
}

impl TikTok {
    pub(super) async fn start_video(&self, sent: &Value, to_inbox: bool, call: &Call, holder: &Holder) -> Outcome {
        needs(holder, if to_inbox { "video.upload" } else { "video.publish" })?;
        let source = &sent["source_info"];
        let address = text(source, "video_url")?;
        let by_file = match source["source"].as_str() {
            Some("FILE_UPLOAD") => true,
            Some("PULL_FROM_URL") => false,
            _ => return Err(Refused::params("source must be FILE_UPLOAD or PULL_FROM_URL")),
        };
        let (number, publish_id) = self.kept.change(|state| {
            let mut post = described(state, &sent["post_info"], (false, to_inbox), call.now, holder)?;
            if by_file {
                post.upload = Some(announced(source, call.now)?);
                post.progress = Progress::Uploading;
            } else {
                verified(state, &address)?;
            }
            let way = match (to_inbox, by_file) {
                (true, true) => "v_inbox_file",
                (true, false) => "v_inbox_url",
                (false, true) => "v_pub_file",
                (false, false) => "v_pub_url",
            };
            Ok(added(state, post, way))
        })?;
        if by_file {
            let url = format!("https://open-upload.tiktokapis.com/video/?upload_id={number}&upload_token=sandbox");
            return Ok(json!({"publish_id": publish_id, "upload_url": self.ground.at(&url)}));
        }
        let fetched = fetch(&address).await;
        let (files, wrong) = match &fetched {
            Err(_) => (Vec::new(), Some("video_pull_failed")),
            // A page that asks to sign in, for one: what answers is no file at all.
            Ok(file) if file.content_type == "text/html" => (Vec::new(), Some("video_pull_failed")),
            Ok(file) if media::sniff(&file.bytes).is_some_and(Kind::is_video) => {
                let name = format!("{number}-0");
                self.blobs.put(&name, file.bytes.clone());
                (vec![name], None)
            }
            Ok(_) => (Vec::new(), Some(FORMAT)),
        };
        self.arrived(number, files, wrong);
        Ok(json!({ "publish_id": publish_id }))
    }

    pub(super) async fn start_photos(&self, sent: &Value, call: &Call, holder: &Holder) -> Outcome {
        let to_inbox = match sent["post_mode"].as_str() {
            Some("DIRECT_POST") => false,
            Some("MEDIA_UPLOAD") => true,
            _ => return Err(Refused::params("post_mode must be DIRECT_POST or MEDIA_UPLOAD")),
        };
        needs(holder, if to_inbox { "video.upload" } else { "video.publish" })?;
        let source = &sent["source_info"];
        if sent["media_type"] != "PHOTO" || source["source"] != "PULL_FROM_URL" {
            return Err(Refused::params("media_type must be PHOTO and source PULL_FROM_URL"));
        }
        let list = source["photo_images"].as_array().cloned().unwrap_or_default();
        let addresses: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let cover = source["photo_cover_index"].as_u64().unwrap_or(0);
        let fits =
            (1..=MOST_PHOTOS).contains(&list.len()) && addresses.len() == list.len() && cover < list.len() as u64;
        if !fits {
            return Err(Refused::params("1 to 35 photo_images and a photo_cover_index among them are needed"));
        }
        let (number, publish_id) = self.kept.change(|state| {
            let post = described(state, &sent["post_info"], (true, to_inbox), call.now, holder)?;
            addresses.iter().try_for_each(|address| verified(state, address))?;
            Ok(added(state, post, "p_pub_url"))
        })?;
        let taken = self.kept.lock().settings.photo_types.clone();
        let (mut files, mut wrong) = (Vec::new(), None);
        for (at, address) in addresses.iter().enumerate() {
            match fetch(address).await {
                Err(_) => wrong = Some("photo_pull_failed"),
                Ok(file) if file.content_type == "text/html" => wrong = Some("photo_pull_failed"),
                Ok(file) => match media::sniff(&file.bytes) {
                    Some(kind) if taken.iter().any(|own| own == kind.content_type()) => {
                        let name = format!("{number}-{at}");
                        self.blobs.put(&name, file.bytes);
                        files.push(name);
                    }
                    _ => wrong = Some(FORMAT),
                },
            }
        }
        self.arrived(number, files, wrong);
        Ok(json!({ "publish_id": publish_id }))
    }

    fn arrived(&self, number: u64, files: Vec<String>, wrong: Option<&str>) {
        self.kept.change(|state| {
            if let Some(post) = state.posts.get_mut(&number) {
                (post.files, post.arrived) = (files, Some(wrong.map(str::to_owned)));
            }
        });
    }

    /// `PUT` of a chunk to an address that was given out.
    pub(super) fn receive(&self, call: &Call) -> Response {
        if call.method != Method::PUT || call.path != "/video/" {
            return call::bare(404);
        }
        let number = call.asked("upload_id").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let (from, to, size) = match call.header("content-range").and_then(range) {
            Some(range) => range,
            None => return call::bare(416),
        };
        if !matches!(call.content_type().as_str(), "video/mp4" | "video/quicktime" | "video/webm") {
            return call::bare(400);
        }
        self.kept.change(|state| {
            let Some(post) = state.posts.get_mut(&number).filter(|post| post.arrived.is_none()) else {
                return call::bare(404);
            };
            let Some(upload) = &mut post.upload else { return call::bare(404) };
            if upload.ends_at < call.now {
                return call::bare(403);
            }
            let length = call.body.len() as u64;
            let is_last = upload.chunks + 1 == upload.count;
            let expected = if is_last { upload.size - upload.arrived } else { upload.chunk };
            let fits = size == upload.size && from == upload.arrived && to.checked_sub(from) == length.checked_sub(1);
            if !fits || length != expected {
                return call::bare(416);
            }
            self.blobs.put(&format!("{number}-part-{}", upload.chunks), call.body.clone());
            upload.chunks += 1;
            upload.arrived += length;
            if !is_last {
                return call::with(call::bare(206), "content-range", format!("bytes 0-{}/{size}", upload.arrived - 1));
            }
            let parts = (0..upload.chunks).filter_map(|part| self.blobs.get(&format!("{number}-part-{part}")));
            let whole: Vec<u8> = parts.flat_map(|bytes| bytes.to_vec()).collect();
            let is_video = media::sniff(&whole).is_some_and(Kind::is_video);
            post.arrived = Some((!is_video).then(|| FORMAT.to_owned()));
            post.files = vec![format!("{number}-0")];
            self.blobs.put(&format!("{number}-0"), whole.into());
            call::bare(201)
        })
    }
}

fn added(state: &mut State, post: Post, way: &str) -> (u64, String) {
    let number = state.new_id();
    let publish_id = format!("{way}~v2.{number}");
    state.posts.insert(number, Post { publish_id: publish_id.clone(), ..post });
    (number, publish_id)
}

/// `bytes 0-30567099/30567100`.
fn range(text: &str) -> Option<(u64, u64, u64)> {
    let (span, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (from, to) = span.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?, size.parse().ok()?))
}
