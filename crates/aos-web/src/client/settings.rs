//! What the agency knows of the client, who of the client signs in, and how the work is guided.

use aos_features::{
    agents, onboarding,
    people::{self, Permission, UserSummary},
    tenants::ApprovalRoute,
    website,
};
use aos_kernel::{AgencyScope, Error, PageSize, TenantId, UserId};
use axum::extract::Query;
use serde::Deserialize;

use super::{
    Face, Side,
    views::{PersonRow, SettingsPage},
};
use crate::{
    flash::Flash,
    markdown::to_html,
    session::{Answer, At, Viewer},
    show::Dial,
    ui::states::label,
    website::views::Swatch,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    tab: String,
}

/// `GET /client/{tenant}/settings`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let mut open = Face::open(&viewer, id, "settings", "Settings").await?;
    let (conn, scope, dial) = (&mut open.conn, open.scope, open.dial);
    let base = Side::Client.base(id);
    let mut view = SettingsPage {
        zone: open.tenant.zone.clone(),
        website: open.tenant.website.clone(),
        can_edit: viewer.can(id, Permission::EditContext),
        policy: match open.tenant.settings.approval.route {
            ApprovalRoute::InternalOnly => "Your agency approves the work before it appears.",
            ApprovalRoute::InternalThenClient => {
                "Your agency approves the work first, then one of your administrators. Nothing appears before both have."
            }
        },
        ..SettingsPage::default()
    };
    match asked.tab.as_str() {
        "people" => {
            view.tab = "people";
            let only = AgencyScope::only(vec![id]);
            let own = people::UserFilter { tenant: Some(id), ..people::UserFilter::default() };
            let page = people::queries::users(conn, &only, &own, None, PageSize::clamped(200)).await?;
            let may = viewer.can(id, Permission::ManageClientPeople);
            let rows = page.items.into_iter().map(|one| person(one, &viewer, dial));
            view.people = rows
                .map(|mut row| {
                    row.can_remove &= may;
                    row
                })
                .collect();
        }
        "guidance" => {
            view.tab = "guidance";
            view.context =
                onboarding::queries::latest_context(conn, scope).await?.map(|context| to_html(&context.markdown));
            let skills = agents::queries::skills(conn).await?;
            view.skills = skills
                .iter()
                .filter_map(agents::SkillVersion::skill)
                .map(|skill| (skill.title, to_html(&skill.body)))
                .collect();
        }
        _ => {
            view.tab = "brand";
            let record = onboarding::queries::record(conn, scope).await?;
            let crawl = website::queries::readable_crawl(conn, scope).await?;
            let brand = record.brand_or(crawl.as_ref().and_then(|crawl| crawl.brand.as_ref()));
            if !brand.logo_url.is_empty() {
                let image = website::queries::image_by_url(conn, scope, &brand.logo_url).await?;
                view.logo = image.map(|image| Side::Client.media(id, image.id));
            }
            let swatch = |hex: &String| Swatch { hex: hex.clone(), ..Swatch::default() };
            view.colours = brand.colours.iter().map(swatch).collect();
            view.fonts = brand.fonts;
            let voice = record.answers.voice;
            view.voice = [
                ("Tone of voice", voice.tone),
                ("Audience", voice.audience),
                ("Personality", voice.personality),
                ("Writing style", voice.writing_style),
                ("Words and claims to avoid", voice.avoid),
                ("Competitors", voice.competitors),
            ]
            .into_iter()
            .filter(|(_, said)| !said.is_empty())
            .map(|(name, said)| (name.to_owned(), said))
            .collect();
        }
    }
    view.base = base;
    view.shell = open.shell;
    viewer.page(&view)
}

/// `POST /client/{tenant}/settings/people/{user}/remove`: out of this client; the account stays.
pub(super) async fn remove(viewer: Viewer, At((id, user)): At<(TenantId, UserId)>) -> Answer {
    let scope = viewer.scope(id, Permission::ManageClientPeople)?;
    if user == viewer.principal.user() {
        return Err(Error::conflict("yourself", "This would shut you out yourself.").into());
    }
    let mut tx = viewer.begin().await?;
    people::commands::remove_client_person(&mut tx, scope, user).await?;
    tx.commit().await?;
    let to = format!("{}/settings?tab=people", Side::Client.base(id));
    Ok(viewer.done(Flash::good("They see your brand here no more."), &to))
}

/// One of the client's people.
pub(crate) fn person(one: UserSummary, viewer: &Viewer, dial: Dial) -> PersonRow {
    let role = one.memberships.first().map_or_else(String::new, |own| match own.role {
        people::Role::TenantAdmin => "Administrator".to_owned(),
        people::Role::TenantMember => "Member".to_owned(),
        other => label(other.as_str()),
    });
    let is_you = one.user.id == viewer.principal.user();
    PersonRow {
        id: one.user.id.to_string(),
        active: one.user.is_active(),
        name: one.user.name,
        email: one.user.email,
        role,
        last_seen: one.last_seen_at.map(|at| dial.moment(at)),
        is_you,
        can_remove: !is_you,
    }
}
