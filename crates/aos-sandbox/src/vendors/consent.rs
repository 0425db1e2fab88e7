//! The page on which a person agrees. It asks for no password and says so.

use std::collections::{BTreeSet, HashMap};

use aos_kernel::Timestamp;
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

/// A vendor's own ways on its consent page.
pub(crate) struct Desk {
    pub(crate) vendor: &'static str,
    /// The vendor's name for the client's id.
    pub(crate) client: &'static str,
    /// The scopes that the application may ask for.
    pub(crate) known: &'static [&'static str],
    /// What goes back when an unknown one is asked for.
    pub(crate) unknown: &'static [(&'static str, &'static str)],
    /// What goes back when the person cancels.
    pub(crate) declined: &'static [(&'static str, &'static str)],
    /// Stands at the end of each code, where codes hold characters that must be encoded.
    pub(crate) code_end: &'static str,
    /// The parameter in which the scopes go back, where they do.
    pub(crate) scopes_in: Option<&'static str>,
}

impl Desk {
    /// The page, or back at once when what is asked for can't be had.
    pub(crate) fn page(&self, settings: &GrantSettings, query: &str, people: &[Person]) -> Response {
        let asked = asked(settings, self.client, query);
        match self.refuse(settings, &asked) {
            Err(words) => refused(self.vendor, &words),
            Ok(()) if !self.knows(&asked.scopes) => back(&asked, self.unknown),
            Ok(()) => ask(self.vendor, settings, self.client, query, people),
        }
    }

    /// The answer to the form of the page: back to whoever asked.
    pub(crate) fn answered(&self, settled: Result<Url, String>) -> Response {
        match settled {
            Ok(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response(),
            Err(words) => refused(self.vendor, &words),
        }
    }

    /// What the page would be answered by somebody who allows these scopes (none: all that are asked for).
    pub(crate) fn agreed(
        &self,
        settings: &GrantSettings,
        departure: &Url,
        person: &str,
        scopes: Option<&[&str]>,
    ) -> Answer {
        let asked = asked(settings, self.client, departure.query().unwrap_or_default());
        let scopes = match scopes {
            Some(scopes) => scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            None => asked.scopes.iter().cloned().collect(),
        };
        Answer::Agreed { asked, person: person.to_owned(), scopes }
    }

    /// The same for somebody who cancels.
    pub(crate) fn cancelled(&self, settings: &GrantSettings, departure: &Url) -> Answer {
        Answer::Declined { asked: asked(settings, self.client, departure.query().unwrap_or_default()) }
    }

    /// Where the person is sent back to, with a code or the vendor's word for no.
    ///
    /// # Errors
    /// In words, when the vendor would show an error instead.
    pub(crate) fn settle(
        &self,
        settings: &GrantSettings,
        people: &[Person],
        grants: &mut Grants,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Url, String> {
        let (asked, person, scopes) = match answer {
            Answer::Agreed { asked, person, scopes } => (asked, person, scopes),
            Answer::Declined { asked } => {
                self.refuse(settings, &asked)?;
                return back_url(&asked, self.declined);
            }
        };
        self.refuse(settings, &asked)?;
        if !self.knows(&asked.scopes) {
            return back_url(&asked, self.unknown);
        }
        if !people.iter().any(|own| own.key == person) {
            return Err("Nobody of that name has an account here.".to_owned());
        }
        let scopes: Vec<String> = asked.scopes.iter().filter(|scope| scopes.contains(*scope)).cloned().collect();
        let joined = scopes.join(&settings.scope_separator.to_string());
        let code = grants.agree(settings, &asked, &person, scopes, now) + self.code_end;
        let mut parameters = vec![("code", code.as_str())];
        parameters.extend(self.scopes_in.map(|name| (name, joined.as_str())));
        back_url(&asked, &parameters)
    }

    fn knows(&self, scopes: &[String]) -> bool {
        scopes.iter().all(|scope| self.known.contains(&scope.as_str()))
    }

    fn refuse(&self, settings: &GrantSettings, asked: &Asked) -> Result<(), String> {
        Grants::refuse(settings, asked)?;
        let url = Url::parse(&asked.redirect_uri).map_err(|error| error.to_string())?;
        if matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")) {
            return Ok(());
        }
        Err("The address to go back to is not one of the application's. Here only addresses of this machine are."
            .into())
    }
}

fn back_url(asked: &Asked, parameters: &[(&str, &str)]) -> Result<Url, String> {
    let mut url = Url::parse(&asked.redirect_uri).map_err(|error| error.to_string())?;
    url.query_pairs_mut().extend_pairs(parameters);
    if !asked.state.is_empty() {
        url.query_pairs_mut().append_pair("state", &asked.state);
    }
    Ok(url)
}

/// Back to whoever asked, with these parameters and their state.
pub(crate) fn back(asked: &Asked, parameters: &[(&str, &str)]) -> Response {
    match back_url(asked, parameters) {
        Ok(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response(),
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
         <link rel=\"icon\" href=\"data:,\"><meta name=\"viewport\" content=\"width=device-width\"><style>:root{{color-scheme:light dark}}\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}}\
         .note{{background:#fff6dc;color:#222;padding:.6rem 1rem;border-radius:6px}}fieldset{{margin:1rem 0;border:1px solid #8888}}\
         label{{display:block;padding:.25rem 0;overflow-wrap:anywhere}}button{{font:inherit;padding:.5rem 1.2rem}}</style>\
         <p class=\"note\">{1} is simulated here: no password is asked for, and nothing leaves this machine.</p>\
         <h1>{0}</h1>{content}</html>",
        escape(title),
        escape(vendor),
    ))
}
