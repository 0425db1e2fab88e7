//! Any Markdown, a model's included, becomes HTML in which nothing runs.
#![no_main]

#[path = "../../crates/aos-features/src/content/render.rs"]
mod render;

use libfuzzer_sys::fuzz_target;

const TAGS_THAT_RUN: [&str; 8] = ["script", "style", "iframe", "object", "embed", "form", "svg", "base"];
const SCHEMES_THAT_RUN: [&str; 3] = ["javascript:", "data:", "vbscript:"];

fuzz_target!(|markdown: &str| {
    let html = render::html(markdown);
    for tag in tags(&html) {
        let name = tag.split_ascii_whitespace().next().unwrap_or_default().trim_matches('/');
        assert!(!TAGS_THAT_RUN.contains(&name), "<{tag}> in {html}");
        for attribute in tag.split_ascii_whitespace().skip(1) {
            assert!(!attribute.starts_with("on") && !attribute.starts_with("style"), "<{tag}> in {html}");
        }
    }
    for place in ["href=\"", "src=\""] {
        for value in html.split(place).skip(1) {
            let value = value.trim_start().to_ascii_lowercase();
            assert!(!SCHEMES_THAT_RUN.iter().any(|scheme| value.starts_with(scheme)), "{place}{value}");
        }
    }
});

/// What stands between `<` and `>`, without what is quoted there.
fn tags(html: &str) -> Vec<String> {
    let (mut tags, mut tag, mut quoted) = (Vec::new(), None::<String>, false);
    for letter in html.chars() {
        match (&mut tag, letter) {
            (None, '<') => tag = Some(String::new()),
            (None, _) => {}
            (Some(_), '"') => quoted = !quoted,
            (Some(_), _) if quoted => {}
            (Some(_), '>') => tags.extend(tag.take()),
            (Some(inside), letter) => inside.push(letter),
        }
    }
    tags
}
