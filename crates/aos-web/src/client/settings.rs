//! What the agency knows of the client, who of the client signs in, and how the work is guided.

use aos_features::{agents, onboarding, people::Permission, tenants::ApprovalRoute, website};
use aos_kernel::{Result, TenantId};
use axum::extract::Query;
use serde::Deserialize;

use super::{Face, Side, views::SettingsPage};
use crate::{
    markdown::to_html,
    people::{PeopleAround, people_part},
    session::{Answer, At, Viewer},
    website::views::Swatch,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    tab: String,
}

/// `GET /client/{tenant}/settings`.
pub(super) async fn page(viewer: Viewer, At(id): At<TenantId>, Query(asked): Query<Asked>) -> Answer {
    let view = view(&viewer, id, &asked.tab, PeopleAround::default()).await?;
    viewer.page(&view)
}

/// The people of the client with what a form of theirs led to.
pub(crate) async fn people_page(viewer: Viewer, id: TenantId, around: PeopleAround) -> Answer {
    let refused = around.refuses();
    let view = view(&viewer, id, "people", around).await?;
    if refused { viewer.form_again(&view) } else { viewer.page(&view) }
}

async fn view(viewer: &Viewer, id: TenantId, tab: &str, around: PeopleAround) -> Result<SettingsPage> {
    let mut open = Face::open(viewer, id, "settings", "Settings").await?;
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
    match tab {
        "people" => {
            view.tab = "people";
            view.people = people_part(viewer, conn, scope, Side::Client, dial, around).await?;
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
    Ok(view)
}
