//! Addresses: one form for one page, and what belongs to the client's site.

use url::Url;

/// Longer addresses are made by programs that went wrong, hardly ever by a person.
pub const MAX_LENGTH: usize = 2_048;

/// Parameters that tell where a visitor came from, who they are, or which comment they answer, and never which page
/// they get.
const TRACKING: &[&str] = &[
    "_ga",
    "_gl",
    "dclid",
    "fbclid",
    "gbraid",
    "gclid",
    "gclsrc",
    "igshid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "phpsessid",
    "replytocom",
    "twclid",
    "wbraid",
    "yclid",
];

/// Brings an address to the one form under which a page is known: no fragment, no user, no tracking parameter, no
/// default port, no empty query. What could make a difference to the server (trailing slash, order and case of
/// everything after the host) stays as it was.
///
/// `None` when a crawler has nothing to fetch there: another scheme, no host, or an absurd length.
#[must_use]
pub fn normalise(mut url: Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    url.set_fragment(None);
    if !url.username().is_empty() || url.password().is_some() {
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
    }
    if let Some(query) = url.query()
        && query.split('&').any(|pair| pair.is_empty() || is_tracking(pair))
    {
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair)).collect();
        let kept = (!kept.is_empty()).then(|| kept.join("&"));
        url.set_query(kept.as_deref());
    }
    (url.as_str().len() <= MAX_LENGTH).then_some(url)
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("utm_"))
        || TRACKING.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Resolves what stands in an attribute. Cheap refusals come first: most pages repeat `#`, `mailto:` and `tel:`.
#[must_use]
pub fn resolve(base: &Url, reference: &str) -> Option<Url> {
    let reference = reference.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_ascii_control());
    if reference.is_empty() || reference.starts_with('#') {
        return None;
    }
    let colon = reference.find([':', '/', '?', '#']).filter(|at| reference.as_bytes()[*at] == b':');
    if let Some(at) = colon {
        let scheme = &reference[..at];
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
    }
    normalise(base.join(reference).ok()?)
}

/// What makes two addresses the same page for the crawl: scheme and a leading `www.` don't, since nearly every site
/// serves one of the four combinations and redirects the others to it.
#[must_use]
pub fn same_page_key(url: &Url) -> String {
    let host = bare_host(url.host_str().unwrap_or_default());
    let mut key = String::with_capacity(url.as_str().len());
    key.push_str(host);
    if let Some(port) = url.port() {
        key.push(':');
        key.push_str(&port.to_string());
    }
    key.push_str(url.path());
    if let Some(query) = url.query() {
        key.push('?');
        key.push_str(query);
    }
    key
}

/// The form that endless addresses share: path parts and values that are only numbers or dates are cut out. A
/// calendar has one shape, however many months it offers; a blog has one for each of its titles.
#[must_use]
pub fn shape(url: &Url) -> String {
    let mut shape = String::with_capacity(url.path().len());
    for part in url.path().split('/').skip(1) {
        shape.push('/');
        let stem = part.rsplit_once('.').map_or(part, |(stem, _)| stem);
        let countable = stem.bytes().any(|b| b.is_ascii_digit())
            && stem.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.' | b':'));
        shape.push_str(if countable { "0" } else { part });
    }
    let mut names: Vec<&str> = url.query().unwrap_or_default().split('&').filter_map(|p| p.split('=').next()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        shape.push('&');
        shape.push_str(name);
    }
    shape
}

/// A part that comes back three times or more (`/a/b/a/b/a/b`) is a relative link that feeds on itself.
#[must_use]
pub fn repeats_itself(url: &Url) -> bool {
    let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    parts.len() >= 6 && parts.iter().any(|part| parts.iter().filter(|other| *other == part).count() >= 3)
}

fn bare_host(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// The client's site: its host with and without `www.`, under both schemes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    hosts: Vec<(String, Option<u16>)>,
}

impl Site {
    #[must_use]
    pub fn of(start: &Url) -> Self {
        let mut site = Self { hosts: Vec::new() };
        site.adopt(start);
        site
    }

    /// Also takes in the host that the start address was redirected to: a client who types their old name means
    /// the site that opens.
    pub fn adopt(&mut self, url: &Url) {
        let host = (bare_host(url.host_str().unwrap_or_default()).to_owned(), url.port());
        if !self.hosts.contains(&host) {
            self.hosts.push(host);
        }
    }

    #[must_use]
    pub fn contains(&self, url: &Url) -> bool {
        let host = bare_host(url.host_str().unwrap_or_default());
        self.hosts.iter().any(|(known, port)| known == host && *port == url.port())
    }
}

/// `https://www.example.com`: what robots.txt and politeness are per.
#[must_use]
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn one_page_has_one_address() {
        for (given, expected) in [
            ("HTTPS://Example.com:443/a/../b#top", "https://example.com/b"),
            ("http://example.com/?utm_source=x&gclid=1", "http://example.com/"),
            ("http://example.com/p?id=3&UTM_medium=mail&&b=", "http://example.com/p?id=3&b="),
            ("http://me:secret@example.com/p?", "http://example.com/p"),
            ("http://example.com/Shop/", "http://example.com/Shop/"),
        ] {
            let normalised = normalise(url(given)).unwrap();
            assert_eq!(normalised.as_str(), expected);
            assert_eq!(normalise(normalised.clone()), Some(normalised));
        }
        assert!(normalise(url("mailto:a@example.com")).is_none());
    }

    #[test]
    fn references_that_lead_nowhere_are_left_alone() {
        let base = url("https://example.com/shop/index.html");
        for nothing in ["#top", " ", "javascript:void(0)", "mailto:a@b.c", "tel:+49 30", "data:text/plain,x"] {
            assert!(resolve(&base, nothing).is_none(), "{nothing}");
        }
        assert_eq!(resolve(&base, "\n a b.html ").unwrap().as_str(), "https://example.com/shop/a%20b.html");
        assert_eq!(resolve(&base, "//cdn.example.com/x").unwrap().as_str(), "https://cdn.example.com/x");
    }

    #[test]
    fn a_site_is_its_host_with_and_without_www() {
        let mut site = Site::of(&url("http://www.example.com/"));
        assert!(site.contains(&url("https://example.com/about")));
        assert!(!site.contains(&url("https://shop.example.com/")));
        assert!(!site.contains(&url("https://example.com:8443/")));
        site.adopt(&url("https://shop.example.com/"));
        assert!(site.contains(&url("https://shop.example.com/basket")));
    }

    #[test]
    fn a_calendar_has_one_shape_and_a_blog_has_many() {
        assert_eq!(shape(&url("http://x/cal/2031/05?day=3")), shape(&url("http://x/cal/1999/12?day=9")));
        assert_ne!(shape(&url("http://x/2031/05/hello")), shape(&url("http://x/2031/05/world")));
        assert!(repeats_itself(&url("http://x/a/b/a/b/a/b")));
        assert!(!repeats_itself(&url("http://x/en/shop/shoes/red/xl/7")));
    }
}
