//! Two edits of one text put together, where they leave each other alone. Pure.

use similar::{DiffOp, TextDiff};

/// The lines of `base` that stand unchanged in `other`: for each its place there.
fn kept(base: &[&str], other: &[&str]) -> Vec<Option<usize>> {
    let mut places = vec![None; base.len()];
    for op in TextDiff::from_slices(base, other).ops() {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for n in 0..*len {
                places[old_index + n] = Some(new_index + n);
            }
        }
    }
    places
}

/// `mine` and `theirs`, both made from `base`, as one text; none where both changed the same lines in different ways.
pub fn merge(base: &str, mine: &str, theirs: &str) -> Option<String> {
    let [base, mine, theirs] = [base, mine, theirs].map(|text| text.lines().collect::<Vec<_>>());
    let (in_mine, in_theirs) = (kept(&base, &mine), kept(&base, &theirs));
    let mut merged: Vec<&str> = Vec::new();
    let (mut b, mut m, mut t) = (0, 0, 0);
    loop {
        // The next line that both kept ends a stretch in which somebody changed something.
        let sync = (b..base.len()).find_map(|at| Some((at, in_mine[at]?, in_theirs[at]?)));
        let (until_b, until_m, until_t) = sync.unwrap_or((base.len(), mine.len(), theirs.len()));
        let (was, own, other) = (&base[b..until_b], &mine[m..until_m], &theirs[t..until_t]);
        if own == was || own == other {
            merged.extend(other);
        } else if other == was {
            merged.extend(own);
        } else {
            return None;
        }
        let Some((at, own, other)) = sync else { return Some(merged.join("\n")) };
        merged.push(base[at]);
        (b, m, t) = (at + 1, own + 1, other + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_of_different_paragraphs_go_together_and_of_the_same_one_do_not() {
        let base = "One.\n\nTwo.\n\nThree.";
        let mine = "One, mine.\n\nTwo.\n\nThree.";
        let theirs = "One.\n\nTwo.\n\nThree, theirs.\n\nFour.";
        assert_eq!(merge(base, mine, theirs).as_deref(), Some("One, mine.\n\nTwo.\n\nThree, theirs.\n\nFour."));
        assert_eq!(merge(base, mine, "One, theirs.\n\nTwo.\n\nThree."), None);
        // What both changed alike, or took out, is no quarrel.
        assert_eq!(merge(base, mine, mine).as_deref(), Some(mine));
        assert_eq!(merge(base, "One.\n\nThree.", base).as_deref(), Some("One.\n\nThree."));
        assert_eq!(merge("", "mine", ""), Some("mine".to_owned()));
    }

    #[test]
    fn an_edit_beside_nothing_is_itself_whatever_the_texts() {
        let texts = ["", "a", "a\nb\nc", "x\na\nb\n\nc\nz", "b\nb\nb", "c\nb\na"];
        for base in texts {
            for other in texts {
                let expected = Some(other.lines().collect::<Vec<_>>().join("\n"));
                assert_eq!(merge(base, other, base), expected, "{base:?} {other:?}");
                assert_eq!(merge(base, base, other), expected, "{base:?} {other:?}");
                assert_eq!(merge(base, other, other), expected, "{base:?} {other:?}");
            }
        }
    }
}
