//! The provider without a model: drafts from the client's own crawled words by extraction and templates.
//!
//! Pure and deterministic: the same material gives the same draft on every machine. It states nothing that no page
//! says; what the material does not carry becomes a gap that a person can fill. English and German have frame text;
//! in other languages a draft consists of the client's own words only.

mod ads;
mod article;
mod context;
mod corpus;
mod error;
mod ideas;
mod links;
mod newsletters;
mod outline;
mod passages;
mod phrasebook;
mod posts;
mod revision;
mod strategy;
mod text;
mod topics;
mod words;

#[cfg(test)]
mod tests;

use aos_capabilities::model::{ModelError, ModelErrorKind, ModelReply, ModelRequest, Purpose, StopReason, Usage};
use aos_kernel::{MicroUsd, Retry};
use serde::Serialize;

/// `provider/model` of drafts made here.
pub const MODEL: &str = "offline/extraction";

/// Composes the draft that the request's purpose asks for, from its material.
///
/// Takes milliseconds for a small site and a second or two for hundreds of pages, all of it computing: call it on a
/// thread that may block.
///
/// # Errors
/// [`ModelErrorKind::NothingToSay`] when the material carries too little, in words that say what would help.
pub fn compose(request: &ModelRequest) -> Result<ModelReply, ModelError> {
    let Some(material) = &request.material else {
        return Err(error::nothing_to_say(
            "There is no material of the client to draft from.",
            "Crawl the client's website or upload documents, or connect a model on the Models page.",
        ));
    };
    let output = match request.purpose {
        Purpose::Context => to_json(&context::compose(material)?),
        Purpose::Strategy => to_json(&strategy::compose(material)),
        Purpose::Topics => to_json(&topics::compose(material)),
        Purpose::Article => to_json(&article::compose(material)?),
        Purpose::SocialPlan | Purpose::GbpPlan => to_json(&posts::plan(material, request.purpose)),
        Purpose::SocialPost => to_json(&posts::compose(material)?),
        Purpose::NewsletterPlan => to_json(&newsletters::plan(material)),
        Purpose::Newsletter => to_json(&newsletters::compose(material)?),
        Purpose::BacklinkTargets => to_json(&links::plan(material)),
        Purpose::Outreach => to_json(&links::compose(material)?),
        Purpose::AdCopyPlan => to_json(&ads::plan(material)),
        Purpose::AdCopy => to_json(&ads::compose(material)?),
    }?;
    Ok(ModelReply {
        text: output.to_string(),
        tool_calls: Vec::new(),
        output: Some(output),
        stop: StopReason::End,
        usage: Usage::default(),
        cost: MicroUsd::ZERO,
        model: MODEL.to_owned(),
        offline: true,
        repairs: 0,
    })
}

fn to_json(draft: &impl Serialize) -> Result<serde_json::Value, ModelError> {
    serde_json::to_value(draft).map_err(|error| ModelError {
        kind: ModelErrorKind::Malformed,
        retry: Retry::Never,
        message: format!("The draft could not be written down: {error}."),
        help: None,
    })
}

/// A number from a text, the same everywhere: what varies a turn of phrase from article to article.
fn seed(text: &str) -> usize {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // The low bits of FNV mix poorly for short texts.
    (hash >> 33) as usize
}
