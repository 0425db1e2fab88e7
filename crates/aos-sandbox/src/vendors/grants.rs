//! Consent, codes and tokens (RFC 6749, RFC 7636), by each vendor's own rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aos_kernel::Timestamp;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A vendor's rules. Times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct GrantSettings {
    pub client_id: &'static str,
    pub client_secret: &'static str,
    /// Between scopes, in requests and answers.
    pub scope_separator: char,
    /// A challenge is asked for.
    pub pkce: bool,
    pub code_seconds: i64,
    /// None: the access token has no end.
    pub access_seconds: Option<i64>,
    /// None: no refresh token is given.
    pub refresh_seconds: Option<i64>,
    /// A refresh brings another refresh token and voids the old one.
    pub rotates: bool,
}

/// What the consent page was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) response_type: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) state: String,
    pub(crate) challenge: Option<String>,
    pub(crate) challenge_method: Option<String>,
}

/// Why a token was refused: RFC 6749, 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    UnsupportedGrantType,
}

impl Refusal {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }
}

/// What was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) access: String,
    pub(crate) expires_in: Option<i64>,
    pub(crate) refresh: Option<String>,
    pub(crate) refresh_expires_in: Option<i64>,
    pub(crate) scopes: Vec<String>,
    pub(crate) person: String,
}

/// How an access token stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Good(Holder),
    Expired,
    /// Never given, or revoked.
    Unknown,
}

/// Whom an access token speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) person: String,
    pub(crate) scopes: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Code {
    redirect_uri: String,
    challenge: Option<String>,
    holder: Holder,
    expires_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Token {
    holder: Holder,
    expires_at: Option<Timestamp>,
}

/// Codes and tokens of one vendor. Part of its kept state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Token>,
    refresh: BTreeMap<String, Token>,
}

fn random(prefix: &str) -> String {
    format!("{prefix}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// The S256 challenge of a verifier.
fn challenge_of(verifier: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref())
}

impl Grants {
    /// What is wrong with the request to the consent page, in words for the page.
    pub(crate) fn refuse(settings: &GrantSettings, asked: &Asked) -> Result<(), String> {
        if asked.client_id != settings.client_id {
            return Err("The platform does not know this application.".to_owned());
        }
        if url::Url::parse(&asked.redirect_uri).is_err() {
            return Err("There is no address to go back to.".to_owned());
        }
        if asked.response_type != "code" {
            return Err("Only response_type=code is known here.".to_owned());
        }
        if settings.pkce
            && (asked.challenge_method.as_deref() != Some("S256")
                || asked.challenge.as_ref().is_none_or(|challenge| challenge.len() != 43))
        {
            return Err("PKCE with S256 is asked for here.".to_owned());
        }
        Ok(())
    }

    /// The person agreed to these scopes.
    pub(crate) fn agree(
        &mut self,
        settings: &GrantSettings,
        asked: &Asked,
        person: &str,
        scopes: impl IntoIterator<Item = String>,
        now: Timestamp,
    ) -> String {
        let code = random("code-");
        let kept = Code {
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.clone(),
            holder: Holder { person: person.to_owned(), scopes: scopes.into_iter().collect() },
            expires_at: now + TimeDelta::seconds(settings.code_seconds),
        };
        self.codes.insert(code.clone(), kept);
        code
    }

    /// `grant_type=authorization_code`. A code works once, also when it is refused.
    pub(crate) fn redeem(
        &mut self,
        settings: &GrantSettings,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Result<Given, Refusal> {
        let kept = self.codes.remove(code).ok_or(Refusal::InvalidGrant)?;
        if kept.expires_at < now || kept.redirect_uri != redirect_uri {
            return Err(Refusal::InvalidGrant);
        }
        if let Some(challenge) = &kept.challenge
            && verifier.map(challenge_of).as_ref() != Some(challenge)
        {
            return Err(Refusal::InvalidGrant);
        }
        Ok(self.give(settings, kept.holder, None, now))
    }

    /// Whom a code is for, without using it up: some vendors give other tokens for other scopes.
    pub(crate) fn behind(&self, code: &str) -> Option<&Holder> {
        self.codes.get(code).map(|kept| &kept.holder)
    }

    /// Either grant type, from the form of a token endpoint. The client was looked at before.
    pub(crate) fn exchange(
        &mut self,
        settings: &GrantSettings,
        form: &HashMap<String, String>,
        now: Timestamp,
    ) -> Result<Given, Refusal> {
        let field = |name: &str| form.get(name).map(String::as_str).filter(|text| !text.is_empty());
        match field("grant_type") {
            Some("authorization_code") => {
                let code = field("code").ok_or(Refusal::InvalidRequest)?;
                let redirect_uri = field("redirect_uri").ok_or(Refusal::InvalidRequest)?;
                self.redeem(settings, code, redirect_uri, field("code_verifier"), now)
            }
            Some("refresh_token") => self.renew(settings, field("refresh_token").ok_or(Refusal::InvalidRequest)?, now),
            Some(_) => Err(Refusal::UnsupportedGrantType),
            None => Err(Refusal::InvalidRequest),
        }
    }

    /// Whom a token of either kind speaks for, and its end.
    pub(crate) fn inspect(&self, token: &str) -> Option<(&Holder, Option<Timestamp>)> {
        let kept = self.access.get(token).or_else(|| self.refresh.get(token))?;
        Some((&kept.holder, kept.expires_at))
    }

    /// `grant_type=refresh_token`.
    pub(crate) fn renew(&mut self, settings: &GrantSettings, refresh: &str, now: Timestamp) -> Result<Given, Refusal> {
        let kept = self.refresh.get(refresh).cloned().ok_or(Refusal::InvalidGrant)?;
        if kept.expires_at.is_some_and(|end| end < now) {
            return Err(Refusal::InvalidGrant);
        }
        if settings.rotates {
            self.refresh.remove(refresh);
            return Ok(self.give(settings, kept.holder, None, now));
        }
        Ok(self.give(settings, kept.holder, Some((refresh.to_owned(), kept.expires_at)), now))
    }

    /// New tokens for somebody; `keeping` is the refresh token that stays, with its end.
    fn give(
        &mut self,
        settings: &GrantSettings,
        holder: Holder,
        keeping: Option<(String, Option<Timestamp>)>,
        now: Timestamp,
    ) -> Given {
        let access = random("access-");
        let ends = settings.access_seconds.map(|seconds| now + TimeDelta::seconds(seconds));
        self.access.insert(access.clone(), Token { holder: holder.clone(), expires_at: ends });
        let (refresh, refresh_ends) = match (keeping, settings.refresh_seconds) {
            (Some((token, end)), _) => (Some(token), end),
            (None, Some(seconds)) => {
                let (token, end) = (random("refresh-"), Some(now + TimeDelta::seconds(seconds)));
                self.refresh.insert(token.clone(), Token { holder: holder.clone(), expires_at: end });
                (Some(token), end)
            }
            (None, None) => (None, None),
        };
        Given {
            access,
            expires_in: settings.access_seconds,
            refresh,
            refresh_expires_in: refresh_ends.map(|end| (end - now).num_seconds()),
            scopes: holder.scopes.iter().cloned().collect(),
            person: holder.person,
        }
    }

    /// An access token of another kind than what a consent brings: a page's own. `ends`: none for no end.
    #[allow(dead_code, reason = "for vendors whose pages have tokens of their own")]
    pub(crate) fn derive(&mut self, person: &str, scopes: BTreeSet<String>, ends: Option<Timestamp>) -> String {
        let access = random("access-");
        let holder = Holder { person: person.to_owned(), scopes };
        self.access.insert(access.clone(), Token { holder, expires_at: ends });
        access
    }

    /// A refresh token that lives as long as it is used gets a new end.
    pub(crate) fn prolong(&mut self, refresh: &str, ends: Timestamp) {
        if let Some(token) = self.refresh.get_mut(refresh) {
            token.expires_at = Some(ends);
        }
    }

    pub(crate) fn look(&self, access: &str, now: Timestamp) -> Standing {
        match self.access.get(access) {
            None => Standing::Unknown,
            Some(token) if token.expires_at.is_some_and(|end| end <= now) => Standing::Expired,
            Some(token) => Standing::Good(token.holder.clone()),
        }
    }

    /// Takes back everything that opens the account of whoever holds this token. Whether there was anything.
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        let holder = self.access.get(token).or_else(|| self.refresh.get(token)).map(|kept| kept.holder.person.clone());
        let Some(person) = holder else { return false };
        self.revoke_person(&person);
        true
    }

    /// The person removes the application in their settings.
    pub(crate) fn revoke_person(&mut self, person: &str) {
        self.access.retain(|_, token| token.holder.person != person);
        self.refresh.retain(|_, token| token.holder.person != person);
    }

    /// Ends all access tokens now, as time would; refresh tokens stay.
    pub(crate) fn expire_access(&mut self, now: Timestamp) {
        for token in self.access.values_mut() {
            token.expires_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: GrantSettings = GrantSettings {
        client_id: "app",
        client_secret: "secret",
        scope_separator: ' ',
        pkce: true,
        code_seconds: 30,
        access_seconds: Some(3_600),
        refresh_seconds: Some(86_400),
        rotates: true,
    };

    fn now() -> Timestamp {
        "2030-03-04T09:00:00Z".parse().unwrap()
    }

    fn asked(verifier: &str) -> Asked {
        Asked {
            client_id: "app".into(),
            redirect_uri: "https://agency.test/back".into(),
            response_type: "code".into(),
            challenge: Some(challenge_of(verifier)),
            challenge_method: Some("S256".into()),
            ..Asked::default()
        }
    }

    #[test]
    fn a_code_works_once_in_time_at_its_address_and_with_its_verifier() {
        let mut grants = Grants::default();
        let mut code = || grants.agree(&SETTINGS, &asked("v"), "anna", ["post".to_owned()], now());
        let (good, late, elsewhere, other) = (code(), code(), code(), code());
        let back = "https://agency.test/back";
        let mut redeem = |code: &str, back: &str, verifier: &str, at| {
            grants.redeem(&SETTINGS, code, back, Some(verifier), at).map(|given| given.person)
        };
        assert_eq!(redeem(&good, back, "v", now()), Ok("anna".to_owned()));
        assert_eq!(redeem(&good, back, "v", now()), Err(Refusal::InvalidGrant));
        assert_eq!(redeem(&late, back, "v", now() + TimeDelta::seconds(31)), Err(Refusal::InvalidGrant));
        assert_eq!(redeem(&elsewhere, "https://agency.test/back/", "v", now()), Err(Refusal::InvalidGrant));
        assert_eq!(redeem(&other, back, "w", now()), Err(Refusal::InvalidGrant));
    }

    #[test]
    fn a_rotated_refresh_token_is_void_and_a_lasting_one_is_not() {
        for rotates in [true, false] {
            let settings = GrantSettings { rotates, ..SETTINGS };
            let mut grants = Grants::default();
            let code = grants.agree(&settings, &asked("v"), "anna", [], now());
            let first = grants.redeem(&settings, &code, "https://agency.test/back", Some("v"), now()).unwrap();
            let old = first.refresh.unwrap();
            let later = now() + TimeDelta::seconds(3_600);
            assert_eq!(grants.look(&first.access, later), Standing::Expired);
            let second = grants.renew(&settings, &old, later).unwrap();
            assert!(matches!(grants.look(&second.access, later), Standing::Good(_)));
            assert_eq!(grants.renew(&settings, &old, later).is_err(), rotates);
            assert!(grants.revoke(&second.access));
            assert_eq!(grants.look(&second.access, later), Standing::Unknown);
            assert!(grants.renew(&settings, &second.refresh.unwrap(), later).is_err());
        }
    }
}
