//! The text of a post in its parts, printed and read back.

use aos_capabilities::{model::TaskChannel, text::marked_words};

use crate::offline::{
    passages::{Piece, shorten},
    text::language::Language,
};

/// A post's text in its parts, from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// A line of its own above the text.
    pub opening: Option<String>,
    pub pieces: Vec<Piece>,
    /// Where to read on, or what to do.
    pub last: Option<String>,
    pub hashtags: Vec<String>,
}

impl Body {
    /// Reads what [`Body::print`] wrote, also after a person edited it.
    pub fn read(text: &str) -> Self {
        let mut blocks: Vec<&str> = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).collect();
        let is_tags = |block: &&str| block.split_whitespace().all(|word| word.starts_with('#') && word.len() > 1);
        let hashtags = match blocks.last().filter(|block| is_tags(block)) {
            Some(tags) => {
                let tags = tags.split_whitespace().map(str::to_owned).collect();
                blocks.pop();
                tags
            }
            None => Vec::new(),
        };
        let ends = |block: &str| block.ends_with(['.', '!', '?', '”', '“', '"', ')', '…']);
        let last = blocks.pop_if(|block| block.contains("://") || !ends(block) && !block.starts_with('•'));
        let opening = (blocks.len() > 1 && !ends(blocks[0]) && !blocks[0].starts_with('•') || is_question(&blocks))
            .then(|| blocks.remove(0).to_owned());
        Self { opening, pieces: blocks.into_iter().map(Piece::read).collect(), last: last.map(str::to_owned), hashtags }
    }

    pub fn print(&self) -> String {
        let mut blocks: Vec<String> = Vec::new();
        blocks.extend(self.opening.clone());
        blocks.extend(self.pieces.iter().map(Piece::plain));
        blocks.extend(self.last.clone());
        if !self.hashtags.is_empty() {
            blocks.push(self.hashtags.join(" "));
        }
        blocks.join("\n\n")
    }

    /// Makes it fit the channel by whole parts: hashtags first, then sentences from the end, then the last line.
    /// False when not even that helps.
    pub fn fit(&mut self, channel: &TaskChannel) -> bool {
        if let Some(most) = channel.hashtags {
            while !self.hashtags.is_empty() && marked_words(&self.print(), '#') > most {
                self.hashtags.pop();
            }
        }
        while channel.unit.measure(&self.print()) > channel.text {
            let sentences: usize = self.pieces.iter().map(|piece| piece.texts().len()).sum();
            if sentences > 3 && !self.hashtags.is_empty() && self.hashtags.len() > 3
                || sentences <= 1 && !self.hashtags.is_empty()
            {
                self.hashtags.pop();
            } else if sentences > 1 {
                shorten(&mut self.pieces);
            } else if self.opening.is_some() && sentences == 1 {
                self.opening = None;
            } else if self.last.is_some() {
                self.last = None;
            } else {
                return false;
            }
        }
        !(self.pieces.is_empty() && self.opening.is_none())
    }

    /// Paragraphs of about so many sentences; none begins with what leans on the sentence before.
    pub fn break_up(&mut self, sentences: usize, language: &Language) {
        let mut broken = Vec::new();
        for piece in std::mem::take(&mut self.pieces) {
            let all = match piece {
                Piece::Sentences(all) => all,
                items @ Piece::Items(_) => {
                    broken.push(items);
                    continue;
                }
            };
            let parts = all.len().div_ceil(sentences.max(1));
            // Five sentences make three and two, not two, two and a lonely one.
            let size = all.len().div_ceil(parts.max(1)).max(1);
            let mut paragraph: Vec<String> = Vec::new();
            for sentence in all {
                if paragraph.len() >= size && !language.leans_back(&sentence) {
                    broken.push(Piece::Sentences(std::mem::take(&mut paragraph)));
                }
                paragraph.push(sentence);
            }
            broken.push(Piece::Sentences(paragraph));
        }
        self.pieces = broken;
    }
}

/// A first line that asks, with the answer below.
fn is_question(blocks: &[&str]) -> bool {
    blocks.len() > 1 && blocks[0].ends_with('?') && blocks[0].matches(['.', '?', '!']).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_reads_back_as_it_was_printed() {
        let body = Body {
            opening: Some("A way out".into()),
            pieces: vec![
                Piece::Sentences(vec!["One sentence here.".into(), "And another one.".into()]),
                Piece::Items(vec!["A mat.".into(), "A rope.".into()]),
            ],
            last: Some("More on our page “Gyms”: https://a.test/gyms".into()),
            hashtags: vec!["#Gym".into(), "#Rope".into()],
        };
        assert_eq!(Body::read(&body.print()), body);
        let bare = Body { opening: None, last: None, hashtags: Vec::new(), ..body };
        assert_eq!(Body::read(&bare.print()), bare);
    }
}
