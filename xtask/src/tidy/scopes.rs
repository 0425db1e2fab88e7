//! Who may make the proof that somebody may touch a tenant's rows.

use super::{Violation, tables, tree::Tree};

/// The two that widen what a caller may see; `AgencyScope::only` narrows and is free.
const MAKERS: [[&str; 3]; 2] = [["TenantScope", "::", "granted"], ["AgencyScope", "::", "all"]];

pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust() {
        if tables::SCOPE_MAKERS.iter().any(|(place, _why)| file.path.starts_with(place)) {
            continue;
        }
        let code: Vec<_> = file.code().collect();
        for window in code.windows(3) {
            for maker in &MAKERS {
                if window.iter().zip(maker).all(|(token, word)| token.is(word)) {
                    let message = format!(
                        "`{}` outside the places that check or lend a right: take a scope as an argument, or add the \
                         file with its reason to SCOPE_MAKERS (xtask/src/tidy/tables.rs)",
                        maker.concat()
                    );
                    found.push(Violation::new(&file.path, window[0].line, message));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_from_nowhere_is_reported_and_one_in_a_test_is_not() {
        let tree = Tree::of(&[
            ("crates/aos-web/src/content/pages.rs", "fn a() {\n TenantScope::granted(id); AgencyScope::only(v); }"),
            ("crates/aos-features/src/people/access.rs", "fn a() { TenantScope::granted(id) }"),
            ("crates/aos-features/src/content/tests/story.rs", "fn a() { AgencyScope::all() }"),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.as_str(), found[0].line), ("crates/aos-web/src/content/pages.rs", 2));
    }
}
