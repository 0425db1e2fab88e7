//! Manage → Settings.

use askama::Template;

use crate::{
    forms::FieldErrors,
    layout::Shell,
    ui::{Choices, Moment, filters},
};

/// `GET /manage/settings`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/settings.html")]
pub struct SettingsPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub name: String,
    pub zones: Choices,
    pub two_factor: bool,
    /// Staff who have no second factor yet.
    pub without_two_factor: u64,
    /// One network on each line.
    pub networks: String,
    /// Where the asker comes from.
    pub address: Option<String>,
}

/// `GET /manage/settings/sign-in`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "people/settings_sign_in.html")]
pub struct SignInSettingsPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub form: ProviderForm,
    /// The one that is kept.
    pub provider: Option<ProviderView>,
    /// To be registered with the provider.
    pub callback: String,
    pub joins: Choices,
    pub clients: Choices,
}

#[derive(Clone, Debug, Default)]
pub struct ProviderView {
    pub name: String,
    /// `active` or `disabled`.
    pub state: String,
    pub changed: Moment,
}

/// The provider's form. The secret is never in it.
#[derive(Clone, Debug, Default)]
pub struct ProviderForm {
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    /// One on each line.
    pub domains: String,
    /// A role; empty: people without an account are refused.
    pub join: String,
    /// Tenant id, for the roles of a client's people.
    pub join_client: String,
    pub enabled: bool,
}
