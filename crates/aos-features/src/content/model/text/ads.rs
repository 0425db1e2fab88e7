//! Sets of ad copy, within the limits of their networks.

use aos_capabilities::drafts::AdCopyDraft;
use aos_kernel::{ContentHash, Error, Result};
use aos_storage::content_hash;
use serde::{Deserialize, Serialize};

use crate::content::model::{AdNetwork, request::is_web_address};

/// The parts of a set of ad copy that a version holds and a person may edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdCopyText {
    pub network: AdNetwork,
    pub headlines: Vec<String>,
    pub descriptions: Vec<String>,
    /// Meta only.
    pub primary_texts: Vec<String>,
    /// The page that a click leads to.
    pub final_url: String,
}

impl Default for AdCopyText {
    fn default() -> Self {
        Self {
            network: AdNetwork::Google,
            headlines: Vec::new(),
            descriptions: Vec::new(),
            primary_texts: Vec::new(),
            final_url: String::new(),
        }
    }
}

/// How many of one part a network takes, and how long each may be, in characters. None at all where `most` is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub least: usize,
    pub most: usize,
    pub characters: usize,
}

const NONE: Limit = Limit { least: 0, most: 0, characters: 0 };

impl AdNetwork {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Meta => "Meta",
        }
    }
    /// Of headlines, descriptions and primary texts: responsive search ads at Google; at Meta, where the length is a
    /// recommendation beyond which a text is cut on a phone, what is seen.
    pub const fn limits(self) -> [Limit; 3] {
        match self {
            Self::Google => {
                [Limit { least: 3, most: 15, characters: 30 }, Limit { least: 2, most: 4, characters: 90 }, NONE]
            }
            Self::Meta => [
                Limit { least: 1, most: 5, characters: 40 },
                Limit { least: 0, most: 5, characters: 30 },
                Limit { least: 1, most: 5, characters: 125 },
            ],
        }
    }
}

impl AdCopyText {
    /// Trimmed, without empty or repeated lines. What a network's limits say is asked with [`AdCopyText::problems`].
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(mut self) -> Result<Self> {
        let tidy = |list: &mut Vec<String>| {
            let mut seen = std::collections::BTreeSet::new();
            *list = std::mem::take(list)
                .into_iter()
                .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
                .filter(|text| !text.is_empty() && seen.insert(text.to_lowercase()))
                .collect();
        };
        tidy(&mut self.headlines);
        tidy(&mut self.descriptions);
        tidy(&mut self.primary_texts);
        if self.network == AdNetwork::Google {
            self.primary_texts.clear();
        }
        self.final_url = self.final_url.trim().to_owned();
        if !is_web_address(&self.final_url) {
            return Err(Error::invalid("final_url", "Give the whole address of the page that a click leads to."));
        }
        if self.headlines.is_empty() {
            return Err(Error::invalid("headlines", "Write at least one headline."));
        }
        Ok(self)
    }

    /// What it breaks of its network's limits: the field and the words for a person.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let network = self.network.name();
        let parts = [
            ("headlines", &self.headlines),
            ("descriptions", &self.descriptions),
            ("primary_texts", &self.primary_texts),
        ];
        let mut found = Vec::new();
        for ((field, lines), limit) in parts.into_iter().zip(self.network.limits()) {
            let name = field.replace('_', " ");
            if lines.len() < limit.least || lines.len() > limit.most {
                let (least, most, are) = (limit.least, limit.most, lines.len());
                found.push((field, format!("{network} takes {least} to {most} {name}; there are {are}.")));
            }
            for line in lines {
                let length = line.chars().count();
                if limit.most > 0 && length > limit.characters {
                    let (most, over) = (limit.characters, length - limit.characters);
                    found.push((
                        field,
                        format!("“{line}” is {over} too long: {network} shows {most} characters of {name}."),
                    ));
                }
            }
        }
        found
    }

    pub(super) fn hash(&self) -> ContentHash {
        let (headlines, descriptions) = (self.headlines.join("\n"), self.descriptions.join("\n"));
        let primary = self.primary_texts.join("\n");
        content_hash(&["ad_copy", self.network.as_str(), &headlines, &descriptions, &primary, &self.final_url])
    }

    pub(super) fn markdown(&self) -> String {
        let parts = [
            ("Primary texts", &self.primary_texts),
            ("Headlines", &self.headlines),
            ("Descriptions", &self.descriptions),
        ];
        let mut text: String = parts
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(name, lines)| format!("## {name}\n\n- {}\n\n", lines.join("\n- ")))
            .collect();
        text.push_str(&format!("## Page\n\n<{}>", self.final_url));
        text
    }
}

impl AdCopyText {
    /// What an agent wrote for a network.
    pub fn drafted(draft: AdCopyDraft, network: AdNetwork) -> Self {
        Self {
            network,
            headlines: draft.headlines,
            descriptions: draft.descriptions,
            primary_texts: draft.primary_texts,
            final_url: draft.final_url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_limits_of_its_own() {
        let text = AdCopyText {
            headlines: vec!["x".repeat(31), "Two".into()],
            descriptions: vec!["A".into(), "B".into()],
            final_url: "https://a.test/".into(),
            ..AdCopyText::default()
        };
        let fields = |text: &AdCopyText| text.problems().into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(fields(&text), ["headlines", "headlines"], "one too few, and one too long");
        let meta = AdCopyText { network: AdNetwork::Meta, ..text };
        assert_eq!(fields(&meta), ["primary_texts"]);
        let whole = AdCopyText { primary_texts: vec!["x".repeat(125)], ..meta };
        assert_eq!(fields(&whole), [""; 0]);
    }
}
