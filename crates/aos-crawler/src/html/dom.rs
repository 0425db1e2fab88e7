//! A page as a tree, built in one pass and with bounds.
//!
//! The tokenizer is a library that follows the WHATWG's rules. The tree is ours, because a crawler reads pages that
//! nobody vouches for: the standard's own tree construction walks its whole stack for some tags, so a few megabytes
//! of nested `<div><li>` keep it busy for hours. This one never walks deeper than [`MAX_DEPTH`], never holds more than
//! [`MAX_NODES`], and is several times faster on ordinary pages. It keeps what reading needs (implied end tags, void
//! elements, table cells as borders) and leaves out what only rendering needs (foster parenting, adoption).

use std::ops::Range;

use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

/// Elements nested deeper are put beside each other.
pub const MAX_DEPTH: usize = 250;
/// Nodes beyond this are left out.
pub const MAX_NODES: usize = 300_000;

/// No node: the end of a list of children.
const NONE: u32 = u32::MAX;

macro_rules! names {
    ($(#[$meta:meta])* $kind:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind { $($variant,)* Other }
        impl $kind {
            fn of(name: &[u8]) -> Self {
                match name { $($text => Self::$variant,)* _ => Self::Other }
            }
        }
    };
}

names! {
    /// The elements that reading a page tells apart.
    Tag {
        A = b"a", Abbr = b"abbr", Address = b"address", Area = b"area", Article = b"article", Aside = b"aside", B = b"b",
        Base = b"base", Blockquote = b"blockquote", Body = b"body", Br = b"br", Button = b"button", Canvas = b"canvas",
        Caption = b"caption", Center = b"center", Cite = b"cite", Code = b"code", Col = b"col", Dd = b"dd",
        Details = b"details", Dialog = b"dialog", Div = b"div", Dl = b"dl", Dt = b"dt", Em = b"em", Embed = b"embed",
        Fieldset = b"fieldset", Figcaption = b"figcaption", Figure = b"figure", Font = b"font", Footer = b"footer",
        Form = b"form", H1 = b"h1", H2 = b"h2", H3 = b"h3", H4 = b"h4", H5 = b"h5", H6 = b"h6", Head = b"head",
        Header = b"header", Hgroup = b"hgroup", Hr = b"hr", Html = b"html", I = b"i", Iframe = b"iframe", Img = b"img",
        Input = b"input", Kbd = b"kbd", Label = b"label", Legend = b"legend", Li = b"li", Link = b"link", Main = b"main",
        Mark = b"mark", Math = b"math", Menu = b"menu", Meta = b"meta", Nav = b"nav", Noscript = b"noscript",
        Object = b"object", Ol = b"ol", Option = b"option", P = b"p", Param = b"param", Picture = b"picture", Pre = b"pre",
        S = b"s", Samp = b"samp", Script = b"script", Search = b"search", Section = b"section", Select = b"select",
        Small = b"small", Source = b"source", Span = b"span", Strong = b"strong", Style = b"style", Sub = b"sub",
        Summary = b"summary", Sup = b"sup", Svg = b"svg", Table = b"table", Tbody = b"tbody", Td = b"td",
        Template = b"template", Textarea = b"textarea", Tfoot = b"tfoot", Th = b"th", Thead = b"thead", Time = b"time",
        Title = b"title", Tr = b"tr", Track = b"track", Tt = b"tt", U = b"u", Ul = b"ul", Var = b"var", Wbr = b"wbr",
    }
}

names! {
    /// The attributes that reading a page looks at; others are not kept.
    Attr {
        Alt = b"alt", AriaHidden = b"aria-hidden", AriaLabel = b"aria-label", Charset = b"charset", Class = b"class",
        Content = b"content", DataLazySrc = b"data-lazy-src", DataSrc = b"data-src", Height = b"height",
        Hidden = b"hidden", Href = b"href", Hreflang = b"hreflang", HttpEquiv = b"http-equiv", Id = b"id", Lang = b"lang",
        Media = b"media", Name = b"name", Property = b"property", Rel = b"rel", Role = b"role", Sizes = b"sizes",
        Src = b"src", Srcset = b"srcset", Start = b"start", Style = b"style", Type = b"type", Width = b"width",
    }
}

impl Tag {
    const fn is_void(self) -> bool {
        use Tag::*;
        matches!(self, Area | Base | Br | Col | Embed | Hr | Img | Input | Link | Meta | Param | Source | Track | Wbr)
    }

    /// Stands on lines of its own, and ends an open paragraph.
    #[must_use]
    pub const fn is_block(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Address
                | Article
                | Aside
                | Blockquote
                | Body
                | Caption
                | Center
                | Dd
                | Details
                | Dialog
                | Div
                | Dl
                | Dt
                | Fieldset
                | Figcaption
                | Figure
                | Footer
                | Form
                | H1
                | H2
                | H3
                | H4
                | H5
                | H6
                | Head
                | Header
                | Hgroup
                | Hr
                | Html
                | Legend
                | Li
                | Main
                | Menu
                | Nav
                | Ol
                | P
                | Pre
                | Search
                | Section
                | Summary
                | Table
                | Tbody
                | Td
                | Tfoot
                | Th
                | Thead
                | Tr
                | Ul
        )
    }

    /// 1 to 6 for `h1` to `h6`.
    #[must_use]
    pub const fn heading(self) -> Option<u8> {
        match self {
            Self::H1 => Some(1),
            Self::H2 => Some(2),
            Self::H3 => Some(3),
            Self::H4 => Some(4),
            Self::H5 => Some(5),
            Self::H6 => Some(6),
            _ => None,
        }
    }
}

/// What a node is.
#[derive(Clone, Debug)]
enum Kind {
    Element { tag: Tag, attributes: Range<u32> },
    Text(Range<u32>),
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    parent: u32,
    first_child: u32,
    last_child: u32,
    next: u32,
}

/// A parsed page. Nodes are numbered in document order, a parent before its children.
#[derive(Debug)]
pub struct Dom {
    nodes: Vec<Node>,
    attributes: Vec<(Attr, Range<u32>)>,
    /// Texts and attribute values, one after the other: one allocation instead of thousands.
    strings: String,
    /// Nodes were left out.
    pub cut: bool,
}

/// A node's number.
pub type NodeId = u32;

impl Dom {
    /// Builds the tree. Never fails: HTML has no errors, only unusual trees.
    #[must_use]
    pub fn parse(html: &str) -> Self {
        let mut builder = Builder::new(html.len());
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
            builder.take(event);
            None
        });
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(html, emitter).try_for_each(|step| step);
        builder.dom
    }

    /// The invisible parent of everything.
    #[must_use]
    pub const fn root(&self) -> NodeId {
        0
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Only the invisible parent is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.len() <= 1
    }

    /// All nodes in document order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        0..self.nodes.len() as u32
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    #[must_use]
    pub fn tag(&self, id: NodeId) -> Option<Tag> {
        match &self.node(id).kind {
            Kind::Element { tag, .. } => Some(*tag),
            Kind::Text(_) => None,
        }
    }

    #[must_use]
    pub fn is(&self, id: NodeId, wanted: Tag) -> bool {
        self.tag(id) == Some(wanted)
    }

    /// The text of a text node.
    #[must_use]
    pub fn text(&self, id: NodeId) -> Option<&str> {
        match &self.node(id).kind {
            Kind::Text(range) => Some(self.slice(range)),
            Kind::Element { .. } => None,
        }
    }

    fn slice(&self, range: &Range<u32>) -> &str {
        self.strings.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    #[must_use]
    pub fn attr(&self, id: NodeId, wanted: Attr) -> Option<&str> {
        let Kind::Element { attributes, .. } = &self.node(id).kind else { return None };
        let attributes = self.attributes.get(attributes.start as usize..attributes.end as usize)?;
        attributes.iter().find(|(name, _)| *name == wanted).map(|(_, value)| self.slice(value))
    }

    /// As [`Dom::attr`], without white space around it, and `None` when nothing is left.
    #[must_use]
    pub fn filled(&self, id: NodeId, wanted: Attr) -> Option<&str> {
        self.attr(id, wanted).map(str::trim).filter(|value| !value.is_empty())
    }

    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.node(id).parent;
        (parent != NONE).then_some(parent)
    }

    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = self.node(id).first_child;
        std::iter::successors((first != NONE).then_some(first), |id| {
            let next = self.node(*id).next;
            (next != NONE).then_some(next)
        })
    }

    /// The node and everything in it. In document order, which is the order of the numbers.
    pub fn subtree(&self, id: NodeId) -> Range<NodeId> {
        let mut end = id;
        loop {
            let last = self.node(end).last_child;
            if last == NONE {
                return id..end + 1;
            }
            end = last;
        }
    }

    /// All text below a node, white space folded.
    #[must_use]
    pub fn text_of(&self, id: NodeId) -> String {
        let mut text = String::new();
        for part in self.subtree(id).filter_map(|id| self.text(id)).flat_map(str::split_whitespace) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(part);
        }
        text
    }
}

/// Takes the tokenizer's events.
struct Builder {
    dom: Dom,
    open: Vec<(NodeId, Tag)>,
    /// Open elements beyond [`MAX_DEPTH`], which are not on `open`.
    beyond: usize,
    /// The start tag that is being read.
    started: Option<(Tag, u32)>,
    attribute: Attr,
    /// Inside `svg` or `math`, where `<x/>` closes itself.
    foreign: usize,
}

impl Builder {
    fn new(size: usize) -> Self {
        let root = Node {
            kind: Kind::Element { tag: Tag::Other, attributes: 0..0 },
            parent: NONE,
            first_child: NONE,
            last_child: NONE,
            next: NONE,
        };
        let mut nodes = Vec::with_capacity((size / 32).min(MAX_NODES));
        nodes.push(root);
        let dom = Dom { nodes, attributes: Vec::new(), strings: String::with_capacity(size / 2), cut: false };
        let open = vec![(0, Tag::Other)];
        Self { dom, open, beyond: 0, started: None, attribute: Attr::Other, foreign: 0 }
    }

    fn take(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.started = Some((Tag::of(name), self.dom.attributes.len() as u32));
                self.attribute = Attr::Other;
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute = Attr::of(name);
                if self.attribute != Attr::Other && self.started.is_some() {
                    let at = self.dom.strings.len() as u32;
                    self.dom.attributes.push((self.attribute, at..at));
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if self.attribute != Attr::Other && self.started.is_some() {
                    let range = self.keep(value);
                    if let Some(last) = self.dom.attributes.last_mut() {
                        last.1 = range;
                    }
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                if let Some((tag, attributes)) = self.started.take() {
                    self.open(tag, attributes, self_closing);
                }
            }
            CallbackEvent::EndTag { name } => self.close(Tag::of(name)),
            CallbackEvent::String { value } => {
                if !value.iter().all(u8::is_ascii_whitespace) {
                    self.leave_head();
                }
                let range = self.keep(value);
                self.append(Kind::Text(range));
            }
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<u32> {
        let start = self.dom.strings.len() as u32;
        match std::str::from_utf8(bytes) {
            Ok(text) => self.dom.strings.push_str(text),
            Err(_) => self.dom.strings.push_str(&String::from_utf8_lossy(bytes)),
        }
        start..self.dom.strings.len() as u32
    }

    fn append(&mut self, kind: Kind) -> Option<NodeId> {
        if self.dom.nodes.len() >= MAX_NODES {
            self.dom.cut = true;
            return None;
        }
        let id = self.dom.nodes.len() as u32;
        let parent = self.open.last().map_or(0, |(id, _)| *id);
        self.dom.nodes.push(Node { kind, parent, first_child: NONE, last_child: NONE, next: NONE });
        let previous = std::mem::replace(&mut self.dom.nodes[parent as usize].last_child, id);
        if previous == NONE {
            self.dom.nodes[parent as usize].first_child = id;
        } else {
            self.dom.nodes[previous as usize].next = id;
        }
        Some(id)
    }

    fn open(&mut self, tag: Tag, attributes: u32, self_closing: bool) {
        use Tag::*;
        if !matches!(tag, Base | Link | Meta | Noscript | Script | Style | Template | Title) {
            self.leave_head();
        }
        match tag {
            Li => self.close_until(|open| open == Li, |open| matches!(open, Ul | Ol | Menu | Td | Th)),
            Dt | Dd => self.close_until(|open| matches!(open, Dt | Dd), |open| matches!(open, Dl | Td | Th)),
            Tr => self.close_until(|open| open == Tr, |open| open == Table),
            Td | Th => self.close_until(|open| matches!(open, Td | Th), |open| matches!(open, Tr | Table)),
            Thead | Tbody | Tfoot => {
                self.close_until(|open| matches!(open, Thead | Tbody | Tfoot | Caption), |open| open == Table);
            }
            Option => self.close_until(|open| open == Option, |open| open == Select),
            // A link can't be inside a link.
            A => self.close_until(|open| open == A, |open| open.is_block()),
            tag if tag.is_block() => {
                self.close_until(|open| open == P, |open| matches!(open, Td | Th | Table | Caption | Button | Object));
                if tag.heading().is_some() {
                    let top = self.open.last().map(|(_, tag)| *tag);
                    if top.is_some_and(|top| top.heading().is_some()) {
                        self.pop();
                    }
                }
            }
            _ => {}
        }
        let end = self.dom.attributes.len() as u32;
        let id = self.append(Kind::Element { tag, attributes: attributes..end });
        let foreign_root = matches!(tag, Svg | Math);
        if tag.is_void() || (self_closing && (foreign_root || self.foreign > 0)) {
            return;
        }
        match id {
            Some(id) if self.open.len() < MAX_DEPTH => {
                self.foreign += usize::from(foreign_root);
                self.open.push((id, tag));
            }
            _ => self.beyond += 1,
        }
    }

    fn close(&mut self, tag: Tag) {
        use Tag::*;
        if tag.is_void() || matches!(tag, Html | Body) {
            return;
        }
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        // `</b>` doesn't end the `div` that was opened inside the `b`; no end tag reaches out of its table cell.
        let inline = !tag.is_block() && tag != Other;
        let in_table = matches!(tag, Table | Thead | Tbody | Tfoot | Tr | Td | Th | Caption);
        let border = |open: Tag| {
            (inline && open.is_block()) || (!in_table && matches!(open, Td | Th | Caption)) || open == Table
        };
        self.close_until(|open| open == tag, border);
    }

    /// What can't stand in the head ends it; many pages leave `</head>` and `<body>` out, which is allowed.
    fn leave_head(&mut self) {
        if self.open.last().is_some_and(|(_, open)| *open == Tag::Head) {
            self.pop();
        }
    }

    /// Closes up to and with the nearest open element that is `wanted`, unless a `border` stands before it.
    fn close_until(&mut self, wanted: impl Fn(Tag) -> bool, border: impl Fn(Tag) -> bool) {
        if self.beyond > 0 {
            return;
        }
        for above in 0..self.open.len().saturating_sub(1) {
            let open = self.open[self.open.len() - 1 - above].1;
            if wanted(open) {
                for _ in 0..=above {
                    self.pop();
                }
                return;
            }
            if border(open) {
                return;
            }
        }
    }

    fn pop(&mut self) {
        if let Some((_, tag)) = self.open.pop() {
            self.foreign -= usize::from(matches!(tag, Tag::Svg | Tag::Math));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `div(p("a") p("b"))`
    fn outline(dom: &Dom, id: NodeId) -> String {
        if let Some(text) = dom.text(id) {
            return format!("“{}”", text.trim());
        }
        let children: Vec<String> = dom.children(id).map(|child| outline(dom, child)).collect();
        let name = dom.tag(id).map(|tag| format!("{tag:?}").to_lowercase()).unwrap_or_default();
        format!("{name}({})", children.join(" "))
    }
    fn tree(html: &str) -> String {
        let dom = Dom::parse(html);
        outline(&dom, dom.root())
    }

    #[test]
    fn end_tags_that_nobody_writes_are_implied() {
        assert_eq!(tree("<ul><li>a<li>b</ul>c"), "other(ul(li(“a”) li(“b”)) “c”)");
        assert_eq!(tree("<p>a<p>b<div>c</div>"), "other(p(“a”) p(“b”) div(“c”))");
        assert_eq!(
            tree("<table><tr><td>a<td>b<tr><td><p>c</table>d"),
            "other(table(tr(td(“a”) td(“b”)) tr(td(p(“c”)))) “d”)"
        );
        assert_eq!(tree("<ul><li>a<ul><li>b</ul><li>c</ul>"), "other(ul(li(“a” ul(li(“b”))) li(“c”)))");
        assert_eq!(tree("<head><title>a</title><p>b"), "other(head(title(“a”)) p(“b”))");
        assert_eq!(tree("<dl><dt>a<dd>b<dt>c</dl>"), "other(dl(dt(“a”) dd(“b”) dt(“c”)))");
    }

    #[test]
    fn stray_end_tags_close_only_what_they_may() {
        assert_eq!(tree("<div><b>a<div>b</b>c</div></div>d"), "other(div(b(“a” div(“b” “c”))) “d”)");
        assert_eq!(tree("<div><table><tr><td>a</div>b</table></div>"), "other(div(table(tr(td(“a” “b”)))))");
        assert_eq!(tree("</p></div>a"), "other(“a”)");
    }

    #[test]
    fn scripts_are_not_read_as_html_and_svg_closes_itself() {
        assert_eq!(tree("<script>if (a < b) '<p>'</script>x"), "other(script(“if (a < b) '<p>'”) “x”)");
        assert_eq!(tree("<svg><path/><g/></svg>x"), "other(svg(other() other()) “x”)");
        assert_eq!(tree("<div/>x"), "other(div(“x”))");
    }

    #[test]
    fn attributes_are_decoded_and_the_unknown_ones_left_out() {
        let dom = Dom::parse("<a onclick=x href='?a=1&amp;b=2' hidden>x</a>");
        assert_eq!(dom.attr(1, Attr::Href), Some("?a=1&b=2"));
        assert_eq!(dom.attr(1, Attr::Hidden), Some(""));
        assert_eq!(dom.attr(1, Attr::Id), None);
    }

    #[test]
    fn a_tower_of_elements_is_flattened_and_costs_no_time() {
        let dom = Dom::parse(&"<div><li><b><a href=x>".repeat(20_000));
        assert!(dom.len() > 70_000);
        let mut deepest = 0;
        let mut depth = vec![0u32; dom.len()];
        for id in dom.ids().skip(1) {
            depth[id as usize] = depth[dom.parent(id).unwrap() as usize] + 1;
            deepest = deepest.max(depth[id as usize]);
        }
        assert!(deepest <= MAX_DEPTH as u32);
        assert!(Dom::parse(&"<p>".repeat(MAX_NODES + 5)).cut);
    }
}
