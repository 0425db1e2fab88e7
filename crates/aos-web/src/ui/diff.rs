//! What changed between two versions: lines, and inside a changed line the words.

use askama::Template;
use similar::{ChangeTag, TextDiff};

/// Unchanged lines kept around a change; longer stretches are folded.
const CONTEXT: usize = 2;

/// The difference between two texts. Renders itself as a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "ui/diff.html")]
pub struct Diff {
    /// Names of the two sides: "Version 1", "Version 2".
    pub old: String,
    pub new: String,
    pub rows: Vec<DiffRow>,
    pub added: usize,
    pub removed: usize,
}

/// One line of the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffRow {
    /// This many equal lines are not shown.
    Fold(usize),
    Line {
        kind: LineKind,
        pieces: Vec<Piece>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Same,
    Added,
    Removed,
}

/// A stretch of a line; `changed` ones are those that differ from the line's counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub changed: bool,
    pub text: String,
}

impl Diff {
    /// Compares by lines, then by words inside lines that have a counterpart.
    pub fn between(old_name: impl Into<String>, old: &str, new_name: impl Into<String>, new: &str) -> Self {
        let diff = TextDiff::from_lines(old, new);
        let old_lines: Vec<&str> = old.lines().collect();
        let mut view = Self { old: old_name.into(), new: new_name.into(), ..Self::default() };
        let mut shown_until = 0;
        for group in diff.grouped_ops(CONTEXT) {
            let Some(first) = group.first() else { continue };
            view.skip(&old_lines, shown_until, first.old_range().start);
            for op in &group {
                shown_until = op.old_range().end;
                for change in diff.iter_inline_changes(op) {
                    let kind = match change.tag() {
                        ChangeTag::Equal => LineKind::Same,
                        ChangeTag::Insert => LineKind::Added,
                        ChangeTag::Delete => LineKind::Removed,
                    };
                    view.added += usize::from(kind == LineKind::Added);
                    view.removed += usize::from(kind == LineKind::Removed);
                    let pieces = change
                        .iter_strings_lossy()
                        .map(|(changed, text)| Piece { changed, text: text.trim_end_matches('\n').to_owned() })
                        .collect();
                    view.rows.push(DiffRow::Line { kind, pieces });
                }
            }
        }
        if !view.rows.is_empty() {
            view.skip(&old_lines, shown_until, old_lines.len());
        }
        view
    }
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Leaves equal lines out; a single one takes as much room as saying so, so it is shown.
    fn skip(&mut self, lines: &[&str], from: usize, to: usize) {
        match lines.get(from..to).unwrap_or_default() {
            [] => {}
            [line] => {
                let pieces = vec![Piece { changed: false, text: (*line).to_owned() }];
                self.rows.push(DiffRow::Line { kind: LineKind::Same, pieces });
            }
            many => self.rows.push(DiffRow::Fold(many.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_word_is_marked_inside_its_line_and_the_rest_is_folded() {
        let same = "one\ntwo\nthree\nfour\nfive\n";
        let view = Diff::between("1", &format!("{same}the quick fox\n"), "2", &format!("{same}the slow fox\n"));
        assert_eq!((view.added, view.removed), (1, 1));
        assert_eq!(view.rows[0], DiffRow::Fold(3));
        let DiffRow::Line { kind: LineKind::Added, pieces } = &view.rows[4] else { panic!("{:?}", view.rows) };
        assert!(pieces.iter().any(|piece| piece.changed && piece.text == "slow"), "{pieces:?}");
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert!(Diff::between("1", "a\nb", "2", "a\nb").is_empty());
    }
}
