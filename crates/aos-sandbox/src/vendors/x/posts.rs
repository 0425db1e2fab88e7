//! Posts (contract 2.2): what is taken, what is refused, and how they are read back.

use aos_kernel::Timestamp;
use serde_json::{Value, json};

use super::{
    super::{
        call::{self, Call},
        grants::Holder,
    },
    X,
    api::{Outcome, fields, needs, only},
    errors::{Refused, partial},
    state::{Figures, Poll, Post, State, USERS, user},
    weigh,
};

const WRITE: &[&str] = &["tweet.read", "tweet.write", "users.read"];
const READ: &[&str] = &["tweet.read", "users.read"];
const BODY: &[&str] = &[
    "text",
    "media",
    "poll",
    "quote_tweet_id",
    "reply",
    "reply_settings",
    "made_with_ai",
    "paid_partnership",
    "for_super_followers_only",
    "geo",
    "community_id",
    "share_with_followers",
    "edit_options",
    "nullcast",
    "direct_message_deep_link",
    "card_uri",
];
const FIELDS: &[&str] = &[
    "id",
    "text",
    "attachments",
    "author_id",
    "context_annotations",
    "conversation_id",
    "created_at",
    "entities",
    "edit_history_tweet_ids",
    "in_reply_to_user_id",
    "lang",
    "non_public_metrics",
    "organic_metrics",
    "possibly_sensitive",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "source",
    "note_tweet",
];
const FIELD_NAMES: &[&str] = &["tweet.fields", "post.fields"];

/// A field that must be text when it is there.
fn text<'a>(sent: &'a Value, path: &str) -> Result<Option<&'a str>, Refused> {
    match sent.pointer(path) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refused::invalid(path, format!("$.{}: is not a string", path.trim_start_matches('/')))),
    }
}

fn known_fields(value: &Value, path: &str, known: &[&str]) -> Result<(), Refused> {
    let unknown = value.as_object().and_then(|own| own.keys().find(|name| !known.contains(&name.as_str())));
    match unknown {
        Some(name) => Err(Refused::invalid(
            name,
            format!("{path}.{name}: is not defined in the schema and the schema does not allow additional properties"),
        )),
        None => Ok(()),
    }
}

fn media(state: &State, sent: &Value, person: &str, now: Timestamp) -> Result<Vec<String>, Refused> {
    let Some(media) = sent.get("media").filter(|media| !media.is_null()) else { return Ok(Vec::new()) };
    known_fields(media, "$.media", &["media_ids", "tagged_user_ids"])?;
    let wrong = |words: &str| Refused::invalid("media.media_ids", words);
    let list =
        media["media_ids"].as_array().ok_or_else(|| wrong("$.media.media_ids: is missing but it is required"))?;
    let ids: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if !(1..=4).contains(&list.len()) || ids.len() != list.len() {
        return Err(wrong("$.media.media_ids: must hold 1 to 4 strings"));
    }
    let looks = state.settings.looks_until_ready;
    let mut single = 0;
    for id in &ids {
        let good = state.uploads.get(id).filter(|upload| {
            upload.by == person && upload.expires_at > now && upload.whole && upload.progress(looks) == "succeeded"
        });
        let upload = good.ok_or_else(|| wrong("Your media IDs are invalid."))?;
        single += usize::from(upload.category != "tweet_image");
    }
    if single > 1 || (single == 1 && ids.len() > 1) {
        return Err(wrong("A post holds 4 photos, or 1 GIF, or 1 video."));
    }
    Ok(ids)
}

fn poll(sent: &Value) -> Result<Option<Poll>, Refused> {
    let Some(poll) = sent.get("poll").filter(|poll| !poll.is_null()) else { return Ok(None) };
    known_fields(poll, "$.poll", &["options", "duration_minutes", "reply_settings"])?;
    let options: Vec<String> =
        poll["options"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let minutes = poll["duration_minutes"].as_u64().unwrap_or(0);
    let fits = options.iter().all(|option| (1..=25).contains(&option.chars().count()));
    if !(2..=4).contains(&options.len()) || !fits || !(5..=10_080).contains(&minutes) {
        let message = "A poll has 2 to 4 options of at most 25 characters and lasts 5 to 10080 minutes.";
        return Err(Refused::invalid("poll", message));
    }
    Ok(Some(Poll { options, minutes }))
}

impl X {
    pub(super) fn create(&self, call: &Call, holder: &Holder) -> Outcome {
        needs(holder, WRITE)?;
        let sent = call.json().filter(|sent| sent.is_object() && call.content_type() == "application/json");
        let sent = sent.ok_or_else(|| Refused::invalid("body", "The body must be a JSON object."))?;
        self.kept.change(|state| {
            let (id, post) = drafted(state, &sent, call, holder)?;
            let text = shown_text(state, &post).0;
            let body = json!({"data": {"id": post.id, "text": text, "edit_history_tweet_ids": [post.id]}});
            state.posts.insert(id, post);
            if let Some(left) = &mut state.settings.posts_left {
                *left = left.saturating_sub(1);
            }
            Ok(call::json(201, body))
        })
    }

    pub(super) fn delete(&self, id: &str, holder: &Holder) -> Outcome {
        needs(holder, WRITE)?;
        self.kept.change(|state| {
            let post = find(state, id).ok_or_else(|| Refused::not_found("tweet", id))?;
            if post.by != holder.person {
                return Err(Refused::forbidden("You are not authorized to delete this Tweet."));
            }
            state.posts.retain(|_, post| post.id != id);
            Ok(call::json(200, json!({"data": {"deleted": true}})))
        })
    }

    pub(super) fn one(&self, id: &str, call: &Call, holder: &Holder) -> Outcome {
        needs(holder, READ)?;
        only(call, &["tweet.fields", "post.fields", "expansions", "user.fields", "media.fields"])?;
        let fields = fields(call, FIELD_NAMES, FIELDS)?;
        let state = self.kept.lock();
        // What is not there is told in a good answer.
        Ok(call::json(
            200,
            match find(&state, id) {
                Some(post) => json!({"data": shape(&state, post, &fields, &holder.person)}),
                None => json!({"errors": [partial("resource-not-found", "Not Found Error", "id", id)]}),
            },
        ))
    }

    pub(super) fn look_up(&self, call: &Call, holder: &Holder) -> Outcome {
        needs(holder, READ)?;
        only(call, &["ids", "tweet.fields", "post.fields", "expansions", "user.fields", "media.fields"])?;
        let fields = fields(call, FIELD_NAMES, FIELDS)?;
        let ids = call.asked("ids").unwrap_or_default();
        let ids: Vec<&str> = ids.split(',').filter(|id| !id.is_empty()).collect();
        if !(1..=100).contains(&ids.len()) || ids.iter().any(|id| id.parse::<u64>().is_err()) {
            return Err(Refused::invalid("ids", "The `ids` query parameter must hold 1 to 100 ids"));
        }
        let state = self.kept.lock();
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for id in ids {
            match find(&state, id) {
                None => errors.push(partial("resource-not-found", "Not Found Error", "ids", id)),
                Some(post) => {
                    if post.by != holder.person && fields.iter().any(|field| field == "non_public_metrics") {
                        errors.push(partial("not-authorized-for-resource", "Field Authorization Error", "ids", id));
                    }
                    data.push(shape(&state, post, &fields, &holder.person));
                }
            }
        }
        let mut body = json!({});
        if !data.is_empty() {
            body["data"] = data.into();
        }
        if !errors.is_empty() {
            body["errors"] = errors.into();
        }
        Ok(call::json(200, body))
    }

    pub(super) fn timeline(&self, id: &str, call: &Call, holder: &Holder) -> Outcome {
        needs(holder, READ)?;
        only(
            call,
            &[
                "max_results",
                "pagination_token",
                "since_id",
                "until_id",
                "start_time",
                "end_time",
                "exclude",
                "tweet.fields",
                "post.fields",
                "expansions",
                "user.fields",
                "media.fields",
            ],
        )?;
        let fields = fields(call, FIELD_NAMES, FIELDS)?;
        let most = call.number("max_results", 10).filter(|most| (5..=100).contains(most));
        let most = most.ok_or_else(|| Refused::invalid("max_results", "`max_results` is not between 5 and 100"))?;
        let number = |name: &str, without: u64| match call.asked(name) {
            None => Ok(without),
            Some(text) => text.parse::<u64>().map_err(|_| Refused::invalid(name, format!("`{name}` can't be read"))),
        };
        let (since, until) = (number("since_id", 0)?, number("until_id", u64::MAX)?);
        // The token is where the page before ended.
        let below = call.asked("pagination_token").map(|token| token.trim_start_matches("p-").parse::<u64>());
        let below = below
            .unwrap_or(Ok(u64::MAX))
            .map_err(|_| Refused::invalid("pagination_token", "`pagination_token` is not a token of this list"))?;
        let user = USERS.iter().find(|user| user.id == id).ok_or_else(|| Refused::not_found("user", id))?;
        let moment = |name: &str| match call.asked(name) {
            None => Ok(None),
            Some(text) => text.parse::<Timestamp>().map(Some).map_err(|_| Refused::invalid(name, "is not a time")),
        };
        let (from, to) = (moment("start_time")?, moment("end_time")?);
        let without_replies = call.asked("exclude").is_some_and(|words| words.split(',').any(|word| word == "replies"));
        let state = self.kept.lock();
        let mut listed = state.posts.iter().rev().filter(|(id, post)| {
            post.by == user.key
                && post.listed_from <= state.requests
                && **id > since
                && **id < until.min(below)
                && from.is_none_or(|from| post.created_at >= from)
                && to.is_none_or(|to| post.created_at < to)
                && !(without_replies && post.reply_to.is_some())
        });
        let page: Vec<&Post> = listed.by_ref().take(most).map(|(_, post)| post).collect();
        let mut meta = json!({"result_count": page.len()});
        if let (Some(newest), Some(oldest)) = (page.first(), page.last()) {
            (meta["newest_id"], meta["oldest_id"]) = (newest.id.clone().into(), oldest.id.clone().into());
            if listed.next().is_some() {
                meta["next_token"] = format!("p-{}", oldest.id).into();
            }
        }
        let data: Vec<Value> = page.iter().map(|post| shape(&state, post, &fields, &holder.person)).collect();
        let body = if data.is_empty() { json!({ "meta": meta }) } else { json!({"data": data, "meta": meta}) };
        Ok(call::json(200, body))
    }
}

fn find<'a>(state: &'a State, id: &str) -> Option<&'a Post> {
    state.posts.get(&id.parse().ok()?)
}

fn drafted(state: &mut State, sent: &Value, call: &Call, holder: &Holder) -> Result<(u64, Post), Refused> {
    known_fields(sent, "$", BODY)?;
    let words = text(sent, "/text")?.unwrap_or_default().to_owned();
    let (media, poll) = (media(state, sent, &holder.person, call.now)?, poll(sent)?);
    let quotes = text(sent, "/quote_tweet_id")?.map(str::to_owned);
    if usize::from(!media.is_empty()) + usize::from(poll.is_some()) + usize::from(quotes.is_some()) > 1 {
        return Err(Refused::invalid("media", "`media`, `poll` and `quote_tweet_id` exclude each other"));
    }
    if words.trim().is_empty() && media.is_empty() {
        return Err(Refused::invalid("text", "$.text: a post needs a text or media"));
    }
    let weight = weigh::weight(&words);
    if weight > state.settings.longest {
        let message = format!("The text weighs {weight}, more than {}.", state.settings.longest);
        return Err(Refused::invalid("text", message));
    }
    let reply_settings = text(sent, "/reply_settings")?.map(str::to_owned);
    if let Some(given) = reply_settings.as_deref()
        && !matches!(given, "following" | "mentionedUsers" | "subscribers" | "verified")
    {
        let message = format!("$.reply_settings: does not have a value in the enumeration: {given}");
        return Err(Refused::invalid("reply_settings", message));
    }
    let reply_to = text(sent, "/reply/in_reply_to_tweet_id")?.map(str::to_owned);
    if reply_to.as_deref().or(quotes.as_deref()).is_some_and(|id| find(state, id).is_none()) {
        return Err(Refused::forbidden(
            "You attempted to answer or quote a Tweet that is deleted or not visible to you.",
        ));
    }
    if state.settings.posts_left == Some(0) {
        return Err(Refused::capped());
    }
    if !words.is_empty() && state.posts.values().any(|post| post.by == holder.person && post.text == words) {
        return Err(Refused::forbidden("You are not allowed to create a Tweet with duplicate content."));
    }
    let id = state.new_id();
    let post = Post {
        id: id.to_string(),
        by: holder.person.clone(),
        text: words,
        media,
        poll,
        reply_to,
        quotes,
        reply_settings,
        made_with_ai: sent["made_with_ai"].as_bool().unwrap_or(false),
        created_at: call.now,
        figures: Figures::default(),
        listed_from: state.requests + 1 + u64::from(state.settings.hidden_for),
    };
    Ok((id, post))
}

/// The text as X gives it back, and its links: short form and what it stands for.
fn shown_text(state: &State, post: &Post) -> (String, Vec<Value>) {
    if !state.settings.rewrites_text {
        return (post.text.clone(), Vec::new());
    }
    let short = |n: usize| {
        format!(
            "https://t.co/{:010x}",
            post.id.parse::<u64>().unwrap_or(0).wrapping_mul(31).wrapping_add(n as u64) & 0xff_ffff_ffff
        )
    };
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (mut text, mut links, mut at) = (String::new(), Vec::new(), 0);
    for (start, end) in weigh::urls(&post.text) {
        text.push_str(&escaped(&post.text[at..start]));
        let url = short(links.len());
        let from = text.chars().count();
        text.push_str(&url);
        let whole = &post.text[start..end];
        let display = whole.split_once("://").map_or(whole, |(_, rest)| rest);
        links.push(json!({"start": from, "end": text.chars().count(), "url": url, "expanded_url": whole,
            "display_url": display}));
        at = end;
    }
    text.push_str(&escaped(&post.text[at..]));
    if !post.media.is_empty() {
        // Media stand at the end of the text as one link more.
        let url = short(links.len());
        if !text.is_empty() {
            text.push(' ');
        }
        let from = text.chars().count();
        text.push_str(&url);
        links.push(json!({"start": from, "end": text.chars().count(), "url": url,
            "expanded_url": format!("https://x.com/i/status/{}/photo/1", post.id), "media_key": media_key(&post.media[0])}));
    }
    (text, links)
}

pub(super) fn media_key(id: &str) -> String {
    format!("3_{id}")
}

fn shape(state: &State, post: &Post, fields: &[String], reader: &str) -> Value {
    let (text, links) = shown_text(state, post);
    let mut body = json!({"id": post.id, "text": text, "edit_history_tweet_ids": [post.id]});
    let figures = post.figures;
    for field in fields {
        body[field] = match field.as_str() {
            "created_at" => post.created_at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().into(),
            "author_id" => user(&post.by).map_or("", |user| user.id).into(),
            "conversation_id" => post.reply_to.clone().unwrap_or_else(|| post.id.clone()).into(),
            "lang" => "en".into(),
            "possibly_sensitive" => false.into(),
            "reply_settings" => post.reply_settings.clone().unwrap_or_else(|| "everyone".to_owned()).into(),
            "entities" if !links.is_empty() => json!({"urls": links}),
            "attachments" if !post.media.is_empty() => {
                json!({"media_keys": post.media.iter().map(|id| media_key(id)).collect::<Vec<_>>()})
            }
            "public_metrics" => json!({
                "retweet_count": figures.reposts, "reply_count": figures.replies, "like_count": figures.likes,
                "quote_count": figures.quotes, "bookmark_count": figures.bookmarks,
                "impression_count": figures.impressions,
            }),
            "non_public_metrics" if post.by == reader => json!({
                "impression_count": figures.impressions, "url_link_clicks": figures.link_clicks,
                "user_profile_clicks": figures.profile_clicks,
            }),
            _ => continue,
        };
    }
    body
}
