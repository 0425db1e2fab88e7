//! A simulated platform's page that asks for consent, as somebody without a browser fills it in.

use std::collections::BTreeSet;

/// What stands in the form of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentForm {
    fields: Vec<(String, String)>,
}

impl ConsentForm {
    /// Reads the fields that would be sent: what is hidden, what is ticked, and the first of those of which one is chosen.
    /// None when the page has no such form.
    pub fn read(html: &str) -> Option<Self> {
        let (_, form) = html.split_once("<form")?;
        let form = form.split("</form").next().unwrap_or(form);
        let mut chosen = BTreeSet::new();
        let mut fields = Vec::new();
        for tag in form.split("<input").skip(1) {
            let tag = tag.split('>').next().unwrap_or(tag);
            let Some(name) = attribute(tag, "name") else { continue };
            let wanted = match attribute(tag, "type").as_deref() {
                Some("radio") => chosen.insert(name.clone()),
                Some("checkbox") => tag.split_whitespace().any(|word| word == "checked"),
                _ => true,
            };
            if wanted {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        }
        Some(Self { fields }).filter(|form| !form.fields.is_empty())
    }

    /// The fields with the button that agrees.
    pub fn agreed(self) -> Vec<(String, String)> {
        let mut fields = self.fields;
        fields.push(("answer".to_owned(), "allow".to_owned()));
        fields
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next().unwrap_or(rest);
    // The ampersand last, so that what it begins is not read twice.
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    Some(marks.into_iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_filled_in_as_its_first_person_would() {
        let page = "<h1>Connect</h1><form method=\"post\"><input type=\"hidden\" name=\"query\" value=\"a=1&amp;b=&quot;2\">\
                    <label><input type=\"radio\" name=\"person\" value=\"anna\" checked> Anna</label>\
                    <label><input type=\"radio\" name=\"person\" value=\"ben\"> Ben</label>\
                    <input type=\"checkbox\" name=\"allow\" value=\"read\" checked>\
                    <input type=\"checkbox\" name=\"allow\" value=\"delete\">\
                    <button name=\"answer\" value=\"allow\">Allow</button></form><input name=\"other\">";
        let sent = ConsentForm::read(page).unwrap().agreed();
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(sent, [("query", "a=1&b=\"2"), ("person", "anna"), ("allow", "read"), ("answer", "allow")]);
        assert_eq!(ConsentForm::read("<p>This can't go on</p>"), None);
    }
}
