//! Google's platforms. Their consent is one, and so is the simulated Google behind it.

use aos_platforms::{Ga4, GoogleAds, GoogleBusiness, SearchConsole};
use aos_sandbox::Service;

use super::{JPEG, Staging};

pub fn stagings() -> Vec<Staging> {
    vec![
        Staging { make: |vendor| Box::new(GoogleBusiness::new(vendor)), ..google() },
        Staging { make: |vendor| Box::new(SearchConsole::new(vendor)), ..google() },
        Staging { make: |vendor| Box::new(Ga4::new(vendor)), ..google() },
        Staging { make: |vendor| Box::new(GoogleAds::new(vendor)), ..google() },
    ]
}

fn google() -> Staging {
    Staging {
        make: |vendor| Box::new(GoogleBusiness::new(vendor)),
        service: Service::Google,
        create: ("POST", "/mybusiness.googleapis.com/v4/accounts/"),
        read: ("GET", "/mybusiness.googleapis.com/v4/accounts/"),
        agree: |sandbox, departure, person, scopes| match scopes {
            None => sandbox.vendors().google().agree(departure.as_str(), person),
            Some(scopes) => sandbox.vendors().google().agree_to(departure.as_str(), person, scopes),
        },
        decline: |sandbox, departure| sandbox.vendors().google().decline(departure.as_str()),
        standing: |sandbox| sandbox.vendors().google().posts().len(),
        revoke: |sandbox| sandbox.vendors().google().revoke("anna"),
        expire: |sandbox| sandbox.vendors().google().expire(),
        delete: |sandbox, id| assert!(sandbox.vendors().google().delete_post(id)),
        ben_has_nothing: true,
        refuses_twins: false,
        hide: None,
        picture: ("image/jpeg", JPEG),
        picture_required: false,
    }
}
