//! Lists, and terms with what they mean.

use super::{Line, Marker, NodeId, Tag, Writer};

impl Writer<'_> {
    /// What stands before a list: an item that begins with a list, or is nothing else, is that list.
    fn outside(&mut self, prefix: &str) -> String {
        let end = self.marker.take().map_or(prefix.len(), |marker| marker.end - marker.text.len());
        prefix[..end].to_owned()
    }

    /// White space between items is none.
    fn is_blank(&self, id: NodeId) -> bool {
        self.dom.text(id).is_some_and(|text| text.trim().is_empty())
    }

    pub(super) fn list(&mut self, id: NodeId, mut number: Option<u32>, prefix: &str) {
        let prefix = self.outside(prefix);
        self.lists += 1;
        for child in self.dom.children(id).filter(|child| !self.readable.skips(*child)) {
            if self.is_blank(child) {
                continue;
            }
            let text = number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
            let inside = format!("{prefix}{}", " ".repeat(text.len()));
            self.marker = Some(Marker { text, end: inside.len() });
            let before = self.out.len();
            let mut line = Line::default();
            if self.dom.is(child, Tag::Li) {
                self.blocks(child, &mut line, &inside);
            } else {
                self.node(child, &mut line, &inside);
            }
            self.flush(&mut line, &inside);
            self.marker = None;
            if self.out.len() > before {
                number = number.map(|number| number.saturating_add(1));
            }
        }
        self.lists -= 1;
        self.after_item = self.lists > 0;
    }

    /// Terms with what they mean, as items “**term**: meaning”: the one says nothing without the other.
    pub(super) fn definitions(&mut self, id: NodeId, prefix: &str) {
        let prefix = self.outside(prefix);
        let inside = format!("{prefix}  ");
        let is_term = |part: &NodeId| self.dom.is(*part, Tag::Dt);
        let parts: Vec<NodeId> = self.definition_parts(id).collect();
        self.lists += 1;
        for group in parts.chunk_by(|one, next| is_term(one) || !is_term(next)) {
            let (terms, meanings) = group.split_at(group.iter().take_while(|part| is_term(part)).count());
            let terms: Vec<String> = terms.iter().filter_map(|term| self.term(*term)).collect();
            let mut line = Line { text: terms.join(", "), space: false };
            if !terms.is_empty() && meanings.iter().any(|meaning| !self.dom.text_of(*meaning).is_empty()) {
                line.text.push_str(": ");
            }
            self.marker = Some(Marker { text: "- ".to_owned(), end: inside.len() });
            for meaning in meanings {
                self.meaning(*meaning, &mut line, &inside);
                self.flush(&mut line, &inside);
            }
            self.flush(&mut line, &inside);
            self.marker = None;
        }
        self.lists -= 1;
        self.after_item = self.lists > 0;
    }

    /// Terms, meanings and what else is in the list, without the `div`s that group them.
    fn definition_parts(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.dom
            .children(id)
            .flat_map(move |child| {
                let grouped = self.dom.is(child, Tag::Div);
                std::iter::once(child)
                    .filter(move |_| !grouped)
                    .chain(self.dom.children(child).filter(move |_| grouped))
            })
            .filter(move |part| !self.readable.skips(*part) && !self.is_blank(*part))
    }

    fn term(&mut self, id: NodeId) -> Option<String> {
        let term = self.one_line(id, ", ");
        // Anchors that only say "#" or "¶" stand in most documentation.
        let term = term.trim_end_matches([':', '#', '¶', ' ']);
        let plain = term.contains(['*', '`']);
        (!term.is_empty()).then(|| if plain { term.to_owned() } else { format!("**{term}**") })
    }

    /// What a term means; its first paragraph goes on from the term.
    fn meaning(&mut self, id: NodeId, line: &mut Line, prefix: &str) {
        let parts = if self.dom.is(id, Tag::Dd) { self.dom.children(id).collect() } else { vec![id] };
        for part in parts.into_iter().filter(|part| !self.readable.skips(*part)) {
            if self.dom.is(part, Tag::P) && line.text.ends_with(": ") {
                self.blocks(part, line, prefix);
                self.flush(line, prefix);
            } else {
                self.node(part, line, prefix);
            }
        }
    }
}
