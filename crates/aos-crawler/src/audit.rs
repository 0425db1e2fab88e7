//! What an audit says about a page and about a site, from what the crawl saw anyway.

use std::collections::{BTreeMap, HashMap};

use aos_capabilities::crawl::{CrawledPage, Finding, Severity};

use crate::html::ParsedPage;

/// Fewer words say little to a reader or a search engine.
const THIN: u32 = 80;
/// A page that takes longer, on its own, to arrive.
const SLOW_MS: u64 = 3_000;
/// Groups of one kind that are told one by one; the rest is counted.
const MAX_GROUPS: usize = 50;

pub(crate) fn finding(code: &str, severity: Severity, url: Option<&str>, message: impl Into<String>) -> Finding {
    Finding { code: code.to_owned(), severity, url: url.map(str::to_owned), message: message.into() }
}

/// What one page shows.
pub(crate) fn page_findings(page: &CrawledPage, parsed: &ParsedPage, hops: usize, truncated: bool) -> Vec<Finding> {
    use Severity::{Info, Warning};
    let mut findings = Vec::new();
    let mut tell = |code, severity, message: String| findings.push(finding(code, severity, Some(&page.url), message));
    if page.title.is_empty() {
        tell("missing_title", Warning, "The page has no title.".into());
    }
    if page.description.is_empty() {
        tell("missing_description", Info, "The page has no description for search results.".into());
    }
    match page.h1.len() {
        0 => tell("missing_h1", Info, "The page has no main heading (h1).".into()),
        1 => {}
        several => tell("several_h1", Info, format!("The page has {several} main headings (h1); one is usual.")),
    }
    if parsed.needs_scripts && !page.rendered {
        tell(
            "needs_scripts",
            Warning,
            "The page shows its text only after running scripts, and no browser could be used to run them. Its text is \
             missing here."
                .into(),
        );
    } else if page.word_count < THIN {
        tell("thin_text", Info, format!("The page has {} words of text.", page.word_count));
    }
    if page.noindex {
        tell("noindex", Info, "The page asks search engines not to list it.".into());
    }
    if hops > 1 {
        tell("redirect_chain", Info, format!("{hops} redirects lead to this page; one would do."));
    }
    if page.final_url.starts_with("http://") {
        tell("not_https", Warning, "The page is served without encryption.".into());
    }
    if page.elapsed_ms > SLOW_MS {
        let seconds = page.elapsed_ms as f64 / 1_000.0;
        tell("slow", Warning, format!("The page took {seconds:.1} seconds to arrive."));
    }
    if truncated || parsed.cut {
        tell("truncated", Warning, "The page is larger than a crawl reads; only its beginning was read.".into());
    }
    let mut canonical = parsed.canonical.clone();
    canonical.dedup();
    if canonical.len() > 1 {
        tell("several_canonical", Warning, "The page names more than one canonical address.".into());
    } else if let Some(canonical) = canonical.first().filter(|url| url.as_str() != page.final_url) {
        tell("canonical_elsewhere", Info, format!("The page names {canonical} as its canonical address."));
    }
    findings
}

/// What only the whole site shows. Kept small: some bytes for each page, whatever its size.
#[derive(Debug, Default)]
pub(crate) struct SiteAudit {
    pages: Vec<String>,
    titles: HashMap<String, Vec<u32>>,
    texts: HashMap<String, Vec<u32>>,
    /// Which page linked first to an address that could not be read, and how it failed.
    broken: BTreeMap<String, (String, String)>,
    broken_more: u32,
}

impl SiteAudit {
    pub fn page(&mut self, page: &CrawledPage) {
        let number = self.pages.len() as u32;
        self.pages.push(page.url.clone());
        if !page.title.is_empty() {
            self.titles.entry(page.title.clone()).or_default().push(number);
        }
        if page.word_count > 0 {
            self.texts.entry(page.text_hash.clone()).or_default().push(number);
        }
    }

    /// `linked_from` is empty for an address that only the sitemap names; `failure` continues the sentence "It …".
    pub fn broken(&mut self, url: &str, linked_from: &str, failure: &str) {
        if self.broken.len() < 500 {
            self.broken.insert(url.to_owned(), (linked_from.to_owned(), failure.to_owned()));
        } else {
            self.broken_more += 1;
        }
    }

    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (url, (from, failure)) in &self.broken {
            let (code, at, message) = if from.is_empty() {
                ("broken_in_sitemap", url, format!("The sitemap names this address. It {failure}."))
            } else {
                ("broken_link", from, format!("The page links to {url}. It {failure}."))
            };
            findings.push(finding(code, Severity::Warning, Some(at), message));
        }
        if self.broken_more > 0 {
            let message = format!("{} more links lead nowhere.", self.broken_more);
            findings.push(finding("broken_link", Severity::Warning, None, message));
        }
        self.groups(&self.titles, "duplicate_title", &mut findings, |title, count| {
            format!("{count} pages share the title “{title}”.")
        });
        self.groups(&self.texts, "duplicate_text", &mut findings, |_, count| {
            format!("{count} pages have the same text.")
        });
        findings
    }

    fn groups(
        &self,
        groups: &HashMap<String, Vec<u32>>,
        code: &str,
        findings: &mut Vec<Finding>,
        words: impl Fn(&str, usize) -> String,
    ) {
        let mut twins: Vec<_> = groups.iter().filter(|(_, pages)| pages.len() > 1).collect();
        twins.sort_by(|(a, pages), (b, others)| others.len().cmp(&pages.len()).then(a.cmp(b)));
        let more = twins.len().saturating_sub(MAX_GROUPS);
        for (key, pages) in twins.into_iter().take(MAX_GROUPS) {
            let names: Vec<&str> = pages.iter().take(5).map(|page| self.pages[*page as usize].as_str()).collect();
            let rest = if pages.len() > names.len() { " and others" } else { "" };
            let message = format!("{} They are {}{rest}.", words(key, pages.len()), names.join(", "));
            findings.push(finding(code, Severity::Warning, names.first().copied(), message));
        }
        if more > 0 {
            findings.push(finding(code, Severity::Warning, None, format!("{more} more groups of pages are alike.")));
        }
    }
}
