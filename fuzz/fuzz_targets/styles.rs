//! Any text served as a style sheet gives declarations, and any value a colour in its one form or none.
#![no_main]

use aos_crawler::brand::{declarations, first_colour};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|sheet: &str| {
    for declaration in declarations(sheet) {
        assert!(!declaration.name.is_empty());
        if let Some(hex) = first_colour(&declaration.value) {
            assert!(hex.len() == 7 && hex.starts_with('#'), "{hex}");
        }
    }
});
