//! The page on which a person agrees. It asks for no password and says so.

use std::collections::{BTreeSet, HashMap};

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use url::{Url, form_urlencoded};

use super::grants::{Asked, GrantSettings, Grants};
use crate::html::escape;

/// Somebody who can agree.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) key: String,
    pub(crate) name: String,
    /// What they have: "administers the page Harbour & Pine".
    pub(crate) detail: String,
}

/// What the person answered.
pub(crate) enum Answer {
    Agreed { asked: Asked, person: String, scopes: BTreeSet<String> },
    Declined { asked: Asked },
}

/// Reads a query or a form.
pub(crate) fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// Reads what the consent page was asked; `client` is the vendor's name for the client's id, often `client_id`.
pub(crate) fn asked(settings: &GrantSettings, client: &str, query: &str) -> Asked {
    let given = pairs(query);
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    Asked {
        client_id: text(client),
        redirect_uri: text("redirect_uri"),
        response_type: text("response_type"),
        scopes: text("scope").split(settings.scope_separator).filter(|s| !s.is_empty()).map(str::to_owned).collect(),
        state: text("state"),
        challenge: given.get("code_challenge").cloned(),
        challenge_method: given.get("code_challenge_method").cloned(),
    }
}

/// The page: who are you, what do you allow?
pub(crate) fn ask(vendor: &str, settings: &GrantSettings, client: &str, query: &str, people: &[Person]) -> Response {
    let asked = asked(settings, client, query);
    if let Err(words) = Grants::refuse(settings, &asked) {
        return refused(vendor, &words);
    }
    let scopes: String = asked
        .scopes
        .iter()
        .map(|scope| {
            format!(
                "<label><input type=\"checkbox\" name=\"allow\" value=\"{0}\" checked> <code>{0}</code></label>",
                escape(scope)
            )
        })
        .collect();
    let people: String = people
        .iter()
        .enumerate()
        .map(|(i, person)| {
            format!(
                "<label><input type=\"radio\" name=\"person\" value=\"{}\"{}> <b>{}</b>, {}</label>",
                escape(&person.key),
                if i == 0 { " checked" } else { "" },
                escape(&person.name),
                escape(&person.detail)
            )
        })
        .collect();
    let content = format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"query\" value=\"{}\">\
         <fieldset><legend>Who are you?</legend>{people}</fieldset>\
         <fieldset><legend>What may Agency OS do?</legend>{}</fieldset>\
         <button name=\"answer\" value=\"allow\">Allow</button> <button name=\"answer\" value=\"deny\">Cancel</button></form>",
        escape(query),
        if scopes.is_empty() { "<p>Everything that the account may do.</p>".to_owned() } else { scopes },
    );
    frame(vendor, &format!("Connect {vendor}"), &content).into_response()
}

/// Reads the form of the page.
pub(crate) fn answer(settings: &GrantSettings, client: &str, body: &[u8]) -> Result<Answer, String> {
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let text = |name: &str| form.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str());
    let asked = asked(settings, client, text("query"));
    Grants::refuse(settings, &asked)?;
    if text("answer") != "allow" {
        return Ok(Answer::Declined { asked });
    }
    let scopes = form.iter().filter(|(name, _)| name == "allow").map(|(_, value)| value.clone());
    Ok(Answer::Agreed { scopes: scopes.collect(), person: text("person").to_owned(), asked })
}

/// Back to whoever asked, with these parameters and their state.
pub(crate) fn back(asked: &Asked, parameters: &[(&str, &str)]) -> Response {
    match Url::parse(&asked.redirect_uri) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(parameters);
            if !asked.state.is_empty() {
                url.query_pairs_mut().append_pair("state", &asked.state);
            }
            (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response()
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

pub(crate) fn refused(vendor: &str, words: &str) -> Response {
    let content = format!("<p>{}</p>", escape(words));
    (StatusCode::BAD_REQUEST, frame(vendor, "This can't go on", &content)).into_response()
}

/// Where the person is sent, for stories that have no browser.
pub(crate) fn way_back(asked: &Asked, parameters: &[(&str, &str)]) -> Option<Url> {
    let mut url = Url::parse(&asked.redirect_uri).ok()?;
    url.query_pairs_mut().extend_pairs(parameters);
    if !asked.state.is_empty() {
        url.query_pairs_mut().append_pair("state", &asked.state);
    }
    Some(url)
}

/// Whether the address is one that the application of the sandboxes registered: any on this machine.
pub(crate) fn is_registered(redirect_uri: &str) -> bool {
    Url::parse(redirect_uri).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    })
}

/// A page of a simulated vendor.
pub(crate) fn frame(vendor: &str, title: &str, content: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>:root{{color-scheme:light dark}}\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}}\
         .note{{background:#fff6dc;color:#222;padding:.6rem 1rem;border-radius:6px}}fieldset{{margin:1rem 0;border:1px solid #8888}}\
         label{{display:block;padding:.25rem 0;overflow-wrap:anywhere}}button{{font:inherit;padding:.5rem 1.2rem}}</style>\
         <p class=\"note\">{1} is simulated here: no password is asked for, and nothing leaves this machine.</p>\
         <h1>{0}</h1>{content}</html>",
        escape(title),
        escape(vendor),
    ))
}
