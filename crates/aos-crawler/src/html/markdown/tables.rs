//! Tables, and what has to fit on one line.

use super::{Line, NodeId, Tag, Writer};

impl Writer<'_> {
    /// A table of figures and facts, and not one that only arranges the page.
    pub(super) fn is_data(&self, id: NodeId) -> bool {
        let mut widest = 0;
        let mut has_head = false;
        for inner in self.dom.subtree(id).skip(1) {
            match self.dom.tag(inner) {
                Some(Tag::Table | Tag::Form | Tag::H1 | Tag::H2 | Tag::H3) => return false,
                Some(Tag::Pre) if !has_head => return false,
                Some(Tag::Tr) => widest = widest.max(self.cells(inner).count()),
                Some(Tag::Thead) => has_head = true,
                _ => {}
            }
        }
        (if has_head { 1..=20 } else { 2..=20 }).contains(&widest)
    }

    fn cells(&self, row: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.dom.children(row).filter(|cell| matches!(self.dom.tag(*cell), Some(Tag::Td | Tag::Th)))
    }

    pub(super) fn table(&mut self, id: NodeId, prefix: &str) {
        let rows: Vec<NodeId> = self.dom.subtree(id).filter(|id| self.dom.is(*id, Tag::Tr)).collect();
        let mut lines = Vec::with_capacity(rows.len() + 1);
        let mut width = 0;
        for row in rows {
            let cells: Vec<NodeId> = self.cells(row).collect();
            let texts: Vec<String> = cells.into_iter().map(|cell| self.cell(cell)).collect();
            if texts.iter().all(String::is_empty) {
                continue;
            }
            let first = lines.is_empty();
            lines.push(format!("| {} |", texts.join(" | ")));
            if first {
                width = texts.len();
                lines.push(format!("|{}", " --- |".repeat(width)));
            }
        }
        if width > 0 {
            self.paragraph(&lines.join("\n"), prefix);
        }
    }

    fn cell(&mut self, id: NodeId) -> String {
        self.one_line(id, " ").replace('|', "\\|")
    }

    /// What an element says, its paragraphs as one line, with `line_break` where the page breaks it.
    pub(super) fn one_line(&mut self, id: NodeId, line_break: &str) -> String {
        let start = self.out.len();
        let (marker, after_item, before) = (self.marker.take(), self.after_item, std::mem::take(&mut self.before));
        let in_line = std::mem::replace(&mut self.in_line, true);
        let mut line = Line::default();
        self.blocks(id, &mut line, "");
        self.flush(&mut line, "");
        (self.marker, self.after_item, self.before, self.in_line) = (marker, after_item, before, in_line);
        let text = self.out.split_off(start);
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace("\\ ", line_break)
    }
}
