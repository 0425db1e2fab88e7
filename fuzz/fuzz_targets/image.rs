//! Any bytes offered as an image are one that we keep or none.
#![no_main]

use aos_crawler::image::inspect;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Some(facts) = inspect(file) {
        assert!(facts.content_type.starts_with("image/"));
    }
});
