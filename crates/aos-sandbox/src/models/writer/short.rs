//! Posts, newsletters, mails and ad copy for an approved brief, within the rules that the prompt states.

use serde_json::{Value, json};

use super::{
    gap,
    prompt::{Channel, Prompt},
};

/// What stands under every text: it is no client's.
const SIMULATED: &str = "Text of the sandbox model, not meant to be published.";

fn title(prompt: &Prompt) -> String {
    prompt.title.clone().unwrap_or_else(|| format!("A note from {}", prompt.client))
}

pub(super) fn post(prompt: &Prompt) -> Value {
    let any = Channel::default();
    let channel = prompt.channels.first().unwrap_or(&any);
    let title = title(prompt);
    let page = prompt.pages.first();
    let button = channel.buttons.iter().find(|button| button.to_lowercase().contains("learn"));
    let mut parts = vec![format!("{title}.")];
    if channel.most.is_none_or(|most| most > 320) {
        parts.push(format!("One useful thing about it, said plainly, as {} would say it.", prompt.client));
        parts.push(SIMULATED.to_owned());
        // What the reviewer asked for shows in the text, so that a second version differs.
        parts.extend(
            prompt
                .notes
                .as_ref()
                .map(|notes| format!("This version answers the note: {}", notes.replace(['#', '@'], ""))),
        );
        if channel.hashtags.is_none_or(|most| most >= 2) && button.is_none() {
            parts.push("#Sandbox #Practice".to_owned());
        }
    }
    if !channel.link && button.is_none() {
        parts.extend(page.cloned());
    }
    let mut text = parts.join("\n\n");
    if let Some(most) = channel.most {
        // By whole parts from the end; a title alone is short enough for any platform.
        while text.chars().count() > most && parts.len() > 1 {
            parts.pop();
            text = parts.join("\n\n");
        }
    }
    let media: Vec<Value> = prompt
        .pictures
        .iter()
        .take(usize::from(channel.images || channel.media_required))
        .map(|(url, alt)| json!({"media": url, "alt": if alt.is_empty() { "A picture of the client" } else { alt }}))
        .collect();
    json!({
        "text": text,
        "title": channel.title.filter(|most| title.chars().count() <= *most).map(|_| title),
        "link": page.filter(|_| channel.link && media.is_empty()),
        "action": button.zip(page).map(|(button, page)| json!({"kind": button, "url": page})),
        "media": media,
        "sources": prompt.pages.iter().take(1).collect::<Vec<_>>(),
        "gaps": [gap()],
    })
}

pub(super) fn newsletter(prompt: &Prompt) -> Value {
    let title = title(prompt);
    let mut markdown = format!("{SIMULATED} It takes up one subject: {title}.\n");
    if let Some(notes) = &prompt.notes {
        markdown.push_str(&format!("\nThis version answers the reviewer's note: {notes}\n"));
    }
    let usual = ["What this is about".to_owned(), "What to do with it".to_owned()];
    let headings = if prompt.outline.is_empty() { usual.as_slice() } else { prompt.outline.as_slice() };
    for (at, heading) in headings.iter().enumerate() {
        markdown.push_str(&format!(
            "\n## {heading}\n\nA short passage stands here in place of what {} would write about it. It says one thing and \
             stops.\n",
            prompt.client
        ));
        if let Some(page) = prompt.pages.get(at % prompt.pages.len().max(1)) {
            markdown.push_str(&format!("\n[The whole page]({page})\n"));
        }
    }
    json!({
        "subject": title.chars().take(120).collect::<String>(),
        "preview": "A simulated letter, to see how one would look.",
        "markdown": markdown,
        "sources": prompt.pages.iter().take(2).collect::<Vec<_>>(),
        "gaps": [gap()],
    })
}

pub(super) fn outreach(prompt: &Prompt) -> Value {
    let site = prompt.title.clone().unwrap_or_else(|| "your site".to_owned());
    let page = prompt.pages.first().map_or_else(String::new, |page| format!(" at {page}"));
    let notes =
        prompt.notes.as_ref().map_or_else(String::new, |notes| format!("\n\nThis version answers the note: {notes}"));
    json!({
        "subject": format!("A page for the readers of {site}"),
        "text": format!(
            "Hello,\n\nI write to {site} for {}. {SIMULATED}\n\nThe page{page} may be of use to your readers.{notes}\n\n\
             Would you link to it where it fits?\n\nKind regards\n{}",
            prompt.client, prompt.client
        ),
        "sources": prompt.pages.iter().take(1).collect::<Vec<_>>(),
        "gaps": [gap()],
    })
}

pub(super) fn ad_copy(prompt: &Prompt) -> Value {
    let short = |most: usize, line: String| Some(line).filter(|line| line.chars().count() <= most);
    let meta = prompt.network.as_deref() == Some("meta");
    let own = [title(prompt), prompt.client.clone()].into_iter().filter_map(|line| short(30, line));
    let usual = ["Plain answers, plain prices", "Ask before you decide", "One visit, one plan", "Calm and on time"];
    let headlines: Vec<String> = own.chain(usual.map(str::to_owned)).take(if meta { 3 } else { 8 }).collect();
    let lines =
        ["A practice line of the sandbox model.", "It holds the place of a real one.", "Read the page, then decide."];
    json!({
        "headlines": headlines,
        "descriptions": if meta { vec!["See the page first"] } else { lines.to_vec() },
        "primary_texts": if meta { lines.to_vec() } else { Vec::new() },
        "final_url": prompt.final_url.as_ref().or(prompt.pages.first()).or(prompt.website.as_ref()),
        "sources": prompt.pages.iter().take(1).collect::<Vec<_>>(),
        "gaps": [gap()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::writer::month;

    fn prompt(channel: &str, brief: &Value) -> Prompt {
        Prompt::read(
            &format!(
                "Client: C\nWebsite: http://s.test/\n\nTask: write the post.\n\nBrief:\n{brief:#}\n\nDays: from 2026-04-01 to \
                 2026-04-30\n\nChannels:\n- {channel}\n\nFormats: text, image\n\nAudiences:\n- Friends (id a1, 12 people)\n\n\
                 Pages of the client:\n\n### P\nhttp://s.test/two/\n\nImages to choose from:\n- http://cdn.test/a.jpg (A boat)\n"
            ),
            "",
        )
    }

    #[test]
    fn a_post_keeps_to_the_rules_that_the_prompt_states() {
        let brief =
            json!({"kind": "post", "title": "T", "brief": "B", "sources": ["http://s.test/one/"], "channels": []});
        let x = prompt(
            "X: C (key k1): The text has up to 280 characters (an address counts 23, an emoji 2). It has no title. There is no place for a link beside the text. It may hold up to 4 of the kind image.",
            &brief,
        );
        let draft = post(&x);
        assert!(draft["text"].as_str().unwrap().ends_with("http://s.test/one/"), "{draft}");
        assert!(draft["link"].is_null() && draft["action"].is_null() && draft["title"].is_null());
        let pictures = prompt(
            "I: C (key k2): The text has up to 2200 characters. Up to 30 hashtags. It has no title. There is no place for a link beside the text. It may hold up to 10 of the kind image. Without media it is refused.",
            &brief,
        );
        assert_eq!(post(&pictures)["media"], json!([{"media": "http://cdn.test/a.jpg", "alt": "A boat"}]));
        let place = prompt(
            "G: C (key k3): The text has up to 1500 characters. It has no title. There is no place for a link beside the text. It may have one button: CALL, LEARN_MORE, BOOK.",
            &brief,
        );
        assert_eq!(post(&place)["action"], json!({"kind": "LEARN_MORE", "url": "http://s.test/one/"}));
    }

    #[test]
    fn a_plan_uses_the_channels_days_and_audiences_of_the_prompt() {
        let mut prompt = prompt("X: C (key k1): The text has up to 280 characters.", &json!({}));
        prompt.count = Some(14);
        let plan = month::posts(&prompt);
        let posts = plan["posts"].as_array().unwrap();
        assert_eq!(posts.len(), 14);
        assert_eq!((&posts[0]["channels"], &posts[0]["format"]), (&json!(["k1"]), &json!("image")));
        assert!(posts.iter().all(|post| post["date"].as_str().unwrap().starts_with("2026-04-")));
        assert_eq!(month::newsletters(&prompt)["newsletters"][0]["list"], "a1");
        let sets = month::sets(&prompt);
        assert!(sets["sets"].as_array().unwrap().iter().any(|set| set["network"] == "meta"));
    }

    #[test]
    fn ad_copy_and_mails_fit_their_brief() {
        let meta = prompt(
            "-",
            &json!({"kind": "ad_copy", "title": "A", "network": "meta", "final_url": "http://s.test/p", "sources": []}),
        );
        let draft = ad_copy(&meta);
        assert_eq!(draft["final_url"], "http://s.test/p");
        assert!(!draft["primary_texts"].as_array().unwrap().is_empty());
        let mail = prompt(
            "-",
            &json!({"kind": "backlink", "name": "Trade Journal", "site": "https://t.example/", "sources": []}),
        );
        assert!(outreach(&mail)["text"].as_str().unwrap().contains("Trade Journal"));
    }
}
