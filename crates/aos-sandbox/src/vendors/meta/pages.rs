//! The page as a node, its lists, and its tokens (contract 2.4 and 5).

use serde_json::{Value, json};

use super::{
    Meta,
    call::Call,
    error::{GraphError, Outcome},
    fields::{self, Kind},
    login::{self, Asker},
    state::{FacebookPhoto, FacebookPost, FacebookPostState, Opens, State},
};

pub(super) const PERSON: Kind =
    Kind { name: "User", fields: "id,name,email,first_name,last_name,picture,permissions", usual: "id,name" };

const PAGE: Kind = Kind {
    name: "Page",
    fields: "id,name,username,category,category_list,about,bio,description,general_info,company_overview,mission,website,phone,\
        emails,single_line_address,location,hours,cover,picture,link,fan_count,followers_count,new_like_count,\
        talking_about_count,were_here_count,rating_count,overall_star_rating,checkins,engagement,tasks,access_token,\
        instagram_business_account,connected_instagram_account,verification_status,is_verified,is_published,\
        is_permanently_closed,has_added_app,price_range,business,owner_business,impressum,founded,products,store_number",
    usual: "id,name",
};

const POST: Kind = Kind {
    name: "PagePost",
    fields: "actions,admin_creator,allowed_advertising_objectives,application,attachments,backdated_time,call_to_action,\
        can_reply_privately,child_attachments,comments,coordinates,created_time,event,feed_targeting,from,full_picture,\
        icon,id,insights,is_eligible_for_promotion,is_expired,is_hidden,is_instagram_eligible,is_popular,is_published,\
        is_spherical,likes,message,message_tags,multi_share_end_card,multi_share_optimized,parent_id,permalink_url,\
        picture,place,privacy,promotable_id,promotion_status,properties,reactions,scheduled_publish_time,shares,\
        sponsor_tags,status_type,story,story_tags,subscribed,target,targeting,timeline_visibility,to,updated_time,via,\
        video_buying_eligibility,width,height",
    usual: "created_time,message,id",
};

const PHOTO: Kind = Kind {
    name: "Photo",
    fields: "id,album,alt_text,alt_text_custom,created_time,from,height,width,icon,images,link,name,page_story_id,picture,\
        source,updated_time,webp_images,target,place,can_delete",
    usual: "created_time,id,name",
};

const TIME: &str = "%Y-%m-%dT%H:%M:%S+0000";

pub(super) fn person(asker: &Asker) -> Value {
    let name = if asker.person == Meta::ANNA { "Anna Berg" } else { "Ben Osei" };
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    json!({"id": Meta::user_id(&asker.person), "name": name, "first_name": first, "last_name": last})
}

/// The page as this asker may see it.
fn page_node(meta: &Meta, state: &mut State, asker: &Asker, call: &Call) -> Value {
    let (page, token) = (state.page.clone(), login::page_token(state, &asker.person, call.now));
    let mut node = json!({
        "id": Meta::PAGE_ID,
        "name": page.name,
        "username": page.username,
        "category": page.category,
        "about": page.about,
        "description": page.description,
        "website": page.website,
        "phone": page.phone,
        "emails": page.email.map(|email| vec![email]),
        "single_line_address": page.street,
        "location": page.street.map(|street| json!({"street": street, "city": "Harwell", "country": "United Kingdom"})),
        "link": meta.ground.at(&format!("https://www.facebook.com/{}", Meta::PAGE_ID)),
        "fan_count": page.followers,
        "followers_count": page.followers,
        "is_published": true,
        "verification_status": "not_verified",
        "tasks": page.tasks,
        "access_token": token,
    });
    if state.may(&asker.person, "instagram_basic") {
        node["instagram_business_account"] = json!({"id": Meta::INSTAGRAM_ID});
    }
    node
}

/// `/me/accounts`: empty for whoever has no page or kept the list from us.
pub(super) fn accounts(meta: &Meta, state: &mut State, asker: &Asker, call: &Call) -> Outcome {
    let listed = asker.has_page() && state.may(&asker.person, "pages_show_list") && !state.page.tasks.is_empty();
    let nodes = if listed { vec![page_node(meta, state, asker, call)] } else { Vec::new() };
    let kind = Kind { usual: "access_token,category,name,id,tasks", ..PAGE };
    fields::page(call, &meta.graph(call, "me/accounts"), &kind, &nodes)
}

/// Reading below the page.
pub(super) fn read(meta: &Meta, state: &mut State, asker: &Asker, call: &Call, edge: Option<&str>) -> Outcome {
    if !asker.has_page() {
        return Err(GraphError::not_visible(Meta::PAGE_ID));
    }
    match edge {
        None => {
            let node = page_node(meta, state, asker, call);
            fields::select(&PAGE, &node, call.text("fields"))
        }
        Some("published_posts" | "feed" | "posts") => list(meta, state, asker, call, FacebookPostState::Published),
        Some("scheduled_posts") => list(meta, state, asker, call, FacebookPostState::Scheduled),
        Some("insights") => {
            needs(state, asker, "pages_read_engagement")?;
            let followers = state.page.followers;
            insights(call, Meta::PAGE_ID, "day", |metric| match metric {
                "page_follows" | "page_fans" => followers,
                "page_daily_follows" | "page_daily_follows_unique" => 0,
                _ => state.posts.values().map(|post| figure(post, metric)).sum(),
            })
        }
        Some(edge) => Err(GraphError::unknown_path(&format!("{}/{edge}", Meta::PAGE_ID))),
    }
}

pub(super) fn needs(state: &State, asker: &Asker, permission: &str) -> Result<(), GraphError> {
    if state.may(&asker.person, permission) {
        return Ok(());
    }
    Err(GraphError::permission(&format!("Requires {permission} permission to manage the object.")))
}

/// Whether the asker may write as the page.
pub(super) fn may_post(state: &State, asker: &Asker) -> Result<(), GraphError> {
    if !asker.has_page() {
        return Err(GraphError::not_visible(Meta::PAGE_ID));
    }
    if asker.opens != Opens::Page {
        return Err(GraphError::permission("Posts must be made with the access token of the page."));
    }
    needs(state, asker, "pages_manage_posts")?;
    needs(state, asker, "pages_read_engagement")?;
    if !state.page.tasks.iter().any(|task| task == "CREATE_CONTENT") {
        return Err(GraphError::permission("The task CREATE_CONTENT is needed on this page."));
    }
    if state.behaviour.blocked {
        return Err(GraphError::new(
            368,
            None,
            "The action attempted has been deemed abusive or is otherwise disallowed.",
        ));
    }
    Ok(())
}

fn list(meta: &Meta, state: &State, asker: &Asker, call: &Call, wanted: FacebookPostState) -> Outcome {
    needs(state, asker, "pages_read_engagement")?;
    let (since, until) = (call.time("since")?, call.time("until")?);
    let mut posts: Vec<&FacebookPost> = state
        .posts
        .values()
        .filter(|post| post.state == wanted && state.is_listed(post.born))
        .filter(|post| since.is_none_or(|since| post.created_at >= since))
        .filter(|post| until.is_none_or(|until| post.created_at <= until))
        .collect();
    posts.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
    let nodes: Vec<Value> = posts.into_iter().map(|post| post_node(meta, state, post)).collect();
    fields::page(call, &meta.graph(call, &call.path.join("/")), &POST, &nodes)
}

/// Where a post can be opened here.
pub(super) fn permalink(meta: &Meta, post: &FacebookPost) -> String {
    let own = post.id.split_once('_').map_or(post.id.as_str(), |(_, own)| own);
    meta.ground.at(&format!("https://www.facebook.com/{}/posts/{own}", Meta::PAGE_ID))
}

fn post_node(meta: &Meta, state: &State, post: &FacebookPost) -> Value {
    let summary = |count: u64| json!({"data": [], "summary": {"total_count": count, "order": "chronological"}});
    let likes =
        json!({"data": [], "summary": {"total_count": post.figures.likes, "can_like": true, "has_liked": false}});
    json!({
        "id": post.id,
        "message": (!post.message.is_empty()).then_some(&post.message),
        "created_time": post.created_at.format(TIME).to_string(),
        "updated_time": post.updated_at.format(TIME).to_string(),
        "permalink_url": permalink(meta, post),
        "is_published": post.state == FacebookPostState::Published,
        "is_hidden": false,
        "is_expired": false,
        "scheduled_publish_time": post.scheduled_for.filter(|_| post.state == FacebookPostState::Scheduled)
            .map(|time| time.timestamp()),
        "status_type": if post.photos.is_empty() { "mobile_status_update" } else { "added_photos" },
        "from": {"id": Meta::PAGE_ID, "name": state.page.name},
        "full_picture": post.photos.first().map(|photo| meta.picture(&photo.file)),
        "picture": post.photos.first().map(|photo| meta.picture(&photo.file)),
        "attachments": attachments(meta, post),
        "shares": (post.figures.shares > 0).then(|| json!({"count": post.figures.shares})),
        "likes": likes,
        "reactions": summary(post.figures.likes),
        "comments": summary(post.figures.comments),
    })
}

fn attachments(meta: &Meta, post: &FacebookPost) -> Option<Value> {
    let one = |photo: &FacebookPhoto| {
        json!({"type": "photo", "media_type": "photo", "description": post.message,
            "media": {"image": {"src": meta.picture(&photo.file)}}, "target": {"id": photo.id},
            "url": permalink(meta, post)})
    };
    let data = match post.photos.as_slice() {
        [] => json!({"type": "share", "media_type": "link", "url": post.link.as_ref()?, "unshimmed_url": post.link}),
        [single] => one(single),
        many => json!({"type": "album", "media_type": "album", "url": permalink(meta, post),
            "subattachments": {"data": many.iter().map(one).collect::<Vec<_>>()}}),
    };
    Some(json!({"data": [data]}))
}

/// `GET /{post}` and what is below it.
pub(super) fn read_post(meta: &Meta, state: &State, asker: &Asker, call: &Call, edge: Option<&str>) -> Outcome {
    let id = &call.path[0];
    let post = state.posts.get(id).filter(|_| asker.has_page()).ok_or_else(|| GraphError::not_visible(id))?;
    needs(state, asker, "pages_read_engagement")?;
    match edge {
        None => fields::select(&POST, &post_node(meta, state, post), call.text("fields")),
        Some("insights") => insights(call, id, "lifetime", |metric| figure(post, metric)),
        Some("comments") => needs(state, asker, "pages_read_user_content").map(|()| json!({"data": []})),
        Some(edge) => Err(GraphError::unknown_path(&format!("{id}/{edge}"))),
    }
}

/// `GET /{photo}`: one that stands in a post, or waits to.
pub(super) fn read_photo(meta: &Meta, state: &State, asker: &Asker, call: &Call) -> Outcome {
    let id = &call.path[0];
    let posted = state.posts.values().flat_map(|post| post.photos.iter().map(move |photo| (photo, Some(post))));
    let (photo, post) = state
        .loose
        .values()
        .map(|photo| (photo, None))
        .chain(posted)
        .find(|(photo, _)| photo.id == *id && asker.has_page())
        .ok_or_else(|| GraphError::not_visible(id))?;
    let node = json!({"id": photo.id, "alt_text_custom": photo.alt_text, "alt_text": photo.alt_text,
        "name": post.map(|post| &post.message), "page_story_id": post.map(|post| &post.id),
        "link": post.map(|post| permalink(meta, post)), "picture": meta.picture(&photo.file),
        "images": [{"source": meta.picture(&photo.file)}]});
    fields::select(&PHOTO, &node, call.text("fields"))
}

/// Names of metrics changed often; the simulation goes by what is in them.
fn figure(post: &FacebookPost, metric: &str) -> u64 {
    let figures = &post.figures;
    match metric {
        metric if metric.contains("reaction") || metric.contains("like") => figures.likes,
        metric if metric.contains("click") => figures.clicks,
        metric if metric.contains("engage") => figures.likes + figures.comments + figures.shares + figures.clicks,
        metric if metric.contains("unique") || metric.contains("reach") => figures.reach,
        _ => figures.views,
    }
}

/// Figures by name; impressions were replaced by views.
pub(super) fn insights(call: &Call, id: &str, period: &str, value: impl Fn(&str) -> u64) -> Outcome {
    let metrics: Vec<&str> = call.need("metric")?.split(',').map(str::trim).collect();
    if metrics.iter().any(|metric| metric.contains("impressions")) {
        return Err(GraphError::parameter("(#100) The value must be a valid insights metric"));
    }
    let data: Vec<Value> = metrics
        .iter()
        .map(|metric| {
            json!({"name": metric, "period": period, "values": [{"value": value(metric)}], "title": metric,
                "id": format!("{id}/insights/{metric}/{period}")})
        })
        .collect();
    Ok(json!({"data": data}))
}
