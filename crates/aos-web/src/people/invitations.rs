//! Manage → Users: inviting people, and what is done with an invitation.

use aos_features::people::{
    Email, Grant, Role,
    invitations::{self, NewInvitation},
};
use aos_kernel::{Error, InvitationId, Result, Secret, TenantId};
use axum::Form;

use super::{
    users::{Around, Asked, view},
    views::{InviteForm, OneTime},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    notices, paths,
    session::{Answer, At, Viewer},
};

/// The link as it is handed over.
pub(super) fn link(viewer: &Viewer, email: &str, token: &Secret) -> Result<OneTime> {
    let url = viewer.state.settings.public_url.join(&paths::join(token.expose())).map_err(Error::internal)?;
    Ok(OneTime {
        title: format!("Invitation link for {email}"),
        hint: "It is shown only now and works for seven days. Whoever opens it joins as this person, so send it to \
               nobody else. A link that was sent before no longer works."
            .to_owned(),
        secret: url.into(),
    })
}

/// The page with something to be copied.
async fn shown(viewer: Viewer, one_time: OneTime) -> Answer {
    let around = Around { one_time: Some(one_time), ..Around::default() };
    let view = view(&viewer, &Asked::default(), around).await?;
    viewer.page(&view)
}

fn form(fields: &Fields) -> InviteForm {
    InviteForm {
        email: fields.text("email").to_owned(),
        roles: fields.all("role").into_iter().map(str::to_owned).collect(),
        client: fields.text("client").to_owned(),
        client_role: fields.text("client_role").to_owned(),
    }
}

fn grants(form: &InviteForm) -> Result<Vec<Grant>> {
    let mut grants = Vec::new();
    for role in &form.roles {
        let role: Role = role.parse().map_err(|_| Error::invalid("role", "Choose a role."))?;
        grants.push(Grant::new(role, None)?);
    }
    if !form.client.is_empty() {
        let client: TenantId = form.client.parse().map_err(|_| Error::invalid("client", "There is no such client."))?;
        let role = if form.client_role == "admin" { Role::TenantAdmin } else { Role::TenantMember };
        grants.push(Grant::new(role, Some(client))?);
    }
    Ok(grants)
}

/// `POST /manage/invitations`: by mail, or with a link that stands on the page that answers.
pub(super) async fn invite(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let form = form(&fields);
    match try_invite(&viewer, &form, fields.text("how") == "link").await {
        Ok(Some(one_time)) => shown(viewer, one_time).await,
        Ok(None) => Ok(viewer.done(Flash::good(format!("{} is invited.", form.email)), paths::USERS)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let around = Around { open: "invite", invite: form, errors, ..Around::default() };
            let view = view(&viewer, &Asked::default(), around).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_invite(viewer: &Viewer, form: &InviteForm, by_link: bool) -> Result<Option<OneTime>> {
    let email = Email::parse(&form.email)?;
    let by_link = by_link || !notices::sends_mail(&mut viewer.read().await?, &viewer.state).await?;
    let (address, new) = (email.to_string(), NewInvitation { email, grants: grants(form)? });
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

/// What can't be done any more is said on the page.
fn refused(viewer: &Viewer, error: Error) -> Answer {
    match FieldErrors::of(&error) {
        Some(_) => Ok(viewer.done(Flash::bad(error.message()), paths::USERS)),
        None => Err(error.into()),
    }
}

/// `POST /manage/invitations/{invitation}/send`.
pub(super) async fn send_again(viewer: Viewer, At(id): At<InvitationId>) -> Answer {
    if !notices::sends_mail(&mut viewer.read().await?, &viewer.state).await? {
        let words = "No mail can be sent at the moment. Make a link to copy instead.";
        return Ok(viewer.done(Flash::warning(words), paths::USERS));
    }
    let mut tx = viewer.begin().await?;
    if let Err(error) = invitations::send_again(&mut tx, &viewer.principal, id).await {
        return refused(&viewer, error);
    }
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The invitation is sent again, for another week."), paths::USERS))
}

/// `POST /manage/invitations/{invitation}/link`.
pub(super) async fn copy_link(viewer: Viewer, At(id): At<InvitationId>) -> Answer {
    let mut tx = viewer.begin().await?;
    let made = async {
        let token = invitations::copy_link(&mut tx, &viewer.principal, id).await?;
        let email = invitations::invitation(&mut tx, id).await?.email;
        link(&viewer, &email, &token)
    };
    match made.await {
        Ok(one_time) => {
            tx.commit().await?;
            shown(viewer, one_time).await
        }
        Err(error) => refused(&viewer, error),
    }
}

/// `POST /manage/invitations/{invitation}/revoke`.
pub(super) async fn revoke(viewer: Viewer, At(id): At<InvitationId>) -> Answer {
    let mut tx = viewer.begin().await?;
    if let Err(error) = invitations::revoke(&mut tx, &viewer.principal, id).await {
        return refused(&viewer, error);
    }
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The invitation is taken back."), paths::USERS))
}
