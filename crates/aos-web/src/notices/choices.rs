//! What a person wants to be told, how, and when.

use aos_features::notices::{
    MailWhen, NoticeGroup, NoticeKind,
    mail::{self, Source},
    preferences::{self, Choices as Chosen, NewHours, Preference, clock},
};
use aos_kernel::{Error, Result};
use axum::Form;

use super::views::{ChoiceGroup, ChoiceRow, ChoicesPage, HoursForm};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, Viewer},
    ui::{Choice, Choices, states::label},
};

/// `GET /account/notifications`.
pub(super) async fn page(viewer: Viewer) -> Answer {
    let chosen = preferences::choices(&mut viewer.read().await?, &viewer.principal).await?;
    let hours = form_of(&chosen);
    let view = view(&viewer, chosen, hours, FieldErrors::default()).await?;
    viewer.page(&view)
}

fn form_of(chosen: &Chosen) -> HoursForm {
    let quiet = chosen.hours.quiet;
    HoursForm {
        zone: chosen.hours.zone.name().to_owned(),
        quiet_from: quiet.map_or_else(String::new, |quiet| clock(quiet.from)),
        quiet_until: quiet.map_or_else(String::new, |quiet| clock(quiet.until)),
        digest: clock(chosen.hours.digest),
    }
}

fn whens(selected: MailWhen) -> Choices {
    let words = |when: &MailWhen| match when {
        MailWhen::AtOnce => "At once",
        MailWhen::Digest => "In the daily digest",
        MailWhen::Off => "No mail",
    };
    Choices::new(MailWhen::ALL.iter().map(|when| Choice::new(when.as_str(), words(when))).collect(), selected.as_str())
}

async fn view(viewer: &Viewer, chosen: Chosen, hours: HoursForm, errors: FieldErrors) -> Result<ChoicesPage> {
    let mut conn = viewer.read().await?;
    let has_mail = mail::server(&mut conn, &viewer.state.product.post).await?.source != Source::Nowhere;
    let groups = NoticeGroup::ALL
        .iter()
        .filter_map(|group| {
            let rows: Vec<ChoiceRow> =
                chosen.kinds.iter().filter(|one| one.kind.spec().group == *group).map(row).collect();
            (!rows.is_empty()).then(|| ChoiceGroup { title: label(group.as_str()), rows })
        })
        .collect();
    Ok(ChoicesPage {
        shell: viewer
            .shell(&mut conn, "What I am told", Place::Nowhere)
            .await?
            .under("Notifications", paths::NOTIFICATIONS),
        address: viewer.principal.email().to_owned(),
        has_mail,
        groups,
        zones: Choices::time_zones(hours.zone.clone()),
        hours,
        errors,
    })
}

fn row(choice: &Preference) -> ChoiceRow {
    ChoiceRow {
        kind: choice.kind.as_str().to_owned(),
        label: choice.kind.spec().label.to_owned(),
        in_app: choice.in_app,
        mail: whens(choice.mail),
    }
}

/// `POST /account/notifications`.
pub(super) async fn save(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    let text = |name: &str| fields.text(name).to_owned();
    let hours = HoursForm {
        zone: text("zone"),
        quiet_from: text("quiet_from"),
        quiet_until: text("quiet_until"),
        digest: text("digest"),
    };
    let mut kinds = Vec::new();
    for kind in NoticeKind::ALL {
        let mail = fields.text(&format!("mail.{kind}"));
        if mail.is_empty() {
            continue;
        }
        let mail = mail.parse().map_err(|_| Error::invalid("mail", "Choose when mail comes."))?;
        kinds.push(Preference { kind: *kind, in_app: fields.checked(&format!("in_app.{kind}")), mail });
    }
    match try_save(&viewer, &kinds, &hours).await {
        Ok(()) => Ok(viewer.done(Flash::good("From now on you are told as you chose."), paths::NOTICE_CHOICES)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let mut chosen = preferences::choices(&mut viewer.read().await?, &viewer.principal).await?;
            // What was ticked stays ticked.
            for own in &mut chosen.kinds {
                if let Some(sent) = kinds.iter().find(|sent| sent.kind == own.kind) {
                    *own = *sent;
                }
            }
            let view = view(&viewer, chosen, hours, errors).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_save(viewer: &Viewer, kinds: &[Preference], hours: &HoursForm) -> Result<()> {
    let hours = NewHours {
        zone: hours.zone.clone(),
        quiet_from: hours.quiet_from.clone(),
        quiet_until: hours.quiet_until.clone(),
        digest: hours.digest.clone(),
    };
    let mut tx = viewer.begin().await?;
    preferences::choose(&mut tx, &viewer.principal, kinds, &hours).await?;
    tx.commit().await
}
