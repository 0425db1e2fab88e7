//! The readable part of a page as Markdown, and as plain text for counting and comparing.

mod lists;
mod tables;

use url::Url;

use super::{
    dom::{Attr, Dom, NodeId, Tag},
    readable::Readable,
};
use crate::address;

/// What reading a page gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub markdown: String,
    /// The words alone, white space folded.
    pub plain: String,
    pub words: u32,
}

/// Writes the readable part. Links become absolute, so that the text can be read anywhere.
#[must_use]
pub fn write(dom: &Dom, readable: &Readable, base: &Url) -> Reading {
    let mut writer = Writer {
        dom,
        readable,
        base,
        out: String::new(),
        plain: String::new(),
        words: 0,
        lists: 0,
        marker: None,
        after_item: false,
        before: String::new(),
        in_line: false,
    };
    let mut line = Line::default();
    writer.blocks(readable.root, &mut line, "");
    writer.flush(&mut line, "");
    let markdown = writer.out.trim().to_owned();
    Reading { markdown, plain: writer.plain, words: writer.words }
}

struct Writer<'a> {
    dom: &'a Dom,
    readable: &'a Readable,
    base: &'a Url,
    out: String,
    plain: String,
    words: u32,
    /// Lists that are open.
    lists: u32,
    /// Stands before the next paragraph, which is the first of its item.
    marker: Option<Marker>,
    /// The last paragraph was an item of a list: the next item follows without a blank line.
    after_item: bool,
    /// What the lines of the last paragraph began with.
    before: String,
    /// Inside of a cell or a term, which is one line.
    in_line: bool,
}

/// `- ` or `3. `, and where it ends in the lines of its item.
#[derive(Debug)]
struct Marker {
    text: String,
    end: usize,
}

/// A paragraph that is being filled.
#[derive(Debug, Default)]
struct Line {
    text: String,
    space: bool,
}

impl Line {
    fn push_words(&mut self, text: &str, escape: bool) {
        self.space |= text.starts_with(|c: char| c.is_whitespace());
        for word in text.split_whitespace() {
            self.separate();
            if escape {
                push_escaped(&mut self.text, word)
            } else {
                self.text.push_str(word)
            }
            self.space = true;
        }
        self.space = text.ends_with(|c: char| c.is_whitespace()) || (self.space && text.trim().is_empty());
    }
    fn separate(&mut self) {
        if self.space && !self.text.is_empty() && !self.text.ends_with(['\n', ' ']) {
            self.text.push(' ');
        }
        self.space = false;
    }
}

impl Writer<'_> {
    fn blocks(&mut self, id: NodeId, line: &mut Line, prefix: &str) {
        for child in self.dom.children(id) {
            if !self.readable.skips(child) {
                self.node(child, line, prefix);
            }
        }
    }

    fn node(&mut self, id: NodeId, line: &mut Line, prefix: &str) {
        let Some(tag) = self.dom.tag(id) else {
            let text = self.dom.text(id).unwrap_or_default();
            self.count(text);
            line.push_words(text, true);
            return;
        };
        match tag {
            Tag::Br => {
                if !line.text.is_empty() {
                    line.text.push_str("\\\n");
                    line.space = false;
                }
            }
            Tag::Hr => self.flush(line, prefix),
            Tag::A => self.link(id, line, prefix),
            Tag::Strong | Tag::B => self.wrapped("**", id, line, prefix),
            Tag::Em | Tag::I => self.wrapped("*", id, line, prefix),
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => self.code(id, line),
            tag if tag.is_block() => {
                self.flush(line, prefix);
                self.block(id, tag, prefix);
            }
            _ => self.blocks(id, line, prefix),
        }
    }

    fn block(&mut self, id: NodeId, tag: Tag, prefix: &str) {
        match tag {
            Tag::Pre => self.pre(id, prefix),
            Tag::Ul | Tag::Menu => self.list(id, None, prefix),
            Tag::Ol => {
                let start = self.dom.filled(id, Attr::Start).and_then(|start| start.parse().ok());
                self.list(id, Some(start.unwrap_or(1)), prefix);
            }
            Tag::Dl => self.definitions(id, prefix),
            Tag::Blockquote => self.fresh(id, &format!("{prefix}> ")),
            Tag::Table if self.is_data(id) => self.table(id, prefix),
            tag => match tag.heading() {
                Some(level) => self.heading(id, level, prefix),
                None => self.fresh(id, prefix),
            },
        }
    }

    /// The inside of a block, from a new paragraph on.
    fn fresh(&mut self, id: NodeId, prefix: &str) {
        let mut line = Line::default();
        self.blocks(id, &mut line, prefix);
        self.flush(&mut line, prefix);
    }

    fn heading(&mut self, id: NodeId, level: u8, prefix: &str) {
        let mut line = Line::default();
        self.blocks(id, &mut line, prefix);
        let text = line.text.replace("\\\n", " ");
        // Anchors that only say "#" or "¶" stand in most documentation.
        let text = text.trim().trim_end_matches(['#', '¶', ' ']);
        if !text.is_empty() {
            self.paragraph(&format!("{} {text}", "#".repeat(level.into())), prefix);
        }
    }

    /// Ends a paragraph.
    fn flush(&mut self, line: &mut Line, prefix: &str) {
        let text = std::mem::take(&mut line.text);
        line.space = false;
        let text = text.trim().trim_end_matches(['\\', '\n']).trim_end();
        if !text.is_empty() {
            self.paragraph(&guarded(text), prefix);
        }
    }

    /// Writes a paragraph, each line of it after `prefix`: the indentation of its lists, the `>` of its quotations.
    fn paragraph(&mut self, text: &str, prefix: &str) {
        let marker = self.marker.take();
        let tight = marker.is_some() && self.after_item;
        self.after_item = marker.is_some();
        if !self.out.is_empty() && !tight {
            // The line between two paragraphs belongs to what both are in.
            let shared = if self.before.len() < prefix.len() { &self.before } else { prefix };
            self.out.push_str(shared.trim_end());
            self.out.push('\n');
        }
        prefix.clone_into(&mut self.before);
        for (number, text) in text.split('\n').enumerate() {
            match &marker {
                Some(marker) if number == 0 && marker.end <= prefix.len() => {
                    self.out.push_str(&prefix[..marker.end - marker.text.len()]);
                    self.out.push_str(&marker.text);
                    self.out.push_str(&prefix[marker.end..]);
                }
                _ => self.out.push_str(prefix),
            }
            self.out.push_str(text);
            self.out.push('\n');
        }
    }

    fn pre(&mut self, id: NodeId, prefix: &str) {
        let mut code = String::new();
        for id in self.dom.subtree(id) {
            if let Some(text) = self.dom.text(id) {
                code.push_str(text);
            }
        }
        self.count(&code);
        let code = code.trim_matches('\n').trim_end();
        if code.is_empty() {
            return;
        }
        if self.in_line {
            let code = code.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
            return self.paragraph(&format!("`{code}`"), prefix);
        }
        let fence = if code.contains("```") { "````" } else { "```" };
        let block = format!("{fence}\n{}\n{fence}", code.replace("\r\n", "\n"));
        self.paragraph(&block, prefix);
    }

    fn link(&mut self, id: NodeId, line: &mut Line, prefix: &str) {
        let target = self.dom.attr(id, Attr::Href).and_then(|href| address::resolve(self.base, href));
        let has_block = self.dom.subtree(id).skip(1).any(|id| self.dom.tag(id).is_some_and(Tag::is_block));
        // A link to another part of the same page is no link once the page is text.
        let Some(target) = target.filter(|target| !has_block && !same_page(target, self.base)) else {
            return self.blocks(id, line, prefix);
        };
        let mut inner = Line::default();
        self.blocks(id, &mut inner, prefix);
        let text = inner.text.replace("\\\n", " ");
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        line.separate();
        let target = target.as_str().replace('(', "%28").replace(')', "%29");
        line.text.push_str(&format!("[{text}]({target})"));
        line.space = inner.space;
    }

    fn wrapped(&mut self, mark: &str, id: NodeId, line: &mut Line, prefix: &str) {
        let plain = self.dom.subtree(id).skip(1).any(|id| {
            self.dom.tag(id).is_some_and(|tag| tag.is_block() || matches!(tag, Tag::B | Tag::Strong | Tag::I | Tag::Em))
        });
        if plain {
            return self.blocks(id, line, prefix);
        }
        let mut inner = Line::default();
        self.blocks(id, &mut inner, prefix);
        let text = inner.text.trim();
        if text.is_empty() {
            line.space |= inner.space;
            return;
        }
        line.separate();
        // `a**b**c` and `**a\` + line break don't read back as emphasis.
        let joined = line.text.ends_with(char::is_alphanumeric) || text.contains('\n');
        if joined || text.starts_with('*') || text.ends_with('*') {
            line.text.push_str(text);
        } else {
            line.text.push_str(&format!("{mark}{text}{mark}"));
        }
        line.space = inner.space;
    }

    fn code(&mut self, id: NodeId, line: &mut Line) {
        let text = self.dom.text_of(id);
        self.count(&text);
        if text.is_empty() {
            return;
        }
        line.separate();
        // Two spans side by side are one: their marks would read as a longer fence.
        let goes_on = ["\\`", "``"].iter().all(|end| !line.text.ends_with(end)) && !text.contains('`');
        if goes_on && line.text.ends_with('`') {
            line.text.pop();
            line.text.push_str(&format!("{text}`"));
            return;
        }
        let fence = if text.contains('`') { "``" } else { "`" };
        let pad = if text.contains('`') { " " } else { "" };
        line.text.push_str(&format!("{fence}{pad}{text}{pad}{fence}"));
    }

    fn count(&mut self, text: &str) {
        for word in text.split_whitespace() {
            if !self.plain.is_empty() {
                self.plain.push(' ');
            }
            self.plain.push_str(word);
            // A dash or a bullet on its own is no word.
            self.words += u32::from(word.chars().any(char::is_alphanumeric));
        }
    }
}

fn same_page(target: &Url, base: &Url) -> bool {
    target.path() == base.path() && target.query() == base.query() && target.host_str() == base.host_str()
}

/// Escapes what Markdown would read as markup inside a line.
fn push_escaped(out: &mut String, word: &str) {
    if !word.bytes().any(|b| matches!(b, b'*' | b'`' | b'<' | b'[' | b']' | b'\\' | b'_')) {
        out.push_str(word);
        return;
    }
    for (at, character) in word.char_indices() {
        let at_edge = at == 0 || at + 1 == word.len();
        if matches!(character, '*' | '`' | '<' | '[' | ']' | '\\') || (character == '_' && at_edge) {
            out.push('\\');
        }
        out.push(character);
    }
}

/// A paragraph that begins as a heading, a list or a quotation would becomes one, unless it is held back.
fn guarded(text: &str) -> std::borrow::Cow<'_, str> {
    let first = text.split(' ').next().unwrap_or_default();
    let ordered =
        first.strip_suffix(['.', ')']).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if ordered {
        let at = first.len() - 1;
        return format!("{}\\{}", &text[..at], &text[at..]).into();
    }
    let block =
        matches!(first, "-" | "+" | "=" | "---" | "~~~") || first.bytes().all(|b| b == b'#') || text.starts_with('>');
    if block { format!("\\{text}").into() } else { text.into() }
}
