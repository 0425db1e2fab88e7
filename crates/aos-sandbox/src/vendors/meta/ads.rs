//! Ad accounts (contract 7): the list and the account. Campaigns and insights are not simulated yet.

use serde_json::{Value, json};

use super::{
    Meta,
    call::Call,
    error::{GraphError, Outcome},
    fields::{self, Kind},
    login::Asker,
    state::State,
};

const ACCOUNT: Kind = Kind {
    name: "AdAccount",
    fields: "id,account_id,name,currency,timezone_id,timezone_name,timezone_offset_hours_utc,account_status,age,spend_cap,\
        amount_spent,balance,business,business_name,business_country_code,capabilities,created_time,disable_reason,\
        funding_source,is_personal,min_daily_budget,owner,tos_accepted,user_tasks,opportunity_score",
    usual: "id,account_id",
};

/// Either permission opens reading.
fn may_read(state: &State, asker: &Asker) -> Result<(), GraphError> {
    if ["ads_read", "ads_management"].iter().any(|permission| state.may(&asker.person, permission)) {
        return Ok(());
    }
    Err(GraphError::permission("Requires ads_read or ads_management permission."))
}

fn node(state: &State) -> Value {
    let own = &state.ads;
    json!({
        "id": Meta::AD_ACCOUNT_ID,
        "account_id": Meta::AD_ACCOUNT_ID.trim_start_matches("act_"),
        "name": own.name,
        "currency": own.currency,
        "timezone_name": own.timezone,
        "account_status": own.status,
        "spend_cap": own.spend_cap.to_string(),
        "amount_spent": own.amount_spent.to_string(),
        "balance": "0",
        "disable_reason": 0,
    })
}

/// `/me/adaccounts`.
pub(super) fn list(meta: &Meta, state: &State, asker: &Asker, call: &Call) -> Outcome {
    may_read(state, asker)?;
    let nodes = if asker.has_page() { vec![node(state)] } else { Vec::new() };
    fields::page(call, &meta.graph(call, "me/adaccounts"), &ACCOUNT, &nodes)
}

/// `/act_{id}`.
pub(super) fn read(state: &State, asker: &Asker, call: &Call) -> Outcome {
    may_read(state, asker)?;
    if !asker.has_page() || call.path[0] != Meta::AD_ACCOUNT_ID {
        return Err(GraphError::not_visible(&call.path[0]));
    }
    fields::select(&ACCOUNT, &node(state), call.text("fields"))
}
