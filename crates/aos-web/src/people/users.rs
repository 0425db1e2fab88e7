//! Manage → Users: who may sign in, who is invited, and adding people.

use std::collections::HashMap;

use aos_features::{
    people::{
        self, Email, HashedPassword, Permission, Role, UserFilter, UserSummary, commands::NewUser, invitations,
        invitations::Invitation,
    },
    read_models::clients,
};
use aos_kernel::{AgencyScope, Cursor, PageSize, Result, TenantId, UserId};
use aos_storage::Conn;
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::{
    roles::{choice, grant, tag, tags, zone},
    views::{InvitationRow, InviteForm, OneTime, UserForm, UserRow, UsersPage},
};
use crate::{
    forms::FieldErrors,
    layout::Place,
    notices, paths,
    session::{Answer, Viewer},
    show::{Dial, next_page},
    ui::{Choice, Choices, states::label},
};

/// Clients that can be chosen for a role; more would make no list to choose from.
pub(super) const MOST_CLIENTS: i64 = 1_000;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// `active`, `invited` or `disabled`; empty: all.
    state: String,
    role: String,
    client: String,
    after: Option<Cursor>,
}

impl Asked {
    fn is_filtered(&self) -> bool {
        [&self.q, &self.state, &self.role, &self.client].iter().any(|text| !text.trim().is_empty())
    }
    fn filter(&self) -> UserFilter {
        UserFilter {
            search: Some(self.q.clone()),
            active: match self.state.as_str() {
                "active" => Some(true),
                "disabled" => Some(false),
                _ => None,
            },
            role: self.role.parse().ok(),
            tenant: self.client.parse().ok(),
            two_factor: None,
        }
    }
}

/// What the page shows beside the people themselves.
#[derive(Default)]
pub(super) struct Around {
    pub open: &'static str,
    pub invite: InviteForm,
    pub add: UserForm,
    pub errors: FieldErrors,
    pub one_time: Option<OneTime>,
}

/// The names of the clients that the reader may see, archived ones left out.
pub(super) async fn client_names(conn: &mut Conn, scope: &AgencyScope) -> Result<HashMap<TenantId, String>> {
    Ok(clients::names(conn, scope, MOST_CLIENTS).await?.into_iter().collect())
}

/// `GET /manage/users`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let view = view(&viewer, &asked, Around::default()).await?;
    viewer.page(&view)
}

pub(super) async fn view(viewer: &Viewer, asked: &Asked, around: Around) -> Result<UsersPage> {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut conn = viewer.read().await?;
    let (filter, after) = (asked.filter(), asked.after.as_ref());
    // Who is invited has no account yet: the two lists stand one above the other, and each goes on by itself.
    let only_invited = asked.state == "invited";
    let people = if only_invited {
        aos_kernel::Page { items: Vec::new(), next: None }
    } else {
        people::queries::users(&mut conn, &agency, &filter, after, PageSize::DEFAULT).await?
    };
    let with_invited = only_invited || (asked.state.is_empty() && after.is_none());
    let invited = if with_invited {
        let cursor = after.filter(|_| only_invited);
        invitations::list(&mut conn, &agency, filter.search.as_deref(), cursor, PageSize::DEFAULT).await?
    } else {
        aos_kernel::Page { items: Vec::new(), next: None }
    };
    let listed = clients::names(&mut conn, &agency, MOST_CLIENTS).await?;
    let dial = Dial { zone: zone(&mut conn).await?, now: viewer.now };
    let names: HashMap<TenantId, String> = listed.iter().cloned().collect();
    let choices: Vec<Choice> = listed.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let concerned = |invitation: &Invitation| {
        invitation.grants.iter().any(|grant| {
            filter.role.is_none_or(|role| grant.role == role) && filter.tenant.is_none_or(|t| grant.tenant == Some(t))
        })
    };
    let filters = [
        ("q", asked.q.as_str()),
        ("state", asked.state.as_str()),
        ("role", asked.role.as_str()),
        ("client", asked.client.as_str()),
    ];
    let next = if only_invited { invited.next.as_ref() } else { people.next.as_ref() };
    let states = ["active", "invited", "disabled"].map(|state| Choice::new(state, label(state)));
    let roles = Role::ALL.iter().map(|role| Choice::new(role.as_str(), choice(*role).label)).collect();
    let sends_mail = notices::sends_mail(&mut conn, &viewer.state).await?;
    Ok(UsersPage {
        sends_mail,
        shell: viewer.shell(&mut conn, "Users", Place::Users).await?,
        more: next_page(paths::USERS, &filters, next),
        users: people.items.into_iter().map(|user| row(user, &names, dial, viewer.principal.user())).collect(),
        invitations: invited.items.into_iter().filter(concerned).map(|own| invitation(own, &names, dial)).collect(),
        states: Choices::new(states.to_vec(), asked.state.clone()),
        roles: Choices::new(roles, asked.role.clone()),
        clients: Choices::new(choices.clone(), asked.client.clone()),
        filtered: asked.is_filtered(),
        query: asked.q.clone(),
        staff_roles: Role::ALL.iter().copied().filter(|role| role.is_agency_wide()).map(choice).collect(),
        all_roles: Role::ALL.iter().copied().map(choice).collect(),
        member_clients: Choices::new(
            choices,
            if around.open == "add" { around.add.client.clone() } else { around.invite.client.clone() },
        ),
        open: around.open,
        invite: around.invite,
        add: around.add,
        errors: around.errors,
        one_time: around.one_time,
    })
}

pub(super) fn row(summary: UserSummary, clients: &HashMap<TenantId, String>, dial: Dial, you: UserId) -> UserRow {
    let UserSummary { user, memberships, last_seen_at, two_factor } = summary;
    UserRow {
        state: if user.is_active() { "active" } else { "disabled" }.to_owned(),
        id: user.id.to_string(),
        name: user.name,
        email: user.email,
        roles: tags(&memberships, clients),
        last_seen: last_seen_at.map(|at| dial.moment(at)),
        two_factor,
        is_you: user.id == you,
    }
}

fn invitation(own: Invitation, clients: &HashMap<TenantId, String>, dial: Dial) -> InvitationRow {
    InvitationRow {
        state: if own.has_run_out(dial.now) { "expired" } else { "invited" }.to_owned(),
        id: own.id.to_string(),
        email: own.email,
        roles: own.grants.iter().map(|grant| tag(grant.role, grant.tenant, clients)).collect(),
        inviter: own.inviter,
        sent: dial.moment(own.sent_at),
        expires: dial.moment(own.expires_at),
    }
}

/// `POST /manage/users`: the one-time password stands on the page that answers, and nowhere else.
pub(super) async fn add(viewer: Viewer, Form(form): Form<UserForm>) -> Answer {
    match try_add(&viewer, &form).await {
        Ok(one_time) => {
            let around = Around { one_time: Some(one_time), ..Around::default() };
            let view = view(&viewer, &Asked::default(), around).await?;
            viewer.page(&view)
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let around = Around { open: "add", add: form, errors, ..Around::default() };
            let view = view(&viewer, &Asked::default(), around).await?;
            viewer.form_again(&view)
        }
    }
}

/// What is said beside a one-time password.
pub(super) fn one_time_password(email: &str, password: &str) -> OneTime {
    OneTime {
        title: format!("One-time password for {email}"),
        hint: "It is shown only now and works for seven days. The person chooses their own when they sign in."
            .to_owned(),
        secret: password.to_owned(),
    }
}

async fn try_add(viewer: &Viewer, form: &UserForm) -> Result<OneTime> {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let email = Email::parse(&form.email)?;
    let grant = grant(&form.role, &form.client)?;
    let (shown, password) = HashedPassword::one_time().await?;
    let shown = one_time_password(email.as_str(), shown.expose());
    let mut tx = viewer.begin().await?;
    people::commands::add_user(&mut tx, &agency, NewUser { email, name: form.name.clone(), password }, &[grant])
        .await?;
    tx.commit().await?;
    Ok(shown)
}
