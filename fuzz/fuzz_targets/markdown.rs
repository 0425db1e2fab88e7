//! Any Markdown, a model's included, becomes HTML in which nothing runs.
#![no_main]

#[path = "../../crates/aos-features/src/markdown.rs"]
#[expect(dead_code, reason = "the program uses more of it")]
mod markdown;

use libfuzzer_sys::fuzz_target;

const TAGS_THAT_RUN: [&str; 8] = ["script", "style", "iframe", "object", "embed", "form", "svg", "base"];
const SCHEMES_THAT_RUN: [&str; 3] = ["javascript:", "data:", "vbscript:"];

fuzz_target!(|markdown: &str| {
    let html = markdown::to_html(markdown).into_string();
    for tag in tags(&html) {
        let name = tag.names.split_ascii_whitespace().next().unwrap_or_default().trim_matches('/');
        assert!(!TAGS_THAT_RUN.contains(&name), "<{name}> in {html}");
        for attribute in tag.names.split_ascii_whitespace().skip(1) {
            assert!(!attribute.starts_with("on") && !attribute.starts_with("style"), "{attribute} in {html}");
        }
        for value in tag.values {
            let value = value.trim_start().to_ascii_lowercase();
            // A title may hold any words; what is followed or loaded may not.
            let runs = SCHEMES_THAT_RUN.iter().any(|scheme| value.starts_with(scheme));
            assert!(!runs || tag.names.contains("title=") || tag.names.contains("alt="), "{value} in {html}");
        }
    }
});

/// What stands between `<` and `>`.
#[derive(Default)]
struct Tag {
    /// The names of the tag and of its attributes.
    names: String,
    /// What is quoted.
    values: Vec<String>,
}

fn tags(html: &str) -> Vec<Tag> {
    let (mut tags, mut tag, mut quoted) = (Vec::new(), None::<Tag>, false);
    for letter in html.chars() {
        let Some(inside) = &mut tag else {
            tag = (letter == '<').then(Tag::default);
            continue;
        };
        match letter {
            '"' => {
                quoted = !quoted;
                if quoted {
                    inside.values.push(String::new());
                }
            }
            _ if quoted => inside.values.last_mut().into_iter().for_each(|value| value.push(letter)),
            '>' => tags.extend(tag.take()),
            _ => inside.names.push(letter),
        }
    }
    tags
}
