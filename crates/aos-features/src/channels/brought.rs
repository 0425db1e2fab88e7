//! What somebody's consent brought, kept while they choose. Pure.

use aos_capabilities::connect::{Target, Tokens};
use aos_kernel::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

/// What a visit keeps while the person chooses.
pub(super) struct Brought {
    pub tokens: Tokens,
    pub targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Sealed {
    tokens: Secret,
    targets: Vec<SealedTarget>,
}

#[derive(Deserialize)]
struct SealedTarget {
    key: String,
    label: String,
    detail: String,
    url: Option<Url>,
    tokens: Option<Secret>,
    settings: Value,
    refusal: Option<String>,
}

impl Brought {
    /// One secret that holds all of it, for the envelope.
    pub fn seal(&self) -> Secret {
        let target = |target: &Target| {
            json!({
                "key": target.key,
                "label": target.label,
                "detail": target.detail,
                "url": target.url.as_ref().map(Url::as_str),
                "tokens": target.tokens.as_ref().map(|tokens| tokens.seal().expose().to_owned()),
                "settings": target.settings,
                "refusal": target.refusal,
            })
        };
        let targets: Vec<Value> = self.targets.iter().map(target).collect();
        Secret::new(json!({ "tokens": self.tokens.seal().expose(), "targets": targets }).to_string())
    }

    /// What [`Brought::seal`] made; `None` for anything else.
    pub fn open(sealed: &Secret) -> Option<Self> {
        let sealed: Sealed = serde_json::from_str(sealed.expose()).ok()?;
        let targets = sealed.targets.into_iter().map(|target| {
            let tokens = match target.tokens {
                Some(sealed) => Some(Tokens::open(&sealed)?),
                None => None,
            };
            let SealedTarget { key, label, detail, url, settings, refusal, .. } = target;
            Some(Target { key, label, detail, url, tokens, settings, refusal })
        });
        Some(Self { tokens: Tokens::open(&sealed.tokens)?, targets: targets.collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_comes_out_of_its_envelope_as_it_went_in() {
        let tokens = |access: &str| Tokens {
            access: Secret::new(access),
            refresh: None,
            expires_at: None,
            refresh_expires_at: None,
            scopes: None,
        };
        let target = Target {
            key: "7".to_owned(),
            label: "Harbour & Pine".to_owned(),
            detail: "Page".to_owned(),
            url: Some("https://network.test/7".parse().unwrap()),
            tokens: Some(tokens("page")),
            settings: json!({ "page": 7 }),
            refusal: None,
        };
        let again = Brought::open(&Brought { tokens: tokens("person"), targets: vec![target] }.seal()).unwrap();
        assert_eq!(again.tokens.access.expose(), "person");
        assert_eq!(again.targets[0].tokens.as_ref().unwrap().access.expose(), "page");
        assert_eq!((again.targets[0].key.as_str(), &again.targets[0].settings), ("7", &json!({ "page": 7 })));
        assert!(Brought::open(&Secret::new("something else")).is_none());
    }
}
