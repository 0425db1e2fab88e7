//! Manage → Users → one person: who they are, what they may do, where they are signed in, what they did.

use std::collections::HashMap;

use aos_features::{
    people::{
        self, ApiToken, AuditFilter, Email, HashedPassword, Permission, Role, api_tokens, audit, commands, providers,
        queries, resets, sessions, two_factor,
    },
    read_models::{clients, names::Names},
};
use aos_kernel::{ApiTokenId, Error, PageSize, Result, Secret, TenantId, UserId};
use aos_storage::Tx;
use axum::{Form, response::Response};

use super::{
    account,
    audit::act_words,
    roles::{choice, grant, zone},
    users::{MOST_CLIENTS, one_time_password as shown_password, row},
    views::{OneTime, UserPage, UserTokenRow},
};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, who},
    ui::{Choice, Choices, Timeline, TimelineEvent},
};

/// What they did lately; all of it is in the audit log.
const ACTS: i64 = 12;

/// What could not be taken, as it was typed, and what is shown once.
#[derive(Default)]
struct Around {
    profile: Option<(String, String)>,
    errors: FieldErrors,
    one_time: Option<OneTime>,
}

async fn view(viewer: &Viewer, id: UserId, around: Around) -> Result<UserPage> {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut conn = viewer.read().await?;
    let summary = queries::summary(&mut conn, id).await?;
    let dial = Dial { zone: zone(&mut conn).await?, now: viewer.now };
    let listed = clients::names(&mut conn, &agency, MOST_CLIENTS).await?;
    let names: HashMap<TenantId, String> = listed.iter().cloned().collect();
    let choices = listed.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let open = sessions::of_user(&mut conn, &agency, id, viewer.now).await?;
    let tokens = api_tokens::of_user(&mut conn, &agency, id).await?;
    let linked = providers::is_linked(&mut conn, id).await?;
    let provider = providers::provider(&mut conn).await?.map(|provider| provider.name);
    let filter = AuditFilter { user: Some(id), ..AuditFilter::default() };
    let acts = audit::list(&mut conn, &agency, &filter, None, PageSize::clamped(ACTS)).await?.items;
    let actors = Names::of(&mut conn, acts.iter().map(|act| &act.actor)).await?;
    let events = acts.iter().map(|act| {
        let (who, agent) = who(&actors, &act.actor);
        TimelineEvent { who, agent, what: act_words(act), at: dial.moment(act.at), ..TimelineEvent::default() }
    });
    let (since, one_time_until) = (summary.user.created_at, summary.user.one_time_until);
    let user = row(summary, &names, dial, viewer.principal.user());
    let (name, email) = around.profile.unwrap_or_else(|| (user.name.clone(), user.email.clone()));
    let sends_mail = crate::notices::sends_mail(&mut conn, &viewer.state).await?;
    Ok(UserPage {
        sends_mail,
        shell: viewer.shell(&mut conn, &user.name, Place::Users).await?.under("Users", paths::USERS),
        since: dial.moment(since),
        name,
        email,
        errors: around.errors,
        role_choices: Role::ALL.iter().copied().map(choice).collect(),
        clients: Choices::new(choices, ""),
        has_password: queries::has_password(&mut conn, id).await?,
        linked: linked.then(|| provider.unwrap_or_else(|| "a provider".to_owned())),
        one_time_until: one_time_until.map(|at| dial.moment(at)),
        sessions: open.into_iter().map(|session| account::row(session, dial, viewer.session)).collect(),
        tokens: tokens.into_iter().filter(|token| is_open(token, viewer)).map(|token| token_row(token, dial)).collect(),
        acts: Timeline { events: events.collect() },
        audit_href: format!("{}?person={id}", paths::AUDIT),
        one_time: around.one_time,
        user,
    })
}

fn is_open(token: &ApiToken, viewer: &Viewer) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|at| at > viewer.now)
}

fn token_row(token: ApiToken, dial: Dial) -> UserTokenRow {
    UserTokenRow {
        id: token.id.to_string(),
        name: token.name,
        prefix: token.starts_with,
        reads_only: token.access == people::Access::Read,
        last_used: token.last_used_at.map(|at| dial.moment(at)),
        expires: token.expires_at.map(|at| dial.moment(at)),
    }
}

/// `GET /manage/users/{user}`.
pub(super) async fn page(viewer: Viewer, At(id): At<UserId>) -> Answer {
    let view = view(&viewer, id, Around::default()).await?;
    viewer.page(&view)
}

/// `POST /manage/users/{user}/profile`.
pub(super) async fn change(viewer: Viewer, At(id): At<UserId>, Form(fields): Form<Fields>) -> Answer {
    let (name, email) = (fields.text("name").to_owned(), fields.text("email").to_owned());
    match try_change(&viewer, id, &name, &email).await {
        Ok(()) => Ok(done(&viewer, id, "Saved.")),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let errors = if error.code() == "email_taken" { errors.renamed("", "email") } else { errors };
            let around = Around { profile: Some((name, email)), errors, one_time: None };
            let view = view(&viewer, id, around).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_change(viewer: &Viewer, id: UserId, name: &str, email: &str) -> Result<()> {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let email = Email::parse(email)?;
    let mut tx = viewer.begin().await?;
    let before = queries::user(&mut tx, id).await?;
    if before.name != name {
        commands::rename_user(&mut tx, id, name).await?;
    }
    commands::change_email(&mut tx, &agency, id, &email).await?;
    tx.commit().await
}

fn done(viewer: &Viewer, id: UserId, words: &str) -> Response {
    viewer.done(Flash::good(words), &paths::user(id))
}

/// Says what became of it; a refusal that somebody can do something about stays on the page.
async fn finish(viewer: &Viewer, id: UserId, tx: Tx, outcome: Result<()>, words: &str) -> Answer {
    match outcome {
        Ok(()) => {
            tx.commit().await?;
            Ok(done(viewer, id, words))
        }
        Err(error) => refused(viewer, id, error),
    }
}

fn refused(viewer: &Viewer, id: UserId, error: Error) -> Answer {
    if FieldErrors::of(&error).is_none() {
        return Err(error.into());
    }
    let help = error.help().map_or_else(String::new, |help| format!(" {help}"));
    Ok(viewer.done(Flash::bad(format!("{}{help}", error.message())), &paths::user(id)))
}

/// `POST /manage/users/{user}/roles`.
pub(super) async fn give_role(viewer: Viewer, At(id): At<UserId>, Form(fields): Form<Fields>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let grant = match grant(fields.text("role"), fields.text("client")) {
        Ok(grant) => grant,
        Err(error) => return refused(&viewer, id, error),
    };
    let mut tx = viewer.begin().await?;
    let given = commands::grant_role(&mut tx, &agency, id, grant).await;
    finish(&viewer, id, tx, given, "The role is given.").await
}

/// `POST /manage/users/{user}/roles/remove`.
pub(super) async fn take_role(viewer: Viewer, At(id): At<UserId>, Form(fields): Form<Fields>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let grant = grant(fields.text("role"), fields.text("client"))?;
    let mut tx = viewer.begin().await?;
    let taken = match grant.tenant {
        Some(tenant) => {
            let scope = viewer.scope(tenant, Permission::ManageUsers)?;
            commands::remove_client_person(&mut tx, scope, id).await
        }
        None => commands::withdraw_role(&mut tx, &agency, id, grant.role).await,
    };
    finish(&viewer, id, tx, taken, "The role is taken away.").await
}

/// `POST /manage/users/{user}/disable`.
pub(super) async fn disable(viewer: Viewer, At(id): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let outcome = commands::deactivate(&mut tx, &agency, id).await;
    finish(&viewer, id, tx, outcome, "They are shut out; their sessions and tokens have ended.").await
}

/// `POST /manage/users/{user}/enable`.
pub(super) async fn enable(viewer: Viewer, At(id): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let outcome = commands::reactivate(&mut tx, &agency, id).await;
    finish(&viewer, id, tx, outcome, "They can sign in again.").await
}

/// `POST /manage/users/{user}/password`: a one-time password, shown on the page that answers.
pub(super) async fn one_time_password(viewer: Viewer, At(id): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let (shown, password) = HashedPassword::one_time().await?;
    let mut tx = viewer.begin().await?;
    if let Err(error) = commands::reset_password(&mut tx, &agency, id, &password).await {
        return refused(&viewer, id, error);
    }
    let email = queries::user(&mut tx, id).await?.email;
    tx.commit().await?;
    let one_time = Some(shown_password(&email, shown.expose()));
    let view = view(&viewer, id, Around { one_time, ..Around::default() }).await?;
    viewer.page(&view)
}

/// `POST /manage/users/{user}/reset`: a link for a new password, by mail or to be handed over.
pub(super) async fn reset(viewer: Viewer, At(id): At<UserId>, Form(fields): Form<Fields>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    if fields.text("how") == "mail" && crate::notices::sends_mail(&mut tx, &viewer.state).await? {
        let sent = resets::send(&mut tx, &agency, id).await;
        return finish(&viewer, id, tx, sent, "A link to choose a new password is on its way to them.").await;
    }
    let token = match resets::copy_link(&mut tx, &agency, id).await {
        Ok(token) => token,
        Err(error) => return refused(&viewer, id, error),
    };
    let email = queries::user(&mut tx, id).await?.email;
    tx.commit().await?;
    let one_time = Some(reset_link(&viewer, &email, &token)?);
    let view = view(&viewer, id, Around { one_time, ..Around::default() }).await?;
    viewer.page(&view)
}

fn reset_link(viewer: &Viewer, email: &str, token: &Secret) -> Result<OneTime> {
    let url = viewer.state.settings.public_url.join(&paths::reset(token.expose())).map_err(Error::internal)?;
    Ok(OneTime {
        title: format!("Link to a new password for {email}"),
        hint: "It is shown only now, works for one hour and once. The present password works until then.".to_owned(),
        secret: url.into(),
    })
}

/// `POST /manage/users/{user}/two-factor`.
pub(super) async fn reset_two_factor(viewer: Viewer, At(id): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let outcome = two_factor::reset(&mut tx, &viewer.state.product.credentials, &agency, id).await;
    finish(&viewer, id, tx, outcome, "Their second factor is gone; they can set up a new one.").await
}

/// `POST /manage/users/{user}/sign-out`.
pub(super) async fn sign_out(viewer: Viewer, At(id): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let outcome = sessions::end_all(&mut tx, &agency, id).await.map(|_| ());
    finish(&viewer, id, tx, outcome, "They are signed out everywhere.").await
}

/// `POST /manage/users/{user}/unlink`.
pub(super) async fn unlink(viewer: Viewer, At(id): At<UserId>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let outcome = providers::unlink(&mut tx, &agency, id).await;
    finish(&viewer, id, tx, outcome, "The link to the provider’s account is gone.").await
}

/// `POST /manage/users/{user}/tokens/{token}/revoke`.
pub(super) async fn revoke_token(viewer: Viewer, At((id, token)): At<(UserId, ApiTokenId)>) -> Answer {
    let agency = viewer.agency(Permission::ManageUsers)?;
    let mut tx = viewer.begin().await?;
    let outcome = api_tokens::revoke_of(&mut tx, &agency, id, token).await;
    finish(&viewer, id, tx, outcome, "The token is revoked.").await
}
