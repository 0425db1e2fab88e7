//! Posts (contract 1.4): what is taken, what is refused, and how they are read back.

use serde_json::{Value, json};

use super::{
    super::{
        call::{self, Call},
        grants::Holder,
    },
    LinkedIn, PAGE_NAME, PAGE_URN,
    api::{Outcome, asked_urn, needs, page, paging},
    content,
    errors::Refused,
    little,
    state::{Figures, Post, State, member},
};

const LONGEST: usize = 3_000;
const FIELDS: &[&str] = &[
    "author",
    "commentary",
    "visibility",
    "distribution",
    "content",
    "lifecycleState",
    "isReshareDisabledByAuthor",
    "contentCallToActionLabel",
    "contentLandingPage",
];

/// Whether the member may write as this author.
pub(super) fn may_write(state: &State, author: &str, holder: &Holder, what: &str) -> Result<(), Refused> {
    if author == PAGE_URN {
        needs(holder, &["w_organization_social"], what)?;
        return if state.may_post(&holder.person) { Ok(()) } else { Err(Refused::denied(what)) };
    }
    let own = member(&holder.person).is_some_and(|member| author == format!("urn:li:person:{}", member.sub));
    match author.split(':').collect::<Vec<_>>()[..] {
        ["urn", "li", "person", _] if own => needs(holder, &["w_member_social"], what),
        ["urn", "li", "person" | "organization", _] => Err(Refused::denied(what)),
        _ => Err(Refused::bad(format!("ERROR :: /author :: \"{author}\" is not a person or organization URN"))),
    }
}

/// Whether the member may read what this author wrote.
fn may_read(state: &State, author: &str, holder: &Holder, what: &str) -> Result<(), Refused> {
    // Reading a member's own posts needs a scope that LinkedIn gives to nobody new.
    if author != PAGE_URN || state.role(&holder.person).is_none() {
        return Err(Refused::denied(what));
    }
    needs(holder, &["r_organization_social"], what)
}

/// A field that must be there, as text.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Result<&'a str, Refused> {
    value.pointer(path).and_then(Value::as_str).ok_or_else(|| {
        Refused::bad(format!("ERROR :: {path} :: field is required but not found and has no default value"))
    })
}

/// Nothing may stand in an object but this.
pub(super) fn only(value: &Value, path: &str, fields: &[&str]) -> Result<(), Refused> {
    let unknown = value.as_object().and_then(|own| own.keys().find(|name| !fields.contains(&name.as_str())));
    match unknown {
        Some(name) => Err(Refused::content(
            "INVALID_FIELD",
            format!("ERROR :: {path}/{name} :: unrecognized field found but not allowed"),
        )),
        None => Ok(()),
    }
}

fn one_of(value: &Value, path: &str, words: &[&str]) -> Result<String, Refused> {
    let given = text(value, path)?;
    if words.contains(&given) {
        return Ok(given.to_owned());
    }
    Err(Refused::bad(format!("ERROR :: {path} :: \"{given}\" is not an enum symbol")))
}

/// The words as readers will see them, if they can be taken.
fn words(commentary: &str) -> Result<little::Read, Refused> {
    let read = little::read(commentary, PAGE_NAME).map_err(Refused::bad)?;
    // Backslashes do not count.
    let length = read.text.encode_utf16().count();
    if length > LONGEST {
        let message = format!("ERROR :: /commentary :: length of {length} is greater than the maximum of {LONGEST}");
        return Err(Refused::content("FIELD_LENGTH_TOO_LONG", message));
    }
    Ok(read)
}

fn sent(call: &Call) -> Result<Value, Refused> {
    if call.content_type() != "application/json" {
        return Err(Refused::content_type());
    }
    call.json().filter(Value::is_object).ok_or_else(|| Refused::bad("The body is not a JSON object"))
}

impl LinkedIn {
    pub(super) fn create(&self, call: &Call, holder: &Holder) -> Outcome {
        let sent = sent(call)?;
        self.kept.change(|state| {
            let post = drafted(state, &sent, call, holder)?;
            let urn = post.urn.clone();
            state.posts.insert(urn.clone(), post);
            Ok(call::with(call::bare(201), "x-restli-id", urn))
        })
    }

    pub(super) fn list(&self, call: &Call, holder: &Holder) -> Outcome {
        if call.asked("q").as_deref() != Some("author") {
            return Err(Refused::bad("Query parameter q must be author"));
        }
        let author = asked_urn(call, "author")?;
        let (start, count) = paging(call)?;
        let state = self.kept.lock();
        may_read(&state, &author, holder, "posts.FINDER-author")?;
        let by_change = match call.asked("sortBy").as_deref() {
            None | Some("LAST_MODIFIED") => true,
            Some("CREATED") => false,
            Some(other) => return Err(Refused::bad(format!("sortBy {other} is not known"))),
        };
        let listed = state.posts.values().filter(|post| post.author == author && post.listed_from <= state.requests);
        let mut posts: Vec<&Post> = listed.collect();
        // What happened at one moment is told apart by the ids, which go up.
        posts.sort_by_key(|post| (if by_change { post.modified_at } else { post.created_at }, number_of(&post.urn)));
        Ok(page(posts.into_iter().rev().map(shape).collect(), start, count))
    }

    pub(super) fn read(&self, urn: &str, holder: &Holder) -> Outcome {
        let state = self.kept.lock();
        // Whoever may not read learns nothing about what is there.
        may_read(&state, PAGE_URN, holder, "posts.GET")?;
        let post = state.posts.get(urn).ok_or_else(|| Refused::missing(urn))?;
        may_read(&state, &post.author, holder, "posts.GET")?;
        Ok(call::json(200, shape(post)))
    }

    pub(super) fn edit(&self, urn: &str, call: &Call, holder: &Holder) -> Outcome {
        if call.header("x-restli-method") != Some("PARTIAL_UPDATE") {
            return Err(Refused::bad("A POST to one post needs the header X-RestLi-Method: PARTIAL_UPDATE"));
        }
        let sent = sent(call)?;
        let set = sent.pointer("/patch/$set").ok_or_else(|| Refused::bad("ERROR :: /patch/$set :: is required"))?;
        only(set, "/patch/$set", &["commentary", "contentCallToActionLabel", "contentLandingPage"])?;
        self.kept.change(|state| {
            let author = state.posts.get(urn).map(|post| post.author.clone()).ok_or_else(|| Refused::missing(urn))?;
            may_write(state, &author, holder, "posts.PARTIAL_UPDATE")?;
            if let Some(commentary) = set.get("commentary") {
                let commentary = commentary.as_str().ok_or_else(|| Refused::bad("commentary must be text"))?;
                let read = words(commentary)?;
                if let Some(post) = state.posts.get_mut(urn) {
                    post.commentary = commentary.to_owned();
                    (post.text, post.cut, post.modified_at) = (read.text, read.cut, call.now);
                }
            }
            Ok(call::bare(204))
        })
    }

    /// Deleting what is gone already is no error.
    pub(super) fn delete(&self, urn: &str, holder: &Holder) -> Outcome {
        self.kept.change(|state| {
            match state.posts.get(urn).map(|post| post.author.clone()) {
                Some(author) => may_write(state, &author, holder, "posts.DELETE")?,
                None => needs(holder, &["w_member_social", "w_organization_social"], "posts.DELETE")?,
            }
            state.posts.remove(urn);
            Ok(call::bare(204))
        })
    }
}

fn number_of(urn: &str) -> u64 {
    urn.rsplit(':').next().and_then(|id| id.parse().ok()).unwrap_or(0)
}

fn drafted(state: &mut State, sent: &Value, call: &Call, holder: &Holder) -> Result<Post, Refused> {
    only(sent, "", FIELDS)?;
    let author = text(sent, "/author")?.to_owned();
    may_write(state, &author, holder, "posts.CREATE")?;
    let commentary = text(sent, "/commentary")?.to_owned();
    let visibility = one_of(sent, "/visibility", &["PUBLIC", "CONNECTIONS", "LOGGED_IN"])?;
    let feed = one_of(sent, "/distribution/feedDistribution", &["MAIN_FEED", "NONE"])?;
    let lifecycle = one_of(sent, "/lifecycleState", &["PUBLISHED", "DRAFT"])?;
    if author == PAGE_URN && visibility != "PUBLIC" {
        let message = "ERROR :: /visibility :: an organization can post with visibility PUBLIC only";
        return Err(Refused::content("INVALID_VISIBILITY", message));
    }
    let read = words(&commentary)?;
    let content = match sent.get("content") {
        None | Some(Value::Null) => None,
        Some(given) => Some(content::read(state, given, &author)?),
    };
    if read.text.trim().is_empty() && content.is_none() {
        return Err(Refused::content("EMPTY_POST", "ERROR :: /commentary :: a post needs a commentary or a content"));
    }
    if lifecycle == "PUBLISHED"
        && let Some(same) = state.posts.values().find(|post| {
            post.author == author && post.state == "PUBLISHED" && !post.text.is_empty() && post.text == read.text
        })
    {
        let message = format!("Content is a duplicate of {}", same.urn);
        return Err(Refused::content("DUPLICATE_POST", message));
    }
    if state.settings.posts_per_day.is_some_and(|most| state.sent_today(&holder.person, call.now) >= most as usize) {
        return Err(Refused::limit());
    }
    let kind = if content.as_ref().is_some_and(content::is_user_generated) { "ugcPost" } else { "share" };
    Ok(Post {
        urn: format!("urn:li:{kind}:{}", state.new_id()),
        author,
        commentary,
        text: read.text,
        cut: read.cut,
        content,
        visibility,
        state: lifecycle,
        in_feed: feed == "MAIN_FEED",
        created_at: call.now,
        modified_at: call.now,
        figures: Figures::default(),
        by: holder.person.clone(),
        listed_from: state.requests + 1 + u64::from(state.settings.hidden_for),
    })
}

fn shape(post: &Post) -> Value {
    let mut body = json!({
        "id": post.urn,
        "author": post.author,
        "commentary": post.commentary,
        "visibility": post.visibility,
        "distribution": {
            "feedDistribution": if post.in_feed { "MAIN_FEED" } else { "NONE" },
            "targetEntities": [], "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": post.state,
        "lifecycleStateInfo": {"isEditedByAuthor": post.modified_at > post.created_at},
        "isReshareDisabledByAuthor": false,
        "createdAt": post.created_at.timestamp_millis(),
        "lastModifiedAt": post.modified_at.timestamp_millis(),
    });
    if post.state == "PUBLISHED" {
        body["publishedAt"] = post.created_at.timestamp_millis().into();
    }
    if let Some(content) = &post.content {
        body["content"] = content::shape(content);
    }
    body
}
