//! `api.x.com`: who calls, how often, and what for (contract 2.2).

use axum::{http::Method, response::Response};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    super::{
        call::{self, Call},
        grants::{Holder, Standing},
    },
    X,
    errors::Refused,
    state::{State, Used, user},
};

pub(super) type Outcome = Result<Response, Refused>;

const WINDOW: TimeDelta = TimeDelta::minutes(15);
const DAY: TimeDelta = TimeDelta::hours(24);

impl X {
    pub(super) async fn api(&self, call: &Call) -> Response {
        match (&call.method, call.path.as_str()) {
            (&Method::POST, "/2/oauth2/token") => return self.token(call),
            (&Method::POST, "/2/oauth2/revoke") => return self.revoke_token(call),
            _ => {}
        }
        // Forms are read before the state is locked, because reading them waits.
        let parts = call.multipart().await;
        let (outcome, used) = match self.admitted(call) {
            Err(refused) => (Err(refused), None),
            Ok((_, Some(used))) if used.over => (Err(Refused::too_many()), Some(used)),
            Ok((holder, used)) => (self.serve_admitted(call, &holder, parts.as_deref()), used),
        };
        let response = outcome.unwrap_or_else(Refused::answer);
        match used {
            None => response,
            Some(used) => {
                let response = call::with(response, "x-rate-limit-limit", used.limit.to_string());
                let response = call::with(response, "x-rate-limit-remaining", used.remaining.to_string());
                call::with(response, "x-rate-limit-reset", used.reset.to_string())
            }
        }
    }

    /// Whom the token speaks for, and how the limit of what is asked stands.
    fn admitted(&self, call: &Call) -> Result<(Holder, Option<Used>), Refused> {
        let mut state = self.kept.lock();
        state.requests += 1;
        let Standing::Good(holder) = state.grants.look(call.bearer().unwrap_or_default(), call.now) else {
            return Err(Refused::unauthorized());
        };
        let used = limited(&mut state, call, &holder.person);
        Ok((holder, used))
    }

    fn serve_admitted(&self, call: &Call, holder: &Holder, parts: Option<&[call::Part]>) -> Outcome {
        let pieces = call.segments();
        match (&call.method, &pieces[..]) {
            (&Method::POST, ["2", "tweets"]) => self.create(call, holder),
            (&Method::GET, ["2", "tweets"]) => self.look_up(call, holder),
            (&Method::GET, ["2", "tweets", id]) => self.one(id, call, holder),
            (&Method::DELETE, ["2", "tweets", id]) => self.delete(id, holder),
            (&Method::GET, ["2", "users", "me"]) => me(&self.kept.lock(), call, holder),
            (&Method::GET, ["2", "users", id, "tweets"]) => self.timeline(id, call, holder),
            (_, ["2", "media", ..]) => self.media(call, holder, &pieces[2..], parts),
            _ => Err(Refused::not_found("resource", &call.path)),
        }
    }
}

/// Counts the request; none: nothing limits it.
fn limited(state: &mut State, call: &Call, person: &str) -> Option<Used> {
    let pieces = call.segments();
    let (name, limit) = match (&call.method, &pieces[..]) {
        (&Method::POST, ["2", "tweets"]) => {
            let (window, day) = (state.settings.posts_per_window, state.settings.posts_per_day);
            let day = day.map(|limit| state.count("app/day".to_owned(), limit, DAY, call.now));
            // The answer tells of the limit that stops the caller longest.
            if let Some(used) = day.filter(|used| used.over) {
                return Some(used);
            }
            return window.map(|limit| state.count(format!("{person}/create"), limit, WINDOW, call.now)).or(day);
        }
        (&Method::DELETE, ["2", "tweets", _]) => ("delete", 50),
        (&Method::GET, ["2", "users", "me"]) => ("me", 75),
        (&Method::GET, ["2", "tweets", ..]) => ("lookup", 5_000),
        (&Method::GET, ["2", "users", _, "tweets"]) => ("timeline", 900),
        (&Method::POST, ["2", "media", "upload"]) => ("upload", 500),
        (&Method::GET, ["2", "media", "upload"]) => ("status", 1_000),
        (&Method::POST, ["2", "media", ..]) => ("parts", 1_875),
        _ => return None,
    };
    state.settings.reads_limited.then(|| state.count(format!("{person}/{name}"), limit, WINDOW, call.now))
}

pub(super) fn needs(holder: &Holder, scopes: &[&str]) -> Result<(), Refused> {
    if scopes.iter().all(|scope| holder.scopes.contains(*scope)) { Ok(()) } else { Err(Refused::scope()) }
}

/// Nothing may stand in the query but this; a value is one of some words where they are given.
pub(super) fn only(call: &Call, known: &[&str]) -> Result<(), Refused> {
    let unknown = url::form_urlencoded::parse(call.query.as_bytes()).find(|(name, _)| !known.contains(&name.as_ref()));
    match unknown {
        Some((name, _)) => {
            Err(Refused::invalid(&name, format!("The query parameter [{name}] is not one of [{}]", known.join(","))))
        }
        None => Ok(()),
    }
}

/// The names of a field list, each known.
pub(super) fn fields(call: &Call, names: &[&str], known: &[&str]) -> Result<Vec<String>, Refused> {
    let mut asked = Vec::new();
    for name in names {
        for field in call.asked(name).unwrap_or_default().split(',').filter(|field| !field.is_empty()) {
            if !known.contains(&field) {
                let message =
                    format!("The `{name}` query parameter value [{field}] is not one of [{}]", known.join(","));
                return Err(Refused::invalid(name, message));
            }
            asked.push(field.to_owned());
        }
    }
    Ok(asked)
}

const USER_FIELDS: &[&str] = &[
    "id",
    "name",
    "username",
    "created_at",
    "description",
    "location",
    "pinned_tweet_id",
    "profile_image_url",
    "protected",
    "public_metrics",
    "url",
    "verified",
    "verified_type",
    "entities",
];

fn me(state: &State, call: &Call, holder: &Holder) -> Outcome {
    needs(holder, &["users.read", "tweet.read"])?;
    only(call, &["user.fields", "tweet.fields", "post.fields", "expansions"])?;
    let fields = fields(call, &["user.fields"], USER_FIELDS)?;
    let user = user(&holder.person).ok_or_else(Refused::unauthorized)?;
    let mut data = json!({"id": user.id, "name": user.name, "username": user.username});
    for field in &fields {
        data[field] = match field.as_str() {
            "description" => user.description.into(),
            "created_at" => "2021-04-12T08:00:00.000Z".into(),
            "profile_image_url" => format!("https://pbs.twimg.test/profile_images/{}/photo_normal.png", user.id).into(),
            "protected" | "verified" => false.into(),
            "public_metrics" => json!({
                "followers_count": state.followers.get(user.key).copied().unwrap_or(0),
                "following_count": 112,
                "tweet_count": state.posts.values().filter(|post| post.by == user.key).count(),
                "listed_count": 3,
            }),
            "url" => "https://harbour-and-pine.test".into(),
            _ => continue,
        };
    }
    Ok(call::json(200, json!({ "data": data })))
}
