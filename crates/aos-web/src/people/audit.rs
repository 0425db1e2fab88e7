//! Manage → Audit: who did what, when and why.

use std::collections::HashMap;

use aos_features::{
    people::{self, AuditEntry, AuditFilter, Permission, UserFilter},
    read_models::{clients, names::Names},
};
use aos_kernel::{Actor, Cursor, PageSize, TenantId, Timestamp, UserId};
use axum::extract::Query;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

use super::{
    roles::zone,
    views::{AuditPage, AuditRow},
};
use crate::{
    layout::Place,
    paths,
    session::{Answer, Viewer},
    show::{Dial, next_page, who},
    ui::{Choice, Choices, states::label},
};

/// The kinds to filter by: value, words, and how the actions begin.
const KINDS: [(&str, &str, &str); 9] = [
    ("signing_in", "Signing in", "people.signed_in"),
    ("invitations", "Invitations", "people.invit"),
    ("roles", "Roles", "people.role_"),
    ("passwords", "Passwords", "people.password"),
    ("two_factor", "Two-factor sign-in", "people.two_factor"),
    ("tokens", "API tokens", "people.token_"),
    ("people", "All about people", "people."),
    ("client_settings", "Settings of clients", "tenants.settings_"),
    ("tenants", "All about clients", "tenants."),
];
/// Clients whose names are looked up for the rows.
const MOST_CLIENTS: i64 = 10_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// A user's id, from their page.
    person: String,
    client: String,
    kind: String,
    /// Calendar days of the agency, both included.
    from: String,
    to: String,
    after: Option<Cursor>,
}

/// The beginning of a day; of the first moment there is, where the clocks skip midnight.
fn beginning(day: NaiveDate, zone: Tz) -> Option<Timestamp> {
    let midnight = day.and_time(NaiveTime::MIN);
    let at = |shift: i64| zone.from_local_datetime(&(midnight + TimeDelta::hours(shift))).earliest();
    at(0).or_else(|| at(1)).map(|at| at.with_timezone(&Utc))
}

/// `GET /manage/audit`.
pub(super) async fn page(viewer: Viewer, Query(asked): Query<Asked>) -> Answer {
    let scope = viewer.agency(Permission::SeeAudit)?;
    let mut conn = viewer.read().await?;
    let zone = zone(&mut conn).await?;
    let search = asked.q.trim();
    // An address or a name finds the person's own acts; other words find nobody's.
    let (user, person) = match (asked.person.parse::<UserId>().ok(), search) {
        (Some(id), _) => {
            let known = people::queries::user(&mut conn, id).await.ok();
            (Some(id), Some(known.map_or_else(|| "somebody unknown".to_owned(), |user| user.name)))
        }
        (None, "") => (None, None),
        (None, words) => {
            let filter = UserFilter::named(words);
            let found = people::queries::users(&mut conn, &scope, &filter, None, PageSize::clamped(1)).await?;
            (found.items.into_iter().next().map(|summary| summary.user.id), None)
        }
    };
    let nobody = !search.is_empty() && user.is_none();
    let action = KINDS.iter().find(|(value, ..)| *value == asked.kind).map(|(.., prefix)| (*prefix).to_owned());
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let filter = AuditFilter {
        tenant: asked.client.parse().ok(),
        user,
        action,
        from: day(&asked.from).and_then(|day| beginning(day, zone)),
        until: day(&asked.to).and_then(|day| day.checked_add_days(Days::new(1))).and_then(|day| beginning(day, zone)),
        ..AuditFilter::default()
    };
    let page = people::audit::list(&mut conn, &scope, &filter, asked.after.as_ref(), PageSize::DEFAULT).await?;
    let entries = if nobody { Vec::new() } else { page.items };
    let subjects: Vec<Actor> = entries.iter().filter_map(concerned).map(Actor::user).collect();
    let names = Names::of(&mut conn, entries.iter().map(|entry| &entry.actor).chain(&subjects)).await?;
    let listed = clients::names(&mut conn, &scope, MOST_CLIENTS).await?;
    let clients: HashMap<TenantId, String> = listed.iter().cloned().collect();
    let dial = Dial { zone, now: viewer.now };
    let filters = [
        ("q", asked.q.as_str()),
        ("person", asked.person.as_str()),
        ("client", asked.client.as_str()),
        ("kind", asked.kind.as_str()),
        ("from", asked.from.as_str()),
        ("to", asked.to.as_str()),
    ];
    let kinds = KINDS.iter().map(|(value, words, _)| Choice::new(*value, *words)).collect();
    let choices = listed.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let view = AuditPage {
        shell: viewer.shell(&mut conn, "Audit", Place::Audit).await?,
        entries: entries.iter().map(|entry| row(entry, &names, &clients, dial)).collect(),
        older: if nobody { None } else { next_page(paths::AUDIT, &filters, page.next.as_ref()) },
        filtered: filters.iter().any(|(_, value)| !value.is_empty()),
        kinds: Choices::new(kinds, asked.kind.clone()),
        clients: Choices::new(choices, asked.client.clone()),
        person: person.map(|name| (asked.person.clone(), name)),
        from: asked.from,
        to: asked.to,
        query: asked.q,
    };
    viewer.page(&view)
}

/// The person that an act was about, when it was not their own.
fn concerned(entry: &AuditEntry) -> Option<UserId> {
    let user = UserId::from_uuid(entry.subject_id);
    (entry.subject_kind == "user" && entry.actor.person() != Some(user)).then_some(user)
}

/// An act in words, without its person: "Deactivated a person", with what tells one from the next.
pub(super) fn act_words(entry: &AuditEntry) -> String {
    let text = |key: &str| entry.detail.get(key).and_then(Value::as_str);
    let act = match entry.action.as_str() {
        "people.agency_set_up" => "Set the agency up".to_owned(),
        "people.agency_changed" => "Changed the agency".to_owned(),
        "people.signed_in" => match text("second_factor") {
            Some("recovery_code") => "Signed in with a recovery code".to_owned(),
            Some(_) => "Signed in with two factors".to_owned(),
            None => "Signed in".to_owned(),
        },
        "people.invited" => "Invited somebody".to_owned(),
        "people.invitation_revoked" => "Took an invitation back".to_owned(),
        "people.invitation_link_made" => "Made an invitation link".to_owned(),
        "people.joined" => "Joined by invitation".to_owned(),
        "people.joined_through_provider" => "Joined through the provider".to_owned(),
        "people.user_added" => "Added a person".to_owned(),
        "people.user_renamed" => "Changed a name".to_owned(),
        "people.user_deactivated" => "Deactivated a person".to_owned(),
        "people.user_reactivated" => "Let a person in again".to_owned(),
        "people.email_changed" => "Changed an e-mail address".to_owned(),
        "people.role_granted" => "Gave a role".to_owned(),
        "people.role_withdrawn" => "Took a role away".to_owned(),
        "people.client_person_added" => "Added one of a client’s people".to_owned(),
        "people.client_role_changed" => "Changed what one of a client’s people may do".to_owned(),
        "people.client_person_removed" => "Removed one of a client’s people".to_owned(),
        "people.password_changed" => "Changed the password".to_owned(),
        "people.password_reset" => "Set a one-time password".to_owned(),
        "people.password_link_made" => "Made a link to a new password".to_owned(),
        "people.password_reset_requested" => "A new password was asked for".to_owned(),
        "people.sessions_ended" => "Signed out elsewhere".to_owned(),
        "people.token_created" => "Made an API token".to_owned(),
        "people.token_revoked" => "Revoked an API token".to_owned(),
        "people.two_factor_turned_on" => "Turned two-factor sign-in on".to_owned(),
        "people.two_factor_turned_off" => "Turned two-factor sign-in off".to_owned(),
        "people.two_factor_reset" => "Reset a second factor".to_owned(),
        "people.two_factor_requirement_changed" => match entry.detail.get("required").and_then(Value::as_bool) {
            Some(true) => "Asked the staff for two-factor sign-in".to_owned(),
            _ => "No longer asks the staff for two-factor sign-in".to_owned(),
        },
        "people.recovery_codes_renewed" => "Made new recovery codes".to_owned(),
        "people.recovery_code_used" => "Used a recovery code".to_owned(),
        "people.office_networks_changed" => "Changed where staff may work from".to_owned(),
        "people.identity_provider_saved" => "Changed the sign-in provider".to_owned(),
        "people.identity_provider_removed" => "Removed the sign-in provider".to_owned(),
        "tenants.default_budget_changed" => "Changed the default budget".to_owned(),
        "people.identity_linked" => "Signed in through the provider for the first time".to_owned(),
        "people.identity_unlinked" => "Took the link to the provider away".to_owned(),
        other => label(other.split_once('.').map_or(other, |(_, act)| act)),
    };
    let role =
        text("role").and_then(|role| role.parse::<people::Role>().ok()).map(|role| super::roles::choice(role).label);
    match text("name").or_else(|| text("email")).map(str::to_owned).or(role) {
        Some(detail) => format!("{act}: {detail}"),
        None => act,
    }
}

fn row(entry: &AuditEntry, names: &Names, clients: &HashMap<TenantId, String>, dial: Dial) -> AuditRow {
    let (who, agent) = who(names, &entry.actor);
    let about = concerned(entry).and_then(|user| names.person(&Actor::user(user)).map(str::to_owned));
    let href = match entry.subject_kind.as_str() {
        "tenant" => Some(paths::client(entry.subject_id)),
        "user" => Some(paths::user(entry.subject_id)),
        _ => None,
    };
    AuditRow {
        at: dial.moment(entry.at),
        who,
        agent,
        kind: entry.action.clone(),
        what: act_words(entry),
        about,
        href,
        client: entry.tenant_id.and_then(|tenant| clients.get(&tenant).cloned()),
        why: entry.detail.get("address").and_then(Value::as_str).map(|address| format!("from {address}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_agency_is() {
        let day: NaiveDate = "2026-03-29".parse().unwrap();
        let at = |zone: Tz, day| beginning(day, zone).unwrap().to_rfc3339();
        assert_eq!(at(chrono_tz::Europe::Berlin, day), "2026-03-28T23:00:00+00:00");
        // Beirut's clocks skip midnight on this day.
        assert_eq!(at(chrono_tz::Asia::Beirut, day), "2026-03-28T22:00:00+00:00");
    }
}
