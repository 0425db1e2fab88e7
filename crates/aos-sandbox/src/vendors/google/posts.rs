//! Business Profile v4: local posts, and the way to reviews (contract: section 7).

use aos_kernel::Timestamp;
use axum::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Answered, Desk, FetchedMedia, GoogleApi, Ground, Problem, admitted, listed, media, moment, oauth, paged, profile,
    reviews,
    state::{Picture, State},
};
use crate::{
    faults::Service,
    vendors::{arrival::Arrival, feed::Shown},
};

const SUMMARY: usize = 1_500;

aos_kernel::text_enum! {
    /// How a post stands on Maps.
    pub enum LocalPostState {
        Processing = "PROCESSING", Live = "LIVE", Rejected = "REJECTED", Scheduled = "SCHEDULED",
        Recurring = "RECURRING",
    }
}

/// A post on a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalPost {
    /// `accounts/102/locations/555/localPosts/…`.
    pub name: String,
    /// `locations/555`.
    pub location: String,
    pub language: Option<String>,
    /// `STANDARD`, `EVENT`, `OFFER`, `ALERT`.
    pub topic: String,
    pub alert: Option<String>,
    pub summary: String,
    /// The button: its kind, and where it leads.
    pub action: Option<(String, Option<String>)>,
    pub event: Option<Value>,
    pub offer: Option<Value>,
    pub media: Vec<PostMedia>,
    pub scheduled_for: Option<Timestamp>,
    pub state: LocalPostState,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Looks until Google has made up its mind, and what it will say.
    pub looks_left: u32,
    pub will_be: LocalPostState,
    /// Further requests until lists show it.
    pub unlisted_for: u32,
}

/// A picture or a film of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostMedia {
    /// `PHOTO` or `VIDEO`.
    pub format: String,
    /// Where it was fetched.
    pub source: String,
    /// Under which id Google serves it.
    pub id: String,
}

impl LocalPost {
    pub(super) fn id(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// Google has looked at it.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let due = self.scheduled_for.is_none_or(|at| at <= now);
        if self.state == LocalPostState::Processing || (self.state == LocalPostState::Scheduled && due) {
            self.state = self.will_be;
        }
    }

    /// Somebody looks: after enough looks the post is settled.
    fn look(&mut self, now: Timestamp) {
        match self.state {
            LocalPostState::Processing if self.looks_left > 0 => self.looks_left -= 1,
            _ => self.settle(now),
        }
    }

    fn url(&self, ground: &Ground) -> String {
        ground.at(&format!("https://local.google.com/place?use=posts&lpsid={}", self.id()))
    }

    fn told(&self, ground: &Ground) -> Value {
        let mut post = json!({
            "name": self.name, "topicType": self.topic, "state": self.state.as_str(),
            "createTime": moment(self.created_at), "updateTime": moment(self.updated_at),
        });
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                post[name] = value;
            }
        };
        put("languageCode", self.language.clone().map(Value::from));
        put("summary", Some(&self.summary).filter(|text| !text.is_empty()).map(|text| json!(text)));
        put("alertType", self.alert.clone().map(Value::from));
        put("event", self.event.clone());
        put("offer", self.offer.clone());
        put("scheduledTime", self.scheduled_for.map(|at| json!(moment(at))));
        put(
            "callToAction",
            self.action.as_ref().map(|(kind, url)| match url {
                Some(url) => json!({"actionType": kind, "url": url}),
                None => json!({ "actionType": kind }),
            }),
        );
        let media: Vec<Value> = self
            .media
            .iter()
            .map(|own| {
                json!({"name": format!("{}/media/{}", self.name, own.id), "mediaFormat": own.format,
                    "googleUrl": picture_url(ground, &own.id)})
            })
            .collect();
        put("media", Some(media).filter(|own| !own.is_empty()).map(Value::from));
        put("searchUrl", (self.state == LocalPostState::Live).then(|| json!(self.url(ground))));
        post
    }

    pub(super) fn shown(&self, state: &State, ground: &Ground) -> Shown {
        let place = state.locations.iter().find(|own| own.name == self.location);
        Shown {
            service: Service::Google,
            account: place.map_or_else(|| self.location.clone(), |own| own.title().to_owned()),
            id: self.name.clone(),
            kind: "post".to_owned(),
            state: self.state.as_str().to_owned(),
            title: self.event.as_ref().and_then(|own| own["title"].as_str()).map(str::to_owned),
            text: self.summary.clone(),
            images: self.media.iter().map(|own| (picture_url(ground, &own.id), String::new())).collect(),
            link: self.action.as_ref().and_then(|(_, url)| url.clone()),
            url: self.url(ground),
            at: self.created_at,
        }
    }
}

fn picture_url(ground: &Ground, id: &str) -> String {
    ground.at(&format!("https://lh3.googleusercontent.com/p/{id}"))
}

/// Where the media of a post's body are to be fetched.
pub(super) fn addresses(body: &Value) -> Vec<String> {
    let media = body["media"].as_array().map(Vec::as_slice).unwrap_or_default();
    media.iter().filter_map(|own| own["sourceUrl"].as_str()).map(str::to_owned).collect()
}

/// `mybusiness.googleapis.com`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival, fetched: &FetchedMedia) -> Answered {
    let holder = admitted(desk, arrival, oauth::BUSINESS, GoogleApi::Posts)?;
    let now = desk.now;
    let parts = arrival.parts();
    let ["v4", "accounts", account, rest @ ..] = parts.as_slice() else { return Err(Problem::not_found()) };
    if let ["locations:batchGetReviews"] = rest {
        return reviews::batch(desk, arrival, &holder, account);
    }
    let ["locations", location, rest @ ..] = rest else { return Err(Problem::not_found()) };
    let place = profile::place(desk.state, &holder, account, location)?;
    if !place.has_voice() {
        return Err(Problem::precondition("The location is not verified."));
    }
    let (location, parent) = (place.name.clone(), format!("accounts/{account}/{}", place.name));
    let answer = match (&arrival.method, rest) {
        (&Method::POST, ["localPosts"]) => return create(desk, arrival, &location, &parent, fetched),
        (&Method::GET, ["localPosts"]) => list(desk, arrival, &location),
        (&Method::GET, ["localPosts", id]) => {
            let post = find(desk.state, &parent, id)?;
            post.look(now);
            let post = post.clone();
            Ok(post.told(desk.ground))
        }
        (&Method::PATCH, ["localPosts", id]) => change(desk, arrival, &parent, id, fetched),
        (&Method::DELETE, ["localPosts", id]) => {
            let name = find(desk.state, &parent, id)?.name.clone();
            desk.state.posts.retain(|post| post.name != name);
            Ok(json!({}))
        }
        (_, ["reviews", rest @ ..]) => reviews::route(desk, arrival, &location, &parent, rest),
        _ => Err(Problem::not_found()),
    };
    for post in &mut desk.state.posts {
        post.unlisted_for = post.unlisted_for.saturating_sub(1);
    }
    answer
}

fn find<'a>(state: &'a mut State, parent: &str, id: &str) -> Result<&'a mut LocalPost, Problem> {
    let name = format!("{parent}/localPosts/{id}");
    state.posts.iter_mut().find(|post| post.name == name).ok_or_else(Problem::not_found)
}

fn list(desk: &mut Desk<'_>, arrival: &Arrival, location: &str) -> Answered {
    let (now, mut told) = (desk.now, Vec::new());
    for post in desk.state.posts.iter_mut().rev() {
        if post.location == location && post.unlisted_for == 0 {
            post.look(now);
            told.push(post.told(desk.ground));
        }
    }
    let (page, next) = paged(arrival, told, 20, 100)?;
    Ok(listed("localPosts", page, next))
}

/// What may stand in the body; anything else is a name that Google does not know.
const NAMES: &[&str] = &[
    "name",
    "languageCode",
    "summary",
    "callToAction",
    "createTime",
    "updateTime",
    "event",
    "state",
    "media",
    "searchUrl",
    "topicType",
    "alertType",
    "offer",
    "scheduledTime",
];

fn create(desk: &mut Desk<'_>, arrival: &Arrival, location: &str, parent: &str, fetched: &FetchedMedia) -> Answered {
    let body = body_of(arrival)?;
    let id = desk.state.next_id();
    let mut post = LocalPost {
        name: format!("{parent}/localPosts/{id}"),
        location: location.to_owned(),
        language: body["languageCode"].as_str().map(str::to_owned),
        topic: body["topicType"].as_str().unwrap_or_default().to_owned(),
        alert: body["alertType"].as_str().map(str::to_owned),
        summary: body["summary"].as_str().unwrap_or_default().to_owned(),
        action: None,
        event: body.get("event").cloned(),
        offer: body.get("offer").cloned(),
        media: Vec::new(),
        scheduled_for: None,
        state: LocalPostState::Processing,
        created_at: desk.now,
        updated_at: desk.now,
        looks_left: 0,
        will_be: LocalPostState::Live,
        unlisted_for: desk.state.settings.requests_until_listed,
    };
    if let Some(text) = body["scheduledTime"].as_str() {
        let at: Timestamp = text.parse().map_err(|_| Problem::invalid("local_post.scheduled_time", "Invalid time."))?;
        post.scheduled_for = Some(at).filter(|at| *at > desk.now);
    }
    check(&mut post, &body)?;
    profile::count_edit(desk, location)?;
    keep_media(desk.state, &mut post, &body, fetched)?;
    look_at(desk.state, &mut post);
    let told = post.told(desk.ground);
    desk.state.posts.push(post);
    Ok(told)
}

fn change(desk: &mut Desk<'_>, arrival: &Arrival, parent: &str, id: &str, fetched: &FetchedMedia) -> Answered {
    let mut post = find(desk.state, parent, id)?.clone();
    let body = body_of(arrival)?;
    let mask = arrival.param("updateMask").unwrap_or_default();
    let fields: Vec<&str> = mask.split(',').map(str::trim).filter(|field| !field.is_empty()).collect();
    if fields.is_empty() {
        return Err(Problem::invalid("update_mask", "update_mask is required."));
    }
    // The post as it would be written anew: what the mask names from the body, the rest as it stands.
    let mut whole = json!({});
    if let Some((kind, url)) = &post.action {
        whole["callToAction"] = json!({"actionType": kind, "url": url});
    }
    for field in &fields {
        let field = field.split('.').next().unwrap_or_default();
        let text = || body[field].as_str().map(str::to_owned);
        match field {
            "summary" => post.summary = text().unwrap_or_default(),
            "languageCode" => post.language = text(),
            "topicType" => post.topic = text().unwrap_or_default(),
            "event" => post.event = body.get("event").cloned(),
            "offer" => post.offer = body.get("offer").cloned(),
            "callToAction" => whole["callToAction"] = body["callToAction"].clone(),
            "media" => whole["media"] = body["media"].clone(),
            other => return Err(Problem::invalid("update_mask", format!("Invalid field mask provided: {other}"))),
        }
    }
    check(&mut post, &whole)?;
    let location = post.location.clone();
    profile::count_edit(desk, &location)?;
    if !whole["media"].is_null() {
        post.media.clear();
        keep_media(desk.state, &mut post, &whole, fetched)?;
    }
    post.updated_at = desk.now;
    look_at(desk.state, &mut post);
    let told = post.told(desk.ground);
    *find(desk.state, parent, id)? = post;
    Ok(told)
}

fn body_of(arrival: &Arrival) -> Answered {
    let Some(body @ Value::Object(_)) = arrival.json() else {
        return Err(Problem::invalid("local_post", "Invalid JSON payload received."));
    };
    let unknown = body.as_object().and_then(|own| own.keys().find(|name| !NAMES.contains(&name.as_str())));
    match unknown {
        Some(name) => Err(Problem::invalid(
            "local_post",
            format!("Invalid JSON payload received. Unknown name \"{name}\" at 'local_post': Cannot find field."),
        )),
        None => Ok(body),
    }
}

/// What is wrong with a post, in the order in which Google looks.
fn check(post: &mut LocalPost, body: &Value) -> Result<(), Problem> {
    if !matches!(post.topic.as_str(), "STANDARD" | "EVENT" | "OFFER" | "ALERT") {
        return Err(Problem::invalid("local_post.topic_type", "topic_type must be specified."));
    }
    if post.summary.chars().count() > SUMMARY {
        return Err(Problem::invalid("local_post.summary", "Summary must not be longer than 1500 characters."));
    }
    let has_media = !post.media.is_empty() || body["media"].as_array().is_some_and(|own| !own.is_empty());
    if post.summary.trim().is_empty() && !has_media && post.topic == "STANDARD" {
        return Err(Problem::invalid("local_post.summary", "A summary or media is required."));
    }
    if post.topic == "ALERT" && post.alert.is_none() {
        return Err(Problem::invalid("local_post.alert_type", "alert_type must be specified."));
    }
    if matches!(post.topic.as_str(), "EVENT" | "OFFER") {
        let event = post.event.as_ref().unwrap_or(&Value::Null);
        if event["title"].as_str().is_none_or(str::is_empty) {
            return Err(Problem::invalid("local_post.event.title", "Event title is required."));
        }
        let day =
            |name: &str| event["schedule"][name]["year"].is_number() && event["schedule"][name]["day"].is_number();
        if !day("startDate") || !day("endDate") {
            return Err(Problem::invalid("local_post.event.schedule", "Event schedule is required."));
        }
    }
    post.action = action(&body["callToAction"])?;
    // An offer's button is its own.
    if post.topic == "OFFER" {
        post.action = None;
    }
    Ok(())
}

fn action(given: &Value) -> Result<Option<(String, Option<String>)>, Problem> {
    if given.is_null() {
        return Ok(None);
    }
    let kind = given["actionType"].as_str().unwrap_or_default();
    let url = given["url"].as_str().filter(|url| !url.is_empty());
    match (kind, url) {
        ("CALL", None) => {}
        ("CALL", Some(_)) => {
            return Err(Problem::invalid("local_post.call_to_action.url", "url must be unset for CALL."));
        }
        ("BOOK" | "ORDER" | "SHOP" | "LEARN_MORE" | "SIGN_UP", Some(url)) if url.starts_with("http") => {}
        ("BOOK" | "ORDER" | "SHOP" | "LEARN_MORE" | "SIGN_UP", _) => {
            return Err(Problem::invalid("local_post.call_to_action.url", "A valid url is required."));
        }
        _ => return Err(Problem::invalid("local_post.call_to_action.action_type", "Unknown action type.")),
    }
    Ok(Some((kind.to_owned(), url.map(str::to_owned))))
}

fn keep_media(state: &mut State, post: &mut LocalPost, body: &Value, fetched: &FetchedMedia) -> Result<(), Problem> {
    for own in body["media"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let format = own["mediaFormat"].as_str().unwrap_or_default();
        if !matches!(format, "PHOTO" | "VIDEO") {
            return Err(Problem::invalid("local_post.media.media_format", "media_format must be specified."));
        }
        let source = own["sourceUrl"].as_str().unwrap_or_default();
        let file = match fetched.get(source) {
            Some(Ok(file)) => file,
            Some(Err(words)) => {
                return Err(Problem::invalid(
                    "local_post.media.source_url",
                    format!("Fetching media failed: {words}."),
                ));
            }
            None => return Err(Problem::invalid("local_post.media.source_url", "source_url is required.")),
        };
        media::refuse(format, file).map_err(|words| Problem::invalid("local_post.media.source_url", words))?;
        let id = format!("AF1Qip{}", state.next_id());
        let picture = Picture { content_type: file.content_type.clone(), bytes: STANDARD.encode(&file.bytes) };
        state.pictures.insert(id.clone(), picture);
        post.media.push(PostMedia { format: format.to_owned(), source: source.to_owned(), id });
    }
    Ok(())
}

/// Decides how the post will stand when Google has looked at it.
fn look_at(state: &mut State, post: &mut LocalPost) {
    let rejected = std::mem::take(&mut state.reject_next)
        || (state.settings.rejects_phone_numbers && has_phone_number(&post.summary));
    let recurs = post.event.as_ref().is_some_and(|event| !event["recurrenceInfo"].is_null());
    post.will_be = match (rejected, recurs) {
        (true, _) => LocalPostState::Rejected,
        (false, true) => LocalPostState::Recurring,
        (false, false) => LocalPostState::Live,
    };
    post.looks_left = state.settings.looks_until_live;
    post.state = match post.scheduled_for {
        Some(_) => LocalPostState::Scheduled,
        None if post.looks_left == 0 => post.will_be,
        None => LocalPostState::Processing,
    };
}

/// Eight digits or more, with nothing between them but what people put into telephone numbers.
fn has_phone_number(text: &str) -> bool {
    let mut digits = 0;
    for c in text.chars() {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '-' | '/' | '(' | ')' | '+' if digits > 0 => {}
            _ => digits = 0,
        }
        if digits >= 8 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_told_from_prices_and_years() {
        assert!(has_phone_number("Call +44 1632 960 101 today"));
        assert!(has_phone_number("Tel. (01632) 960-101"));
        assert!(!has_phone_number("From 12,500 in 2026, 14 m² in 9 days"));
    }
}
