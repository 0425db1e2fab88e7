//! Prints everything that the offline provider drafts from a folder of Markdown pages, to be read as an editor would.
//!
//! `cargo run -p aos-llm --example draft -- FOLDER "Client's name" [COUNT] [context|strategy|topics|articles]`

#[path = "../fixtures/mod.rs"]
mod fixtures;

use std::{env, error::Error, path::PathBuf};

use aos_capabilities::{
    drafts::{ArticleDraft, TopicList},
    model::{Material, ModelRequest, Purpose},
};
use aos_kernel::{Id, MicroUsd};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder: PathBuf = arguments.next().ok_or("which folder?")?.into();
    let client = arguments.next().unwrap_or_default();
    let count: u32 = arguments.next().map_or(Ok(10), |count| count.parse())?;
    let what = arguments.next().unwrap_or_else(|| "all".to_owned());
    let mut material = fixtures::load(&folder, &client)?;
    material.task.count = count;
    for (purpose, name) in [(Purpose::Context, "context"), (Purpose::Strategy, "strategy")] {
        if what == name || what == "all" {
            println!("{}\n", serde_json::to_string_pretty(&draft(&material, purpose)?)?);
        }
    }
    let topics: TopicList = serde_json::from_value(draft(&material, Purpose::Topics)?)?;
    if what != "articles" {
        println!("{}\n", serde_json::to_string_pretty(&topics)?);
    }
    if what == "articles" || what == "all" {
        for topic in topics.topics {
            material.task.topic = Some(topic);
            let article: ArticleDraft = serde_json::from_value(draft(&material, Purpose::Article)?)?;
            let words = article.markdown.split_whitespace().count();
            println!(
                "=====\n# {}\n[{words} words · {:?} · {:?}]\n_{}_\n\n{}",
                article.title, article.tags, article.gaps, article.excerpt, article.markdown
            );
        }
    }
    Ok(())
}

fn draft(material: &Material, purpose: Purpose) -> Result<serde_json::Value, Box<dyn Error>> {
    let request = ModelRequest {
        tenant: Id::new(),
        run: Id::new(),
        purpose,
        model: None,
        system: String::new(),
        messages: Vec::new(),
        tools: Vec::new(),
        output: None,
        max_output_tokens: 0,
        material: Some(material.clone()),
        run_budget: MicroUsd::ZERO,
    };
    let reply = aos_llm::offline::compose(&request)?;
    reply.output.ok_or_else(|| "no output".into())
}
