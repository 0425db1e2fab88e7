//! Who acted, in words: people's names for many actors at once.

use std::collections::{BTreeSet, HashMap};

use aos_kernel::{Actor, Result, UserId};
use aos_storage::{Conn, params};

/// The names of the people behind some actors.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<UserId, String>);

impl Names {
    /// Reads all names in one query.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn of<'a>(conn: &mut Conn, actors: impl IntoIterator<Item = &'a Actor>) -> Result<Self> {
        let people: BTreeSet<UserId> = actors.into_iter().filter_map(Actor::person).collect();
        if people.is_empty() {
            return Ok(Self::default());
        }
        let ids: Vec<UserId> = people.into_iter().collect();
        let rows = conn.rows("SELECT id, name FROM user_account WHERE id = ANY($1)", params![ids.as_slice()]).await?;
        let mut names = HashMap::with_capacity(rows.len());
        for row in rows {
            names.insert(row.get("id")?, row.get("name")?);
        }
        Ok(Self(names))
    }
    /// None for an agent, for the product itself, and for a person who is gone.
    pub fn person(&self, actor: &Actor) -> Option<&str> {
        self.0.get(&actor.person()?).map(String::as_str)
    }
}
