//! Sign-in, first run, users, API tokens and the audit log.

pub mod api;
mod audit;
mod first_run;
mod password;
mod sign_in;
mod tokens;
mod users;
pub mod views;

pub(crate) use users::zone as agency_zone;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::default()
        .get(paths::FIRST_RUN, first_run::page)
        .post(paths::FIRST_RUN, first_run::set_up)
        .get(paths::SIGN_IN, sign_in::page)
        .post(paths::SIGN_IN, sign_in::sign_in)
        .post(paths::SIGN_OUT, sign_in::sign_out)
        .get(paths::PASSWORD, password::page)
        .post(paths::PASSWORD, password::choose)
        .get(paths::USERS, users::page)
        .post(paths::USERS, users::add)
        .post("/manage/users/{user}/roles", users::give_role)
        .post("/manage/users/{user}/roles/remove", users::take_role)
        .post("/manage/users/{user}/disable", users::disable)
        .post("/manage/users/{user}/enable", users::enable)
        .post("/manage/users/{user}/password", users::reset_password)
        .get(paths::TOKENS, tokens::page)
        .post(paths::TOKENS, tokens::create)
        .post("/portal/tokens/{token}/revoke", tokens::revoke)
        .get(paths::AUDIT, audit::page)
}
