//! Webflow's connection, consent and evidence. Its articles stand in `webflow.rs` beside this folder.

use aos_platforms::Webflow;
use aos_sandbox::Service;

use super::{PNG, Staging, social};

pub fn staging() -> Staging {
    Staging {
        make: |vendor| Box::new(Webflow::new(vendor)),
        service: Service::Webflow,
        create: ("POST", "/api.webflow.com/v2/collections/"),
        read: ("GET", "/api.webflow.com/v2/collections/"),
        agree: |sandbox, departure, person, scopes| match scopes {
            None => sandbox.vendors().webflow().agree(departure, person),
            Some(scopes) => sandbox.vendors().webflow().agree_to(departure, person, scopes),
        },
        decline: |sandbox, departure| sandbox.vendors().webflow().decline(departure),
        standing: |sandbox| sandbox.vendors().webflow().articles().len(),
        revoke: |sandbox| sandbox.vendors().webflow().revoke("anna"),
        // They have no end.
        expire: |_| (),
        delete: |sandbox, id| assert!(sandbox.vendors().webflow().delete_item(id)),
        ben_has_nothing: true,
        refuses_twins: false,
        picture: ("image/png", PNG),
        ..social::linkedin()
    }
}
