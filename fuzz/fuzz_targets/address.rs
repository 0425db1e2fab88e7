//! Any reference on a page becomes an address in one form or none, and that form is stable.
#![no_main]

use aos_crawler::address::{self, MAX_LENGTH};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|reference: &str| {
    let Ok(base) = Url::parse("https://client.test/shop/?page=2") else { return };
    let Some(found) = address::resolve(&base, reference) else { return };
    assert!(matches!(found.scheme(), "http" | "https"));
    assert!(found.fragment().is_none() && found.username().is_empty() && found.password().is_none());
    assert!(found.as_str().len() <= MAX_LENGTH);
    assert_eq!(address::normalise(found.clone()).as_ref(), Some(&found), "the form is stable");
    assert_eq!(Url::parse(found.as_str()).as_ref(), Ok(&found), "and reads back");
    let _ = (address::same_page_key(&found), address::shape(&found), address::repeats_itself(&found));
});
