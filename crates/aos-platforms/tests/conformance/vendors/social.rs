//! LinkedIn, X and TikTok.

use aos_platforms::{LinkedIn, TikTok, X};
use aos_sandbox::Service;

use super::{JPEG, PNG, Staging};

pub fn stagings() -> Vec<Staging> {
    vec![linkedin(), x(), tiktok()]
}

fn linkedin() -> Staging {
    Staging {
        make: |vendor| Box::new(LinkedIn::new(vendor)),
        service: Service::LinkedIn,
        create: ("POST", "/api.linkedin.com/rest/posts"),
        read: ("GET", "/api.linkedin.com/rest/posts"),
        agree: |sandbox, departure, person, scopes| match scopes {
            None => sandbox.vendors().linkedin().agree(departure, person),
            Some(scopes) => sandbox.vendors().linkedin().agree_to(departure, person, scopes),
        },
        decline: |sandbox, departure| sandbox.vendors().linkedin().decline(departure),
        standing: |sandbox| sandbox.vendors().linkedin().posts().len(),
        revoke: |sandbox| sandbox.vendors().linkedin().revoke("anna"),
        expire: |sandbox| sandbox.vendors().linkedin().expire_access(),
        delete: |sandbox, id| assert!(sandbox.vendors().linkedin().delete_post(id)),
        ben_has_nothing: true,
        refuses_twins: true,
        hide: None,
        picture: ("image/png", PNG),
        picture_required: false,
    }
}

fn x() -> Staging {
    Staging {
        make: |vendor| Box::new(X::new(vendor)),
        service: Service::X,
        create: ("POST", "/api.x.com/2/tweets"),
        read: ("GET", "/api.x.com/2/tweets"),
        agree: |sandbox, departure, person, scopes| match scopes {
            None => sandbox.vendors().x().agree(departure, person),
            Some(scopes) => sandbox.vendors().x().agree_to(departure, person, scopes),
        },
        decline: |sandbox, departure| sandbox.vendors().x().decline(departure),
        standing: |sandbox| sandbox.vendors().x().posts().len(),
        revoke: |sandbox| sandbox.vendors().x().revoke("anna"),
        expire: |sandbox| sandbox.vendors().x().expire_access(),
        delete: |sandbox, id| assert!(sandbox.vendors().x().delete_post(id)),
        ben_has_nothing: false,
        refuses_twins: true,
        hide: None,
        picture: ("image/png", PNG),
        picture_required: false,
    }
}

fn tiktok() -> Staging {
    Staging {
        make: |vendor| Box::new(TikTok::new(vendor)),
        service: Service::TikTok,
        create: ("POST", "/open.tiktokapis.com/v2/post/publish/content/init/"),
        read: ("POST", "/open.tiktokapis.com/v2/video/"),
        agree: |sandbox, departure, person, scopes| match scopes {
            None => sandbox.vendors().tiktok().agree(departure, person),
            Some(scopes) => sandbox.vendors().tiktok().agree_to(departure, person, scopes),
        },
        decline: |sandbox, departure| sandbox.vendors().tiktok().decline(departure),
        standing: |sandbox| sandbox.vendors().tiktok().posts().len(),
        revoke: |sandbox| sandbox.vendors().tiktok().revoke("anna"),
        expire: |sandbox| sandbox.vendors().tiktok().expire_access(),
        delete: |sandbox, id| assert!(sandbox.vendors().tiktok().delete_post(id)),
        ben_has_nothing: false,
        refuses_twins: false,
        hide: Some(|sandbox| {
            sandbox.vendors().tiktok().configure(|one| one.privacy = vec!["SELF_ONLY".to_owned()]);
        }),
        picture: ("image/jpeg", JPEG),
        picture_required: true,
    }
}
