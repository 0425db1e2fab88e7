//! Which part of a page is what it says, and which is the frame around it.
//!
//! One pass over the tree with simple measures, instead of a port of a browser's reading view: those are made for
//! articles and leave out most of a company's home page, and they cost several times as much.

use super::dom::{Attr, Dom, NodeId, Tag};

/// Words in `class` and `id` that name frames.
const FRAME_WORDS: &[&str] = &[
    "ad",
    "ads",
    "advert",
    "advertisement",
    "banner",
    "breadcrumb",
    "breadcrumbs",
    "consent",
    "cookie",
    "cookies",
    "copyright",
    "footer",
    "gdpr",
    "masthead",
    "menu",
    "modal",
    "nav",
    "navbar",
    "navfooter",
    "navheader",
    "navigation",
    "newsletter",
    "pager",
    "pagination",
    "popup",
    "promo",
    "related",
    "share",
    "sharing",
    "sidebar",
    "skip",
    "skiplink",
    "social",
    "sphinxsidebar",
    "subnav",
    "subscribe",
    "toolbar",
    "topbar",
    "topnav",
    "widget",
];
/// Words that prove more than those: they drop also what is a large part of its page.
const STRONG_FRAME_WORDS: &[&str] =
    &["comments", "consent", "cookie", "cookies", "gdpr", "navfooter", "navheader", "respond"];
/// Words of things that are there and can't be seen.
const HIDDEN_WORDS: &[&str] = &["headerlink", "offscreen", "screen-reader-text", "sr-only", "visually-hidden"];
const FRAME_ROLES: &[&str] = &[
    "alert",
    "alertdialog",
    "banner",
    "complementary",
    "contentinfo",
    "dialog",
    "menu",
    "menubar",
    "navigation",
    "search",
    "tablist",
    "toolbar",
];

/// The part of a page to read.
#[derive(Debug)]
pub struct Readable {
    pub root: NodeId,
    /// By node: neither it nor what is in it is read.
    skipped: Vec<bool>,
}

impl Readable {
    #[must_use]
    pub fn skips(&self, id: NodeId) -> bool {
        self.skipped.get(id as usize).copied().unwrap_or(true)
    }

    /// Finds the main part of a page.
    #[must_use]
    pub fn find(dom: &Dom) -> Self {
        let mut skipped: Vec<bool> = dom.ids().map(|id| is_never_read(dom, id)).collect();
        let whole = Sizes::measure(dom, &skipped);
        let body = dom.ids().find(|id| dom.is(*id, Tag::Body)).unwrap_or_else(|| dom.root());
        let root = landmark(dom, &whole, &skipped).unwrap_or(body);
        let all = whole.text[root as usize];
        let plain = skipped.clone();
        let mut below_skipped = vec![false; dom.len()];
        for id in dom.subtree(root) {
            let inherited = dom.parent(id).is_some_and(|parent| parent != id && below_skipped[parent as usize]);
            let frame = !inherited && id != root && is_frame(dom, id, &whole, all);
            skipped[id as usize] |= frame;
            below_skipped[id as usize] = inherited || skipped[id as usize];
        }
        // A page that seems to be all frame was misjudged: some builders call everything a widget.
        let left = Sizes::measure(dom, &skipped).text[root as usize];
        let skipped = if left * 20 < all { plain } else { skipped };
        Self { root, skipped }
    }
}

/// Bytes of text below each node, and how many of them are in links.
struct Sizes {
    text: Vec<u64>,
    linked: Vec<u64>,
    links: Vec<u32>,
}

impl Sizes {
    /// Children have larger numbers than their parents, so one walk from the end adds everything up.
    fn measure(dom: &Dom, skipped: &[bool]) -> Self {
        let mut sizes = Self { text: vec![0; dom.len()], linked: vec![0; dom.len()], links: vec![0; dom.len()] };
        for id in dom.ids().rev() {
            let at = id as usize;
            if skipped[at] {
                (sizes.text[at], sizes.linked[at], sizes.links[at]) = (0, 0, 0);
                continue;
            }
            if let Some(text) = dom.text(id) {
                sizes.text[at] = text.trim().len() as u64;
            }
            if dom.is(id, Tag::A) {
                sizes.linked[at] = sizes.text[at];
                sizes.links[at] = 1;
            }
            if let Some(parent) = dom.parent(id) {
                let parent = parent as usize;
                sizes.text[parent] += sizes.text[at];
                sizes.linked[parent] += sizes.linked[at];
                sizes.links[parent] += sizes.links[at];
            }
        }
        sizes
    }
}

/// Where the page itself says that its main part is.
fn landmark(dom: &Dom, sizes: &Sizes, skipped: &[bool]) -> Option<NodeId> {
    let largest = |wanted: &dyn Fn(NodeId) -> bool| {
        let matching = dom.ids().filter(|id| !skipped[*id as usize] && wanted(*id));
        matching.max_by_key(|id| sizes.text[*id as usize])
    };
    let all = sizes.text[dom.root() as usize];
    let main = largest(&|id| dom.is(id, Tag::Main) || dom.attr(id, Attr::Role) == Some("main"));
    // An empty `main` that a script would fill says nothing.
    if let Some(main) = main.filter(|id| sizes.text[*id as usize] * 5 >= all.min(1_000)) {
        return Some(main);
    }
    // Several articles are a list of teasers: then the page is what is around them, too.
    largest(&|id| dom.is(id, Tag::Article)).filter(|id| sizes.text[*id as usize] * 5 >= all * 3)
}

fn is_never_read(dom: &Dom, id: NodeId) -> bool {
    use Tag::{
        Button, Canvas, Dialog, Embed, Head, Iframe, Input, Math, Noscript, Object, Option as OptionTag, Script,
        Select, Style, Svg, Template, Textarea, Title,
    };
    let Some(tag) = dom.tag(id) else { return false };
    if tag == Button {
        // A question that opens its answer is a button inside a heading.
        return dom.parent(id).and_then(|parent| dom.tag(parent)).is_none_or(|parent| parent.heading().is_none());
    }
    if matches!(
        tag,
        Canvas
            | Dialog
            | Embed
            | Head
            | Iframe
            | Input
            | Math
            | Noscript
            | Object
            | OptionTag
            | Script
            | Select
            | Style
            | Svg
            | Template
            | Textarea
            | Title
    ) {
        return true;
    }
    if dom.attr(id, Attr::Hidden).is_some() || dom.attr(id, Attr::AriaHidden) == Some("true") {
        return true;
    }
    if let Some(class) = dom.attr(id, Attr::Class)
        && class.split_ascii_whitespace().any(|class| HIDDEN_WORDS.contains(&class))
    {
        return true;
    }
    dom.attr(id, Attr::Style).is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

fn is_frame(dom: &Dom, id: NodeId, sizes: &Sizes, all: u64) -> bool {
    let Some(tag) = dom.tag(id) else { return false };
    let at = id as usize;
    let (text, linked, links) = (sizes.text[at], sizes.linked[at], sizes.links[at]);
    let mostly_links = linked * 2 > text;
    match tag {
        Tag::Nav | Tag::Search => return true,
        // Inside an article they belong to it; with a first heading they open the page.
        // Some systems put a form around the whole page.
        Tag::Footer | Tag::Aside | Tag::Form => return text * 5 < all * 2,
        Tag::Header => return mostly_links || !dom.subtree(id).any(|id| dom.is(id, Tag::H1)),
        Tag::Html | Tag::Body | Tag::Main => return false,
        _ => {}
    }
    if dom.attr(id, Attr::Role).is_some_and(|role| FRAME_ROLES.contains(&role)) {
        return true;
    }
    if !tag.is_block() && tag != Tag::Span {
        return false;
    }
    // A word such as `menu` proves little where much of the page's text is: a restaurant's menu is its content.
    let small = text * 5 < all || mostly_links;
    let names = |words| !matches!(tag, Tag::P | Tag::H1 | Tag::H2 | Tag::H3) && names_one_of(dom, id, words);
    if (small && names(FRAME_WORDS)) || (text * 5 < all * 4 && names(STRONG_FRAME_WORDS)) {
        return true;
    }
    // Many short links and hardly anything else: a menu that nobody named.
    let listing = matches!(tag, Tag::Ul | Tag::Ol | Tag::Div | Tag::Table | Tag::Section);
    listing && links >= 8 && linked * 10 >= text * 9 && text / u64::from(links) < 20 && text * 2 < all
}

fn names_one_of(dom: &Dom, id: NodeId, wanted: &[&str]) -> bool {
    [Attr::Class, Attr::Id].into_iter().filter_map(|name| dom.attr(id, name)).any(|value| {
        let mut words = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.any(|word| wanted.iter().any(|frame| frame.eq_ignore_ascii_case(word)))
    })
}
