//! Screens that join slices: each file reads what one screen shows, from any table, and writes none.
//!
//! Every function takes a [`TenantScope`](aos_kernel::TenantScope) or an [`AgencyScope`](aos_kernel::AgencyScope) and
//! restricts itself to it; lists page by key and join, so that their cost does not grow with the number of clients.

pub mod calendar;
pub mod channels;
pub mod client;
pub mod clients;
pub mod content;
pub mod costs;
pub mod credentials;
pub mod feed;
pub mod names;
pub mod owners;
pub mod queue;
pub mod runs;
pub mod search;
pub mod shell;
pub mod tasks;
pub mod work;

use aos_kernel::AgencyScope;
use aos_storage::{ToValue, Value};

/// Adds the scope's limit to a statement as its next parameter; nothing for a scope of all.
fn limited(sql: &mut String, params: &mut Vec<Value>, scope: &AgencyScope, column: &str) {
    if let Some(tenants) = scope.limit() {
        condition(sql, params, &format!("{column} = ANY(?)"), tenants);
    }
}

/// Adds `AND …` with one value in the place of `?`.
fn condition(sql: &mut String, params: &mut Vec<Value>, text: &str, value: impl ToValue) {
    params.push(value.to_value());
    sql.push_str(" AND ");
    sql.push_str(&text.replace('?', &format!("${}", params.len())));
}
