//! Manage → Credentials: which secrets are kept, for whom, since when, and under which master key.

use aos_features::{
    notices::mail,
    people::Permission,
    read_models::{
        credentials::{self, CredentialFilter, CredentialKind, CredentialLine, Used},
        names::Names,
    },
};
use aos_kernel::{Cursor, PageSize};
use aos_storage::{KeyState, MasterKeys};
use axum::extract::Query;
use serde::Deserialize;

use super::views::{CredentialRow, CredentialsPage, KeyRow};
use crate::{
    layout::{ClientTab, Place},
    paths,
    search::ClientFilter,
    session::{Answer, Viewer},
    show::{Dial, count, next_page, who},
    ui::{Choice, Choices, states::label},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    client: String,
    /// `old`: only what a rotation has left.
    key: String,
    after: Option<Cursor>,
}

/// `GET /manage/credentials`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let scope = viewer.agency(Permission::OperateSystem)?;
    let product = &viewer.state.product;
    let keys = product.credentials.master_keys();
    let mut conn = viewer.read().await?;
    let clients = ClientFilter::of(&mut conn, &viewer.principal, &scope, &asked.client, "Every owner").await?;
    let chosen = clients.query();
    let filter = CredentialFilter {
        kind: asked.kind.parse().ok(),
        tenant: clients.chosen(),
        not_under: (asked.key == "old").then(|| keys.current.clone()),
    };
    let page = credentials::credentials(&mut conn, &scope, &filter, asked.after.as_ref(), PageSize::DEFAULT).await?;
    let by_key = credentials::by_key(&mut conn, &scope).await?;
    let names = Names::of(&mut conn, page.items.iter().filter_map(|line| line.made_by.as_ref())).await?;
    let mail = mail::server(&mut conn, &product.post).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let filters = [("kind", asked.kind.as_str()), ("client", &chosen), ("key", &asked.key)];
    let kinds = CredentialKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind_words(*kind).0)).collect();
    let view = CredentialsPage {
        shell: viewer.shell(&mut conn, "Credentials", Place::Credentials).await?,
        credentials: page.items.iter().map(|line| row(line, &keys, &names, dial)).collect(),
        total: count(by_key.iter().map(|(_, n)| n).sum()),
        older: wrapped(&by_key, &keys, KeyState::Older),
        missing: wrapped(&by_key, &keys, KeyState::Missing),
        keys: key_rows(&by_key, &keys),
        in_file: keys.in_file,
        mail_elsewhere: mail.source == mail::Source::File && mail.has_password,
        kinds: Choices::new(kinds, asked.kind.clone()),
        clients,
        key_states: Choices::new(vec![Choice::new("old", "Not under the present one")], asked.key.clone()),
        filtered: filters.iter().any(|(_, value)| !value.is_empty()),
        more: next_page(paths::CREDENTIALS, &filters, page.next.as_ref()),
    };
    viewer.page(&view)
}

fn wrapped(by_key: &[(String, i64)], keys: &MasterKeys, state: KeyState) -> u64 {
    count(by_key.iter().filter(|(key, _)| keys.state_of(key) == state).map(|(_, n)| n).sum())
}

pub(super) fn key_word(state: KeyState) -> &'static str {
    match state {
        KeyState::Current => "current",
        KeyState::Older => "older_key",
        KeyState::Missing => "missing_key",
    }
}

/// The keys at hand in their order, then those that are only named by what they wrap.
pub(super) fn key_rows(by_key: &[(String, i64)], keys: &MasterKeys) -> Vec<KeyRow> {
    let known = std::iter::once(&keys.current).chain(&keys.older);
    let missing = by_key.iter().map(|(key, _)| key).filter(|key| keys.state_of(key) == KeyState::Missing);
    known
        .chain(missing)
        .map(|name| KeyRow {
            name: name.clone(),
            state: key_word(keys.state_of(name)).to_owned(),
            wraps: count(by_key.iter().filter(|(key, _)| key == name).map(|(_, n)| n).sum()),
        })
        .collect()
}

/// A kind in words, with its icon.
const fn kind_words(kind: CredentialKind) -> (&'static str, &'static str) {
    match kind {
        CredentialKind::Channel => ("Password of a channel", "plug"),
        CredentialKind::PlatformApp => ("Secret of an application at a platform", "plug"),
        CredentialKind::ModelProvider => ("Key of a model provider", "cpu"),
        CredentialKind::MailServer => ("Password of the mail server", "send"),
        CredentialKind::SignInProvider => ("Client secret for signing in", "log-out"),
        CredentialKind::TwoFactor => ("Second factor of a person", "shield"),
        CredentialKind::Internal => ("Made by Agency OS for itself", "lock"),
    }
}

fn row(line: &CredentialLine, keys: &MasterKeys, names: &Names, dial: Dial) -> CredentialRow {
    let (kind, icon) = kind_words(line.kind);
    let (used, href, trouble) = match &line.used {
        Used::Channel { label, platform, state, .. } => (
            format!("{} · {label}", crate::ui::states::label(platform)),
            line.tenant.as_ref().map(|(tenant, _)| paths::client_tab(tenant, ClientTab::Channels)),
            Some(state.clone()).filter(|state| state != "connected"),
        ),
        Used::PlatformApp { platform } => {
            (crate::ui::states::label(platform), Some(paths::PLATFORM_APPS.to_owned()), None)
        }
        Used::ModelProvider { id, name } => (name.clone(), Some(format!("{}?provider={id}", paths::MODELS)), None),
        Used::MailServer { host } => (host.clone(), Some(paths::MAIL.to_owned()), None),
        Used::SignInProvider { name } => (name.clone(), Some(paths::SETTINGS_SIGN_IN.to_owned()), None),
        Used::Person { id, name } => (name.clone(), Some(paths::user(id)), None),
        Used::Inside { purpose } => (label(purpose), None, None),
        Used::Nowhere => ("Nothing uses it any more".to_owned(), None, Some("unused".to_owned())),
    };
    CredentialRow {
        kind: kind.to_owned(),
        icon,
        used,
        href,
        trouble,
        client: line.tenant.as_ref().map(|(tenant, name)| (name.clone(), paths::client(tenant))),
        person: line.kind == CredentialKind::TwoFactor,
        by: line.made_by.as_ref().map(|actor| who(names, actor).0),
        at: dial.moment(line.made_at),
        key: line.key.clone(),
        key_state: key_word(keys.state_of(&line.key)).to_owned(),
        worked: line.worked_at.map(|at| dial.moment(at)),
    }
}
