//! Words that have their place: driver types, the HTTP client, status codes, the clock.

use super::{
    Violation,
    tables::{self, Border},
    tokens::Token,
    tree::Tree,
};

pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust() {
        if let Some(line) = file.unreadable_at() {
            found.push(Violation::new(&file.path, line, "this is not Rust, so no border in the file can be checked"));
        }
        for border in tables::BORDERS {
            if border.allowed.iter().any(|place| file.path.starts_with(place)) {
                continue;
            }
            let mut last_line = 0;
            for line in uses(file.tokens(), border, file.is_test()) {
                // `use axum::{…}` is one crossing, however many words it holds.
                if line != last_line {
                    let message = format!("`{}` has no place here: {}", border.words.concat(), border.instead);
                    found.push(Violation::new(&file.path, line, message));
                    last_line = line;
                }
            }
        }
        for line in sleeps_in_tests(file.tokens(), file.is_test()) {
            let message = "a test never sleeps: wait for the thing itself, or step the clock";
            found.push(Violation::new(&file.path, line, message));
        }
    }
    found
}

fn uses(tokens: &[Token], border: &Border, all_tests: bool) -> Vec<usize> {
    tokens
        .windows(border.words.len())
        .filter(|window| window.iter().zip(border.words).all(|(token, word)| token.is(word)))
        .filter(|window| !(border.tests && (all_tests || window[0].test)))
        .map(|window| window[0].line)
        .collect()
}

/// Calls of a function `sleep`. A method of that name is a stand-in that a test hands in.
fn sleeps_in_tests(tokens: &[Token], all_tests: bool) -> Vec<usize> {
    tokens
        .windows(3)
        .filter(|window| !window[0].is("fn") && !window[0].is("."))
        .filter(|window| window[1].is("sleep") && window[2].is("(") && (all_tests || window[1].test))
        .map(|window| window[1].line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, source: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, source)])).into_iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn the_clock_is_read_in_one_file_only() {
        let source = "//! A file.\nfn a() -> Timestamp {\n    chrono::Utc::now()\n}";
        assert_eq!(lines("crates/aos-features/src/content/commands.rs", source), [3]);
        assert_eq!(lines("crates/aos-features/src/content/tests/story.rs", source), [3]);
        assert_eq!(lines("crates/aos-kernel/src/time.rs", source), [0; 0]);
    }

    #[test]
    fn a_word_in_a_comment_or_a_text_is_no_use() {
        let source = "//! sqlx::Row\n/// Like reqwest.\nfn a() { b(\"axum\") }";
        assert_eq!(lines("crates/aos-features/src/lib.rs", source), [0; 0]);
    }

    #[test]
    fn tests_may_make_requests_and_may_not_reach_for_the_driver() {
        let source = "//! A file.\n#[cfg(test)]\nmod tests {\n    use reqwest::Client;\n    use sqlx::{Row, sqlx};\n}";
        assert_eq!(lines("crates/aos-web/src/lib.rs", source), [5]);
    }

    #[test]
    fn a_test_that_sleeps_is_reported_and_a_worker_that_waits_is_not() {
        let source = "//! A file.\nasync fn a() { tokio::time::sleep(x).await }\n#[tokio::test]\nasync fn b() {\n sleep(x).await }";
        assert_eq!(lines("crates/aos-workflow/src/worker.rs", source), [5]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_reported() {
        assert_eq!(lines("crates/aos-web/src/lib.rs", "//! A file.\nfn a( {"), [2]);
    }
}
