//! The editor's form of a piece, over the version that it started from.

use std::collections::BTreeMap;

use aos_capabilities::{
    campaign::{Audience, Sender},
    post::PostAction,
};
use aos_features::content::{
    ItemText,
    model::{AdCopyText, AudienceRef, CampaignText, MediaRef, OutreachText, PostText},
};
use aos_kernel::{Error, Result};
use url::Url;

use crate::{forms::Fields, ui::merge};

/// A picture of a post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaField {
    pub media: String,
    pub alt: String,
}

/// What stands in the fields, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PieceForm {
    /// The version that the text started from; another one now is a conflict.
    pub base_version: u32,
    /// What was changed, in the writer's words.
    pub note: String,
    pub media: Vec<MediaField>,
    values: BTreeMap<&'static str, String>,
}

/// The fields of each kind; those that can be long are merged line by line.
const fn fields_of(text: &ItemText) -> &'static [&'static str] {
    match text {
        ItemText::Article(_) => &[],
        ItemText::Post(_) => &["text", "title", "link", "button", "button_url"],
        ItemText::Campaign(_) => &["subject", "preview", "markdown", "sender_name", "sender_address", "audience"],
        ItemText::Outreach(_) => &["recipient_name", "recipient_address", "site", "subject", "body"],
        ItemText::AdCopy(_) => &["headlines", "descriptions", "primary_texts", "final_url"],
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl PieceForm {
    /// What stands in a field; empty for one that the kind has not.
    pub(crate) fn of(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    pub(super) fn read(fields: &Fields, before: &ItemText) -> Self {
        let values =
            fields_of(before).iter().map(|name| (*name, fields.raw(name).replace("\r\n", "\n").trim().to_owned()));
        let removed = fields.all("remove");
        let mut media: Vec<MediaField> = fields
            .rows("media")
            .iter()
            .map(|row| MediaField { media: row.text("name").to_owned(), alt: row.text("alt").to_owned() })
            .filter(|one| !one.media.is_empty() && !removed.contains(&one.media.as_str()))
            .collect();
        let added = fields.text("add");
        if !added.is_empty() && !media.iter().any(|one| one.media == added) {
            media.push(MediaField { media: added.to_owned(), alt: fields.text("add_alt").to_owned() });
        }
        Self {
            base_version: fields.text("base_version").parse().unwrap_or_default(),
            note: fields.text("note").to_owned(),
            media,
            values: values.collect(),
        }
    }

    pub(super) fn show(version: u32, text: &ItemText) -> Self {
        let mut form = Self { base_version: version, ..Self::default() };
        let mut put = |name: &'static str, value: &str| {
            form.values.insert(name, value.to_owned());
        };
        match text {
            ItemText::Article(_) => {}
            ItemText::Post(text) => {
                put("text", &text.text);
                put("title", text.title.as_deref().unwrap_or_default());
                put("link", text.link.as_deref().unwrap_or_default());
                if let Some(action) = &text.action {
                    put("button", &action.kind);
                    put("button_url", action.url.as_ref().map(Url::as_str).unwrap_or_default());
                }
                let media = text.media.iter().map(|one| MediaField { media: one.media.clone(), alt: one.alt.clone() });
                form.media = media.collect();
            }
            ItemText::Campaign(text) => {
                put("subject", &text.subject);
                put("preview", &text.preview);
                put("markdown", &text.markdown);
                put("sender_name", &text.sender.name);
                put("sender_address", &text.sender.address);
                put("audience", &text.audience.id);
            }
            ItemText::Outreach(text) => {
                put("recipient_name", &text.recipient_name);
                put("recipient_address", &text.recipient_address);
                put("site", &text.site);
                put("subject", &text.subject);
                put("body", &text.body);
            }
            ItemText::AdCopy(text) => {
                put("headlines", &text.headlines.join("\n"));
                put("descriptions", &text.descriptions.join("\n"));
                put("primary_texts", &text.primary_texts.join("\n"));
                put("final_url", &text.final_url);
            }
        }
        form
    }

    /// The form over the version that it started from; what the form does not show stays. `audiences` names those that
    /// can be chosen.
    ///
    /// # Errors
    /// `Invalid` for an address that is none.
    pub(super) fn text(&self, before: &ItemText, audiences: &[Audience]) -> Result<ItemText> {
        Ok(match before {
            ItemText::Article(text) => text.clone().into(),
            ItemText::Post(_) => {
                let url = some(self.of("button_url")).map(|url| Url::parse(&url)).transpose();
                let url =
                    url.map_err(|_| Error::invalid("button_url", "Give the whole address, with https:// in front."))?;
                PostText {
                    text: self.of("text").to_owned(),
                    title: some(self.of("title")),
                    link: some(self.of("link")),
                    action: some(self.of("button")).map(|kind| PostAction { kind, url }),
                    media: self
                        .media
                        .iter()
                        .map(|one| MediaRef { media: one.media.clone(), alt: one.alt.clone() })
                        .collect(),
                }
                .into()
            }
            ItemText::Campaign(was) => {
                let id = self.of("audience");
                let chosen = audiences.iter().find(|audience| audience.id == id);
                let audience = match chosen {
                    Some(chosen) => AudienceRef { id: chosen.id.clone(), name: chosen.name.clone() },
                    None if was.audience.id == id => was.audience.clone(),
                    None => AudienceRef { id: id.to_owned(), name: id.to_owned() },
                };
                let typed =
                    Sender { name: self.of("sender_name").to_owned(), address: self.of("sender_address").to_owned() };
                // Whoever chooses an audience and names no sender means the audience's own.
                let sender = match chosen {
                    Some(chosen) if typed == Sender::default() => chosen.sender.clone(),
                    _ => typed,
                };
                CampaignText {
                    subject: self.of("subject").to_owned(),
                    preview: self.of("preview").to_owned(),
                    markdown: self.of("markdown").to_owned(),
                    sender,
                    audience,
                }
                .into()
            }
            ItemText::Outreach(_) => OutreachText {
                recipient_name: self.of("recipient_name").to_owned(),
                recipient_address: self.of("recipient_address").to_owned(),
                site: self.of("site").to_owned(),
                subject: self.of("subject").to_owned(),
                body: self.of("body").to_owned(),
            }
            .into(),
            ItemText::AdCopy(was) => AdCopyText {
                network: was.network,
                headlines: lines(self.of("headlines")),
                descriptions: lines(self.of("descriptions")),
                primary_texts: lines(self.of("primary_texts")),
                final_url: self.of("final_url").to_owned(),
            }
            .into(),
        })
    }

    /// This form and the version that somebody else saved, put together. None where both changed the same lines.
    pub(super) fn merged(&self, base: &Self, theirs: &Self) -> Option<Self> {
        let mut values = BTreeMap::new();
        for (name, own) in &self.values {
            values.insert(*name, merge::merge(base.of(name), own, theirs.of(name))?);
        }
        let media = match (self.media == base.media, theirs.media == base.media) {
            (true, _) => theirs.media.clone(),
            (_, true) => self.media.clone(),
            _ if self.media == theirs.media => self.media.clone(),
            _ => return None,
        };
        Some(Self { base_version: theirs.base_version, note: self.note.clone(), media, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> ItemText {
        PostText {
            text: "One\n\nTwo".into(),
            link: Some("https://a.test/".into()),
            action: Some(PostAction { kind: "CALL".into(), url: None }),
            media: vec![MediaRef { media: "https://a.test/a.jpg".into(), alt: "A roof".into() }],
            ..PostText::default()
        }
        .into()
    }

    #[test]
    fn what_is_shown_and_not_touched_comes_back_as_it_was() {
        let campaign = CampaignText {
            subject: "S".into(),
            markdown: "Text".into(),
            audience: AudienceRef { id: "a1".into(), name: "All".into() },
            ..CampaignText::default()
        };
        let mail = OutreachText { site: "b.test".into(), subject: "S".into(), body: "Hi".into(), ..Default::default() };
        let ads = AdCopyText { headlines: vec!["A".into(), "B".into()], ..AdCopyText::default() };
        for text in [post(), campaign.into(), mail.into(), ads.into()] {
            assert_eq!(PieceForm::show(1, &text).text(&text, &[]).unwrap(), text);
        }
    }

    #[test]
    fn pictures_are_taken_out_added_and_described() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = Fields::new(vec![
            pair("text", "One\r\nTwo"),
            pair("media.0.name", "a"),
            pair("media.0.alt", "A"),
            pair("media.1.name", "b"),
            pair("media.1.alt", "B"),
            pair("remove", "a"),
            pair("add", "c"),
            pair("add_alt", "C"),
        ]);
        let form = PieceForm::read(&fields, &post());
        let names: Vec<&str> = form.media.iter().map(|one| one.media.as_str()).collect();
        assert_eq!((names, form.of("text")), (vec!["b", "c"], "One\nTwo"));
        let bad = Fields::new(vec![pair("text", "x"), pair("button", "BOOK"), pair("button_url", "here")]);
        let error = PieceForm::read(&bad, &post()).text(&post(), &[]).unwrap_err();
        assert_eq!(error.field(), Some("button_url"));
    }

    #[test]
    fn two_edits_go_together_where_they_touch_different_things() {
        let base = PieceForm::show(1, &post());
        let (mut mine, mut theirs) = (base.clone(), PieceForm { base_version: 2, ..base.clone() });
        mine.values.insert("text", "One more\n\nTwo".into());
        theirs.values.insert("link", "https://b.test/".into());
        theirs.media.clear();
        let both = mine.merged(&base, &theirs).unwrap();
        assert_eq!((both.of("text"), both.of("link")), ("One more\n\nTwo", "https://b.test/"));
        assert!(both.media.is_empty() && both.base_version == 2);
        theirs.values.insert("text", "Another\n\nTwo".into());
        assert_eq!(mine.merged(&base, &theirs), None);
    }
}
