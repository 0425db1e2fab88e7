//! An article of more than 650 words for the title of a brief.

use serde_json::{Value, json};

use super::{
    gap,
    prompt::Prompt,
    prose::{CHECKLIST, CLOSINGS, INTRODUCTIONS, SECTIONS},
    seed,
};

/// Sections of an article whose brief has no outline.
const USUAL: usize = 6;
/// With fewer the article would fall below its length.
const FEWEST: usize = 5;
const MOST: usize = 9;

pub(super) fn draft(prompt: &Prompt) -> Value {
    let title = prompt.title.clone().unwrap_or_else(|| format!("A practical guide for clients of {}", prompt.client));
    let subject = prompt.keywords.first().cloned().unwrap_or_else(|| "the decision".to_owned());
    let fill =
        |text: &str| text.replace("{client}", &prompt.client).replace("{title}", &title).replace("{subject}", &subject);
    let seed = seed(&title);
    let pick = |list: &[&str], salt: u64| fill(list[usize::try_from((seed / salt) % list.len() as u64).unwrap_or(0)]);

    let mut markdown = format!(
        "*This article is text of the sandbox model. It is simulated, states no facts about {}, and is not meant to be \
         published as advice.*\n\n{}\n",
        prompt.client,
        pick(INTRODUCTIONS, 7)
    );
    if let Some(notes) = &prompt.notes {
        markdown.push_str(&format!("\nThis version answers the reviewer's note: {notes}\n"));
    }
    for (heading, body) in sections(prompt, seed) {
        markdown.push_str(&format!("\n## {}\n\n{}\n", fill(&heading), fill(body)));
    }
    markdown.push_str("\n## Checklist\n\n");
    for at in 0..6 {
        let line = CHECKLIST[usize::try_from((seed + at * 5) % CHECKLIST.len() as u64).unwrap_or(0)];
        markdown.push_str(&format!("- {}\n", fill(line)));
    }
    markdown.push_str(&format!("\n## In short\n\n{}\n", pick(CLOSINGS, 11)));
    let sources: Vec<&String> = prompt.pages.iter().take(3).collect();
    if let Some(first) = sources.first() {
        markdown.push_str(&format!("\nMore about {} stands on [its own pages]({first}).\n", prompt.client));
    }

    json!({
        "title": title,
        "slug": slug(&title),
        "excerpt": fill("A practical look at one question: {title}. Written by the sandbox model as a stand-in for a \
                         real draft."),
        "markdown": markdown,
        "categories": ["Guides"],
        "tags": prompt.keywords.iter().take(3).collect::<Vec<_>>(),
        "image": prompt.images.get(usize::try_from(seed % prompt.images.len().max(1) as u64).unwrap_or(0)),
        "sources": sources,
        "gaps": [gap()],
    })
}

/// Headings of the brief with the prose that the title's number picks; no passage comes twice in one article.
fn sections(prompt: &Prompt, seed: u64) -> Vec<(String, &'static str)> {
    let count = if prompt.outline.is_empty() { USUAL } else { prompt.outline.len().clamp(FEWEST, MOST) };
    let length = SECTIONS.len() as u64;
    (0..count)
        .map(|at| {
            // A stride without a common factor with the length visits every passage once before any comes again.
            let (own, body) = SECTIONS[usize::try_from((seed + at as u64 * 5) % length).unwrap_or(0)];
            (prompt.outline.get(at).cloned().unwrap_or_else(|| own.to_owned()), body)
        })
        .collect()
}

fn slug(title: &str) -> String {
    let dashed: String =
        title.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).take(9).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_title_gives_an_article_of_more_than_650_words_with_distinct_passages() {
        for title in ["How to compare two quotes", "A budget in three parts", "When to wait"] {
            let prompt =
                Prompt::read(&format!("Client: Acme\n\n## Brief\nTitle: {title}\nKeywords: quotes, budget"), "");
            let draft = draft(&prompt);
            let markdown = draft["markdown"].as_str().unwrap();
            assert!(markdown.split_whitespace().count() > 650, "{}", markdown.split_whitespace().count());
            let mut paragraphs: Vec<&str> = markdown.split("\n\n").filter(|p| p.len() > 200).collect();
            let all = paragraphs.len();
            paragraphs.sort_unstable();
            paragraphs.dedup();
            assert_eq!(paragraphs.len(), all);
            assert_eq!(SECTIONS.len() % 5, 1, "the stride must not share a factor with the number of passages");
        }
    }
}
