//! Webflow under test: articles as items of the collection that a person chose on the consent page.

use std::{cell::Cell, sync::Arc};

use aos_capabilities::{Account, Capability, Descriptor, Platform};
use aos_platforms::{Vendor, Webflow};
use aos_sandbox::{Fault, Service};
use url::Url;

use crate::{
    Running, Subject,
    bench::{Again, Bench, Mishap, Request, StandingClock, TRIES_OF_A_READ, now},
    vendors::{Stage, webflow_staging},
    wordpress::outbound,
};

/// The stage of all vendors, with what only articles need.
struct Collection {
    stage: Stage,
    /// What stood there before.
    before: usize,
    /// Our client with nobody at the other end, once nothing answers any more.
    nowhere: Webflow,
    unreachable: Cell<bool>,
}

pub fn subject() -> Subject {
    // At Webflow 409 is a site that was never published and 404 an item that is gone, each with a story of its own; and it
    // writes no PHP.
    let others = [Mishap::Conflict, Mishap::RouteMissing, Mishap::PhpNotice];
    let mishaps = Mishap::ALL.iter().copied().filter(|one| !others.contains(one));
    Subject {
        descriptor: Descriptor {
            // Connecting, consent and evidence stand on the stage of all vendors.
            capabilities: &[Capability::PublishArticle],
            ..webflow_staging().descriptor()
        },
        open: || Box::pin(async { Box::new(Collection::open().await) as Box<dyn Bench> }),
        mishaps: mishaps.collect(),
        own: Vec::new(),
    }
}

impl Collection {
    async fn open() -> Self {
        let stage = Stage::open(webflow_staging()).await;
        // Bound and let go of at once: nobody listens there.
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let root = Url::parse(&format!("http://{closed}/")).unwrap();
        let nowhere =
            Webflow::new(Vendor::new(outbound(&stage.recorder), Arc::new(StandingClock(now()))).simulated(root));
        Self {
            before: stage.sandbox.vendors().webflow().articles().len(),
            stage,
            nowhere,
            unreachable: Cell::new(false),
        }
    }
}

impl Bench for Collection {
    fn platform(&self) -> &dyn Platform {
        if self.unreachable.get() { &self.nowhere } else { &*self.stage.platform }
    }
    fn account(&self) -> Account {
        self.stage.account()
    }
    fn arrange(&self, mishap: Mishap, on: Request) {
        let Some(kind) = mishap.fault() else { return self.unreachable.set(true) };
        let ((method, path), times) = match on {
            Request::Write => (self.stage.staging.create, 1),
            Request::Read => (self.stage.staging.read, TRIES_OF_A_READ),
        };
        self.stage.sandbox.faults().push(Fault::new(Service::Webflow, path, kind).method(method).times(times));
    }
    fn standing(&self) -> usize {
        let articles = self.stage.sandbox.vendors().webflow().articles();
        articles.iter().filter(|item| !item.is_archived).count() - self.before
    }
    fn revoke(&self) {
        self.stage.sandbox.vendors().webflow().revoke("anna");
    }
    fn delete(&self, id: &str) {
        assert!(self.stage.sandbox.vendors().webflow().delete_item(id));
    }
    fn bin<'a>(&'a self, id: &'a str) -> Running<'a> {
        let webflow = self.stage.sandbox.vendors().webflow();
        Box::pin(async move { assert!(webflow.edit_item(id, |item| item.is_archived = true)) })
    }
    fn requests(&self) -> usize {
        self.stage.requests()
    }
    fn records(&self) -> String {
        self.stage.records()
    }
    fn sets_terms(&self) -> bool {
        false
    }
    fn reach_again(&self) {
        self.unreachable.set(false);
    }
    fn after_a_page(&self) -> Again {
        // Nobody signs in there: the page stands in front of the API and passes by itself.
        Again::Later
    }
}
