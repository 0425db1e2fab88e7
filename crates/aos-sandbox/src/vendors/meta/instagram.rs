//! Publishing on Instagram (contract 6): containers, their progress, publishing, the quota.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Meta,
    call::Call,
    checks,
    error::{GraphError, Outcome},
    fields::{self, Kind},
    login::Asker,
    posts::FetchedMedia,
    state::{Container, InstagramKind, InstagramMedia, PostFigures, Progress, State},
};

const ACCOUNT: Kind = Kind {
    name: "IGUser",
    fields: "id,ig_id,username,name,biography,website,followers_count,follows_count,media_count,profile_picture_url,\
        has_profile_pic,is_published,owner_business,business_discovery,shopping_review_status",
    usual: "id",
};

const MEDIUM: Kind = Kind {
    name: "IGMedia",
    fields: "id,ig_id,caption,alt_text,media_type,media_product_type,media_url,thumbnail_url,permalink,shortcode,timestamp,\
        username,owner,like_count,comments_count,view_count,is_comment_enabled,is_shared_to_feed,children,comments,\
        insights,boost_eligibility_info,copyright_check_information",
    usual: "id",
};

const CONTAINER: Kind =
    Kind { name: "IGContainer", fields: "id,status,status_code,copyright_check_status", usual: "id" };

const LONGEST_ALT_TEXT: usize = 1_000;
const CONTAINERS_A_DAY: usize = 400;

fn invalid(message: &str) -> GraphError {
    GraphError::parameter(&format!("(#100) {message}"))
}

fn needs(state: &State, asker: &Asker, permission: &str) -> Result<(), GraphError> {
    if !asker.has_page() {
        return Err(GraphError::not_visible(Meta::INSTAGRAM_ID));
    }
    if state.may(&asker.person, permission) {
        return Ok(());
    }
    Err(GraphError::new(10, None, "(#10) Application does not have permission for this action"))
}

/// Reading the account, its media and its quota.
pub(super) fn read(meta: &Meta, state: &mut State, asker: &Asker, call: &Call, edge: Option<&str>) -> Outcome {
    needs(state, asker, "instagram_basic")?;
    match edge {
        None => {
            let own = &state.instagram;
            let node = json!({"id": Meta::INSTAGRAM_ID, "username": own.username, "name": own.name,
                "biography": own.biography, "website": own.website, "followers_count": own.followers,
                "follows_count": own.follows, "media_count": state.media.len()});
            fields::select(&ACCOUNT, &node, call.text("fields"))
        }
        Some("media") => {
            let listed = |medium: &&InstagramMedia| medium.kind != InstagramKind::Story && state.is_listed(medium.born);
            let media: Vec<Value> =
                state.media.values().rev().filter(listed).map(|medium| medium_node(meta, state, medium)).collect();
            fields::page(call, &meta.graph(call, &call.path.join("/")), &MEDIUM, &media)
        }
        Some("content_publishing_limit") => {
            needs(state, asker, "instagram_content_publish")?;
            let mut quota = json!({"quota_usage": state.quota_usage(call.now)});
            if call.text("fields").is_none_or(|fields| fields.contains("config")) {
                quota["config"] = json!({"quota_total": state.behaviour.quota_total, "quota_duration": 86_400});
            }
            Ok(json!({"data": [quota]}))
        }
        Some("insights") => super::pages::insights(call, Meta::INSTAGRAM_ID, "day", |metric| match metric {
            "follower_count" => state.instagram.followers,
            _ => state.media.values().map(|medium| figure(medium, metric)).sum(),
        }),
        Some(edge) => Err(GraphError::unknown_path(&format!("{}/{edge}", Meta::INSTAGRAM_ID))),
    }
}

/// `POST /{ig}/media`.
pub(super) fn create(meta: &Meta, state: &mut State, asker: &Asker, call: &Call, fetched: FetchedMedia) -> Outcome {
    needs(state, asker, "instagram_content_publish")?;
    let day = call.now - TimeDelta::hours(24);
    if state.containers.values().rev().filter(|own| own.made_at > day).count() >= CONTAINERS_A_DAY {
        return Err(quota_reached());
    }
    let text = |name: &str| call.text(name).unwrap_or_default();
    checks::caption(text("caption"))?;
    let alt_text = text("alt_text").to_owned();
    if alt_text.chars().count() > LONGEST_ALT_TEXT {
        return Err(invalid("The alternative text is too long."));
    }
    if call.json("collaborators")?.as_ref().and_then(Value::as_array).is_some_and(|names| names.len() > 3) {
        return Err(invalid("There can be three collaborators."));
    }
    for address in ["image_url", "video_url", "cover_url"].iter().filter_map(|name| call.text(name)) {
        if !address.is_ascii() {
            return Err(GraphError::new(9004, 2_207_052, "The media could not be fetched from this address."));
        }
    }
    let is_item = call.truth("is_carousel_item")?.unwrap_or_default();
    let resumable = text("upload_type") == "resumable";
    let has_video = call.text("video_url").is_some() || resumable;
    let kind = match (text("media_type"), has_video) {
        ("" | "IMAGE", false) => InstagramKind::Image,
        ("REELS", true) if !is_item => InstagramKind::Reel,
        ("STORIES", _) if !is_item => InstagramKind::Story,
        ("VIDEO", true) if is_item => InstagramKind::Video,
        ("CAROUSEL", false) if !is_item => InstagramKind::Carousel,
        _ => return Err(invalid("This media_type does not go with what was sent.")),
    };
    if kind == InstagramKind::Carousel {
        let files = children(state, call)?;
        return Ok(json!({"id": keep(state, call, kind, false, files, Progress::Finished)}));
    }
    if !alt_text.is_empty() && has_video {
        return Err(invalid("Only images have an alternative text."));
    }
    if resumable {
        let id = keep(state, call, kind, is_item, vec![(String::new(), alt_text)], Progress::Awaited);
        let uri = format!("https://rupload.facebook.com/ig-api-upload/v{}.0/{id}", call.version.0);
        return Ok(json!({"id": id, "uri": meta.ground.at(&uri)}));
    }
    let Some(fetched) = fetched else { return Err(invalid("One of image_url and video_url is required.")) };
    let unfetched = |why: &str| {
        GraphError::new(9004, 2_207_052, &format!("The media could not be fetched from this address: {why}."))
    };
    let (file, progress) = match (fetched, has_video) {
        (Ok(fetched), false) => {
            checks::image(&fetched.bytes)?;
            (meta.pictures.put(&fetched.bytes), Progress::Finished)
        }
        (Err(why), false) => return Err(unfetched(&why)),
        // Videos are fetched and read after the answer.
        (Ok(fetched), true) => match checks::video(&fetched.bytes) {
            Ok(()) => (meta.pictures.put(&fetched.bytes), Progress::Finished),
            Err(subcode) => (String::new(), Progress::Failed(subcode)),
        },
        (Err(_), true) => (String::new(), Progress::Failed(2_207_052)),
    };
    Ok(json!({"id": keep(state, call, kind, is_item, vec![(file, alt_text)], progress)}))
}

fn keep(
    state: &mut State,
    call: &Call,
    kind: InstagramKind,
    is_item: bool,
    files: Vec<(String, String)>,
    progress: Progress,
) -> String {
    let looks = state.behaviour.looks;
    let progress = if progress == Progress::Finished && looks > 0 { Progress::Working(looks) } else { progress };
    let id = (17_900_000_000_000_000_u64 + state.number()).to_string();
    let caption = if kind == InstagramKind::Story || is_item { "" } else { call.text("caption").unwrap_or_default() };
    let container =
        Container { id: id.clone(), kind, is_item, caption: caption.to_owned(), files, progress, made_at: call.now };
    state.containers.insert(id.clone(), container);
    id
}

/// The files of a carousel's items.
fn children(state: &State, call: &Call) -> Result<Vec<(String, String)>, GraphError> {
    let ids: Vec<String> = match call.json("children") {
        Ok(Some(Value::Array(items))) => {
            items.iter().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect()
        }
        _ => call.need("children")?.split(',').map(|id| id.trim().to_owned()).collect(),
    };
    if !(2..=10).contains(&ids.len()) {
        return Err(GraphError::new(100, 2_207_028, "A carousel has two to ten items."));
    }
    let mut files = Vec::new();
    for id in &ids {
        let item = state.containers.get(id).filter(|own| own.is_item && !own.is_expired(call.now));
        let item = item.ok_or_else(|| invalid(&format!("The container {id} is no carousel item.")))?;
        match item.progress {
            Progress::Finished => files.extend(item.files.iter().cloned()),
            Progress::Working(_) | Progress::Awaited => return Err(not_ready()),
            Progress::Failed(_) | Progress::Published => {
                return Err(invalid(&format!("The container {id} can't be used.")));
            }
        }
    }
    Ok(files)
}

fn not_ready() -> GraphError {
    GraphError::new(9007, 2_207_027, "The media is not ready to be published. Please wait a moment.")
}

fn quota_reached() -> GraphError {
    GraphError::new(9, 2_207_042, "The number of posts allowed in 24 hours was reached.")
}

/// Bytes for a container that waits for them.
pub(super) fn upload(meta: &Meta, state: &mut State, asker: &Asker, id: &str, bytes: bytes::Bytes) -> Outcome {
    needs(state, asker, "instagram_content_publish")?;
    let looks = state.behaviour.looks;
    let container = state.containers.get_mut(id).ok_or_else(|| GraphError::not_visible(id))?;
    container.progress = match checks::video(&bytes) {
        Ok(()) if looks > 0 => Progress::Working(looks),
        Ok(()) => Progress::Finished,
        Err(subcode) => Progress::Failed(subcode),
    };
    if let Some((file, _)) = container.files.first_mut() {
        *file = meta.pictures.put(&bytes);
    }
    Ok(json!({"success": true, "message": "Upload successful."}))
}

/// `GET /{container}`: each look brings it on.
pub(super) fn look(state: &mut State, asker: &Asker, call: &Call) -> Outcome {
    needs(state, asker, "instagram_basic")?;
    let id = &call.path[0];
    let container = state.containers.get_mut(id).ok_or_else(|| GraphError::not_visible(id))?;
    let (code, words) = match container.progress {
        _ if container.is_expired(call.now) => {
            ("EXPIRED", "Expired: the container was not published in 24 hours.".into())
        }
        Progress::Awaited | Progress::Working(_) => {
            ("IN_PROGRESS", "In Progress: Media is still being processed.".into())
        }
        Progress::Finished => ("FINISHED", "Finished: Media has been uploaded and it is ready to be published.".into()),
        Progress::Published => ("PUBLISHED", "Published: Media has been published.".into()),
        Progress::Failed(subcode) => ("ERROR", format!("Error: Media upload has failed with error code {subcode}")),
    };
    if let Progress::Working(looks) = &mut container.progress {
        *looks -= 1;
        if *looks == 0 {
            container.progress = Progress::Finished;
        }
    }
    fields::select(&CONTAINER, &json!({"id": id, "status_code": code, "status": words}), call.text("fields"))
}

/// `POST /{ig}/media_publish`: once for each container.
pub(super) fn publish(state: &mut State, asker: &Asker, call: &Call) -> Outcome {
    needs(state, asker, "instagram_content_publish")?;
    if state.behaviour.blocked {
        return Err(GraphError::new(
            368,
            None,
            "The action attempted has been deemed abusive or is otherwise disallowed.",
        ));
    }
    let id = call.need("creation_id")?;
    let gone = |subcode, words| GraphError::new(24, subcode, words);
    let container = state.containers.get(id).filter(|own| !own.is_item);
    let container =
        container.ok_or_else(|| gone(2_207_008, "The media builder with this creation id does not exist."))?;
    if container.is_expired(call.now) {
        return Err(gone(2_207_008, "The media builder with this creation id has been expired."));
    }
    match container.progress {
        Progress::Finished => {}
        Progress::Awaited | Progress::Working(_) => return Err(not_ready()),
        Progress::Published => return Err(gone(2_207_006, "The media of this creation id was published already.")),
        Progress::Failed(subcode) => return Err(GraphError::new(352, subcode, "The media upload has failed.")),
    }
    if state.quota_usage(call.now) >= state.behaviour.quota_total {
        return Err(quota_reached());
    }
    let (kind, caption, files) = (container.kind, container.caption.clone(), container.files.clone());
    if let Some(container) = state.containers.get_mut(id) {
        container.progress = Progress::Published;
    }
    let id = (18_000_000_000_000_000_u64 + state.number()).to_string();
    let medium = InstagramMedia {
        id: id.clone(),
        shortcode: format!("C{}", &Uuid::new_v4().simple().to_string()[..10]),
        kind,
        caption,
        files,
        at: call.now,
        figures: PostFigures::default(),
        born: state.requests,
    };
    state.media.insert(id.clone(), medium);
    Ok(json!({"id": id}))
}

/// Where a medium can be opened here.
pub(super) fn permalink(meta: &Meta, state: &State, medium: &InstagramMedia) -> String {
    let real = match medium.kind {
        InstagramKind::Reel => format!("https://www.instagram.com/reel/{}/", medium.shortcode),
        InstagramKind::Story => {
            format!("https://www.instagram.com/stories/{}/{}/", state.instagram.username, medium.id)
        }
        _ => format!("https://www.instagram.com/p/{}/", medium.shortcode),
    };
    meta.ground.at(&real)
}

fn medium_node(meta: &Meta, state: &State, medium: &InstagramMedia) -> Value {
    let (media_type, product) = match medium.kind {
        InstagramKind::Image => ("IMAGE", "FEED"),
        InstagramKind::Carousel => ("CAROUSEL_ALBUM", "FEED"),
        InstagramKind::Reel | InstagramKind::Video => ("VIDEO", "REELS"),
        InstagramKind::Story => ("IMAGE", "STORY"),
    };
    let children: Vec<Value> =
        (1..=medium.files.len()).map(|n| json!({"id": format!("{}{n:02}", medium.id)})).collect();
    let first = medium.files.first().map(|(file, _)| meta.picture(file));
    json!({
        "id": medium.id,
        "caption": (!medium.caption.is_empty()).then_some(&medium.caption),
        "alt_text": medium.files.first().map(|(_, alt)| alt).filter(|alt| !alt.is_empty()),
        "media_type": media_type,
        "media_product_type": product,
        "media_url": first,
        "permalink": permalink(meta, state, medium),
        "shortcode": medium.shortcode,
        "timestamp": medium.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string(),
        "username": state.instagram.username,
        "owner": {"id": Meta::INSTAGRAM_ID},
        "like_count": medium.figures.likes,
        "comments_count": medium.figures.comments,
        "view_count": medium.figures.views,
        "is_comment_enabled": true,
        "children": (medium.kind == InstagramKind::Carousel).then(|| json!({"data": children})),
    })
}

fn figure(medium: &InstagramMedia, metric: &str) -> u64 {
    let figures = &medium.figures;
    match metric {
        "likes" => figures.likes,
        "comments" => figures.comments,
        "shares" => figures.shares,
        "saved" | "saves" => figures.saved,
        "reach" => figures.reach,
        "total_interactions" => figures.likes + figures.comments + figures.shares + figures.saved,
        "views" => figures.views,
        _ => 0,
    }
}

/// `GET /{media}` and its insights.
pub(super) fn read_medium(meta: &Meta, state: &State, asker: &Asker, call: &Call, edge: Option<&str>) -> Outcome {
    needs(state, asker, "instagram_basic")?;
    let id = &call.path[0];
    let medium = state.media.get(id).ok_or_else(|| GraphError::not_visible(id))?;
    match edge {
        None => fields::select(&MEDIUM, &medium_node(meta, state, medium), call.text("fields")),
        Some("insights") => super::pages::insights(call, id, "lifetime", |metric| figure(medium, metric)),
        Some("comments") => Ok(json!({"data": []})),
        Some("children") => Ok(medium_node(meta, state, medium)["children"].clone()),
        Some(edge) => Err(GraphError::unknown_path(&format!("{id}/{edge}"))),
    }
}

/// `DELETE /{media}`.
pub(super) fn delete(state: &mut State, asker: &Asker, id: &str) -> Outcome {
    needs(state, asker, "instagram_content_publish")?;
    match state.media.remove(id) {
        Some(_) => Ok(json!({"success": true})),
        None => Err(GraphError::not_visible(id)),
    }
}
