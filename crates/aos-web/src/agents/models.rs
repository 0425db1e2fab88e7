//! Manage → Models: which models the agents call, what that may cost, and what it did cost.

use std::collections::BTreeMap;

use aos_capabilities::model::{Dialect, Price};
use aos_features::{
    agents::{self, ModelProvider, NewProvider, SkillVersion, Spending},
    people::Permission,
    read_models::{clients, costs, names::Names},
    tenants::{self, Budgets, Settings},
};
use aos_kernel::{Error, MicroUsd, ModelProviderId, Month, Result, Secret, TenantId, Timestamp};
use aos_storage::Conn;
use axum::{Form, extract::Query};
use chrono::TimeZone;
use chrono_tz::Tz;
use serde::Deserialize;

use super::views::{BudgetForm, CostRow, ModelsPage, ProviderForm, ProviderView, RoleModel, UsageRow};
use crate::{
    flash::Flash,
    forms::{FieldErrors, Fields},
    layout::Place,
    paths,
    session::{Answer, At, Viewer},
    show::{Dial, count, who},
    ui::{Choice, Choices, states::label},
};

/// Clients that can be chosen for a budget.
const MOST_CLIENTS: i64 = 1_000;
/// A budget of which this much is spent is nearly used up.
const NEAR: f64 = 0.8;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    add: Option<String>,
    provider: Option<String>,
}

/// What is being filled in.
#[derive(Default)]
struct Filling {
    form: Option<ProviderForm>,
    budget: BudgetForm,
    /// None: as it is kept.
    default_budget: Option<BudgetForm>,
    errors: FieldErrors,
}

/// `GET /manage/models`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let form = match (&asked.provider, &asked.add) {
        (Some(id), _) => Some(form_of(provider(&mut viewer.read().await?, id).await?)),
        (None, Some(_)) => Some(ProviderForm { enabled: Some("1".to_owned()), ..ProviderForm::default() }),
        (None, None) => None,
    };
    let view = view(&viewer, Filling { form, ..Filling::default() }).await?;
    viewer.page(&view)
}

async fn provider(conn: &mut Conn, id: &str) -> Result<ModelProvider> {
    let all = agents::queries::providers(conn).await?;
    all.into_iter().find(|known| known.id.to_string() == id).ok_or_else(|| Error::not_found("model provider"))
}

fn form_of(provider: ModelProvider) -> ProviderForm {
    ProviderForm {
        id: provider.id.to_string(),
        name: provider.name,
        dialect: provider.dialect.as_str().to_owned(),
        base_url: provider.base_url.unwrap_or_default(),
        model: provider.model,
        price_in: dollars(provider.price.input),
        price_cached: dollars(provider.price.cached_input),
        price_out: dollars(provider.price.output),
        per_minute: match provider.requests_per_minute {
            0 => String::new(),
            n => n.to_string(),
        },
        has_key: provider.has_key,
        enabled: provider.enabled.then(|| "1".to_owned()),
    }
}

/// An amount as it is typed: `0.25`.
fn dollars(amount: MicroUsd) -> String {
    let text = format!("{}.{:06}", amount.0 / 1_000_000, amount.0 % 1_000_000);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}00") } else { short.to_owned() }
}

/// # Errors
/// `Invalid` for the field; an empty text is nothing.
fn amount(field: &str, text: &str) -> Result<MicroUsd> {
    let text = text.trim().trim_start_matches('$');
    if text.is_empty() {
        return Ok(MicroUsd::ZERO);
    }
    let dollars = text.parse::<f64>().ok().filter(|n| n.is_finite() && (0.0..1_000_000_000.0).contains(n));
    dollars.map(MicroUsd::from_usd).ok_or_else(|| Error::invalid(field, "Enter an amount such as 0.25."))
}

async fn view(viewer: &Viewer, filling: Filling) -> Result<ModelsPage> {
    let agency = viewer.agency(Permission::SeeCosts)?;
    let mut conn = viewer.read().await?;
    let zone = crate::people::agency_zone(&mut conn).await?;
    let providers = agents::queries::providers(&mut conn).await?;
    let skills = agents::queries::skills(&mut conn).await?;
    let (month, since) = month(viewer.now, zone);
    let spending = agents::queries::spending(&mut conn, &agency, since).await?;
    let by_role = costs::by_role(&mut conn, &agency, since).await?;
    let by_work = costs::by_template(&mut conn, &agency, since).await?;
    let clients = clients::names(&mut conn, &agency, MOST_CLIENTS).await?;
    let default = tenants::queries::default_budget(&mut conn).await?;
    let names = Names::of(&mut conn, default.chosen.iter().map(|(actor, _)| actor)).await?;
    let dial = Dial { zone, now: viewer.now };
    let mut usage = Vec::with_capacity(spending.len());
    for spent in &spending {
        let scope = viewer.scope(spent.tenant_id, Permission::SeeCosts)?;
        let tenant = tenants::queries::tenant(&mut conn, scope).await?;
        let own = tenant.settings.budgets;
        usage.push(UsageRow {
            own_budget: own.is_some(),
            ..usage_row(spent, tenant.name, own.unwrap_or(default.budgets).monthly)
        });
    }
    let first = providers.iter().find(|provider| provider.enabled).map(|provider| provider.id);
    let choices = clients.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let model = providers.iter().find(|provider| provider.enabled);
    let model = model.map_or_else(|| "offline".to_owned(), |first| format!("{} / {}", first.name, first.model));
    let mut cards: Vec<ProviderView> = providers.into_iter().map(|one| card(one, first)).collect();
    cards.push(offline(first.is_none()));
    let form = filling.form.clone().unwrap_or_default();
    Ok(ModelsPage {
        shell: viewer.shell(&mut conn, "Models", Place::Models).await?,
        providers: cards,
        dialects: dialects(&form.dialect),
        editing: filling.form.is_some(),
        form,
        errors: filling.errors,
        roles: roles(&skills, &model),
        month: month.label(),
        total: together(&spending),
        usage,
        by_role: by_role.into_iter().map(cost_row).collect(),
        by_work: by_work.into_iter().map(cost_row).collect(),
        budget_clients: Choices::new(choices, filling.budget.client.clone()),
        budget: filling.budget,
        default_says: default_words(&default.budgets),
        default_chosen: default.chosen.as_ref().map(|(actor, at)| (who(&names, actor).0, dial.moment(*at))),
        default_budget: filling.default_budget.unwrap_or_else(|| budget_form(&default.budgets)),
    })
}

/// The default in words: "$50.00 a month and $2.00 for one run".
fn default_words(budgets: &Budgets) -> String {
    match budgets.monthly {
        Some(monthly) => format!("{monthly} a month and {} for one run", budgets.per_run),
        None => format!("as much as it takes, and {} for one run", budgets.per_run),
    }
}

fn budget_form(budgets: &Budgets) -> BudgetForm {
    BudgetForm {
        monthly: budgets.monthly.map_or_else(String::new, dollars),
        per_run: dollars(budgets.per_run),
        ..BudgetForm::default()
    }
}

/// The agency's present month and when it began.
fn month(now: Timestamp, zone: Tz) -> (Month, Timestamp) {
    let month = Month::of(now.with_timezone(&zone).date_naive());
    let midnight = month.first_day().and_time(chrono::NaiveTime::MIN);
    let since = zone.from_local_datetime(&midnight).earliest().map_or(midnight.and_utc(), |at| at.to_utc());
    (month, since)
}

fn card(provider: ModelProvider, first: Option<ModelProviderId>) -> ProviderView {
    let Price { input, output, .. } = provider.price;
    ProviderView {
        id: provider.id.to_string(),
        is_default: first == Some(provider.id),
        name: provider.name,
        dialect: provider.dialect.as_str().to_owned(),
        base_url: provider.base_url.unwrap_or_default(),
        model: provider.model,
        key: provider.has_key.then(|| "stored, encrypted".to_owned()),
        price: format!("{input} in, {output} out per million tokens"),
        state: if provider.enabled { "active" } else { "disabled" }.to_owned(),
        built_in: false,
    }
}

fn offline(is_default: bool) -> ProviderView {
    ProviderView {
        id: "offline".to_owned(),
        name: "Offline".to_owned(),
        dialect: Dialect::Offline.as_str().to_owned(),
        model: "extraction and templates".to_owned(),
        price: "Costs nothing".to_owned(),
        state: "active".to_owned(),
        is_default,
        built_in: true,
        ..ProviderView::default()
    }
}

fn dialects(selected: &str) -> Choices {
    let real = Dialect::ALL.iter().filter(|dialect| **dialect != Dialect::Offline);
    Choices::new(real.map(|dialect| Choice::new(dialect.as_str(), label(dialect.as_str()))).collect(), selected)
}

/// Each role with the skills that it is given.
fn roles(skills: &[SkillVersion], model: &str) -> Vec<RoleModel> {
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for version in skills {
        let Some(skill) = version.skill() else { continue };
        for role in skill.roles {
            given.entry(role).or_default().push(format!("{} v{}", version.name, version.version));
        }
    }
    let row =
        |(role, skills): (String, Vec<String>)| RoleModel { role, model: model.to_owned(), skill: skills.join(", ") };
    given.into_iter().map(row).collect()
}

fn usage_row(spent: &Spending, client: String, budget: Option<MicroUsd>) -> UsageRow {
    let share = budget.map_or(0.0, |budget| spent.cost.0 as f64 / (budget.0.max(1)) as f64);
    let state = match share {
        share if share >= 1.0 => "over_budget",
        share if share >= NEAR => "near_budget",
        _ => "ok",
    };
    UsageRow {
        client,
        calls: count(spent.calls),
        tokens_in: count(spent.input_tokens),
        tokens_out: count(spent.output_tokens),
        cost: spent.cost.to_string(),
        budget: budget.map(|budget| budget.to_string()),
        own_budget: false,
        state: state.to_owned(),
    }
}

fn cost_row(cost: costs::Cost) -> CostRow {
    let each = cost.cost.0.checked_div(cost.count).map_or(MicroUsd::ZERO, MicroUsd);
    CostRow {
        name: label(&cost.name),
        count: count(cost.count),
        tokens: count(cost.tokens),
        each: each.to_string(),
        cost: cost.cost.to_string(),
    }
}

fn together(spending: &[Spending]) -> UsageRow {
    UsageRow {
        calls: count(spending.iter().map(|spent| spent.calls).sum()),
        tokens_in: count(spending.iter().map(|spent| spent.input_tokens).sum()),
        tokens_out: count(spending.iter().map(|spent| spent.output_tokens).sum()),
        cost: spending.iter().map(|spent| spent.cost).sum::<MicroUsd>().to_string(),
        ..UsageRow::default()
    }
}

/// `POST /manage/models`.
pub(super) async fn save(viewer: Viewer, Form(fields): Form<Fields>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let text = |name: &str| fields.text(name).to_owned();
    let mut form = ProviderForm {
        id: text("id"),
        name: text("name"),
        dialect: text("dialect"),
        base_url: text("base_url"),
        model: text("model"),
        price_in: text("price_in"),
        price_cached: text("price_cached"),
        price_out: text("price_out"),
        per_minute: text("per_minute"),
        has_key: false,
        enabled: fields.checked("enabled").then(|| "1".to_owned()),
    };
    match try_save(&viewer, &form, fields.raw("key")).await {
        Ok(name) => {
            Ok(viewer.done(Flash::good(format!("{name} is saved. Test it before you rely on it.")), paths::MODELS))
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            if !form.id.is_empty() {
                form.has_key = provider(&mut viewer.read().await?, &form.id).await?.has_key;
            }
            let view = view(&viewer, Filling { form: Some(form), errors, ..Filling::default() }).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_save(viewer: &Viewer, form: &ProviderForm, key: &str) -> Result<String> {
    let id = match form.id.as_str() {
        "" => None,
        id => Some(id.parse::<ModelProviderId>().map_err(|_| Error::not_found("model provider"))?),
    };
    let requests_per_minute = match form.per_minute.trim() {
        "" => 0,
        text => {
            let whole = text.parse().ok().filter(|n| (0..=1_000_000).contains(n));
            whole.ok_or_else(|| Error::invalid("per_minute", "Enter a whole number, or nothing."))?
        }
    };
    let input = NewProvider {
        name: form.name.clone(),
        dialect: form.dialect.parse().map_err(|_| Error::invalid("dialect", "Choose what it speaks."))?,
        base_url: Some(form.base_url.clone()).filter(|url| !url.is_empty()),
        model: form.model.clone(),
        key: Some(Secret::new(key.trim())).filter(|key| !key.is_empty()),
        price: Price {
            input: amount("price_in", &form.price_in)?,
            cached_input: amount("price_cached", &form.price_cached)?,
            output: amount("price_out", &form.price_out)?,
        },
        requests_per_minute,
        enabled: form.enabled.is_some(),
    };
    let mut tx = viewer.begin().await?;
    agents::commands::save_provider(&mut tx, &viewer.state.product.credentials, id, input).await?;
    tx.commit().await?;
    Ok(form.name.clone())
}

/// `POST /manage/models/{provider}/test`.
pub(super) async fn test(viewer: Viewer, At(id): At<ModelProviderId>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let flash = match super::test_provider(&viewer.state.product, id).await {
        Ok(answer) => Flash::good(format!("It answered: {}", answer.chars().take(120).collect::<String>())),
        Err(error) => {
            let help = error.help().map_or_else(String::new, |help| format!(" {help}"));
            Flash::bad(format!("{}{help}", error.message()))
        }
    };
    Ok(viewer.done(flash, paths::MODELS))
}

/// `POST /manage/models/{provider}/remove`.
pub(super) async fn remove(viewer: Viewer, At(id): At<ModelProviderId>) -> Answer {
    viewer.principal.require(Permission::ManageAgents)?;
    let mut tx = viewer.begin().await?;
    agents::commands::remove_provider(&mut tx, &viewer.state.product.credentials, id).await?;
    tx.commit().await?;
    Ok(viewer.done(Flash::good("The provider is removed, and its key is deleted."), paths::MODELS))
}

/// `POST /manage/models/budget`.
pub(super) async fn budget(viewer: Viewer, Form(budget): Form<BudgetForm>) -> Answer {
    match try_budget(&viewer, &budget).await {
        Ok(client) => {
            let words = match budget.remove {
                Some(_) => format!("{client} follows the default from now on."),
                None => format!("The budget of {client} is saved."),
            };
            Ok(viewer.done(Flash::good(words), paths::MODELS))
        }
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let errors = errors.renamed("budgets.monthly", "monthly").renamed("budgets.per_run", "per_run");
            let view = view(&viewer, Filling { budget, errors, ..Filling::default() }).await?;
            viewer.form_again(&view)
        }
    }
}

/// # Errors
/// `Invalid` for the field.
fn typed(form: &BudgetForm) -> Result<Budgets> {
    let monthly = match form.monthly.trim() {
        "" => None,
        text => Some(amount("monthly", text)?),
    };
    if form.per_run.trim().is_empty() {
        return Err(Error::invalid("per_run", "Enter an amount such as 2.00."));
    }
    Ok(Budgets { monthly, per_run: amount("per_run", &form.per_run)? })
}

/// `POST /manage/models/default-budget`: what counts for each client without a budget of its own.
pub(super) async fn default_budget(viewer: Viewer, Form(budget): Form<BudgetForm>) -> Answer {
    let agency = viewer.agency(Permission::ManageAgents)?;
    let tried = async {
        let mut tx = viewer.begin().await?;
        tenants::commands::change_default_budget(&mut tx, &agency, typed(&budget)?).await?;
        tx.commit().await
    };
    match tried.await {
        Ok(()) => Ok(viewer.done(Flash::good("The default is saved. It counts from the next call on."), paths::MODELS)),
        Err(error) => {
            let Some(errors) = FieldErrors::of(&error) else { return Err(error.into()) };
            let mut errors = errors;
            for (from, to) in [
                ("budgets.monthly", "default_monthly"),
                ("monthly", "default_monthly"),
                ("budgets.per_run", "default_per_run"),
                ("per_run", "default_per_run"),
            ] {
                errors = errors.renamed(from, to);
            }
            let view = view(&viewer, Filling { default_budget: Some(budget), errors, ..Filling::default() }).await?;
            viewer.form_again(&view)
        }
    }
}

async fn try_budget(viewer: &Viewer, form: &BudgetForm) -> Result<String> {
    let tenant: TenantId = form.client.parse().map_err(|_| Error::invalid("client", "Choose a client."))?;
    let scope = viewer.scope(tenant, Permission::ConfigureClient)?;
    let budgets = if form.remove.is_some() { None } else { Some(typed(form)?) };
    let mut tx = viewer.begin().await?;
    let before = tenants::queries::settings(&mut tx, scope).await?;
    let tenant = tenants::commands::change_settings(&mut tx, scope, Settings { budgets, ..before }).await?;
    tx.commit().await?;
    Ok(tenant.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_back_as_it_is_shown() {
        for (typed, micros, shown) in [("0.25", 250_000, "0.25"), ("$2", 2_000_000, "2.00"), ("", 0, "0.00")] {
            let read = amount("price_in", typed).unwrap();
            assert_eq!((read, dollars(read).as_str()), (MicroUsd(micros), shown));
        }
        for bad in ["-1", "NaN", "inf", "much"] {
            assert_eq!(amount("price_in", bad).unwrap_err().field(), Some("price_in"), "{bad}");
        }
    }

    #[test]
    fn the_month_begins_where_the_agency_is() {
        let now: Timestamp = "2026-11-30T23:30:00Z".parse().unwrap();
        let (month, since) = month(now, chrono_tz::Europe::Berlin);
        assert_eq!(
            (month.to_string().as_str(), since.to_rfc3339()),
            ("2026-12", "2026-11-30T23:00:00+00:00".to_owned())
        );
    }
}
