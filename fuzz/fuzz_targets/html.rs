//! Any bytes served as a page can be read: links are addresses a crawler may fetch, on their side of the client's site,
//! and the same bytes read the same twice.
#![no_main]

use aos_crawler::{
    address::{Site, normalise},
    html::{MAX_LINKS, parse_html},
};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|input: (Option<String>, &[u8])| {
    let (content_type, page) = input;
    let Ok(base) = Url::parse("https://client.test/blog/post") else { return };
    let site = Site::of(&base);
    let read = parse_html(page, content_type.as_deref(), &base, &site);
    assert!(read.internal_links.len() + read.external_links.len() <= MAX_LINKS);
    assert!(read.internal_links.iter().all(|link| site.contains(link)));
    assert!(!read.external_links.iter().any(|link| site.contains(link)));
    for link in read.internal_links.iter().chain(&read.external_links) {
        assert_eq!(normalise(link.clone()).as_ref(), Some(link), "a link is in its one form");
    }
    assert_eq!(read, parse_html(page, content_type.as_deref(), &base, &site));
});
