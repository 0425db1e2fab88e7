//! Manage → Users: who may sign in, and what they may do.

use std::collections::HashMap;

use aos_features::{
    people::{self, Email, Grant, HashedPassword, Membership, Permission, Role, UserSummary, commands::NewUser},
    read_models::clients,
};
use aos_kernel::{Cursor, PageSize, Result, TenantId, TenantScope, UserId};
use aos_storage::Conn;
use axum::{Form, extract::Query};
use chrono_tz::Tz;
use serde::Deserialize;

use super::views::{OneTimePassword, RoleChoice, RoleTag, UserForm, UserRow, UsersPage};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, next_page},
    ui::{Choice, Choices, states::label},
};

/// Clients that can be chosen for a role; more would make no list to choose from.
const MOST_CLIENTS: i64 = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<Cursor>,
}

/// What the page shows beside the people themselves.
#[derive(Default)]
struct Around {
    form: UserForm,
    errors: FieldErrors,
    one_time: Option<OneTimePassword>,
}

/// `GET /manage/users`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let view = view(&viewer, asked.after.as_ref(), Around::default()).await?;
    viewer.page(&view)
}

async fn view(viewer: &Viewer, after: Option<&Cursor>, around: Around) -> Result<UsersPage> {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut conn = viewer.read().await?;
    let page = people::queries::users(&mut conn, &agency, None, after, PageSize::DEFAULT).await?;
    let clients = clients::names(&mut conn, &agency, MOST_CLIENTS).await?;
    let zone = zone(&mut conn).await?;
    let dial = Dial { zone, now: viewer.now };
    let names: HashMap<TenantId, String> = clients.iter().cloned().collect();
    let choices = clients.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    Ok(UsersPage {
        shell: viewer.shell(&mut conn, "Users", Place::Users).await?,
        more: next_page(paths::USERS, &[], page.next.as_ref()),
        users: page.items.into_iter().map(|user| row(user, &names, dial, viewer.principal.user())).collect(),
        roles: Role::ALL.iter().copied().map(choice).collect(),
        clients: Choices::new(choices, around.form.client.clone()),
        form: around.form,
        errors: around.errors,
        one_time: around.one_time,
    })
}

/// The agency's own time zone, for pages that concern no client.
pub(crate) async fn zone(conn: &mut Conn) -> Result<Tz> {
    Ok(people::queries::agency(conn).await?.zone.parse().unwrap_or(Tz::UTC))
}

fn row(summary: UserSummary, clients: &HashMap<TenantId, String>, dial: Dial, you: UserId) -> UserRow {
    let UserSummary { user, memberships, last_seen_at } = summary;
    UserRow {
        state: if user.is_active() { "active" } else { "disabled" }.to_owned(),
        id: user.id.to_string(),
        name: user.name,
        email: user.email,
        roles: memberships.iter().map(|own| tag(own, clients)).collect(),
        last_seen: last_seen_at.map(|at| dial.moment(at)),
        is_you: user.id == you,
    }
}

fn tag(own: &Membership, clients: &HashMap<TenantId, String>) -> RoleTag {
    let words = match own.tenant_id {
        Some(tenant) => {
            let client = clients.get(&tenant).map_or("an archived client", String::as_str);
            format!("{} of {client}", label(own.role.as_str()))
        }
        None => label(own.role.as_str()),
    };
    RoleTag {
        words,
        role: own.role.as_str().to_owned(),
        client: own.tenant_id.map_or_else(String::new, |tenant| tenant.to_string()),
    }
}

fn choice(role: Role) -> RoleChoice {
    let hint = match role {
        Role::Administrator => "Everything, users and models included.",
        Role::Consultant => "Every client’s work: plans, onboarding, channels; decides as a reviewer.",
        Role::Reviewer => "Reviews and edits posts.",
        Role::Approver => "Decides on strategies, requests and posts.",
        Role::TenantAdmin => "Speaks for one client: its channels, its context, its say in decisions.",
        Role::TenantMember => "Sees one client and raises requests for it.",
    };
    let label = match role {
        Role::TenantAdmin => "Administrator of a client".to_owned(),
        Role::TenantMember => "Member of a client".to_owned(),
        staff => label(staff.as_str()),
    };
    RoleChoice { value: role.as_str().to_owned(), label, hint: hint.to_owned(), of_client: !role.is_agency_wide() }
}

/// The role and the client that a form names.
fn grant(role: &str, client: &str) -> Result<Grant> {
    let role: Role = role.parse().map_err(|_| aos_kernel::Error::invalid("role", "Choose a role."))?;
    // The list of clients has a first entry for roles of the whole agency, which a staff role is in any case.
    let tenant: Option<TenantId> = if role.is_agency_wide() { None } else { client.parse().ok() };
    Grant::new(role, tenant)
}

/// `POST /manage/users`: the one-time password stands on the page that answers, and nowhere else.
pub(super) async fn add(viewer: Viewer, Form(form): Form<UserForm>) -> Answer {
    match try_add(&viewer, &form).await {
        Ok(one_time) => {
            let around = Around { one_time: Some(one_time), ..Around::default() };
            let view = view(&viewer, None, around).await?;
            viewer.page(&view)
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let view = view(&viewer, None, Around { form, errors, one_time: None }).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_add(viewer: &Viewer, form: &UserForm) -> Result<OneTimePassword> {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let email = Email::parse(&form.email)?;
    let grant = grant(&form.role, &form.client)?;
    let (shown, password) = HashedPassword::one_time().await?;
    let shown = OneTimePassword { email: email.to_string(), password: shown.expose().to_owned() };
    let mut tx = viewer.begin().await?;
    people::commands::add_user(&mut tx, &agency, NewUser { email, name: form.name.clone(), password }, &[grant])
        .await?;
    tx.commit().await?;
    Ok(shown)
}

/// `POST /manage/users/{user}/roles`.
pub(super) async fn give_role(viewer: Viewer, At(user): At<UserId>, Form(fields): Form<Fields>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let grant = match grant(fields.text("role"), fields.text("client")) {
        Ok(grant) => grant,
        Err(error) => return Ok(viewer.done(Flash::bad(error.message()), paths::USERS)),
    };
    let mut tx = viewer.begin().await?;
    people::commands::grant_role(&mut tx, &agency, user, grant).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The role is given."), paths::USERS))
}

/// `POST /manage/users/{user}/roles/remove`.
pub(super) async fn take_role(viewer: Viewer, At(user): At<UserId>, Form(fields): Form<Fields>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let grant = grant(fields.text("role"), fields.text("client"))?;
    let mut tx = viewer.begin().await?;
    let taken = match grant.tenant {
        Some(tenant) => {
            let scope: TenantScope = viewer.scope(tenant, Permission::ManageUsers)?;
            people::commands::remove_client_person(&mut tx, scope, user).await
        }
        None => people::commands::withdraw_role(&mut tx, &agency, user, grant.role).await,
    };
    finish(&viewer, tx, taken, "The role is taken away.").await
}

/// Says what became of it; a refusal that somebody can do something about stays on the page.
async fn finish(viewer: &Viewer, tx: aos_storage::Tx, done: Result<()>, words: &str) -> Answer {
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good(words), paths::USERS))
        }
        Err(error) if FieldErrors::of(&error).is_some() => Ok(viewer.done(refusal(&error), paths::USERS)),
        Err(error) => Err(error.into()),
    }
}

fn refusal(error: &aos_kernel::Error) -> Flash {
    let help = error.help().map_or_else(String::new, |help| format!(" {help}"));
    Flash::bad(format!("{}{help}", error.message()))
}

/// `POST /manage/users/{user}/disable`.
pub(super) async fn disable(viewer: Viewer, At(user): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let done = people::commands::deactivate(&mut tx, &agency, user).await;
    finish(&viewer, tx, done, "They are shut out; their sessions and tokens have ended.").await
}

/// `POST /manage/users/{user}/enable`.
pub(super) async fn enable(viewer: Viewer, At(user): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let done = people::commands::reactivate(&mut tx, &agency, user).await;
    finish(&viewer, tx, done, "They can sign in again.").await
}

/// `POST /manage/users/{user}/password`.
pub(super) async fn reset_password(viewer: Viewer, At(user): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let (shown, password) = HashedPassword::one_time().await?;
    let mut tx = viewer.begin().await?;
    if let Err(error) = people::commands::reset_password(&mut tx, &agency, user, &password).await {
        return if FieldErrors::of(&error).is_some() {
            Ok(viewer.done(refusal(&error), paths::USERS))
        } else {
            Err(error.into())
        };
    }
    let email = people::queries::user(&mut tx, user).await?.email;
    tx.commit().await?;
    let one_time = Some(OneTimePassword { email, password: shown.expose().to_owned() });
    let view = view(&viewer, None, Around { one_time, ..Around::default() }).await?;
    viewer.page(&view)
}
