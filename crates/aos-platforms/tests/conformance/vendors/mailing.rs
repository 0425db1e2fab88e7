//! Mailchimp and Klaviyo.

use aos_platforms::{Klaviyo, Mailchimp};
use aos_sandbox::Service;

use super::{JPEG, Staging};

pub fn stagings() -> Vec<Staging> {
    vec![mailchimp(), klaviyo()]
}

fn mailchimp() -> Staging {
    Staging {
        make: |vendor| Box::new(Mailchimp::new(vendor)),
        service: Service::Mailchimp,
        create: ("POST", "/us21.api.mailchimp.com/3.0/campaigns"),
        read: ("GET", "/us21.api.mailchimp.com/3.0/campaigns/"),
        // There are no scopes to choose from.
        agree: |sandbox, departure, person, _| sandbox.vendors().mailchimp().agree(departure, person),
        decline: |sandbox, departure| sandbox.vendors().mailchimp().decline(departure),
        standing: |sandbox| sandbox.vendors().mailchimp().campaigns().len(),
        revoke: |sandbox| sandbox.vendors().mailchimp().revoke("anna"),
        // They have no end.
        expire: |_| (),
        delete: |sandbox, id| assert!(sandbox.vendors().mailchimp().delete_campaign(id)),
        ben_has_nothing: false,
        refuses_twins: false,
        hide: None,
        picture: ("image/jpeg", JPEG),
        picture_required: false,
    }
}

fn klaviyo() -> Staging {
    Staging {
        make: |vendor| Box::new(Klaviyo::new(vendor)),
        service: Service::Klaviyo,
        create: ("POST", "/a.klaviyo.com/api/campaigns"),
        read: ("GET", "/a.klaviyo.com/api/campaigns/"),
        agree: |sandbox, departure, person, scopes| match scopes {
            None => sandbox.vendors().klaviyo().agree(departure, person),
            Some(scopes) => sandbox.vendors().klaviyo().agree_to(departure, person, scopes),
        },
        decline: |sandbox, departure| sandbox.vendors().klaviyo().decline(departure),
        standing: |sandbox| sandbox.vendors().klaviyo().campaigns().len(),
        revoke: |sandbox| sandbox.vendors().klaviyo().revoke("anna"),
        expire: |sandbox| sandbox.vendors().klaviyo().expire_tokens(),
        delete: |sandbox, id| assert!(sandbox.vendors().klaviyo().delete_campaign(id)),
        ..mailchimp()
    }
}
