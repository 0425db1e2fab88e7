//! The context file's parts and the strategy.

use serde_json::{Value, json};

use super::{gap, prompt::Prompt};

pub(super) fn context(prompt: &Prompt) -> Value {
    let source = prompt.pages.first().or(prompt.website.as_ref());
    let says = |text: String| json!([{"text": text, "source": source}]);
    let client = &prompt.client;
    let site = prompt.website.as_deref().unwrap_or("its website");
    let pages = prompt.pages.len();
    json!({
        "overview": says(format!("{client} presents itself at {site}; the sandbox model was shown {pages} addresses of it.")),
        "products": [{"name": format!("What {client} offers"),
            "description": "Named on the client's own pages. The sandbox model does not read them; a person or a real \
                            model should list the products here.",
            "source": source}],
        "usps": says(format!("{client} answers for its own work. This line stands in for a real selling point.")),
        "audience": says(format!("People who look for what {client} offers and want to understand it before they ask.")),
        "tone": says("Plain and friendly: short sentences, no superlatives, no promises that are not on the site.".into()),
        "competitors": [],
        "contact": says(format!("Contact details stand on {site}.")),
        "key_phrases": key_phrases(prompt),
        "gaps": [gap()],
    })
}

/// What the prompt calls key phrases, else the client's name and some uses of it.
fn key_phrases(prompt: &Prompt) -> Vec<String> {
    if !prompt.keywords.is_empty() {
        return prompt.keywords.clone();
    }
    ["", " advice", " questions", " planning"].iter().map(|end| format!("{}{end}", prompt.client)).collect()
}

pub(super) fn strategy(prompt: &Prompt) -> Value {
    let client = &prompt.client;
    json!({
        "summary": format!(
            "Publish ten helpful articles a month on {client}'s own website, each answering one question that a buyer \
             has before getting in touch. This strategy was drafted by the sandbox model, which is simulated."
        ),
        "goals": [{
            "name": "A library of helpful articles",
            "description": format!("Readers find an answer on {client}'s website to the questions they ask most often."),
            "metric": "published_posts", "unit": "posts", "baseline": 0.0, "target": 60.0, "months": 6,
        }],
        "deliverables": [{
            "deliverable_type": "blog_posts", "name": "Blog posts", "monthly_quantity": 10, "goal": 0,
            "rationale": "Ten a month are enough to cover one question for each step of a decision, and few enough to \
                          be reviewed with care.",
        }],
        "platforms": ["wordpress"],
        "timeline": [
            {"month": 1, "focus": "Questions before a first conversation"},
            {"month": 2, "focus": "Comparing, planning and budgeting"},
            {"month": 3, "focus": "After the purchase: care, changes, good habits"},
        ],
        "rationale": "Articles on the client's own site stay with the client, can be read by everyone and are counted \
                      without a further account.",
        "gaps": [gap()],
    })
}
