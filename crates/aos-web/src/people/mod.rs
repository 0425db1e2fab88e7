//! Coming in, one's own account, users and invitations, the agency's settings, API tokens and the audit log.

mod account;
pub mod api;
mod api_identity;
mod audit;
mod enter;
mod first_run;
mod forgot;
mod invitations;
mod join;
mod of_client;
mod password;
mod provider;
mod roles;
mod settings;
mod settings_sign_in;
mod sign_in;
mod tokens;
mod two_factor;
mod user;
mod users;
pub mod views;

pub(crate) use of_client::{Around as PeopleAround, part as people_part};
pub(crate) use roles::zone as agency_zone;

use crate::{paths, router::Routes};

/// The routes of this slice.
pub fn routes() -> Routes {
    coming_in().and(own_account()).and(managing()).and(of_client::routes())
}

fn coming_in() -> Routes {
    Routes::default()
        .get(paths::FIRST_RUN, first_run::page)
        .post(paths::FIRST_RUN, first_run::set_up)
        .get(paths::SIGN_IN, sign_in::page)
        .post(paths::SIGN_IN, sign_in::sign_in)
        .get(paths::SIGN_IN_CODE, sign_in::code_page)
        .post(paths::SIGN_IN_CODE, sign_in::code)
        .get(paths::SIGN_IN_PROVIDER, provider::depart)
        .get(paths::PROVIDER_CALLBACK, provider::arrive)
        .post(paths::SIGN_OUT, sign_in::sign_out)
        .get(paths::FORGOT, forgot::page)
        .post(paths::FORGOT, forgot::request)
        .get("/reset/{token}", forgot::reset_page)
        .post("/reset/{token}", forgot::reset)
        .get("/join/{token}", join::page)
        .post("/join/{token}", join::join)
}

fn own_account() -> Routes {
    Routes::default()
        .get(paths::PASSWORD, password::page)
        .post(paths::PASSWORD, password::choose)
        .get(paths::ACCOUNT, account::page)
        .post("/account/name", account::rename)
        .post("/account/email", account::change_email)
        .get("/account/email/{token}", account::confirm_page)
        .post("/account/email/{token}", account::confirm)
        .post("/account/sessions/end", account::end_others)
        .post("/account/sessions/{session}/end", account::end)
        .get(paths::TWO_FACTOR, two_factor::page)
        .post("/account/two-factor/start", two_factor::start)
        .post("/account/two-factor/confirm", two_factor::confirm)
        .post("/account/two-factor/codes", two_factor::codes)
        .post("/account/two-factor/off", two_factor::off)
        .get(paths::TOKENS, tokens::page)
        .post(paths::TOKENS, tokens::create)
        .post("/portal/tokens/{token}/revoke", tokens::revoke)
}

fn managing() -> Routes {
    Routes::default()
        .get(paths::USERS, users::page)
        .post(paths::USERS, users::add)
        .post(paths::INVITATIONS, invitations::invite)
        .post("/manage/invitations/{invitation}/send", invitations::send_again)
        .post("/manage/invitations/{invitation}/link", invitations::copy_link)
        .post("/manage/invitations/{invitation}/revoke", invitations::revoke)
        .get("/manage/users/{user}", user::page)
        .post("/manage/users/{user}/profile", user::change)
        .post("/manage/users/{user}/roles", user::give_role)
        .post("/manage/users/{user}/roles/remove", user::take_role)
        .post("/manage/users/{user}/disable", user::disable)
        .post("/manage/users/{user}/enable", user::enable)
        .post("/manage/users/{user}/password", user::one_time_password)
        .post("/manage/users/{user}/reset", user::reset)
        .post("/manage/users/{user}/two-factor", user::reset_two_factor)
        .post("/manage/users/{user}/sign-out", user::sign_out)
        .post("/manage/users/{user}/unlink", user::unlink)
        .post("/manage/users/{user}/tokens/{token}/revoke", user::revoke_token)
        .get(paths::SETTINGS, settings::page)
        .post(paths::SETTINGS, settings::change_agency)
        .post("/manage/settings/security", settings::change_security)
        .get(paths::SETTINGS_SIGN_IN, settings_sign_in::page)
        .post(paths::SETTINGS_SIGN_IN, settings_sign_in::save)
        .post("/manage/settings/sign-in/remove", settings_sign_in::remove)
        .post("/manage/settings/sign-in/check", settings_sign_in::check)
        .get(paths::AUDIT, audit::page)
}
