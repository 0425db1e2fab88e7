//! Find anything: clients, requests, posts, work, pages of clients' sites and people, by the words in them.
//!
//! The table is kept by the database itself (see its migration); here it is only read, and only as far as the reader may
//! see.

use aos_kernel::{AgencyScope, Error, Result, TenantId, text_enum};
use aos_storage::{Conn, FromRow, MARK_END, MARK_START, Row, Words, params};
use uuid::Uuid;

use super::clients;
use crate::people::{Permission, Principal};

pub const MIGRATIONS: &[aos_storage::Migration] = &[aos_storage::Migration {
    number: 315,
    name: "read_models_search",
    sqlite: include_str!("../../migrations/sqlite/0315_read_models_search.sql"),
    postgres: include_str!("../../migrations/postgres/0315_read_models_search.sql"),
}];

text_enum! {
    /// What can be found.
    pub enum FoundKind {
        Client = "tenant",
        Request = "request",
        Post = "content_item",
        Work = "deliverable",
        Page = "site_page",
        Person = "person",
    }
}

/// A piece of text, and whether it is what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub kind: FoundKind,
    /// None for what is the agency's own.
    pub tenant: Option<TenantId>,
    /// The client's name, but for a client itself.
    pub client: Option<String>,
    pub subject: Uuid,
    pub title: Vec<Piece>,
    /// A part of the text around what was found.
    pub excerpt: Vec<Piece>,
    /// Where it is read, for a page of a client's site.
    pub href: Option<String>,
}

impl FromRow for Found {
    fn from_row(row: &Row) -> Result<Self> {
        let tenant: Uuid = row.get("tenant_id")?;
        Ok(Self {
            kind: row.parse("kind")?,
            tenant: (!tenant.is_nil()).then(|| TenantId::from_uuid(tenant)),
            client: None,
            subject: row.get("subject_id")?,
            title: pieces(&row.get::<String>("title_marked")?),
            excerpt: pieces(&row.get::<String>("body_marked")?),
            href: row.get("href")?,
        })
    }
}

/// Text with marks, in its pieces.
fn pieces(marked: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut put = |text: &str, hit: bool| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), hit });
        }
    };
    for (at, part) in marked.split(MARK_START).enumerate() {
        match part.split_once(MARK_END) {
            Some((found, rest)) if at > 0 => {
                put(found, true);
                put(rest, false);
            }
            _ => put(part, false),
        }
    }
    pieces
}

/// The best matches for what was typed, the best first, of what this person may see. Nothing for nothing.
///
/// # Errors
/// `Storage`.
pub async fn find(
    conn: &mut Conn,
    principal: &Principal,
    typed: &str,
    kind: Option<FoundKind>,
    limit: i64,
) -> Result<Vec<Found>> {
    let Some(words) = Words::typed(typed) else { return Ok(Vec::new()) };
    let scope = match principal.agency_scope(Permission::SeeClient) {
        Ok(scope) => scope,
        Err(error) if error.kind() == aos_kernel::ErrorKind::Denied => AgencyScope::only(Vec::new()),
        Err(error) => return Err(error),
    };
    let own: Vec<Uuid> = scope.limit().unwrap_or_default().iter().map(|tenant| tenant.uuid()).collect();
    let people = principal.can_in_agency(Permission::ManageUsers);
    let kinds: Vec<String> = FoundKind::ALL
        .iter()
        .filter(|one| kind.is_none_or(|wanted| wanted == **one))
        .filter(|one| people || **one != FoundKind::Person)
        .map(|one| one.as_str().to_owned())
        .collect();
    // A person of the agency is no tenant's; the kind alone says who may see one.
    let condition = "e.kind = ANY($2) AND (e.kind = 'person' OR $3 OR e.tenant_id = ANY($4))";
    let parameters = params![kinds, scope.limit().is_none(), own];
    // Few, and looked for by name: never lost among thousands of posts that hold the same word.
    let prefer = "CASE e.kind WHEN 'tenant' THEN 0 WHEN 'person' THEN 0 WHEN 'deliverable' THEN 1 ELSE 2 END";
    let rows = conn.search("search_entry", &words, condition, prefer, parameters, limit).await?;
    let mut found: Vec<Found> = rows.iter().map(Found::from_row).collect::<Result<_>>()?;
    for one in &mut found {
        if let Some(tenant) = one.tenant.filter(|_| one.kind != FoundKind::Client) {
            one.client = clients::name(conn, &scope, tenant).await?;
        }
    }
    Ok(found)
}

/// A kind as an address names it.
///
/// # Errors
/// `Invalid`.
pub fn kind_of(text: &str) -> Result<Option<FoundKind>> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::invalid("kind", "Choose what to look for.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_pieces_and_a_lonely_mark_is_text() {
        let marked = format!("How {MARK_START}roof{MARK_END}s last{MARK_START}");
        let texts: Vec<(String, bool)> = pieces(&marked).into_iter().map(|piece| (piece.text, piece.hit)).collect();
        assert_eq!(texts, [("How ".to_owned(), false), ("roof".to_owned(), true), ("s last".to_owned(), false)]);
    }
}
