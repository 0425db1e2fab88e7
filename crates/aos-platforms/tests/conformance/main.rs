//! Every platform, held to the same cases.
//!
//! Trials are made from the descriptors: `conformance::<platform>::<capability>::<case>`. A platform joins by adding
//! its subject to [`subjects`]; the cases of every capability it declares then apply, and of every mishap that its
//! bench can arrange. `recorded` trials play back what a real site answered.

mod articles;
mod bench;
mod connect;
mod faults;
mod limits;
mod memory;
mod publishing;
mod recorded;
mod specs;
mod vendors;
mod webflow;
mod wordpress;
mod wordpress_connect;
mod wordpress_inspect;
mod wordpress_publish;

use std::{future::Future, pin::Pin};

use aos_capabilities::{Capability, Descriptor};
use libtest_mimic::{Arguments, Failed, Trial};

use bench::{Bench, Mishap};

/// Something under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
/// A bench being set up.
pub type Opening = Pin<Box<dyn Future<Output = Box<dyn Bench>>>>;
/// What is done on a bench.
type Run = Box<dyn FnOnce(&dyn Bench) -> Running<'_> + Send>;
/// One case: its name and what is done on a fresh bench.
pub type Case = (&'static str, for<'a> fn(&'a dyn Bench) -> Running<'a>);

/// Lists cases by the names of their functions.
#[macro_export]
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {{
        let cases: [$crate::Case; _] = [$((stringify!($case), |bench| Box::pin($case(bench)))),+];
        cases.to_vec()
    }};
}

/// The same for cases on another kind of bench, whose type follows from where the list stands.
#[macro_export]
macro_rules! cases_on {
    ($($case:ident),+ $(,)?) => {
        vec![$((stringify!($case), (|stage| Box::pin($case(stage))) as for<'a> fn(&'a Stage) -> $crate::Running<'a>)),+]
    };
}

/// A platform under test.
struct Subject {
    descriptor: Descriptor,
    /// Sets up the platform and its surroundings anew.
    open: fn() -> Opening,
    mishaps: Vec<Mishap>,
    /// Cases that only this platform has.
    own: Vec<(Capability, Case)>,
}

fn subjects() -> Vec<Subject> {
    vec![memory::subject(), wordpress::subject(), webflow::subject()]
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for subject in subjects() {
        let mut add = |capability: Capability, name: &str, run: Run| {
            let name = format!("conformance::{}::{capability}::{name}", subject.descriptor.id);
            let open = subject.open;
            trials.push(Trial::test(name, move || {
                block_on(async move { run(&*open().await).await });
                Ok::<(), Failed>(())
            }));
        };
        for capability in subject.descriptor.capabilities {
            let shared = match capability {
                Capability::Connect => connect::cases(),
                Capability::PublishArticle => publishing::cases(),
                // Each has a suite of its own, in the file that carries its name.
                Capability::Authorize | Capability::PublishPost | Capability::SendCampaign | Capability::Inspect => {
                    Vec::new()
                }
            };
            let own = subject.own.iter().filter(|(of, _)| of == capability).map(|(_, case)| *case);
            for (name, case) in shared.into_iter().chain(own) {
                add(*capability, name, Box::new(case));
            }
        }
        if subject.descriptor.capabilities.contains(&Capability::PublishArticle) {
            for limit in limits::of(&subject.descriptor) {
                let name = format!("{}_beyond_the_limit_is_refused_before_a_request", limit.field);
                add(Capability::PublishArticle, &name, Box::new(move |bench| Box::pin(limits::refused(bench, limit))));
            }
            for mishap in subject.mishaps {
                let name = format!("when_{}", mishap.name());
                add(Capability::PublishArticle, &name, Box::new(move |bench| Box::pin(faults::publish(bench, mishap))));
                let name = format!("reading_when_{}", mishap.name());
                add(Capability::PublishArticle, &name, Box::new(move |bench| Box::pin(faults::read(bench, mishap))));
            }
        }
    }
    trials.push(Trial::test("conformance::wordpress::publish_article::recorded_from_a_real_site", || {
        block_on(recorded::plays_back());
        Ok::<(), Failed>(())
    }));
    trials.extend(vendors::trials());
    trials.extend(specs::trials());
    libtest_mimic::run(&arguments, trials).exit();
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future);
}
