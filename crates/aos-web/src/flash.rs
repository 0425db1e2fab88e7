//! One-time messages that survive a redirect: "Approved. The post is being published."

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::{Deserialize, Serialize};

use crate::signer::Signer;

const COOKIE: &str = "aos_flash";
const PURPOSE: &str = "flash";

/// A message for the next page, shown as a toast (and as plain text without JavaScript).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// `good`, `warning` or `bad`.
    pub tone: String,
    pub text: String,
    /// Where the result is or where it can be undone: label and address.
    pub link: Option<(String, String)>,
    /// How it is taken back, where it can be.
    #[serde(default)]
    pub undo: Option<Undo>,
}

/// A form that takes something back: where it goes and what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Flash {
    pub fn good(text: impl Into<String>) -> Self {
        Self { tone: "good".into(), text: text.into(), link: None, undo: None }
    }
    pub fn warning(text: impl Into<String>) -> Self {
        Self { tone: "warning".into(), ..Self::good(text) }
    }
    pub fn bad(text: impl Into<String>) -> Self {
        Self { tone: "bad".into(), ..Self::good(text) }
    }
    #[must_use]
    pub fn linking(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some((label.into(), href.into()));
        self
    }
    /// Offers to take it back.
    #[must_use]
    pub fn undoing(mut self, undo: Undo) -> Self {
        self.undo = Some(undo);
        self
    }
    /// Answers a form: remember the message, go there (303, so that reloading does not send the form again).
    pub fn redirect(self, signer: &Signer, to: &str) -> Response {
        let jar = match serde_json::to_vec(&self) {
            Ok(json) => CookieJar::new().add(cookie(signer.seal(PURPOSE, &json))),
            Err(_) => CookieJar::new(),
        };
        (jar, Redirect::to(to)).into_response()
    }
}

fn cookie(value: String) -> Cookie<'static> {
    Cookie::build((COOKIE, value)).http_only(true).same_site(SameSite::Lax).path("/").build()
}

/// The message that the previous answer left, and the jar that takes it away: return it with the page.
pub fn take(signer: &Signer, jar: CookieJar) -> (Option<Flash>, CookieJar) {
    let Some(sealed) = jar.get(COOKIE).map(|cookie| cookie.value().to_owned()) else { return (None, jar) };
    let flash = signer.open(PURPOSE, &sealed).and_then(|json| serde_json::from_slice(&json).ok());
    (flash, jar.remove(cookie(String::new())))
}

/// The theme a person chose; the attribute stands in the first byte of the page, so nothing flashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Value of `data-theme`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
    /// From the cookie that the theme switch sets.
    pub fn of(jar: &CookieJar) -> Self {
        match jar.get("aos_theme").map(Cookie::value) {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Theme {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&CookieJar::from_headers(&parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_once_and_a_forged_one_never() {
        let signer = Signer::new([3; 32]);
        let sealed = signer.seal(PURPOSE, &serde_json::to_vec(&Flash::good("Saved.")).unwrap());
        let (flash, jar) = take(&signer, CookieJar::new().add(cookie(sealed)));
        assert_eq!(flash.unwrap().text, "Saved.");
        assert!(jar.get(COOKIE).is_none());
        let (forged, _) = take(&signer, CookieJar::new().add(cookie("bm8.bm8".into())));
        assert_eq!(forged, None);
    }
}
