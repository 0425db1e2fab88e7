//! The context file: research in parts, as the Markdown that people edit and agents read.

use aos_capabilities::drafts::{ContextDraft, Statement};

/// Writes the draft down. Each statement names where it stands, so that a reader can check it.
pub(super) fn markdown(client: &str, draft: &ContextDraft) -> String {
    let mut text = format!("# {client}\n");
    section(&mut text, "Overview", &draft.overview);
    if !draft.products.is_empty() {
        text.push_str("\n## Products and services\n\n");
        for product in &draft.products {
            let description = match product.description.trim() {
                "" => String::new(),
                words => format!(": {words}"),
            };
            text.push_str(&format!(
                "- **{}**{description}{}\n",
                product.name.trim(),
                source(product.source.as_deref())
            ));
        }
    }
    section(&mut text, "What sets it apart", &draft.usps);
    section(&mut text, "Audience", &draft.audience);
    section(&mut text, "Tone of voice", &draft.tone);
    section(&mut text, "Competitors", &draft.competitors);
    section(&mut text, "Point of contact", &draft.contact);
    if !draft.key_phrases.is_empty() {
        text.push_str("\n## Key phrases\n\n");
        for phrase in &draft.key_phrases {
            text.push_str(&format!("- {phrase}\n"));
        }
    }
    if !draft.gaps.is_empty() {
        text.push_str("\n## Not known yet\n\n");
        for gap in &draft.gaps {
            text.push_str(&format!("- {} {}\n", gap.what.trim(), gap.ask.trim()));
        }
    }
    text
}

fn section(text: &mut String, heading: &str, statements: &[Statement]) {
    if statements.is_empty() {
        return;
    }
    text.push_str(&format!("\n## {heading}\n\n"));
    for statement in statements {
        text.push_str(&format!("- {}{}\n", statement.text.trim(), source(statement.source.as_deref())));
    }
}

fn source(source: Option<&str>) -> String {
    match source {
        Some(url) if url.starts_with("http") => format!(" ([source]({url}))"),
        Some(name) => format!(" (source: {name})"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use aos_capabilities::drafts::Gap;

    use super::*;

    #[test]
    fn every_statement_says_where_it_stands_and_gaps_are_told() {
        let draft = ContextDraft {
            overview: vec![Statement { text: "Acme repairs roofs.".into(), source: Some("https://acme.test/".into()) }],
            products: vec![],
            usps: vec![],
            audience: vec![],
            tone: vec![],
            competitors: vec![],
            contact: vec![Statement { text: "Ann".into(), source: Some("brief.pdf".into()) }],
            key_phrases: vec!["roof repair".into()],
            gaps: vec![Gap { what: "No competitors are named.".into(), ask: "Name two.".into() }],
        };
        let text = markdown("Acme", &draft);
        assert!(text.contains("- Acme repairs roofs. ([source](https://acme.test/))"), "{text}");
        assert!(text.contains("- Ann (source: brief.pdf)"), "{text}");
        assert!(text.contains("## Not known yet\n\n- No competitors are named. Name two."), "{text}");
        assert!(!text.contains("## Audience"), "an empty section is left out: {text}");
    }
}
