//! Buttons on a vendor's console that do what its platform or its people would: expire tokens, delete a post.

use axum::{
    Router,
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Redirect},
    routing::post,
};

use super::consent::pairs;
use crate::{faults::Service, html::escape};

/// A button; with a field where it needs to know whom or how many.
pub(crate) struct Switch {
    pub(crate) name: &'static str,
    pub(crate) words: &'static str,
    /// What stands in the field at first; none: there is no field.
    pub(crate) field: Option<&'static str>,
}

/// A button with a field.
pub(crate) const fn with(name: &'static str, words: &'static str, field: &'static str) -> Switch {
    Switch { name, words, field: Some(field) }
}

/// A button alone.
pub(crate) const fn alone(name: &'static str, words: &'static str) -> Switch {
    Switch { name, words, field: None }
}

/// The buttons, for the summary of the console.
pub(crate) fn forms(service: Service, switches: &[Switch]) -> String {
    switches
        .iter()
        .map(|switch| {
            let field = switch.field.map(|value| format!("<input name=\"value\" value=\"{}\" size=\"8\"> ", escape(value)));
            format!(
                "<p><form method=\"post\" action=\"/{service}/switches\"><input type=\"hidden\" name=\"name\" value=\"{}\">\
                 {}<button>{}</button></form></p>",
                escape(switch.name),
                field.unwrap_or_default(),
                escape(switch.words)
            )
        })
        .collect()
}

/// Where the buttons lead; the answer is the console again, or what was wrong.
pub(crate) fn router(
    service: Service,
    act: impl Fn(&str, &str) -> Result<(), String> + Clone + Send + Sync + 'static,
) -> Router {
    let press = move |body: Bytes| async move {
        let form = pairs(&String::from_utf8_lossy(&body));
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        match act(text("name"), text("value").trim()) {
            Ok(()) => Redirect::to(&format!("/{service}/__sandbox/")).into_response(),
            Err(words) => (StatusCode::BAD_REQUEST, format!("{words}\n")).into_response(),
        }
    };
    Router::new().route(&format!("/{service}/switches"), post(press))
}

/// What stands in a field, as a number.
pub(crate) fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "This is not a number that fits.".to_owned())
}
