//! The vendors' platforms, each against the vendor that the sandbox simulates, over HTTP.
//!
//! A platform joins with its [`Staging`] in the file of its family; the cases come from what its descriptor declares.

mod authorize;
mod campaigns;
mod faults;
mod google;
mod inspect;
mod mailing;
mod meta;
mod posts;
mod social;
mod stage;
mod webflow;

use aos_capabilities::Capability;
use libtest_mimic::{Failed, Trial};

use crate::block_on;
pub use stage::{Stage, Staging};
pub use webflow::staging as webflow_staging;

/// One case: its name and what is done on a fresh stage.
type Case = (&'static str, for<'a> fn(&'a Stage) -> crate::Running<'a>);

/// A garden office, 600 pixels wide and high.
const JPEG: &[u8] = include_bytes!("office.jpg");
const PNG: &[u8] = include_bytes!("office.png");

/// All platforms of vendors.
pub fn stagings() -> Vec<Staging> {
    let webflow = vec![webflow::staging()];
    [social::stagings(), meta::stagings(), mailing::stagings(), google::stagings(), webflow].concat()
}

/// The platforms that stand here, for the list that `tidy` compares.
pub fn trials() -> Vec<Trial> {
    stagings().into_iter().flat_map(|staging| trials_of(&staging)).collect()
}

fn trials_of(staging: &Staging) -> Vec<Trial> {
    let descriptor = staging.descriptor();
    let mut trials = Vec::new();
    for capability in descriptor.capabilities {
        let cases: Vec<Case> = match capability {
            Capability::Connect => authorize::connected_cases(),
            Capability::Authorize => authorize::cases(),
            Capability::PublishPost => posts::cases(),
            Capability::SendCampaign => campaigns::cases(),
            Capability::Inspect => inspect::cases(),
            Capability::PublishArticle => Vec::new(),
        };
        for (name, case) in cases {
            let name = format!("conformance::{}::{capability}::{name}", descriptor.id);
            trials.push(trial(staging, name, move |stage| case(stage)));
        }
        let declared = *capability;
        if matches!(declared, Capability::PublishPost | Capability::SendCampaign) {
            for mishap in faults::MISHAPS {
                let name = format!("conformance::{}::{declared}::when_{}", descriptor.id, mishap.name());
                trials.push(trial(staging, name, move |stage| faults::create(stage, mishap)));
                let name = format!("conformance::{}::{declared}::reading_when_{}", descriptor.id, mishap.name());
                trials.push(trial(staging, name, move |stage| faults::read(stage, mishap)));
            }
        }
    }
    trials
}

fn trial(
    staging: &Staging,
    name: String,
    run: impl for<'a> FnOnce(&'a Stage) -> crate::Running<'a> + Send + 'static,
) -> Trial {
    let staging = staging.clone();
    Trial::test(name, move || {
        block_on(async move { run(&Stage::open(staging).await).await });
        Ok::<(), Failed>(())
    })
}
