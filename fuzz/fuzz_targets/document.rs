//! Any bytes offered as a PDF, a Word file or a text are read or refused. A document that was read has words.
#![no_main]

use std::thread;

use aos_crawler::document::{DocumentKind, read_now};
use libfuzzer_sys::fuzz_target;

/// As the product does, because what reads a PDF recurses as deep as the file tells it to.
const STACK: usize = 256 << 20;

fuzz_target!(
    init: {
        // What the readers throw is caught by the crawler; only what escapes it is a finding.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |file: &[u8]| {
        thread::scope(|scope| {
            let read_all = || {
                for kind in [DocumentKind::Pdf, DocumentKind::Word, DocumentKind::Text] {
                    if let Ok(document) = read_now(kind, file) {
                        assert!(document.text.chars().any(char::is_alphanumeric));
                    }
                }
            };
            let reader = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read_all);
            assert!(reader.is_ok_and(|reader| reader.join().is_ok()));
        });
    }
);
