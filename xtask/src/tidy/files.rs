//! Rules for single files: what they open with, how long they are, and what must not be left in them.

use std::{env, sync::LazyLock};

use regex::Regex;

use super::{Violation, pattern, tree::Tree};

/// No file of ours is longer.
const MOST_LINES: usize = 800;
/// From here on a file is a candidate for division.
pub const COMFORTABLE_LINES: usize = 400;
/// What people write by hand. Lock files, fixtures and recordings have no limit.
const WRITTEN: [&str; 6] = ["rs", "ts", "css", "html", "sql", "sh"];

pub fn openings_and_lengths(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| !file.text.starts_with("//!")) {
        found.push(Violation::new(&file.path, 1, "open the file with `//!` and say what it is for"));
    }
    for file in tree.files().iter().filter(|file| is_written(file.extension(), &file.path)) {
        let lines = file.text.lines().count();
        if lines > MOST_LINES {
            let message = format!("{lines} lines: divide it, {MOST_LINES} is the most");
            found.push(Violation::new(&file.path, MOST_LINES + 1, message));
        }
    }
    found
}

/// "path (lines)" of the files that are allowed and long.
pub fn nearly_too_long(tree: &Tree) -> Vec<String> {
    let written = tree.files().iter().filter(|file| is_written(file.extension(), &file.path));
    let lengths = written.map(|file| (&file.path, file.text.lines().count()));
    lengths
        .filter(|(_, lines)| (COMFORTABLE_LINES + 1..=MOST_LINES).contains(lines))
        .map(|(path, lines)| format!("{path} ({lines})"))
        .collect()
}

fn is_written(extension: &str, path: &str) -> bool {
    WRITTEN.contains(&extension) && !path.contains("/fixtures/")
}

/// Written apart so that this file doesn't hold what it forbids.
static LATER: LazyLock<Regex> =
    LazyLock::new(|| pattern(concat!(r"\b(TO", r"DO|FIX", r"ME|XX", r"X)\b|\b(dbg|to", r"do|unimple", r"mented)!")));

pub fn leftovers(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().iter().filter(|file| is_written(file.extension(), &file.path)) {
        for (line, text) in numbered(&file.text) {
            if let Some(word) = LATER.find(text) {
                let message = format!("“{}” is left: do it now, or raise an issue and say it in words", word.as_str());
                found.push(Violation::new(&file.path, line, message));
            }
        }
    }
    found
}

/// A home folder of somebody, as the start of a path.
static HOME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(^|[\s"'`(=:,])/(home/[a-z]+|Users/[A-Za-z]+|root)(/|\b)"#));
/// Keys of well-known forms. A fixture's key is made when the test runs.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\bsk-[A-Za-z0-9_-]{20,}|-----BEGIN [A-Z ]*PRIVATE ",
        r"KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}"
    ))
});
/// Where a lock file says that a package was fetched from.
static FETCHED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"("resolved": "|source = "(registry|sparse)\+)(https?://[^/"]+)"#));
const PUBLIC_REGISTRIES: [&str; 2] = ["https://registry.npmjs.org", "https://github.com"];

pub fn machine_traces(tree: &Tree) -> Vec<Violation> {
    let checkout = tree.place.as_deref().filter(|place| place.matches('/').count() > 1);
    let home = env::var("HOME").ok().filter(|home| home.matches('/').count() > 1);
    let here: Vec<&str> = checkout.into_iter().chain(home.as_deref()).collect();
    let mut found = Vec::new();
    for file in tree.files() {
        for (line, text) in numbered(&file.text) {
            let mut report = |message: String| found.push(Violation::new(&file.path, line, message));
            if HOME.is_match(text) || here.iter().any(|path| text.contains(path)) {
                report("a path of one machine: make it relative, or ask the environment".to_owned());
            }
            if KEY.is_match(text) {
                report("looks like a secret: take it out and revoke it".to_owned());
            }
            if let Some(host) = FETCHED.captures(text).and_then(|found| found.get(3))
                && !PUBLIC_REGISTRIES.contains(&host.as_str())
            {
                report(format!(
                    "a lock file that names {}: only the public registries are for everybody",
                    host.as_str()
                ));
            }
        }
    }
    found
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&Tree) -> Vec<Violation>, path: &str, text: &str) -> Vec<usize> {
        rule(&Tree::of(&[(path, text)])).into_iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn a_file_says_what_it_is_and_stays_readable() {
        assert_eq!(lines(openings_and_lengths, "crates/a/src/b.rs", "use c;"), [1]);
        let long = format!("//! Long.\n{}", "\n".repeat(800));
        assert_eq!(lines(openings_and_lengths, "crates/a/src/b.rs", &long), [801]);
        assert_eq!(lines(openings_and_lengths, "crates/a/fixtures/page.html", &long), [0; 0]);
        let tree = Tree::of(&[("crates/a/src/b.css", &"\n".repeat(401))]);
        assert_eq!(nearly_too_long(&tree), ["crates/a/src/b.css (401)"]);
    }

    #[test]
    fn what_is_left_for_later_is_reported() {
        let text = concat!("//! A.\n// TO", "DO: b\nfn c() { to", "do!() }\n// todos are a list");
        assert_eq!(lines(leftovers, "crates/a/src/b.rs", text), [2, 3]);
    }

    #[test]
    fn traces_of_a_machine_are_reported_and_routes_are_not() {
        let text = concat!("a = \"/ro", "ot/x\"\n/ho", "me/ann/y\nhttps://example.com/home/news\n/client/{t}/root");
        assert_eq!(lines(machine_traces, "docs/a.md", text), [1, 2]);
        let key = concat!("key: sk", "-abcdefghijklmnopqrstuvwx");
        assert_eq!(lines(machine_traces, "docs/a.md", key), [1]);
    }

    #[test]
    fn lock_files_name_the_public_registries_only() {
        let text = "\"resolved\": \"https://registry.npmjs.org/a\"\n\"resolved\": \"http://mirror.test/a\"\n\
                    source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        assert_eq!(lines(machine_traces, "crates/aos-web/ui/package-lock.json", text), [2]);
    }
}
