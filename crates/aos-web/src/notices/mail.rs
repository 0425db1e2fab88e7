//! Manage → Mail: the server, a test, what went out and what did not.

use aos_capabilities::mail::MailSecurity;
use aos_features::{
    activities::stalled::{self, Patience},
    notices::{
        mail::{self, MailRow, NewServer, Setting, Source},
        queries,
    },
    people::Permission,
};
use aos_kernel::{Error, MailId, PageSize, Result, Secret};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{MailForm, MailLine, MailPage, PatienceForm};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    live::Topic,
    paths,
    session::{After, Answer, At, Viewer},
    show::{Dial, count, next_page},
    ui::{Choice, Choices, states::label},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `trouble`: only what did not arrive.
    show: Option<String>,
    #[serde(flatten)]
    after: After,
}

/// What is being filled in.
#[derive(Default)]
struct Filling {
    form: Option<MailForm>,
    patience: Option<PatienceForm>,
    errors: FieldErrors,
}

/// `GET /manage/mail`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let view = view(&viewer, &asked, Filling::default()).await?;
    viewer.page(&view)
}

fn form_of(setting: &Setting) -> MailForm {
    MailForm {
        host: setting.host.clone(),
        port: setting.port.to_string(),
        security: setting.security.as_str().to_owned(),
        login: setting.login.clone(),
        has_password: setting.has_password,
        sender_name: setting.sender.name.clone(),
        sender_address: setting.sender.address.clone(),
    }
}

fn securities(selected: &str) -> Choices {
    let words = |security: &MailSecurity| match security {
        MailSecurity::StartTls => "STARTTLS (usually port 587)",
        MailSecurity::Tls => "TLS (usually port 465)",
        MailSecurity::None => "None: a server on this machine",
    };
    let choice = |security: &MailSecurity| Choice::new(security.as_str(), words(security));
    Choices::new([MailSecurity::StartTls, MailSecurity::Tls, MailSecurity::None].iter().map(choice).collect(), selected)
}

async fn view(viewer: &Viewer, asked: &Asked, filling: Filling) -> Result<MailPage> {
    viewer.principal.require(Permission::OperateSystem)?;
    let trouble = asked.show.as_deref() == Some("trouble");
    let mut conn = viewer.read().await?;
    let setting = mail::server(&mut conn, &viewer.state.product.post).await?;
    let after = asked.after.after.as_ref();
    let mails = queries::mails(&mut conn, &viewer.principal, trouble, after, PageSize::clamped(30)).await?;
    let dial = Dial { zone: crate::people::agency_zone(&mut conn).await?, now: viewer.now };
    let patience = stalled::patience(&mut conn).await?;
    let patience = filling.patience.unwrap_or_else(|| PatienceForm {
        remind_days: patience.remind_days.to_string(),
        escalate_days: patience.escalate_days.to_string(),
    });
    let form = filling.form.unwrap_or_else(|| form_of(&setting));
    let shell = viewer.shell(&mut conn, "Mail", Place::Mail).await?.listening(&Topic::engine());
    let more = next_page(paths::MAIL, &[("show", asked.show.as_deref().unwrap_or_default())], mails.next.as_ref());
    Ok(MailPage {
        shell,
        is_set: setting.source != Source::Nowhere,
        from_file: setting.source == Source::File,
        securities: securities(&form.security),
        own_address: viewer.principal.email().to_owned(),
        form,
        patience,
        errors: filling.errors,
        trouble,
        mails: mails.items.into_iter().map(|mail| line(mail, dial)).collect(),
        more,
    })
}

fn line(mail: MailRow, dial: Dial) -> MailLine {
    let kind = match mail.kind.as_str() {
        "digest" => "Daily digest".to_owned(),
        "test" => "Test mail".to_owned(),
        kind => label(kind),
    };
    MailLine {
        id: mail.id.to_string(),
        to: mail.address,
        kind,
        can_repeat: matches!(mail.state.as_str(), "unconfirmed" | "failed" | "skipped"),
        // While it waits for another attempt its last failure is worth reading.
        state: if mail.state.as_str() == "waiting" && mail.problem.is_some() {
            "retrying"
        } else {
            mail.state.as_str()
        }
        .to_owned(),
        says: mail.problem.or(mail.answer),
        help: mail.help,
        attempts: count(mail.attempts),
        at: dial.moment(mail.settled_at.unwrap_or(mail.created_at)),
    }
}

/// `POST /manage/mail`.
pub(super) async fn save(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    viewer.principal.require(Permission::OperateSystem)?;
    let text = |name: &str| fields.text(name).to_owned();
    let form = MailForm {
        host: text("host"),
        port: text("port"),
        security: text("security"),
        login: text("login"),
        has_password: false,
        sender_name: text("sender_name"),
        sender_address: text("sender_address"),
    };
    match try_save(&viewer, &form, fields.raw("password")).await {
        Ok(()) => {
            let words = "The mail server is saved. Send a test mail before you rely on it.";
            Ok(viewer.done(Flash::good(words), paths::MAIL))
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let known = mail::server(&mut viewer.read().await?, &viewer.state.product.post).await?.has_password;
            let form = Some(MailForm { has_password: known, ..form });
            let view = view(&viewer, &Asked::default(), Filling { form, errors, ..Filling::default() }).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_save(viewer: &Viewer, form: &MailForm, password: &str) -> Result<()> {
    let input = NewServer {
        host: form.host.clone(),
        port: form.port.parse().map_err(|_| Error::invalid("port", "Enter a port: usually 587, or 465."))?,
        security: form.security.parse().map_err(|_| Error::invalid("security", "Choose how it is protected."))?,
        login: form.login.clone(),
        password: Some(Secret::new(password)).filter(|password| !password.is_empty()),
        sender_name: form.sender_name.clone(),
        sender_address: form.sender_address.clone(),
    };
    let product = &viewer.state.product;
    let mut tx = viewer.begin().await?;
    mail::save_server(&mut tx, &product.post, &product.credentials, &viewer.principal, input).await?;
    tx.commit().await
}

/// `POST /manage/mail/remove`.
pub(super) async fn remove(viewer: Viewer) -> Answer {
    let product = &viewer.state.product;
    let mut tx = viewer.begin().await?;
    mail::remove_server(&mut tx, &product.post, &product.credentials, &viewer.principal).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("No mail is sent any more. The password is deleted."), paths::MAIL))
}

/// `POST /manage/mail/test`: to whoever asks, and to nobody else.
pub(super) async fn test(viewer: Viewer) -> Answer {
    let mut tx = viewer.begin().await?;
    let sent = mail::send_test(&mut tx, &viewer.state.product.post, &viewer.principal).await;
    let flash = match sent {
        Ok(_) => {
            tx.commit().await?;
            let to = viewer.principal.email();
            Flash::good(format!("A test mail to {to} is on its way. What becomes of it stands below."))
        }
        Err(error) if FieldErrors::of(&error).is_some() => Flash::bad(error.message()),
        Err(error) => return Err(error.into()),
    };
    Ok(viewer.done(flash, paths::MAIL))
}

/// `POST /manage/mail/sent/{mail}/again`.
pub(super) async fn again(viewer: Viewer, At(id): At<MailId>) -> Answer {
    let mut tx = viewer.begin().await?;
    mail::send_again(&mut tx, &viewer.principal, id).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("It is sent once more."), paths::MAIL))
}

/// `POST /manage/mail/patience`.
pub(super) async fn patience(viewer: Viewer, Form(form): Form<PatienceForm>) -> Answer {
    match try_patience(&viewer, &form).await {
        Ok(()) => Ok(viewer.done(Flash::good("From now on reminders follow these days."), paths::MAIL)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let filling = Filling { patience: Some(form), errors, ..Filling::default() };
            let view = view(&viewer, &Asked::default(), filling).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_patience(viewer: &Viewer, form: &PatienceForm) -> Result<()> {
    let days = |field: &str, text: &str| {
        text.trim().parse::<u32>().map_err(|_| Error::invalid(field, "Enter a number of working days."))
    };
    let patience = Patience {
        remind_days: days("remind_days", &form.remind_days)?,
        escalate_days: days("escalate_days", &form.escalate_days)?,
    };
    let mut tx = viewer.begin().await?;
    stalled::set_patience(&mut tx, &viewer.principal, patience).await?;
    tx.commit().await
}
