//! Consent, and the customers that can be connected with it. Source: contract `google.md`, sections 1 and 8.

use aos_capabilities::{
    Account, PlatformError, PlatformErrorKind,
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
    platform::AccountInfo,
};
use aos_kernel::Secret;
use aos_outbound::Request;
use url::Url;

use super::{
    GoogleAds, SCOPE,
    api::{Accessible, Client, Found, Search, Settings, TREE},
    errors::{CONNECT, TARGETS},
    mapping,
};
use crate::google::Operation;

/// Customers whose trees are read at most, and pages of one tree, each of 10,000 rows.
const TREES: usize = 50;
const PAGES: usize = 5;

#[async_trait::async_trait]
impl Authorize for GoogleAds {
    fn departure(&self, app: &OAuthApp, visit: &Visit) -> Result<Url, PlatformError> {
        self.google().departure(app, visit)
    }
    async fn redeem(&self, app: &OAuthApp, _: &Visit, code: &Secret) -> Result<Tokens, PlatformError> {
        self.google().redeem(app, code).await
    }
    async fn refresh(&self, app: &OAuthApp, tokens: &Tokens) -> Result<Tokens, PlatformError> {
        self.google().refresh(app, tokens).await
    }
    async fn revoke(&self, _: &OAuthApp, tokens: &Tokens) -> Result<(), PlatformError> {
        self.google().revoke(tokens).await
    }

    async fn targets(&self, _: &OAuthApp, tokens: &Tokens) -> Result<Vec<Target>, PlatformError> {
        let google = self.google();
        google.granted(TARGETS, tokens)?;
        let token = &tokens.access;
        let url = self.url("customers:listAccessibleCustomers");
        let request = self.with_developer_token(google.get(&url, &[], token, "consent"));
        let accessible: Accessible = google.call(TARGETS, request).await?;
        let roots: Vec<&str> = accessible.resource_names.iter().filter_map(|name| mapping::id_in(name)).collect();
        let (mut direct, mut below) = (Vec::new(), Vec::new());
        for (place, root) in roots.iter().enumerate() {
            if place >= TREES {
                direct.extend(mapping::nameless(root, None));
                continue;
            }
            match self.tree(TARGETS, root, None, token).await {
                Ok(clients) => {
                    let own = clients.iter().find(|client| mapping::id_of(client).as_deref() == Some(root));
                    let name = own.map(|own| own.descriptive_name.clone()).filter(|name| !name.is_empty());
                    if own.is_none() {
                        direct.extend(mapping::nameless(root, None));
                    }
                    for client in &clients {
                        let is_own = mapping::id_of(client).as_deref() == Some(root);
                        let list = if is_own { &mut direct } else { &mut below };
                        list.extend(mapping::target(root, name.as_deref(), client));
                    }
                }
                // One customer that is closed must not hide the others.
                Err(error) if is_about_one(&error) => direct.extend(mapping::nameless(root, Some(in_words(error)))),
                Err(error) => return Err(error),
            }
        }
        // Direct access goes before access through a manager, and the first manager before others.
        let mut targets: Vec<Target> = Vec::new();
        for target in direct.into_iter().chain(below) {
            if targets.iter().all(|known| known.key != target.key) {
                targets.push(target);
            }
        }
        Ok(targets)
    }
}

fn is_about_one(error: &PlatformError) -> bool {
    matches!(error.kind, PlatformErrorKind::PermissionMissing | PlatformErrorKind::NotFound)
        && error.provider_code.as_deref().is_some_and(|code| {
            // A switched-off API or a project that is not approved is about all of them.
            code.starts_with("authorizationError.") && !code.contains("PROJECT") && !code.contains("DEVELOPER_TOKEN")
        })
}

fn in_words(error: PlatformError) -> String {
    match error.help {
        Some(help) => format!("{} {help}", error.message),
        None => error.message,
    }
}

impl GoogleAds {
    /// A customer with all below it.
    async fn tree(
        &self,
        operation: Operation,
        customer: &str,
        login: Option<&str>,
        token: &Secret,
    ) -> Result<Vec<Client>, PlatformError> {
        let google = self.google();
        let url = self.url(&format!("customers/{customer}/googleAds:search"));
        let mut clients = Vec::new();
        let mut at = String::new();
        for _ in 0..PAGES {
            let mut request = self.with_developer_token(google.post(&url, token, customer));
            if let Some(login) = login {
                request = request.header("login-customer-id", login);
            }
            let found: Found = google.call(operation, request.json(&Search { query: TREE, page_token: &at })).await?;
            clients.extend(found.results.into_iter().filter_map(|row| row.customer_client));
            if found.next_page_token.is_empty() || found.next_page_token == at {
                break;
            }
            at = found.next_page_token;
        }
        Ok(clients)
    }

    fn with_developer_token(&self, request: Request) -> Request {
        match &self.developer_token {
            Some(token) => request.secret_header("developer-token", token),
            None => request,
        }
    }
}

/// Whether the customer can be read, through its manager where access runs through one.
pub(super) async fn check(platform: &GoogleAds, account: &Account) -> Result<AccountInfo, PlatformError> {
    let google = platform.google();
    let mut settings: Settings = google.settings(CONNECT, account)?;
    let id = settings.customer_id.clone();
    let login = settings.login_customer_id.clone();
    if !mapping::is_id(&id) || login.as_deref().is_some_and(|login| !mapping::is_id(login)) {
        let help = "Connect it again and choose the customer.";
        return Err(google.error(CONNECT, PlatformErrorKind::NotFound, "The customer's number can't be used.", help));
    }
    let clients = platform.tree(CONNECT, &id, login.as_deref(), &account.secret).await?;
    let mut warnings = Vec::new();
    if let Some(own) = clients.into_iter().find(|client| mapping::id_of(client).as_deref() == Some(&*id)) {
        warnings.extend(mapping::target(&id, None, &own).and_then(|target| target.refusal));
        settings.name = if own.descriptive_name.is_empty() { settings.name } else { own.descriptive_name };
        settings.currency = own.currency_code.or(settings.currency);
        settings.time_zone = own.time_zone.or(settings.time_zone);
    }
    Ok(AccountInfo {
        label: format!("{} ({})", settings.name, mapping::shown(&id)),
        url: account.base_url.clone(),
        scopes: vec![SCOPE.to_owned()],
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        warnings,
    })
}
