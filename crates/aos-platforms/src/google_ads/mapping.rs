//! Between our words and Google Ads', without a request. Source: contract `google.md`, section 8.2.

use aos_capabilities::connect::Target;
use url::Url;

use super::api::{Client, Settings};

/// The id of a customer: digits only.
pub(super) fn id_of(client: &Client) -> Option<String> {
    let id = client.id.as_str().map_or_else(|| client.id.to_string(), str::to_owned);
    is_id(&id).then_some(id)
}

pub(super) fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit())
}

/// `customers/1234567890`
pub(super) fn id_in(resource_name: &str) -> Option<&str> {
    resource_name.strip_prefix("customers/").filter(|id| is_id(id))
}

/// As Google Ads shows ids: `123-456-7890`.
pub(super) fn shown(id: &str) -> String {
    match id.len() {
        10 if is_id(id) => format!("{}-{}-{}", &id[..3], &id[3..6], &id[6..]),
        _ => id.to_owned(),
    }
}

const MANAGER: &str = "This is a manager account: it holds customers and has no campaigns of its own. Choose one of \
                       the customers below it.";

/// A customer of a tree. `root` is the customer whose tree it is, through which access runs to all but itself.
pub(super) fn target(root: &str, root_name: Option<&str>, client: &Client) -> Option<Target> {
    let id = id_of(client)?;
    let through = (id != root).then(|| root.to_owned());
    let parts = [
        Some(shown(&id)),
        client.manager.then(|| "manager account".to_owned()),
        client.currency_code.clone(),
        through.as_ref().map(|root| format!("through {}", root_name.map_or_else(|| shown(root), str::to_owned))),
    ];
    let name = if client.descriptive_name.is_empty() { shown(&id) } else { client.descriptive_name.clone() };
    let settings = Settings {
        customer_id: id.clone(),
        name: name.clone(),
        login_customer_id: through,
        currency: client.currency_code.clone(),
        time_zone: client.time_zone.clone(),
    };
    Some(Target {
        detail: parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        key: id,
        label: name,
        url: Url::parse("https://ads.google.com/aw/overview").ok(),
        tokens: None,
        settings: serde_json::to_value(settings).unwrap_or_default(),
        refusal: refusal(client),
    })
}

fn refusal(client: &Client) -> Option<String> {
    if client.manager {
        return Some(MANAGER.to_owned());
    }
    let state = match client.status.as_str() {
        "CANCELED" | "CANCELLED" => "cancelled",
        "SUSPENDED" => "suspended",
        "CLOSED" => "closed",
        // Google says nothing, or a word that is newer than this client.
        _ => return None,
    };
    Some(format!(
        "Google Ads says that this customer is {state}. Open it in Google Ads and activate it, then connect it again."
    ))
}

/// A customer whose name could not be read, and perhaps why it can't be connected.
pub(super) fn nameless(id: &str, refusal: Option<String>) -> Option<Target> {
    let client = Client { id: id.into(), ..Client::default() };
    let target = target(id, None, &client)?;
    Some(Target { refusal, ..target })
}
