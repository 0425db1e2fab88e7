//! Reading forms and giving them back with the words of what is wrong beside the field.

use std::str::FromStr;

use aos_kernel::{Error, ErrorKind, Result};
use serde::Deserialize;

/// What is wrong with a form, by field. A field is named as in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// An error that concerns one field stands beside it, any other above the form. `None` when the form is not what
    /// is wrong: then the caller returns the error as it is.
    pub fn of(error: &Error) -> Option<Self> {
        matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::Limited)
            .then(|| Self(vec![(error.field().unwrap_or_default().to_owned(), error.message().to_owned())]))
    }
    /// Where the form names a field differently than the command.
    #[must_use]
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        for (field, _) in self.0.iter_mut().filter(|(field, _)| field == from) {
            to.clone_into(field);
        }
        self
    }
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push((field.to_owned(), message.into()));
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The words beside one field.
    pub fn of_field(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }
    /// The words above the form: those without a field.
    pub fn general(&self) -> Option<&str> {
        self.of_field("")
    }
}

/// All fields of a URL-encoded form in their order, for forms with rows (`goals.0.name`) and repeated names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
    /// The first value, without surrounding space; empty when it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }
    /// The first value exactly as typed, for passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
    /// Every value of a repeated name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.trim()).collect()
    }
    /// Whether a check box is ticked.
    pub fn checked(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
    /// A value of a type that reads from text.
    ///
    /// # Errors
    /// `Invalid` for the field when the text is not one, an empty text included.
    pub fn parse<T: FromStr>(&self, name: &str, what: &str) -> Result<T> {
        self.text(name).parse().map_err(|_| Error::invalid(name, format!("This is not {what}.")))
    }
    /// The rows of `prefix`: `goals.0.name`, `goals.0.target`, `goals.1.name` give two rows, by number.
    pub fn rows(&self, prefix: &str) -> Vec<Self> {
        let mut rows: Vec<(u32, Self)> = Vec::new();
        for (key, value) in &self.0 {
            let Some((number, name)) =
                key.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')).and_then(|rest| rest.split_once('.'))
            else {
                continue;
            };
            let Ok(number) = number.parse::<u32>() else { continue };
            let pair = (name.to_owned(), value.clone());
            match rows.iter_mut().find(|(known, _)| *known == number) {
                Some((_, row)) => row.0.push(pair),
                None => rows.push((number, Self(vec![pair]))),
            }
        }
        rows.sort_by_key(|(number, _)| *number);
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// Comma- or line-separated words, trimmed, empty ones left out, repeated ones once.
pub fn list(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// Where to go after signing in: a path of ours, never another site.
pub fn safe_next(next: &str) -> &str {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if ours { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn rows_come_back_by_number_and_strange_names_are_left_out() {
        let form = fields(&[
            ("goals.1.name", "B"),
            ("goals.0.name", " A "),
            ("goals.0.target", "10"),
            ("goals.x.name", "?"),
            ("goals", "?"),
        ]);
        let rows = form.rows("goals");
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].text("name"), rows[0].parse::<u32>("target", "a number").unwrap()), ("A", 10));
        assert_eq!(rows[1].parse::<u32>("target", "a number").unwrap_err().field(), Some("target"));
    }

    #[test]
    fn a_link_to_another_site_is_not_followed_after_signing_in() {
        assert_eq!(safe_next("/portal?x=1"), "/portal?x=1");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", ""] {
            assert_eq!(safe_next(bad), "/");
        }
    }

    #[test]
    fn a_list_is_read_from_commas_and_lines() {
        assert_eq!(list(" a, b\n a ,,c"), ["a", "b", "c"]);
    }
}
