//! Who does something. Commands take an actor, never a user's id, so that an agent or a schedule is named too.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ApiTokenId, RunId, UserId};

/// Whoever a state change is attributed to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person who signed in.
    User { id: UserId },
    /// A program that uses a person's API token: it acts for them, and the record says so.
    Token { id: ApiTokenId, user: UserId },
    /// An agent in one of its runs (`None` while no run has started).
    Agent { role: String, run: Option<RunId> },
    /// The product itself: a schedule, a recovery, the first start. `part` is the slice that acts.
    System { part: String },
}

impl Actor {
    pub fn user(id: UserId) -> Self {
        Self::User { id }
    }
    pub fn agent(role: impl Into<String>, run: Option<RunId>) -> Self {
        Self::Agent { role: role.into(), run }
    }
    pub fn system(part: impl Into<String>) -> Self {
        Self::System { part: part.into() }
    }
    /// The person behind this actor, if there is one: the person of a token counts.
    pub fn person(&self) -> Option<UserId> {
        match self {
            Self::User { id } => Some(*id),
            Self::Token { user, .. } => Some(*user),
            Self::Agent { .. } | Self::System { .. } => None,
        }
    }
}

/// The compact form kept in `actor` columns: `user:<id>`, `token:<id>/<user>`, `agent:copywriter/<run>`, `system:website`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { id } => write!(f, "user:{id}"),
            Self::Token { id, user } => write!(f, "token:{id}/{user}"),
            Self::Agent { role, run: Some(run) } => write!(f, "agent:{role}/{run}"),
            Self::Agent { role, run: None } => write!(f, "agent:{role}"),
            Self::System { part } => write!(f, "system:{part}"),
        }
    }
}

impl std::str::FromStr for Actor {
    type Err = crate::Error;
    fn from_str(text: &str) -> Result<Self, crate::Error> {
        let bad = || crate::Error::internal(format!("not an actor: {text}"));
        let (kind, rest) = text.split_once(':').ok_or_else(bad)?;
        Ok(match kind {
            "user" => Self::User { id: rest.parse().map_err(|_| bad())? },
            "token" => {
                let (id, user) = rest.split_once('/').ok_or_else(bad)?;
                Self::Token { id: id.parse().map_err(|_| bad())?, user: user.parse().map_err(|_| bad())? }
            }
            "agent" => match rest.split_once('/') {
                Some((role, run)) => Self::agent(role, Some(run.parse().map_err(|_| bad())?)),
                None => Self::agent(rest, None),
            },
            "system" => Self::system(rest),
            _ => return Err(bad()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_reads_back_from_its_column() {
        for actor in [
            Actor::user(UserId::new()),
            Actor::Token { id: ApiTokenId::new(), user: UserId::new() },
            Actor::agent("copywriter", Some(RunId::new())),
            Actor::agent("copywriter", None),
            Actor::system("website"),
        ] {
            assert_eq!(actor.to_string().parse::<Actor>().unwrap(), actor);
        }
        assert!("martian:1".parse::<Actor>().is_err());
    }
}
