//! Sign-in, first run, users, API tokens and the audit log.

pub mod api;
mod first_run;
mod password;
mod sign_in;
pub mod views;

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
}
