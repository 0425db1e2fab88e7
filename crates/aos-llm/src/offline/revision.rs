//! What a reviewer's notes ask for, as far as it can be done without a model: for a brief and for an article.

use aos_capabilities::drafts::Gap;

use super::corpus::normalise;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Shorter,
    Longer,
    /// In words.
    About(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewTitle {
    /// As the reviewer wrote it.
    This(String),
    Another,
}

/// Notes taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    pub length: Option<Length>,
    pub title: Option<NewTitle>,
    /// Parts to leave out.
    pub drop: Vec<String>,
    /// Subjects and words to bring in.
    pub add: Vec<String>,
    /// Something else is asked for: all that can be done is to say it with other passages.
    pub other_words: bool,
    /// The notes behind `other_words`.
    pub unmet: Vec<String>,
}

impl Revision {
    /// `title` is the one that the work has.
    pub fn read(notes: &str, title: &str) -> Self {
        let mut revision = Self::default();
        for clause in notes.split(['\n', ';']).flat_map(|line| line.split_inclusive(". ")) {
            let clause = clause.trim().trim_end_matches(['.', '!', ' ']);
            if clause.chars().any(char::is_alphabetic) {
                revision.read_clause(clause, title);
            }
        }
        revision
    }

    fn read_clause(&mut self, clause: &str, title: &str) {
        let mut understood = true;
        if let Some(found) = ABOUT_WORDS.captures(clause) {
            self.length = found[1].replace([',', '.'], "").parse().ok().map(Length::About);
        } else if let Some(found) = TITLE_IS.captures(clause) {
            self.title = Some(NewTitle::This(clean(&found[1])));
        } else if OTHER_TITLE.is_match(clause) {
            self.title = Some(NewTitle::Another);
        } else if let Some(found) = DROP.captures(clause) {
            self.drop.push(clean(&found[1]));
        } else if let Some(found) = ADD.captures(clause) {
            self.add.push(clean(&found[1]));
        } else if SHORTER.is_match(clause) {
            self.length = Some(Length::Shorter);
        } else if LONGER.is_match(clause) {
            self.length = Some(Length::Longer);
        } else {
            understood = false;
        }
        // “Please rework” asks for nothing in particular: other passages are an answer to that.
        if !understood {
            self.other_words = true;
            if clause.split_whitespace().count() > 2 && !clause.eq_ignore_ascii_case(title) {
                self.unmet.push(clause.to_owned());
            }
        }
    }

    pub fn drops(&self, heading: &str) -> bool {
        self.drop.iter().any(|drop| normalise(heading).contains(&normalise(drop)))
    }

    /// What of the notes needs a person or a model; `instead` is what was done about it.
    pub fn gaps(&self, instead: &str) -> Vec<Gap> {
        self.unmet
            .iter()
            .map(|note| Gap {
                what: format!("“{note}” asks for writing, which needs a model: without one, {instead}."),
                ask: "Edit it by hand, or connect a model on the Models page and send it back again.".to_owned(),
            })
            .collect()
    }
}

fn clean(text: &str) -> String {
    text.trim().trim_matches(['“', '”', '„', '"', '\'', '«', '»', '.', ' ']).trim().to_owned()
}

/// The patterns are literals and covered by tests, so building them can't fail at run time.
macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| regex::Regex::new($text).expect("a literal pattern"));
    };
}
pub(crate) use pattern;

pattern!(ABOUT_WORDS, r"(?i)\b(\d{1,2}[.,]?\d{3}|\d{3})\s*(?:words|wörter)\b");
pattern!(TITLE_IS, r#"(?i)\b(?:title|headline|titel|überschrift)\b(?:[^:“”"„]*)(?::\s*|[“"„])([^“”"„]{3,})"#);
pattern!(
    OTHER_TITLE,
    r"(?i)\b(?:another|different|new|better|other|anderer?|neuer?|besserer?)\b.{0,20}\b(?:title|headline|titel|überschrift)\b|\b(?:change|ändere|rename)\b.{0,12}\b(?:title|headline|titel)\b"
);
pattern!(
    DROP,
    r#"(?i)\b(?:drop|remove|delete|leave out|cut out|skip|streiche|entferne|lösche)\s+(?:the\s+|den\s+|die\s+|das\s+)?(?:(?:section|part|paragraph|chapter|bit|abschnitt|teil|absatz)\s+)?(?:(?:about|on|called|titled|with|über|zu)\s+)?(?:the\s+)?(.{3,80}?)(?:\s+(?:section|part|paragraph|abschnitt))?$"#
);
pattern!(
    ADD,
    r#"(?i)\b(?:add|include|mention|cover|say more about|say more on|more about|more on|write about|explain|ergänze|erwähne|nenne|mehr über|mehr zu)\s+(?:something\s+)?(?:an?\s+|the\s+|eine?n?\s+|das\s+|den\s+)?(?:(?:section|part|paragraph|keyword|word|abschnitt|teil|absatz|stichwort)\s+)?(?:(?:about|on|called|with|über|zu)\s+)?(.{3,80})$"#
);
pattern!(SHORTER, r"(?i)\b(?:shorter|shorten|too long|kürzer|kürzen|zu lang)\b");
pattern!(LONGER, r"(?i)\b(?:longer|too short|more detail|more details|länger|zu kurz|ausführlicher)\b");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(notes: &str) -> Revision {
        Revision::read(notes, "Wheels")
    }

    #[test]
    fn simple_notes_are_understood() {
        assert_eq!(read("Too long. ").length, Some(Length::Shorter));
        assert_eq!(read("please make it longer").length, Some(Length::Longer));
        assert_eq!(read("About 900 words please").length, Some(Length::About(900)));
        assert_eq!(
            read("Change the title to “Wheels that last”").title,
            Some(NewTitle::This("Wheels that last".into()))
        );
        assert_eq!(read("Title: Wheels that last").title, Some(NewTitle::This("Wheels that last".into())));
        assert_eq!(read("I'd like a different headline").title, Some(NewTitle::Another));
        assert_eq!(read("Remove the section about tubeless tyres").drop, ["tubeless tyres"]);
        assert_eq!(read("Please mention “disc brakes”.").add, ["disc brakes"]);
        assert_eq!(read("Bitte kürzer").length, Some(Length::Shorter));
        assert_eq!(read("Entferne den Abschnitt über Felgen").drop, ["Felgen"]);
    }

    #[test]
    fn what_needs_writing_is_said_to_need_it() {
        let revision = read("Shorter please. The tone is too dry for our readers");
        assert_eq!(revision.length, Some(Length::Shorter));
        assert!(revision.other_words);
        let gaps = revision.gaps("other passages were chosen");
        assert_eq!(gaps.len(), 1);
        assert!(gaps[0].what.contains("too dry"));
    }
}
