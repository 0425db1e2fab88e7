//! What is still to be read, in which order, and what never will be.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
};

use aos_capabilities::crawl::{CrawlLimits, CrawlState};
use url::Url;

use crate::{address, document::DocumentKind};

/// One address to fetch.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// As first found; what the page is known as.
    pub asked: Url,
    /// Where it is looked for now: after a redirect that is another address.
    pub url: Url,
    pub depth: u32,
    pub kind: Kind,
    /// The page that linked to it first.
    pub from: Option<String>,
    /// Addresses that redirected, in order.
    pub hops: Vec<Url>,
    pub attempt: u32,
}

/// What an address promises to be. The answer decides; this only decides the order and which limit it counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Start,
    Page,
    Document,
    Image { alt: String },
}

impl Job {
    pub fn start(url: &Url) -> Self {
        Self::new(url.clone(), 0, Kind::Start, None)
    }
    pub fn new(url: Url, depth: u32, kind: Kind, from: Option<String>) -> Self {
        Self { asked: url.clone(), url, depth, kind, from, hops: Vec::new(), attempt: 0 }
    }
    pub fn is_page(&self) -> bool {
        matches!(self.kind, Kind::Start | Kind::Page)
    }
    pub fn is_start(&self) -> bool {
        self.kind == Kind::Start
    }
}

/// What was left out, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub too_deep: u32,
    pub no_room: u32,
    pub endless: u32,
}

/// The queue, breadth first: a page is read before every page that is further from the start.
pub(crate) struct Frontier {
    hasher: RandomState,
    /// Hashes of page keys. Sixteen bytes an address instead of a hundred, and enough of them to tell apart what one
    /// crawl sees.
    seen: HashSet<u64>,
    pages: BTreeMap<u32, VecDeque<Job>>,
    media: VecDeque<Job>,
    shapes: HashMap<String, u32>,
    waiting: usize,
    room: usize,
    most_of_a_shape: u32,
    depth: u32,
    turn: u32,
    pub left_out: LeftOut,
}

impl Frontier {
    pub fn new(limits: &CrawlLimits) -> Self {
        Self {
            hasher: RandomState::new(),
            seen: HashSet::new(),
            pages: BTreeMap::new(),
            media: VecDeque::new(),
            shapes: HashMap::new(),
            waiting: 0,
            // Enough for every page that may be read and as many again that turn out to be nothing.
            room: (limits.pages as usize).saturating_mul(5).saturating_add(5_000),
            // A calendar may fill half of a crawl, and not all of it.
            most_of_a_shape: (limits.pages / 2).max(100),
            depth: limits.depth,
            turn: 0,
            left_out: LeftOut::default(),
        }
    }

    /// Goes on where an earlier part stopped. What an image was called and which page showed it is not kept. The start
    /// page is left to the caller: it is more than one of many.
    pub fn resume(&mut self, state: &CrawlState, start: &Url) {
        let start = address::same_page_key(start);
        for url in state.visited.iter().filter_map(|text| Url::parse(text).ok()) {
            self.claim(&url);
        }
        for (text, depth) in &state.waiting {
            if let Some(url) = Url::parse(text).ok().and_then(address::normalise)
                && address::same_page_key(&url) != start
                && self.claim(&url)
            {
                let kind = promised(&url);
                self.push(Job::new(url, *depth, kind, None));
            }
        }
    }

    /// Marks an address as known. False when it was.
    pub fn claim(&mut self, url: &Url) -> bool {
        self.seen.insert(self.hasher.hash_one(address::same_page_key(url)))
    }

    /// Takes in a link. True when it is new and will be read.
    pub fn offer(&mut self, url: &Url, depth: u32, kind: Kind, from: &str) -> bool {
        let key = self.hasher.hash_one(address::same_page_key(url));
        if self.seen.contains(&key) {
            return false;
        }
        if depth > self.depth {
            self.left_out.too_deep += 1;
            return false;
        }
        if self.seen.len() >= self.room {
            self.left_out.no_room += 1;
            return false;
        }
        if matches!(kind, Kind::Page) && self.looks_endless(url) {
            self.left_out.endless += 1;
            return false;
        }
        self.seen.insert(key);
        self.push(Job::new(url.clone(), depth, kind, Some(from.to_owned())));
        true
    }

    fn looks_endless(&mut self, url: &Url) -> bool {
        if address::repeats_itself(url) {
            return true;
        }
        // Only addresses with numbers or parameters can be endless without being written by someone.
        if url.query().is_none() && !url.path().bytes().any(|b| b.is_ascii_digit()) {
            return false;
        }
        let count = self.shapes.entry(address::shape(url)).or_default();
        *count += 1;
        *count > self.most_of_a_shape
    }

    pub fn push(&mut self, job: Job) {
        self.waiting += 1;
        if job.is_page() {
            self.pages.entry(job.depth).or_default().push_back(job);
        } else {
            self.media.push_back(job);
        }
    }

    /// The next address whose kind may still be read. Every fourth is an image or a document, so that a large site
    /// has some of them before its time is over.
    pub fn next(&mut self, pages: bool, may: impl Fn(&Job) -> bool) -> Option<Job> {
        self.turn = self.turn.wrapping_add(1);
        let media_first = self.turn.is_multiple_of(4);
        let job = if media_first {
            self.next_media(&may).or_else(|| self.next_page(pages))
        } else {
            self.next_page(pages).or_else(|| self.next_media(&may))
        };
        self.waiting -= usize::from(job.is_some());
        job
    }

    fn next_page(&mut self, may: bool) -> Option<Job> {
        let mut nearest = may.then(|| self.pages.first_entry()).flatten()?;
        let job = nearest.get_mut().pop_front();
        if nearest.get().is_empty() {
            nearest.remove();
        }
        job
    }

    fn next_media(&mut self, may: &impl Fn(&Job) -> bool) -> Option<Job> {
        let at = self.media.iter().position(may)?;
        self.media.remove(at)
    }

    pub fn waiting(&self) -> u32 {
        u32::try_from(self.waiting).unwrap_or(u32::MAX)
    }

    /// Pages, not images or documents.
    pub fn waiting_pages(&self) -> usize {
        self.pages.values().map(VecDeque::len).sum()
    }

    pub fn waiting_media(&self) -> usize {
        self.media.len()
    }
}

/// What the name of an address promises.
pub(crate) fn promised(url: &Url) -> Kind {
    let path = url.path().to_ascii_lowercase();
    if [".jpg", ".jpeg", ".png", ".webp", ".gif"].iter().any(|end| path.ends_with(end)) {
        Kind::Image { alt: String::new() }
    } else if DocumentKind::is_promised_by(url) {
        Kind::Document
    } else {
        Kind::Page
    }
}

/// Files that hold no text and no picture for us. Not asking for them spares both sides the work.
pub(crate) fn is_worthless(url: &Url) -> bool {
    const ENDS: &[&str] = &[
        "7z", "avi", "bz2", "css", "csv", "deb", "dmg", "eot", "exe", "gz", "ico", "ics", "iso", "jar", "js", "json",
        "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg", "msi", "ogg", "ogv", "otf", "pkg", "pptx", "rar",
        "rpm", "rss", "svg", "tar", "tgz", "tif", "tiff", "ttf", "wav", "webm", "whl", "wmv", "woff", "woff2", "xls",
        "xlsx", "xml", "xz", "zip",
    ];
    let file = url.path().rsplit('/').next().unwrap_or_default();
    file.rsplit_once('.').is_some_and(|(_, end)| ENDS.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frontier(pages: u32) -> Frontier {
        Frontier::new(&CrawlLimits { pages, depth: 3, ..CrawlLimits::default() })
    }
    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }
    fn all(_: &Job) -> bool {
        true
    }

    #[test]
    fn near_pages_come_before_far_ones_and_each_only_once() {
        let mut frontier = frontier(100);
        assert!(frontier.offer(&url("http://x/far"), 2, Kind::Page, ""));
        assert!(frontier.offer(&url("http://x/near"), 1, Kind::Page, ""));
        assert!(!frontier.offer(&url("https://www.x/near"), 1, Kind::Page, ""));
        assert!(!frontier.offer(&url("http://x/deep"), 4, Kind::Page, ""));
        assert_eq!(frontier.next(true, all).unwrap().url.path(), "/near");
        assert_eq!(frontier.next(true, all).unwrap().url.path(), "/far");
        assert!(frontier.next(true, all).is_none());
        assert_eq!(frontier.left_out.too_deep, 1);
    }

    #[test]
    fn media_are_not_starved_by_pages() {
        let mut frontier = frontier(1_000);
        for n in 0..40 {
            frontier.offer(&url(&format!("http://x/page-{n}.html")), 1, Kind::Page, "");
        }
        frontier.offer(&url("http://x/a.png"), 1, promised(&url("http://x/a.png")), "");
        let first: Vec<Job> = (0..4).filter_map(|_| frontier.next(true, all)).collect();
        assert!(first.iter().any(|job| !job.is_page()));
        assert!(frontier.next(false, all).is_none());
    }

    #[test]
    fn an_endless_calendar_gets_half_of_the_crawl() {
        let mut frontier = frontier(400);
        let taken = (0..1_000).filter(|n| {
            let link = url(&format!("http://x/cal?month={n}"));
            frontier.offer(&link, 1, Kind::Page, "")
        });
        assert_eq!(taken.count(), 200);
        assert_eq!(frontier.left_out.endless, 800);
    }

    #[test]
    fn a_hundred_thousand_links_take_bounded_room() {
        let mut frontier = frontier(10);
        for n in 0..100_000 {
            frontier.offer(&url(&format!("http://x/page-{n}.html")), 1, Kind::Page, "");
        }
        assert!(frontier.waiting() <= 5_050 && frontier.left_out.no_room > 90_000);
    }
}
