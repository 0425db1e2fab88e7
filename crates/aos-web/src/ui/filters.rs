//! The small words of every template: `{{ state|badge }}`, `{{ "check"|icon }}`, `{{ name|avatar }}`, `{{ n|grouped }}`.
//!
//! A module with a template says `use crate::ui::filters;`, which is where askama looks.

use std::fmt::{Display, Write};

use askama::{
    Values,
    filters::{HtmlSafe, Safe, escape},
};

use super::{number, states};

/// Text that went through HTML escaping.
fn escaped(text: &str) -> askama::Result<String> {
    Ok(escape(text, askama::filters::Html)?.to_string())
}

/// A state of the vocabulary as a coloured badge.
#[askama::filter_fn]
pub fn badge(state: impl Display, _: &dyn Values) -> askama::Result<Safe<String>> {
    let state = state.to_string();
    let look = states::look(&state);
    let label = escaped(&states::label(&state))?;
    Ok(Safe(format!(r#"<span class="badge badge--{}"><i class="badge__dot"></i>{label}</span>"#, look.as_str())))
}

/// A state or kind in words: `awaiting_approval` reads "Awaiting approval".
#[askama::filter_fn]
pub fn words(state: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(states::label(&state.to_string()))
}

/// An icon of the sprite, for the eye only: the words stand beside it or in the control's label.
#[askama::filter_fn]
pub fn icon(name: impl Display, _: &dyn Values) -> askama::Result<Safe<String>> {
    let sprite = crate::assets::icons();
    Ok(Safe(format!(r#"<svg class="icon" aria-hidden="true"><use href="{sprite}#{name}"></use></svg>"#)))
}

/// Initials in a circle; the colour follows from the name, so that a client looks the same everywhere.
#[askama::filter_fn]
pub fn avatar(name: impl Display, _: &dyn Values) -> askama::Result<Safe<String>> {
    let name = name.to_string();
    let hue = name.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 6;
    let initials = escaped(&initials(&name))?;
    Ok(Safe(format!(r#"<span class="avatar avatar--{hue}" aria-hidden="true">{initials}</span>"#)))
}

/// The first letters of the first two words.
fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric())).take(2).fold(
        String::new(),
        |mut text, first| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}", first.to_uppercase());
            text
        },
    )
}

/// `1204` reads `1,204`.
#[askama::filter_fn]
pub fn grouped(value: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(number::grouped(&value.to_string()))
}

/// Whole sentences for one and for many: `{{ n|count("1 page", "{} pages") }}`.
#[askama::filter_fn]
pub fn count(value: impl Display, _: &dyn Values, one: &str, many: &str) -> askama::Result<String> {
    let value = value.to_string();
    Ok(if value == "1" { one.to_owned() } else { many.replace("{}", &number::grouped(&value)) })
}

/// A URL without scheme and trailing slash, for reading.
#[askama::filter_fn]
pub fn bare(url: impl Display, _: &dyn Values) -> askama::Result<String> {
    let url = url.to_string();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(&url);
    Ok(rest.trim_end_matches('/').to_owned())
}

/// HTML that `markdown::to_html` made, and nothing else.
#[askama::filter_fn]
pub fn trusted(html: &crate::markdown::CleanHtml, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(html.as_str().to_owned()))
}

/// Marks the components that are templates of their own as already escaped.
macro_rules! components {
    ($($name:ty),+ $(,)?) => { $(impl HtmlSafe for $name {})+ };
}
components!(
    super::Moment,
    super::Progress,
    super::Diff,
    super::Timeline,
    super::Choices,
    super::Chart,
    super::Graph,
    super::Frames,
    super::HandedIn,
    crate::search::ClientFilter,
    crate::content::piece::views::Look,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_first_letters_of_two_words() {
        assert_eq!(initials("Harbour & Vale Dental"), "HV");
        assert_eq!(initials("ümit"), "Ü");
        assert_eq!(initials(""), "");
    }
}
