//! A client's own people and who is invited to join them: the same for the client's administrators on their dashboard and
//! for the agency in the Portal.

use aos_features::people::{
    self, Email, Grant, Permission, Role, UserSummary, client_people,
    invitations::{self, ClientInvitation, NewInvitation},
};
use aos_kernel::{AgencyScope, Error, InvitationId, PageSize, Result, TenantId, TenantScope, UserId};
use aos_storage::{Conn, Tx};
use axum::Form;

use super::{
    invitations::link,
    views::{ClientInvitationRow, ClientInviteForm, OneTime, PeoplePart, PersonRow},
};
use crate::{
    client::{self, Side},
    flash::Flash,
    forms::{FieldErrors, Fields},
    notices, paths,
    router::Routes,
    session::{Answer, At, Viewer},
    show::Dial,
    tenants,
};

/// The routes below both faces of a client.
pub(super) fn routes() -> Routes {
    ["/portal/clients/{tenant}/settings", "/client/{tenant}/settings"].iter().fold(Routes::default(), |all, base| {
        all.post(&format!("{base}/invitations"), invite)
            .post(&format!("{base}/invitations/{{invitation}}/send"), send_again)
            .post(&format!("{base}/invitations/{{invitation}}/link"), copy_link)
            .post(&format!("{base}/invitations/{{invitation}}/revoke"), revoke)
            .post(&format!("{base}/people/{{user}}/role"), change_role)
            .post(&format!("{base}/people/{{user}}/remove"), remove)
    })
}

/// What the page shows beside the people themselves.
#[derive(Default)]
pub(crate) struct Around {
    /// The invitation as it was typed, when it was refused.
    invite: Option<ClientInviteForm>,
    errors: FieldErrors,
    one_time: Option<OneTime>,
}

impl Around {
    /// Something was refused, so the page is the answer to a form.
    pub(crate) fn refuses(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// The part of the page.
///
/// # Errors
/// `Storage`.
pub(crate) async fn part(
    viewer: &Viewer,
    conn: &mut Conn,
    scope: TenantScope,
    side: Side,
    dial: Dial,
    around: Around,
) -> Result<PeoplePart> {
    let id = scope.tenant();
    let can_manage = viewer.can(id, Permission::ManageClientPeople);
    let own = people::UserFilter { tenant: Some(id), ..people::UserFilter::default() };
    let page = people::queries::users(conn, &AgencyScope::only(vec![id]), &own, None, PageSize::clamped(200)).await?;
    let administers = |one: &&UserSummary| one.user.is_active() && role_of(one, id) == Some(Role::TenantAdmin);
    let administrators = page.items.iter().filter(administers).count();
    let open = if can_manage { invitations::of_client(conn, scope).await? } else { Vec::new() };
    Ok(PeoplePart {
        action: format!("{}/settings", side.base(id)),
        portal: side == Side::Portal,
        can_manage,
        sends_mail: notices::sends_mail(conn, &viewer.state).await?,
        rows: page
            .items
            .into_iter()
            .map(|one| {
                let is_last = administrators == 1 && administers(&&one);
                PersonRow { is_last, ..person(one, id, viewer, can_manage, dial) }
            })
            .collect(),
        invitations: open.into_iter().map(|own| invitation(own, dial)).collect(),
        open: around.invite.is_some(),
        invite: around.invite.unwrap_or_default(),
        errors: around.errors,
        one_time: around.one_time,
    })
}

fn role_of(one: &UserSummary, client: TenantId) -> Option<Role> {
    one.memberships.iter().find(|own| own.tenant_id == Some(client)).map(|own| own.role)
}

const fn words(role: Role) -> &'static str {
    if matches!(role, Role::TenantAdmin) { "Administrator" } else { "Member" }
}

fn person(one: UserSummary, client: TenantId, viewer: &Viewer, can_manage: bool, dial: Dial) -> PersonRow {
    let role = role_of(&one, client).unwrap_or(Role::TenantMember);
    let is_you = one.user.id == viewer.principal.user();
    PersonRow {
        id: one.user.id.to_string(),
        active: one.user.is_active(),
        name: one.user.name,
        email: one.user.email,
        role: words(role),
        administers: role == Role::TenantAdmin,
        last_seen: one.last_seen_at.map(|at| dial.moment(at)),
        is_you,
        can_change: can_manage && !is_you,
        is_last: false,
    }
}

fn invitation(own: ClientInvitation, dial: Dial) -> ClientInvitationRow {
    let ClientInvitation { invitation, reaches_further } = own;
    ClientInvitationRow {
        id: invitation.id.to_string(),
        state: if invitation.has_run_out(dial.now) { "expired" } else { "invited" }.to_owned(),
        role: invitation.grants.first().map_or("", |grant| words(grant.role)),
        inviter: invitation.inviter,
        sent: dial.moment(invitation.sent_at),
        expires: dial.moment(invitation.expires_at),
        can_change: !reaches_further,
        email: invitation.email,
    }
}

/// Where the people stand.
fn here(side: Side, id: TenantId) -> String {
    match side {
        Side::Portal => format!("{}#people", paths::client_tab(id, crate::layout::ClientTab::Settings)),
        Side::Client => format!("{}/settings?tab=people", side.base(id)),
    }
}

/// The page with something to be copied, or with what was wrong.
async fn shown(viewer: Viewer, side: Side, id: TenantId, around: Around) -> Answer {
    match side {
        Side::Portal => tenants::people_page(viewer, id, around).await,
        Side::Client => client::people_page(viewer, id, around).await,
    }
}

/// What can't be done is said on the page.
fn refused(viewer: &Viewer, side: Side, id: TenantId, error: Error) -> Answer {
    if FieldErrors::of(&error).is_none() {
        return Err(error.into());
    }
    let help = error.help().map_or_else(String::new, |help| format!(" {help}"));
    Ok(viewer.done(Flash::bad(format!("{}{help}", error.message())), &here(side, id)))
}

async fn finish(viewer: &Viewer, side: Side, id: TenantId, tx: Tx, outcome: Result<()>, words: &str) -> Answer {
    match outcome {
        Ok(()) => {
            tx.commit().await?;
            Ok(viewer.done(Flash::good(words), &here(side, id)))
        }
        Err(error) => refused(viewer, side, id, error),
    }
}

/// `POST …/settings/invitations`: by mail, or with a link that stands on the page that answers.
async fn invite(viewer: Viewer, side: Side, At(id): At<TenantId>, Form(fields): Form<Fields>) -> Answer {
    viewer.scope(id, Permission::ManageClientPeople)?;
    let form = ClientInviteForm { email: fields.text("email").to_owned(), role: fields.text("role").to_owned() };
    match try_invite(&viewer, id, &form, fields.text("how") == "link").await {
        Ok(Some(one_time)) => shown(viewer, side, id, Around { one_time: Some(one_time), ..Around::default() }).await,
        Ok(None) => {
            let words = format!("{} is invited. The mail with the link is on its way.", form.email);
            Ok(viewer.done(Flash::good(words), &here(side, id)))
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            shown(viewer, side, id, Around { invite: Some(form), errors, one_time: None }).await
        }
    }
}

/// A role of the client's own people.
fn role(text: &str) -> Result<Role> {
    match text {
        "admin" => Ok(Role::TenantAdmin),
        "member" => Ok(Role::TenantMember),
        _ => Err(Error::invalid("role", "Choose what they may do.")),
    }
}

async fn try_invite(viewer: &Viewer, id: TenantId, form: &ClientInviteForm, by_link: bool) -> Result<Option<OneTime>> {
    let email = Email::parse(&form.email)?;
    let grants = vec![Grant::new(role(&form.role)?, Some(id))?];
    let by_link = by_link || !notices::sends_mail(&mut viewer.read().await?, &viewer.state).await?;
    let (address, new) = (email.to_string(), NewInvitation { email, grants });
    let mut tx = viewer.begin().await?;
    let one_time = if by_link {
        let (_, token) = invitations::invite_by_link(&mut tx, &viewer.principal, new).await?;
        Some(link(viewer, &address, &token)?)
    } else {
        invitations::invite(&mut tx, &viewer.principal, new).await?;
        None
    };
    tx.commit().await?;
    Ok(one_time)
}

/// `POST …/settings/invitations/{invitation}/send`.
async fn send_again(viewer: Viewer, side: Side, At((id, invitation)): At<(TenantId, InvitationId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClientPeople)?;
    if !notices::sends_mail(&mut viewer.read().await?, &viewer.state).await? {
        let words = "No mail can be sent at the moment. Make a link to copy instead.";
        return Ok(viewer.done(Flash::warning(words), &here(side, id)));
    }
    let mut tx = viewer.begin().await?;
    invitations::in_client(&mut tx, scope, invitation).await?;
    let sent = invitations::send_again(&mut tx, &viewer.principal, invitation).await;
    finish(&viewer, side, id, tx, sent, "The invitation is sent again, for another week.").await
}

/// `POST …/settings/invitations/{invitation}/link`.
async fn copy_link(viewer: Viewer, side: Side, At((id, invitation)): At<(TenantId, InvitationId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClientPeople)?;
    let mut tx = viewer.begin().await?;
    let known = invitations::in_client(&mut tx, scope, invitation).await?;
    match invitations::copy_link(&mut tx, &viewer.principal, invitation).await {
        Ok(token) => {
            tx.commit().await?;
            let one_time = Some(link(&viewer, &known.email, &token)?);
            shown(viewer, side, id, Around { one_time, ..Around::default() }).await
        }
        Err(error) => refused(&viewer, side, id, error),
    }
}

/// `POST …/settings/invitations/{invitation}/revoke`.
async fn revoke(viewer: Viewer, side: Side, At((id, invitation)): At<(TenantId, InvitationId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClientPeople)?;
    let mut tx = viewer.begin().await?;
    invitations::in_client(&mut tx, scope, invitation).await?;
    let gone = invitations::revoke(&mut tx, &viewer.principal, invitation).await;
    finish(&viewer, side, id, tx, gone, "The invitation is taken back.").await
}

/// `POST …/settings/people/{user}/role`.
async fn change_role(
    viewer: Viewer,
    side: Side,
    At((id, user)): At<(TenantId, UserId)>,
    Form(fields): Form<Fields>,
) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClientPeople)?;
    let role = role(fields.text("role"))?;
    let mut tx = viewer.begin().await?;
    let changed = client_people::change_role(&mut tx, &viewer.principal, scope, user, role).await;
    let words = if role == Role::TenantAdmin {
        "They are an administrator now: they decide, connect channels and manage your people."
    } else {
        "They are a member now: they read and ask for posts."
    };
    finish(&viewer, side, id, tx, changed, words).await
}

/// `POST …/settings/people/{user}/remove`: out of this client; the account stays.
async fn remove(viewer: Viewer, side: Side, At((id, user)): At<(TenantId, UserId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClientPeople)?;
    let mut tx = viewer.begin().await?;
    let gone = client_people::remove(&mut tx, &viewer.principal, scope, user).await;
    let words = match side {
        Side::Portal => "They see this client no more.",
        Side::Client => "They see your brand here no more.",
    };
    finish(&viewer, side, id, tx, gone, words).await
}
