//! Any bytes served as robots.txt give rules that answer, for every status, and always the same answer.
#![no_main]

use aos_crawler::robots::Robots;
use libfuzzer_sys::fuzz_target;
use url::Url;

const AGENT: &str = "AgencyOS";

fuzz_target!(
    init: {
        // What the rules' parser throws is caught by the crawler; only what escapes it is a finding.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |file: &[u8]| {
        let Ok(page) = Url::parse("https://client.test/services/boats?colour=blue") else { return };
        let rules = Robots::parse(AGENT, file);
        assert_eq!(rules.allows(&page), Robots::parse(AGENT, file).allows(&page));
        for status in [200, 204, 301, 404, 429, 503] {
            let _ = Robots::from_answer(AGENT, "client.test", status, file).allows(&page);
        }
    }
);
