//! How a crawl ended, in words.

use super::{BrandSignals, CrawlOutcome, CrawlSummary, Duration, Run, Severity, Stop, finding};

impl Run {
    pub(super) fn summary(mut self, stop: Option<Stop>, brand: Option<BrandSignals>) -> CrawlSummary {
        let nothing = self.progress.pages == 0 && self.progress.documents == 0;
        let mut incomplete: Vec<String> = Vec::new();
        let cancelled = stop == Some(Stop::Cancelled);
        let not_kept = stop == Some(Stop::NotKept);
        if let Some(words) = stop.map(|stop| self.stopped_because(stop)) {
            incomplete.push(words);
        }
        incomplete.extend(self.notes.start_failure.take().filter(|_| !cancelled));
        if nothing && !cancelled {
            incomplete.extend(self.notes.closed_because.take());
            incomplete.dedup();
            if incomplete.is_empty() {
                incomplete.push("Nothing at this address could be read as a page.".to_owned());
            }
        } else {
            incomplete.extend(self.left_out());
        }
        self.tell_findings();
        let outcome = match () {
            () if not_kept => CrawlOutcome::Failed,
            () if cancelled => CrawlOutcome::Cancelled,
            () if nothing => CrawlOutcome::Failed,
            () if incomplete.is_empty() => CrawlOutcome::Complete,
            () => CrawlOutcome::Incomplete,
        };
        for reason in incomplete.iter().filter(|_| outcome != CrawlOutcome::Cancelled) {
            self.findings.push(finding("incomplete", Severity::Warning, None, reason.clone()));
        }
        let mut findings = self.audit.findings();
        findings.append(&mut self.findings);
        self.progress.waiting = self.frontier.waiting();
        CrawlSummary {
            outcome,
            incomplete,
            progress: self.progress,
            findings,
            brand,
            robots_found: false,
            sitemaps: Vec::new(),
            elapsed_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn stopped_because(&self, stop: Stop) -> String {
        let waiting = match self.frontier.waiting() {
            0 => String::new(),
            1 => " One more address was still waiting.".to_owned(),
            more => format!(" {more} more addresses were still waiting."),
        };
        match stop {
            Stop::Pages => format!("The crawl stopped after {} pages, its limit.{waiting}", self.progress.pages),
            Stop::Bytes => {
                format!("The crawl stopped after {}, its limit.{waiting}", megabytes(self.limits.total_bytes))
            }
            Stop::Time => format!("The crawl stopped after {}, its limit.{waiting}", in_words(self.limits.time)),
            Stop::NoAnswer(message) => format!("The site stopped answering: {message}{waiting}"),
            Stop::Cancelled => format!("The crawl was cancelled.{waiting}"),
            Stop::NotKept => "The crawl stopped because what it had read could not be stored.".to_owned(),
        }
    }

    /// Limits that the crawl went on beside.
    fn left_out(&self) -> Vec<String> {
        let out = &self.frontier.left_out;
        let mut words = Vec::new();
        let mut say = |count: u32, one: &str, more: &str| match count {
            0 => {}
            1 => words.push(one.to_owned()),
            count => words.push(more.replace("{}", &count.to_string())),
        };
        say(
            out.too_deep,
            "One address lies deeper in the site than the crawl goes.",
            "{} addresses lie deeper in the site than the crawl goes.",
        );
        say(
            out.no_room,
            "The site has more links than the crawl keeps; one was left out.",
            "The site has more links than the crawl keeps; {} were left out.",
        );
        say(
            out.endless,
            "One address was left out because it looks like part of an endless series, such as a calendar.",
            "{} addresses were left out because they look like parts of an endless series, such as a calendar.",
        );
        say(self.notes.unreadable, "One address did not answer properly.", "{} addresses did not answer properly.");
        words
    }

    fn tell_findings(&mut self) {
        let mut tell = |code, severity, words| self.findings.push(finding(code, severity, None, words));
        if self.notes.closed > 0 {
            let words = format!("The site's robots.txt closes {} of the addresses that were found.", self.notes.closed);
            tell("robots_forbids", Severity::Info, words);
        }
        if self.frontier.waiting_media() > 0 && self.frontier.waiting_pages() == 0 {
            let words = format!(
                "{} images or documents were left out: the crawl keeps {} images and {} documents.",
                self.frontier.waiting_media(),
                self.limits.images,
                self.limits.documents
            );
            tell("media_limit", Severity::Info, words);
        }
        for (note, count) in &self.notes.render_notes {
            tell(
                "not_rendered",
                Severity::Warning,
                format!("{count} pages that need scripts were not rendered. {note}"),
            );
        }
        if !self.notes.other_kinds.is_empty() {
            let kinds: Vec<String> =
                self.notes.other_kinds.iter().take(8).map(|(kind, count)| format!("{kind} ({count})")).collect();
            tell("other_files", Severity::Info, format!("Files that a crawl does not read: {}.", kinds.join(", ")));
        }
        if self.notes.left_site > 0 {
            tell("redirects_away", Severity::Info, format!("{} links redirect to other sites.", self.notes.left_site));
        }
    }
}

/// "5 MB".
pub(super) fn megabytes(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MB", bytes >> 20) } else { format!("{} kB", bytes.div_ceil(1 << 10)) }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        0..=1 => "a second".to_owned(),
        seconds @ 2..=119 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60),
    }
}
