//! Who is there and what they have: Anna owns everything of Harbour & Pine, Ben has an account and nothing in it.

use aos_kernel::Timestamp;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    reviews::Review,
    state::{GoogleSettings, Location},
};
use crate::vendors::consent::Person;

pub(super) const ANNA: &str = "anna";

pub(super) fn people() -> Vec<Person> {
    let person = |key: &str, name: &str, detail: &str| Person {
        key: key.to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
    };
    vec![
        person(
            ANNA,
            "Anna Berg",
            "owns the profile, the website, the Analytics property and the ads of Harbour & Pine",
        ),
        person("ben", "Ben Osei", "has an account with a website that is not verified, and nothing else"),
    ]
}

/// Name and address of a person.
pub(super) fn identity(person: &str) -> (&'static str, &'static str, &'static str) {
    if person == ANNA {
        ("100000000000000000101", "Anna Berg", "anna.berg@harbourandpine.example")
    } else {
        ("100000000000000000201", "Ben Osei", "ben.osei@mail.example")
    }
}

/// Accounts of Business Profile, as the API tells them.
pub(super) fn accounts(settings: &GoogleSettings, person: &str) -> Vec<Value> {
    let personal = |id: u32, name: &str| {
        json!({"name": format!("accounts/{id}"), "accountName": name, "type": "PERSONAL",
            "verificationState": "UNVERIFIED", "vettedState": "NOT_VETTED"})
    };
    if person != ANNA {
        return vec![personal(201, "Ben Osei")];
    }
    let group = |id: usize, name: &str, role: &str| {
        json!({"name": format!("accounts/{id}"), "accountName": name, "type": "LOCATION_GROUP", "role": role,
            "verificationState": "UNVERIFIED", "vettedState": "NOT_VETTED", "permissionLevel": "OWNER_LEVEL"})
    };
    let mut all = vec![personal(101, "Anna Berg")];
    all.extend((0..settings.more_accounts).map(|n| group(1_000 + n, &format!("Project group {}", n + 1), "MANAGER")));
    // The group with the location comes last, so that whoever reads one page only misses it.
    all.push(group(102, "Harbour & Pine", "PRIMARY_OWNER"));
    all
}

pub(super) fn locations() -> Vec<Location> {
    let hours = |day: &str| json!({"openDay": day, "openTime": {"hours": 8}, "closeDay": day, "closeTime": {"hours": 17, "minutes": 30}});
    let periods = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"].map(hours);
    let data = json!({
        "name": "locations/555", "languageCode": "en", "storeCode": "HP-1", "title": "Harbour & Pine",
        "phoneNumbers": {"primaryPhone": "+44 1632 960 101"},
        "categories": {"primaryCategory": {"name": "categories/gcid:shed_builder", "displayName": "Shed builder"},
            "additionalCategories": [{"name": "categories/gcid:carpenter", "displayName": "Carpenter"}]},
        "storefrontAddress": {"regionCode": "GB", "languageCode": "en", "postalCode": "NE99 1AA",
            "locality": "Marram Bay", "addressLines": ["4 Old Quay"]},
        "websiteUri": "https://www.harbourandpine.example/",
        "regularHours": { "periods": periods },
        "profile": {"description": "Garden offices and timber workshops, built at the quay in Marram Bay since 2009."},
        "openInfo": {"status": "OPEN", "canReopen": true, "openingDate": {"year": 2009, "month": 4}},
        "metadata": {"canDelete": true, "canOperateLocalPost": true, "hasVoiceOfMerchant": true,
            "placeId": "ChIJharbourandpine", "mapsUri": "https://maps.google.com/maps?cid=555",
            "newReviewUri": "https://search.google.com/local/writereview?placeid=ChIJharbourandpine"},
    });
    // Claimed and not verified yet: nothing may be posted there.
    let showroom = json!({
        "name": "locations/556", "languageCode": "en", "title": "Harbour & Pine Showroom",
        "storefrontAddress": {"regionCode": "GB", "languageCode": "en", "postalCode": "NE99 1AB",
            "locality": "Marram Bay", "addressLines": ["2 Station Road"]},
        "metadata": {"canDelete": true, "hasVoiceOfMerchant": false},
    });
    [("locations/555", data), ("locations/556", showroom)]
        .map(|(name, data)| Location {
            name: name.to_owned(),
            account: "accounts/102".to_owned(),
            data,
            edits: Vec::new(),
        })
        .into()
}

/// Further locations that a setting asks for.
pub(super) fn more_locations(settings: &GoogleSettings) -> impl Iterator<Item = Value> + use<> {
    (0..settings.more_locations).map(|n| {
        json!({"name": format!("locations/{}", 6_000 + n), "title": format!("Depot {}", n + 1),
            "metadata": {"hasVoiceOfMerchant": false}})
    })
}

pub(super) fn reviews(now: Timestamp) -> Vec<Review> {
    let written = [
        (
            "R1",
            "Joan Whitlock",
            5,
            "The studio was up in nine days and is warm in January.",
            70,
            Some("Thank you, Joan."),
        ),
        (
            "R2",
            "Tariq Aziz",
            4,
            "Fine work. The electrician came a week late.",
            41,
            Some("Thank you. We have spoken to him."),
        ),
        ("R3", "Marta Lindqvist", 5, "", 33, None),
        ("R4", "Colin Reed", 2, "Nobody called back after the survey.", 12, None),
        ("R5", "Priya Nair", 5, "Lovely larch, and they took every offcut away.", 4, None),
    ];
    written
        .into_iter()
        .map(|(id, name, stars, comment, days, reply)| {
            let at = now - TimeDelta::days(days);
            Review {
                id: id.to_owned(),
                location: "locations/555".to_owned(),
                reviewer: name.to_owned(),
                stars,
                comment: Some(comment).filter(|text| !text.is_empty()).map(str::to_owned),
                created_at: at,
                updated_at: at,
                reply: reply.map(|text| (text.to_owned(), at + TimeDelta::days(1))),
            }
        })
        .collect()
}
