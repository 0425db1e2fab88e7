//! E-mail addresses, phone numbers and postal addresses as they stand on the pages.

use std::sync::LazyLock;

use aos_capabilities::{drafts::Statement, model::Material};
use regex::Regex;

use crate::offline::corpus::roles::Role;

const MOST_OF_A_KIND: usize = 3;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}").expect("a literal pattern")
});
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\+\d{1,3}[\s\u{a0}./-]?)?(?:\(0?\d{1,5}\)|\d{2,5})(?:[\s\u{a0}./–-]{1,3}\d{2,8}){1,5}")
        .expect("a literal pattern")
});
/// Said right before a number that is meant to be called.
static PHONE_WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:tel(?:ephone|efon|\.)?|phone|call(?: us)?(?: on| at)?|mobile?|mobil|fon|ring(?: us)?(?: on)?|rufen sie(?: uns)?(?: an)?(?: unter)?)\s*:?\s*\**\s*\[?$").expect("a literal pattern")
});
/// “Kirchgasse 12, 8001 Zürich”, “14 Harbour Street, Bristol BS1 4QA”.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b\p{Lu}[\p{L}.\ -]{2,40}(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|ring|damm|ufer)\s\d{1,4}\s?[a-z]?,?\s+(?:D-|A-|CH-)?\d{4,5}\s\p{Lu}[\p{L}.\-]+
        |\b\d{1,5}[a-z]?\s(?:\p{Lu}[\p{L}'’.]+\s){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Way|Drive|Square|Place|Court|Quay|Row|Boulevard|Blvd|Terrace|Yard|Wharf)\b(?:,?\s(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|[A-Z]{2}\s\d{5}|\p{Lu}[\p{L}'’]+|\d{5}))+",
    )
    .expect("a literal pattern")
});

/// What readers can turn to, each with the page that it was found on; contact pages first.
pub fn find(material: &Material) -> Vec<Statement> {
    let mut pages: Vec<_> = material.pages.iter().collect();
    pages.sort_by_key(|page| match Role::of(&page.url, &page.title, "") {
        Role::Contact => 0,
        Role::Legal => 1,
        Role::About => 2,
        Role::Home => 3,
        _ => 4,
    });
    let mut emails = Vec::new();
    let mut phones = Vec::new();
    let mut addresses = Vec::new();
    for page in pages.iter().take(60) {
        let found = |text: &str| Statement { text: text.to_owned(), source: Some(page.url.clone()) };
        for email in EMAIL.find_iter(&page.markdown).map(|found| found.as_str()) {
            let example = email.ends_with("example.com") && !page.url.contains("example");
            let file = email.ends_with(".png") || email.ends_with(".jpg");
            add(&mut emails, found(&format!("E-mail: {email}")), example || file);
        }
        for phone in PHONE.find_iter(&page.markdown) {
            let before = &page.markdown[..phone.start()];
            let named = PHONE_WORD.is_match(before) || phone.as_str().starts_with('+');
            let digits = phone.as_str().chars().filter(char::is_ascii_digit).count();
            add(
                &mut phones,
                found(&format!("Phone: {}", phone.as_str().trim())),
                !named || !(7..=15).contains(&digits),
            );
        }
        for address in ADDRESS.find_iter(&page.markdown) {
            let text = address.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
            add(&mut addresses, found(&format!("Address: {text}")), false);
        }
    }
    emails.into_iter().chain(phones).chain(addresses).collect()
}

/// Every mail address on any page, the client's and others'.
pub fn all_mail_addresses(material: &Material) -> Vec<String> {
    let found = material.pages.iter().flat_map(|page| EMAIL.find_iter(&page.markdown));
    let mut addresses: Vec<String> = Vec::new();
    for address in found.map(|found| found.as_str()) {
        if !addresses.iter().any(|known| known == address) {
            addresses.push(address.to_owned());
        }
    }
    addresses
}

fn add(list: &mut Vec<Statement>, statement: Statement, unfit: bool) {
    let key = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let known = list.iter().any(|other| key(&other.text) == key(&statement.text));
    if !unfit && !known && list.len() < MOST_OF_A_KIND {
        list.push(statement);
    }
}

#[cfg(test)]
mod tests {
    use aos_capabilities::model::MaterialPage;

    use super::*;

    #[test]
    fn contact_details_are_found_with_their_page_and_years_are_not_phones() {
        let page = MaterialPage {
            url: "https://velo.test/contact".into(),
            markdown: "Visit 14 Harbour Street, Bristol BS1 4QA. Call 0117 496 0321 or write to hello@velo.test.\n\nOpen 2019-2024, order 1234 5678 90.\n\nTel.: +49 30 1234567, Kirchgasse 12, 10115 Berlin".into(),
            ..MaterialPage::default()
        };
        let material = Material { pages: vec![page], ..Material::default() };
        let texts: Vec<String> = find(&material).into_iter().map(|statement| statement.text).collect();
        assert_eq!(
            texts,
            [
                "E-mail: hello@velo.test",
                "Phone: 0117 496 0321",
                "Phone: +49 30 1234567",
                "Address: 14 Harbour Street, Bristol BS1 4QA",
                "Address: Kirchgasse 12, 10115 Berlin"
            ]
        );
    }
}
