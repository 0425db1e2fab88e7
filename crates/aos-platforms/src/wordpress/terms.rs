//! Categories and tags: found by name, made where they do not exist. Source: contract `cms.md`, section 1.5.

use aos_capabilities::{PlatformError, PlatformErrorKind};

use super::{
    api::{Term, TermBody},
    blocks::plain_text,
    errors::Verb,
    session::{Session, error_body},
};

/// The two kinds of terms of a post.
#[derive(Clone, Copy)]
pub(super) enum Taxonomy {
    Categories,
    Tags,
}

impl Taxonomy {
    const fn route(self) -> &'static str {
        match self {
            Self::Categories => "wp/v2/categories",
            Self::Tags => "wp/v2/tags",
        }
    }
    const fn word(self) -> &'static str {
        match self {
            Self::Categories => "category",
            Self::Tags => "tag",
        }
    }
}

/// Names with their ids on the site. A name that the account may not create is left out with a note.
pub(super) async fn ids(
    session: &mut Session<'_>,
    taxonomy: Taxonomy,
    names: &[String],
) -> Result<Vec<(String, u64)>, PlatformError> {
    let mut found: Vec<(String, u64)> = Vec::new();
    // WordPress answers 500 to an empty name, so it never gets one.
    for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if found.iter().any(|(known, _)| same_name(known, name)) {
            continue;
        }
        let id = match look_up(session, taxonomy, name).await? {
            Some(id) => Some(id),
            None => create(session, taxonomy, name).await?,
        };
        if let Some(id) = id.filter(|id| found.iter().all(|(_, known)| known != id)) {
            found.push((name.to_owned(), id));
        }
    }
    Ok(found)
}

async fn look_up(session: &mut Session<'_>, taxonomy: Taxonomy, name: &str) -> Result<Option<u64>, PlatformError> {
    // WordPress keeps names with `&amp;` and its like but searches for what it is given, so a part without them is
    // looked for and the whole name compared.
    let part = name.split(['&', '<', '>', '"', '\'']).max_by_key(|part| part.len()).unwrap_or(name).trim();
    let query = [("search", part), ("per_page", "100"), ("hide_empty", "false"), ("_fields", "id,name")];
    let request = session.get(taxonomy.route(), &query);
    let terms: Vec<Term> = session.call(Verb::SetTerms, request).await?;
    Ok(terms.iter().find(|term| same_name(&plain_text(&term.name), name)).map(|term| term.id))
}

async fn create(session: &mut Session<'_>, taxonomy: Taxonomy, name: &str) -> Result<Option<u64>, PlatformError> {
    let request = session.post(taxonomy.route(), &[("_fields", "id,name")]).json(&TermBody { name });
    let response = session.exchange(Verb::SetTerms, request).await?;
    if response.is_success() {
        return Ok(Some(session.read::<Term>(Verb::SetTerms, &response)?.id));
    }
    // Somebody was faster, or the search did not know the name's spelling.
    let existing = error_body(&response).filter(|body| body.code == "term_exists").and_then(|body| body.term_id());
    if existing.is_some() {
        return Ok(existing);
    }
    let error = session.refusal(Verb::SetTerms, &response);
    if error.kind != PlatformErrorKind::PermissionMissing {
        return Err(error);
    }
    session.notes.push(format!("The {} “{name}” does not exist and the account may not create it.", taxonomy.word()));
    Ok(None)
}

fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
