//! One operation on one site: requests that carry the account, answers that are read with patience.

use aos_capabilities::{Account, PlatformError};
use aos_kernel::{Clock, Timestamp};
use aos_outbound::{Method, Outbound, RateKey, Request, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

use super::{
    ID,
    api::ErrorBody,
    errors::{self, Refused, Verb},
    root::ApiRoot,
};
use crate::failure;

/// Requests per minute and account. WordPress has no limit of its own; this keeps small hosts comfortable.
const PER_MINUTE: u32 = 600;
/// Of an answer. Posts come back with their whole text.
const MAX_BYTES: u64 = 32 << 20;

/// What connecting learned: kept with the channel and given back with every account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Settings {
    pub api_root: Url,
    /// Where readers find the site.
    pub home: Url,
    /// Where WordPress itself lives; its administration is below.
    pub admin: Url,
}

/// The way to one site for the time of one operation.
pub(super) struct Session<'a> {
    outbound: &'a Outbound,
    account: &'a Account,
    pub settings: Settings,
    root: ApiRoot,
    /// The moment at which the operation began.
    pub now: Timestamp,
    /// What the site did differently without an error.
    pub notes: Vec<String>,
}

impl<'a> Session<'a> {
    pub fn new(outbound: &'a Outbound, clock: &dyn Clock, account: &'a Account, settings: Settings) -> Self {
        let root = ApiRoot::new(settings.api_root.clone());
        Self { outbound, account, settings, root, now: clock.now(), notes: Vec::new() }
    }

    pub fn get(&self, route: &str, query: &[(&str, &str)]) -> Request {
        self.request(Method::GET, route, query).retries(1)
    }
    pub fn post(&self, route: &str, query: &[(&str, &str)]) -> Request {
        self.request(Method::POST, route, query)
    }

    fn request(&self, method: Method, route: &str, query: &[(&str, &str)]) -> Request {
        let key = RateKey { account: format!("{ID}:{}", self.account.channel), per_minute: PER_MINUTE };
        Request::new(method, self.root.url(route, query))
            .basic_auth(self.account.login.as_deref().unwrap_or_default(), &self.account.secret)
            .header("accept", "application/json")
            .rate_key(key)
            .max_bytes(MAX_BYTES)
            // Not even reads: a redirect means that the root is wrong, and servers turn a redirected POST into a GET.
            .redirects(0)
    }

    /// Sends a request; any status is an answer.
    pub async fn exchange(&self, verb: Verb, request: Request) -> Result<Response, PlatformError> {
        self.outbound
            .send(request)
            .await
            .map_err(|error| failure::without_answer(ID, verb.name(), verb.effect(), &error))
    }

    /// Sends a request and reads a good answer.
    pub async fn call<T: DeserializeOwned>(&mut self, verb: Verb, request: Request) -> Result<T, PlatformError> {
        let response = self.exchange(verb, request).await?;
        self.read(verb, &response)
    }

    /// Reads an answer: what was asked for, or why not.
    pub fn read<T: DeserializeOwned>(&mut self, verb: Verb, response: &Response) -> Result<T, PlatformError> {
        if !response.is_success() {
            return Err(self.refusal(verb, response));
        }
        let (value, clean) =
            lenient(&response.body).ok_or_else(|| errors::unreadable(verb, looks_like_a_page(response)))?;
        if !clean {
            let note = "The site printed messages of its own around its answer; a plugin there has an error.";
            if self.notes.iter().all(|known| known != note) {
                self.notes.push(note.to_owned());
            }
        }
        Ok(value)
    }

    pub fn refusal(&self, verb: Verb, response: &Response) -> PlatformError {
        errors::refusal(&Refused {
            verb,
            status: response.status,
            body: error_body(response).as_ref(),
            retry_after: response.retry_after(self.now),
            location: response.header("location"),
        })
    }
}

/// The error in WordPress's shape, where there is one.
pub(super) fn error_body(response: &Response) -> Option<ErrorBody> {
    lenient(&response.body).map(|(body, _)| body)
}

/// Reads JSON, also when PHP printed notices before or after it; says whether it stood alone.
///
/// A notice may itself contain brackets, so every place where a value could begin is tried, up to a bound.
pub(super) fn lenient<T: DeserializeOwned>(body: &[u8]) -> Option<(T, bool)> {
    const PLACES: usize = 64;
    if let Ok(value) = serde_json::from_slice(body) {
        return Some((value, true));
    }
    let places = body.iter().enumerate().filter(|(_, byte)| matches!(byte, b'{' | b'[')).map(|(at, _)| at);
    places.take(PLACES).find_map(|at| {
        let mut values = serde_json::Deserializer::from_slice(&body[at..]).into_iter();
        Some((values.next()?.ok()?, false))
    })
}

fn looks_like_a_page(response: &Response) -> bool {
    response.header("content-type").is_some_and(|kind| kind.contains("html"))
        || response.body.trim_ascii_start().starts_with(b"<!")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wordpress::api::{Post, Term};

    #[test]
    fn notices_around_the_answer_are_read_over_and_told() {
        let body = b"<b>Notice</b>: Undefined index: [x] in {file} on line 3\n{\"id\":7,\"name\":\"News\"}\n<br />";
        let (term, clean) = lenient::<Term>(body).unwrap();
        assert_eq!((term.id, clean), (7, false));
        assert!(lenient::<Term>(br#"{"id":7,"name":"News"}"#).unwrap().1);
        assert_eq!(lenient::<Vec<Term>>(b"Warning: [1] [{\"id\":3}]").unwrap().0[0].id, 3);
    }

    #[test]
    fn what_is_no_answer_is_not_made_into_one() {
        for body in [&b""[..], b"<!doctype html><title>{</title>", b"{\"id\":7,\"title\":{\"ra", b"null", b"{{{{[[[["] {
            assert!(lenient::<Post>(body).is_none(), "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reader_fail(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = lenient::<Post>(&body);
        }

        #[test]
        fn a_post_is_read_through_any_notice(notice in "[^\\x00{]{0,80}") {
            let body = format!("{notice}{{\"id\":7,\"status\":\"draft\"}}");
            prop_assert_eq!(lenient::<Post>(body.as_bytes()).map(|(post, _)| post.id), Some(7));
        }
    }
}
