//! The list of clients, and a new one.

use aos_features::{
    people::{self, Permission, saved_views::SavedPlace},
    read_models::clients::{self, ClientFilter, ClientLine, ClientSort},
    tenants::{self, NewTenant, ReadinessState, Settings},
};
use aos_kernel::{Cursor, PageSize};
use axum::{Form, extract::Query};
use serde::Deserialize;

use super::views::{ClientRow, ClientsPage, NewClientForm, NewClientPage};
use crate::{
    flash::Flash,
    forms::FieldErrors,
    layout::Place,
    paths,
    session::{Answer, Viewer},
    show::{Dial, count, next_page},
    ui::{Choice, Choices, Progress, states::label},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    readiness: String,
    sort: String,
    after: Option<Cursor>,
}

/// `GET /portal/clients`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.agency(Permission::SeeClient)?;
    let mut conn = viewer.read().await?;
    let sort = asked.sort.parse().unwrap_or_default();
    let filter = ClientFilter { search: asked.q.clone(), readiness: asked.readiness.parse().ok(), sort };
    let after = asked.after.as_ref();
    let page = clients::clients(&mut conn, &scope, &filter, after, PageSize::DEFAULT, viewer.now).await?;
    let total = clients::count(&mut conn, &scope, &filter).await?;
    let shell = viewer.shell(&mut conn, "Clients", Place::Clients).await?.listening(&crate::live::Topic::tenants());
    let filters = [("q", asked.q.as_str()), ("readiness", asked.readiness.as_str()), ("sort", asked.sort.as_str())];
    let more = next_page(paths::CLIENTS, &filters, page.next.as_ref());
    let saved = crate::saved::bar(&viewer, &mut conn, SavedPlace::Clients, &filters).await?;
    let mut readiness = vec![Choice::new("", "All")];
    readiness.extend(ReadinessState::ALL.iter().map(|state| Choice::new(state.as_str(), label(state.as_str()))));
    let view = ClientsPage {
        shell,
        saved,
        clients: page.items.iter().map(|line| row(line, &viewer)).collect(),
        query: asked.q,
        readiness,
        selected_readiness: asked.readiness,
        sorts: Choices::new(
            SORTS.map(|(sort, words)| Choice::new(sort.as_str(), words)).to_vec(),
            filter.sort.as_str(),
        ),
        sort: filter.sort.as_str(),
        total: count(total),
        more,
        can_create: viewer.principal.can_in_agency(Permission::ManageClients),
    };
    viewer.page(&view)
}

const SORTS: [(ClientSort, &str); 4] = [
    (ClientSort::Name, "Name"),
    (ClientSort::Waiting, "Most waiting"),
    (ClientSort::Alerts, "Most alerts"),
    (ClientSort::Behind, "Furthest behind"),
];

fn row(line: &ClientLine, viewer: &Viewer) -> ClientRow {
    let dial = Dial { zone: line.zone, now: viewer.now };
    let mut alerts = Vec::new();
    if line.expired_channels > 0 {
        alerts.push("A channel takes its access no more".to_owned());
    }
    match line.failed {
        0 => {}
        1 => alerts.push("One activity failed".to_owned()),
        n => alerts.push(format!("{n} activities failed")),
    }
    ClientRow {
        id: line.id.to_string(),
        name: line.name.clone(),
        website: line.website.clone(),
        readiness: line.readiness.state.as_str().to_owned(),
        next_step: line.readiness.missing().next().map(|item| item.help.to_owned()),
        pace: line.month.map(|(done, target)| Progress::new(done as f64, target as f64, None, "", "pieces of work")),
        waiting: count(line.waiting),
        alerts,
        last_event: line.last_event.map(|at| dial.moment(at)),
    }
}

async fn new_page(viewer: &Viewer, form: NewClientForm, errors: FieldErrors) -> aos_kernel::Result<NewClientPage> {
    let mut conn = viewer.read().await?;
    let shell = viewer.shell(&mut conn, "New client", Place::Clients).await?.under("Clients", paths::CLIENTS);
    Ok(NewClientPage { shell, zones: Choices::time_zones(form.time_zone.clone()), form, errors })
}

/// `GET /portal/clients/new`.
pub(super) async fn new(viewer: Viewer) -> Answer {
    viewer.principal.require(Permission::ManageClients)?;
    let time_zone = people::queries::agency(&mut viewer.read().await?).await?.zone;
    let form = NewClientForm { time_zone, ..NewClientForm::default() };
    let view = new_page(&viewer, form, FieldErrors::default()).await?;
    viewer.page(&view)
}

/// `POST /portal/clients/new`: the crawl starts by itself.
pub(super) async fn register(viewer: Viewer, Form(form): Form<NewClientForm>) -> Answer {
    viewer.principal.require(Permission::ManageClients)?;
    let scope = viewer.agency(Permission::ManageClients)?;
    let input = NewTenant {
        name: form.name.clone(),
        website: form.website.clone(),
        zone: form.time_zone.clone(),
        client_group_id: None,
        settings: Settings::default(),
    };
    let mut tx = viewer.begin().await?;
    match tenants::commands::register_tenant(&mut tx, &scope, input).await {
        Ok(tenant) => {
            tx.commit().await?;
            let flash = Flash::good(format!("{} is added, and its website is being read.", tenant.name));
            Ok(viewer.done(flash, &paths::client(tenant.id)))
        }
        Err(error) => match FieldErrors::of(&error) {
            Some(errors) => {
                drop(tx);
                let view = new_page(&viewer, form, errors.renamed("zone", "time_zone")).await?;
                viewer.form_again(&view)
            }
            None => Err(error.into()),
        },
    }
}
