//! What a reviewer's notes ask of a post or of its idea, as far as it can be done without a model.

use aos_capabilities::{drafts::PostIdea, model::TaskChannel};
use chrono::NaiveDate;

use crate::offline::revision::{NewTitle, Revision, pattern};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Fewer,
    More,
    None,
}

/// Notes on a text.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    pub base: Revision,
    /// Another beginning.
    pub opening: bool,
    pub hashtags: Option<Change>,
    pub no_picture: bool,
    pub no_link: bool,
}

impl Notes {
    pub fn read(notes: &str, title: &str) -> Self {
        let mut read = Self::default();
        let mut rest = Vec::new();
        for clause in clauses(notes) {
            if HASHTAGS.is_match(&clause) {
                read.hashtags = Some(if NONE.is_match(&clause) {
                    Change::None
                } else if MORE.is_match(&clause) {
                    Change::More
                } else {
                    Change::Fewer
                });
            } else if OPENING.is_match(&clause) {
                read.opening = true;
            } else if NONE.is_match(&clause) && PICTURE.is_match(&clause) {
                read.no_picture = true;
            } else if NONE.is_match(&clause) && LINK.is_match(&clause) {
                read.no_link = true;
            } else {
                rest.push(clause);
            }
        }
        read.base = Revision::read(&rest.join("\n"), title);
        read
    }
}

/// Notes on an idea.
#[derive(Clone, Debug, Default)]
pub struct PlanNotes {
    title: Option<String>,
    format: Option<String>,
    date: Option<NaiveDate>,
    only: Vec<String>,
    without: Vec<String>,
    /// Subjects to take up.
    pub add: Vec<String>,
    /// Another idea altogether.
    pub other_idea: bool,
    pub unmet: Vec<String>,
}

impl PlanNotes {
    pub fn read(notes: &str, title: &str, channels: &[TaskChannel], formats: &[String]) -> Self {
        let mut read = Self::default();
        for clause in clauses(notes) {
            let lower = clause.to_lowercase();
            let word = |name: &str| {
                lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name.to_lowercase())
            };
            let named: Vec<String> =
                channels.iter().filter(|channel| word(&channel.platform)).map(|channel| channel.key.clone()).collect();
            let format = formats.iter().find(|format| word(format));
            if let Some(date) = DATE.find(&clause).and_then(|found| found.as_str().parse().ok()) {
                read.date = Some(date);
            } else if !named.is_empty() && NONE.is_match(&clause) {
                read.without.extend(named);
            } else if !named.is_empty() && ONLY.is_match(&clause) {
                read.only.extend(named);
            } else if let Some(format) = format.filter(|_| FORMAT.is_match(&clause)) {
                read.format = Some(format.clone());
            } else {
                let base = Revision::read(&clause, title);
                match base.title {
                    Some(NewTitle::This(title)) => read.title = Some(title),
                    Some(NewTitle::Another) => read.other_idea = true,
                    None => {}
                }
                read.add.extend(base.add);
                read.other_idea |= base.other_words;
                // “Please rework” and “another idea” are done by bringing another one.
                read.unmet.extend(base.unmet.into_iter().filter(|note| !ANOTHER.is_match(note)));
            }
        }
        read
    }

    pub fn apply(&self, post: &mut PostIdea) {
        post.title = self.title.clone().unwrap_or_else(|| post.title.clone());
        post.format = self.format.clone().unwrap_or_else(|| post.format.clone());
        post.date = self.date.map(|date| date.to_string()).or_else(|| post.date.take());
        if !self.only.is_empty() {
            post.channels.clone_from(&self.only);
        }
        let left: Vec<String> =
            post.channels.iter().filter(|channel| !self.without.contains(channel)).cloned().collect();
        if !left.is_empty() {
            post.channels = left;
        }
    }
}

/// Notes taken apart as people separate them.
pub fn clauses(notes: &str) -> Vec<String> {
    notes
        .split(['\n', ';'])
        .flat_map(|line| line.split_inclusive(". "))
        .flat_map(apart)
        .map(|clause| clause.trim().trim_end_matches(['.', '!', ',', ' ']).to_owned())
        .filter(|clause| clause.chars().any(char::is_alphabetic))
        .collect()
}

pattern!(HASHTAGS, r"(?i)hash\s?-?tags?");
pattern!(
    OPENING,
    r"(?i)\b(?:another|different|new|better|other|anderer?|neuer?|andere[nrs]?|neue[nrs]?)\b.{0,16}\b(?:opening|beginning|start|first (?:line|sentence)|hook|intro|anfang|einstieg|beginn)\b|\b(?:open|start|begin)\s+(?:differently|with something else)|\b(?:change|ändere)\b.{0,12}\b(?:opening|beginning|first (?:line|sentence)|hook|anfang|einstieg)\b"
);
pattern!(
    NONE,
    r"(?i)\b(?:no|not|without|remove|drop|leave out|delete|skip|don.t|kein\w*|ohne|entferne|streiche|nicht)\b"
);
pattern!(MORE, r"(?i)\b(?:more|add|mehr|weitere)\b");
pattern!(ONLY, r"(?i)\b(?:only|just|nur)\b");
pattern!(PICTURE, r"(?i)\b(?:picture|image|photo|bild|foto)\b");
pattern!(LINK, r"(?i)\b(?:link|url|address|verweis)\b");
pattern!(FORMAT, r"(?i)\b(?:as|make it|format|use|als|instead)\b");
pattern!(DATE, r"\b\d{4}-\d{2}-\d{2}\b");
pattern!(ANOTHER, r"(?i)\b(?:another|different|other|something else|rework|anderes?|andere[nr]?)\b");
/// “Shorter, and fewer hashtags” asks for two things; “nuts and bolts” is one.
fn apart(clause: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = clause;
    while let Some(found) = AND.captures(rest) {
        let (Some(whole), Some(next)) = (found.get(0), found.get(1)) else { break };
        parts.push(&rest[..whole.start()]);
        rest = &rest[next.start()..];
    }
    parts.push(rest);
    parts
}
pattern!(
    AND,
    r"(?i)(?:,\s*|\s+)(?:and|und)\s+(?:please\s+|bitte\s+)?((?:use|make|remove|leave|drop|delete|no|fewer|less|shorter|longer|another|mention|add|change|weniger|kürzer|länger|entferne|streiche|erwähne)\b)"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_on_a_post_are_understood() {
        let read = |notes: &str| Notes::read(notes, "Any");
        assert_eq!(read("Fewer hashtags please").hashtags, Some(Change::Fewer));
        assert_eq!(read("No hashtags").hashtags, Some(Change::None));
        assert!(read("Please find another opening.").opening);
        assert!(read("Start differently").opening);
        assert!(read("Bitte ein anderer Einstieg").opening);
        assert!(read("without the picture").no_picture);
        let both = read("Shorter, and fewer hashtags");
        assert!(both.base.length.is_some() && both.hashtags == Some(Change::Fewer), "{both:?}");
        assert_eq!(read("Leave out the part about the pump").base.drop, ["pump"]);
    }
}
