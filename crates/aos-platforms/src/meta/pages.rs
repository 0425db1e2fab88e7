//! The pages of a person, which Facebook and Instagram are both reached through. Source: contract `meta.md`, section 2.

use aos_capabilities::{PlatformError, connect::Tokens};
use aos_kernel::{Secret, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{api::GraphId, graph::Graph};
use crate::verb::Verb;

const LIST: Verb = Verb::reading("authorize", "list the pages of the person");
/// So long before Meta stops showing data a person is told.
const NOTICE: TimeDelta = TimeDelta::days(30);

/// One line of `GET me/accounts`.
#[derive(Debug, Deserialize)]
pub(crate) struct OwnPage {
    pub id: GraphId,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub category: Option<String>,
    /// What the person may do there; none where Meta does not say.
    #[serde(default)]
    pub tasks: Option<Vec<String>>,
    #[serde(default)]
    pub access_token: Option<Secret>,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub followers_count: Option<u64>,
    #[serde(default)]
    pub instagram_business_account: Option<InstagramAccount>,
}

/// The professional account of a page; only its id is sure to be there.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct InstagramAccount {
    pub id: GraphId,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub followers_count: Option<u64>,
}

impl OwnPage {
    pub async fn all(graph: &Graph<'_>, fields: &str) -> Result<Vec<Self>, PlatformError> {
        graph.all(LIST, "me/accounts", &[("fields", fields), ("limit", "100")]).await
    }

    /// The person may write there. Pages of the new kind put a word before the task.
    pub fn may_create(&self) -> bool {
        self.tasks.as_ref().is_none_or(|tasks| tasks.iter().any(|task| task.ends_with("CREATE_CONTENT")))
    }

    /// The page's own access, which has no end of its own.
    pub fn tokens(&self, consent: &Tokens) -> Option<Tokens> {
        let access = self.access_token.clone().filter(|token| !token.is_empty())?;
        Some(Tokens {
            access,
            refresh: None,
            expires_at: None,
            refresh_expires_at: None,
            scopes: consent.scopes.clone(),
        })
    }
}

/// What the consent of the person means for everything that was connected with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Granted {
    /// Who consented, so that channels of one consent can be told.
    pub user_id: Option<String>,
    /// Meta stops showing data 90 days after the person signed in.
    pub data_access_ends: Option<Timestamp>,
}

impl Granted {
    /// What a person should know of it, in words.
    pub fn warning(&self, name: &str, noun: &str, now: Timestamp) -> Option<String> {
        let ends = self.data_access_ends?;
        if ends <= now {
            return Some(format!(
                "{name} shows no data of this {noun} any more, because nobody has signed in for 90 days: connect it again."
            ));
        }
        (ends - now <= NOTICE).then(|| {
            let day = ends.format("%-d %B %Y");
            format!("{name} shows data of this {noun} until {day} only: connect it again before.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_data_access_is_told_a_month_before() {
        let now: Timestamp = "2030-03-04T09:00:00Z".parse().unwrap();
        let granted = |days| Granted { user_id: None, data_access_ends: Some(now + TimeDelta::days(days)) };
        assert_eq!(granted(60).warning("Facebook", "page", now), None);
        let soon = granted(12).warning("Facebook", "page", now).unwrap();
        assert!(soon.contains("16 March 2030"), "{soon}");
        assert!(granted(-1).warning("Facebook", "page", now).unwrap().contains("connect it again"));
    }

    #[test]
    fn a_page_of_the_new_kind_may_be_written_to() {
        let page = |tasks: serde_json::Value| -> OwnPage {
            serde_json::from_value(serde_json::json!({"id": 7, "tasks": tasks})).unwrap()
        };
        assert!(page(serde_json::json!(["PROFILE_PLUS_CREATE_CONTENT"])).may_create());
        assert!(!page(serde_json::json!(["ANALYZE"])).may_create() && page(serde_json::Value::Null).may_create());
    }
}
