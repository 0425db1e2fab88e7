//! What a model is told to do, with the material at hand. Pure.

use aos_capabilities::model::{Material, Purpose, Task};

/// The first message of a run.
pub(super) fn prompt(purpose: Purpose, material: &Material) -> String {
    let task = &material.task;
    let mut text = format!("Client: {}\nWebsite: {}\n", material.client, material.website);
    if let Some(language) = &material.language {
        text.push_str(&format!("Language of the site: {language}\n"));
    }
    text.push_str(&format!("\nTask: {}\n", asked(purpose, task)));
    if plans(purpose) {
        text.push_str(&format!("Count: {}\n", task.count));
    }
    if let Some(topic) = &task.topic {
        text.push_str(&format!("\nBrief:\n{}\n", serde_json::to_string_pretty(topic).unwrap_or_default()));
    }
    if let Some(brief) = &task.brief {
        text.push_str(&format!("\nBrief:\n{}\n", serde_json::to_string_pretty(brief).unwrap_or_default()));
    }
    where_and_when(&mut text, task);
    if !task.taken.is_empty() {
        text.push_str(&format!("\nTitles that exist already:\n- {}\n", task.taken.join("\n- ")));
    }
    if let Some(notes) = &task.notes {
        text.push_str(&format!("\nThe work was sent back with these notes:\n{notes}\n"));
    }
    if let Some(previous) = &task.previous {
        text.push_str(&format!(
            "\nWhat was handed in before:\n{}\n",
            serde_json::to_string_pretty(previous).unwrap_or_default()
        ));
    }
    if !material.answers.is_null() {
        text.push_str(&format!("\nWhat people filled in:\n{}\n", material.answers));
    }
    text.push_str("\nPages of the client:\n");
    let wanted = match (&task.topic, &task.brief) {
        (Some(topic), _) => topic.sources.as_slice(),
        (None, Some(brief)) => brief.sources(),
        (None, None) => &[],
    };
    for (i, page) in material.pages.iter().take(120).enumerate() {
        // The pages that the brief names in full, the first ones in part, the rest by name.
        let characters = if wanted.contains(&page.url) {
            6_000
        } else if i < 12 && wanted.is_empty() {
            1_200
        } else {
            0
        };
        text.push_str(&format!(
            "\n### {}\n{}\n{}\n{}\n",
            page.title,
            page.url,
            page.description,
            beginning(&page.markdown, characters)
        ));
    }
    if !material.images.is_empty() && matches!(purpose, Purpose::Article | Purpose::SocialPost) {
        text.push_str("\nImages to choose from:\n");
        for image in &material.images {
            text.push_str(&format!("- {} ({})\n", image.url, image.alt));
        }
    }
    text
}

fn asked(purpose: Purpose, task: &Task) -> String {
    let count = task.count;
    match purpose {
        Purpose::Context => "write the research for the client's context file.".to_owned(),
        Purpose::Strategy => "propose the marketing strategy.".to_owned(),
        Purpose::Topics => format!("propose {count} blog topics."),
        Purpose::Article => "write the blog post that this brief describes.".to_owned(),
        Purpose::SocialPlan => {
            format!(
                "plan {count} social posts: for each its topic, channels, format, brief and day, spread over the days."
            )
        }
        Purpose::GbpPlan => {
            format!(
                "plan {count} posts for the Google Business Profile, of use to people nearby, spread over the days."
            )
        }
        Purpose::NewsletterPlan => format!("plan {count} newsletters: for each its subject, parts, audience and day."),
        Purpose::BacklinkTargets => {
            format!(
                "find {count} sites that might link to the client, with contact and angle, as far as the material carries them."
            )
        }
        Purpose::AdCopyPlan => format!("plan {count} sets of ad copy: for each the offer, network, audience and page."),
        Purpose::SocialPost => "write the post that this brief describes, for the one channel below.".to_owned(),
        Purpose::Newsletter => "write the newsletter that this brief describes.".to_owned(),
        Purpose::Outreach => "write the mail that asks this site for a link.".to_owned(),
        Purpose::AdCopy => "write the set of ad copy that this brief describes.".to_owned(),
    }
}

/// Whether it answers with so many of something.
const fn plans(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Topics
            | Purpose::SocialPlan
            | Purpose::GbpPlan
            | Purpose::NewsletterPlan
            | Purpose::BacklinkTargets
            | Purpose::AdCopyPlan
    )
}

fn where_and_when(text: &mut String, task: &Task) {
    if let Some((first, last)) = task.days {
        text.push_str(&format!("\nDays: from {first} to {last}\n"));
    }
    if !task.channels.is_empty() {
        text.push_str("\nChannels:\n");
        for channel in &task.channels {
            text.push_str(&format!("- {} (key {}): {}\n", channel.name, channel.key, channel.rules));
        }
    }
    if !task.formats.is_empty() {
        text.push_str(&format!("\nFormats: {}\n", task.formats.join(", ")));
    }
    if !task.audiences.is_empty() {
        text.push_str("\nAudiences:\n");
        for audience in &task.audiences {
            let members = audience.members.map_or_else(String::new, |members| format!(", {members} people"));
            text.push_str(&format!("- {} (id {}{members})\n", audience.name, audience.id));
        }
    }
}

pub(super) fn beginning(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at])
}
