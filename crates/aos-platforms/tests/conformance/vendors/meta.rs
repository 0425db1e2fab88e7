//! Facebook pages, Instagram and Meta's ad accounts.

use std::time::Duration;

use aos_platforms::{Facebook, Instagram, MetaAds};
use aos_sandbox::Service;

use super::{JPEG, Staging};

pub fn stagings() -> Vec<Staging> {
    vec![facebook(), instagram(), Staging { make: |vendor| Box::new(MetaAds::new(vendor)), ..facebook() }]
}

fn facebook() -> Staging {
    Staging {
        make: |vendor| Box::new(Facebook::new(vendor)),
        service: Service::Facebook,
        create: ("POST", "/graph.facebook.com/"),
        read: ("GET", "/graph.facebook.com/"),
        agree: |sandbox, departure, person, scopes| match scopes {
            None => sandbox.vendors().meta().agree(departure, person),
            Some(scopes) => sandbox.vendors().meta().agree_to(departure, person, scopes),
        },
        decline: |sandbox, departure| sandbox.vendors().meta().decline(departure),
        standing: |sandbox| sandbox.vendors().meta().posts().len(),
        revoke: |sandbox| sandbox.vendors().meta().revoke("anna"),
        expire: |sandbox| sandbox.vendors().meta().expire_tokens(),
        delete: |sandbox, id| assert!(sandbox.vendors().meta().delete_post(id)),
        ben_has_nothing: true,
        refuses_twins: true,
        hide: None,
        picture: ("image/jpeg", JPEG),
        picture_required: false,
    }
}

fn instagram() -> Staging {
    Staging {
        make: |vendor| Box::new(Instagram::new(vendor).patience(3, Duration::ZERO)),
        service: Service::Instagram,
        standing: |sandbox| sandbox.vendors().meta().media().len(),
        delete: |sandbox, id| assert!(sandbox.vendors().meta().delete_media(id)),
        refuses_twins: false,
        hide: None,
        picture_required: true,
        ..facebook()
    }
}
