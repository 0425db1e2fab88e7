//! Who is asking: from the session's cookie for pages, from an API token or the cookie for the JSON API.

use std::{net::SocketAddr, str::FromStr, time::Duration};

use aos_features::{
    people::{self, Permission, Principal},
    read_models,
};
use aos_kernel::{Actor, AgencyScope, Error, Result, Secret, SessionId, TenantId, TenantScope, Timestamp};
use aos_storage::{Conn, Tx};
use askama::Template;
use axum::{
    extract::{ConnectInfo, FromRequestParts, Path},
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    app, client,
    csrf::{CsrfToken, SESSION_COOKIE},
    error::WebError,
    flash::{self, Flash, Theme},
    layout::{Person, Place, Shell},
    live::{Mark, Topic},
    paths,
    state::{AppState, WebSettings},
};

/// What a page's handler answers.
pub type Answer = std::result::Result<Response, WebError>;

/// Whoever is asking, for the JSON API: a program with a token, or a person's browser on our own pages.
///
/// With an `Authorization` header only that counts, as the form guard lets such requests pass.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub principal: Principal,
    /// None for a program.
    pub session: Option<SessionId>,
    /// The address that they come from, as far as it can be believed.
    pub address: Option<String>,
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, WebError> {
        let found = match bearer(&parts.headers)? {
            Some(secret) => {
                let now = state.product.db.clock().now();
                people::api_tokens::resolve(&mut state.product.db.read().await?, &secret, now).await?
            }
            None => by_cookie(state, &CookieJar::from_headers(&parts.headers)).await?,
        };
        let found = found.ok_or_else(Error::unauthenticated)?;
        if found.must_change_password {
            return Err(Error::denied("Choose a password of your own first.")
                .with_help("Sign in once with a browser; it asks for the new password.")
                .into());
        }
        if found.must_set_up_two_factor {
            return Err(Error::denied("Set up two-factor sign-in first.")
                .with_help("Your agency asks its staff for it; sign in with a browser, which leads there.")
                .into());
        }
        let address = address(&state.settings, parts);
        // A staff's browser is held to the office here too; a program brings its own key.
        if found.session.is_some() && found.principal.is_staff() && !found.office.admit(address.as_deref()) {
            return Err(outside_office(address.as_deref()).into());
        }
        note_use(state, &found, address.as_deref()).await;
        Ok(Self { principal: found.principal, session: found.session, address })
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Result<Option<Secret>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) => Ok(Some(Secret::new(token.trim()))),
        None => Err(Error::unauthenticated().with_help("Send “Authorization: Bearer” and an API token.")),
    }
}

async fn by_cookie(state: &AppState, jar: &CookieJar) -> Result<Option<people::SignedIn>> {
    let Some(secret) = session_secret(jar) else { return Ok(None) };
    let now = state.product.db.clock().now();
    people::sessions::resolve(&mut state.product.db.read().await?, &secret, now).await
}

/// The faces of the agency's staff, which can be limited to its offices. Everybody's own account and the clients'
/// dashboards are open from anywhere.
fn is_staff_face(path: &str) -> bool {
    ["/portal", "/manage", "/reference"]
        .iter()
        .any(|face| path.strip_prefix(face).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn outside_office(address: Option<&str>) -> Error {
    let words = "This part of Agency OS can be used from the agency’s offices only.";
    let from = address.map_or_else(String::new, |address| format!("You come from {address}. "));
    Error::new(aos_kernel::ErrorKind::Denied, "outside_office", words).with_help(format!(
        "{from}Connect to the office network, or ask an administrator to add yours. Your own account is open to you at /account."
    ))
}

/// What the browser holds, good or not.
pub fn session_secret(jar: &CookieJar) -> Option<Secret> {
    jar.get(SESSION_COOKIE).map(|cookie| Secret::new(cookie.value()))
}

/// Keeps a session or token from looking unused. A page is not refused because this could not be written.
async fn note_use(state: &AppState, found: &people::SignedIn, address: Option<&str>) {
    if !found.note_use {
        return;
    }
    let noted = async {
        let mut tx = state.product.db.begin(found.principal.actor().clone()).await?;
        match (found.session, found.principal.actor()) {
            (Some(session), _) => people::sessions::touch(&mut tx, session, address).await?,
            (None, Actor::Token { id, .. }) => people::api_tokens::touch(&mut tx, *id).await?,
            _ => {}
        }
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "the use of a session could not be noted");
    }
}

/// The cookie of a fresh session.
pub fn session_cookie(settings: &WebSettings, session: &people::NewSession, now: Timestamp) -> Cookie<'static> {
    let seconds = (session.expires_at - now).num_seconds();
    let mut cookie = Cookie::new(SESSION_COOKIE, session.token.expose().to_owned());
    cookie.set_http_only(true);
    cookie.set_secure(settings.is_https());
    cookie.set_same_site(SameSite::Lax);
    cookie.set_path("/");
    let age = Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).try_into().map_or(cookie.max_age(), Some);
    cookie.set_max_age(age);
    cookie
}

/// Holds the secret of a sign-in that waits for a code.
pub const PENDING_COOKIE: &str = "aos_pending";
/// Holds the secret of a visit to the provider.
pub const VISIT_COOKIE: &str = "aos_visit";

/// A cookie for the way through signing in, gone after `minutes` at the latest.
pub fn passing_cookie(settings: &WebSettings, name: &'static str, secret: &Secret, minutes: u64) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, secret.expose().to_owned());
    cookie.set_http_only(true);
    cookie.set_secure(settings.is_https());
    cookie.set_same_site(SameSite::Lax);
    cookie.set_path(paths::SIGN_IN);
    let age = Duration::from_secs(minutes * 60).try_into().map_or(cookie.max_age(), Some);
    cookie.set_max_age(age);
    cookie
}

/// Takes such a cookie away.
pub fn no_passing_cookie(name: &'static str) -> Cookie<'static> {
    Cookie::build((name, "")).path(paths::SIGN_IN).build()
}

/// Takes the session's cookie away.
pub fn no_session_cookie() -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, "")).path("/").build()
}

/// A signed-in person in front of a page: who they are, what surrounds every page, and how answers are given.
pub struct Viewer {
    pub state: AppState,
    pub principal: Principal,
    pub session: Option<SessionId>,
    /// They came in with a one-time password, and choose their own before they see anything.
    pub must_change_password: bool,
    /// They see nothing but that until it is done.
    pub must_set_up_two_factor: bool,
    /// The address that they come from, as far as it can be believed.
    pub address: Option<String>,
    pub user_agent: Option<String>,
    /// The moment of the request, so that one page tells one time.
    pub now: Timestamp,
    /// What was announced before the request: its page's stream goes on from there.
    /// None for the answer to a form.
    since: Option<Mark>,
    csrf: CsrfToken,
    theme: Theme,
    flash: Option<Flash>,
    jar: CookieJar,
}

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let jar = CookieJar::from_headers(&parts.headers);
        let since = parts.method.is_safe().then(|| state.hub.mark());
        let refuse = |error: Error| WebError(error).into_response();
        let found = by_cookie(state, &jar).await.map_err(refuse)?.ok_or_else(|| refuse(Error::unauthenticated()))?;
        if found.must_change_password && !matches!(parts.uri.path(), paths::PASSWORD | paths::SIGN_OUT) {
            return Err(Redirect::to(paths::PASSWORD).into_response());
        }
        if !found.principal.is_staff() && client::is_agencys(parts.uri.path()) {
            return Err(client::instead(state, &found.principal, parts).await);
        }
        // The second factor is set up before anything else is seen, as a one-time password is replaced.
        let may_stay =
            |path: &str| matches!(path, paths::PASSWORD | paths::SIGN_OUT) || path.starts_with(paths::TWO_FACTOR);
        if found.must_set_up_two_factor && !may_stay(parts.uri.path()) {
            return Err(Redirect::to(paths::TWO_FACTOR).into_response());
        }
        let address = address(&state.settings, parts);
        // What the client's people have below these addresses, such as the live stream, is theirs from anywhere.
        let at_work = found.principal.is_staff() && is_staff_face(parts.uri.path());
        if at_work && !found.office.admit(address.as_deref()) {
            return Err(refuse(outside_office(address.as_deref())));
        }
        note_use(state, &found, address.as_deref()).await;
        let guest = Guest::of(state, parts, jar);
        Ok(Self {
            state: guest.state,
            principal: found.principal,
            session: found.session,
            must_change_password: found.must_change_password,
            must_set_up_two_factor: found.must_set_up_two_factor,
            address: guest.address,
            user_agent: guest.user_agent,
            now: guest.now,
            since,
            csrf: guest.csrf,
            theme: guest.theme,
            flash: guest.flash,
            jar: guest.jar,
        })
    }
}

impl Viewer {
    /// The right to one client's rows; a foreign client is not found.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn scope(&self, tenant: TenantId, permission: Permission) -> Result<TenantScope> {
        self.principal.tenant_scope(tenant, permission)
    }
    /// The right to look across the clients that are theirs.
    ///
    /// # Errors
    /// `Denied`.
    pub fn agency(&self, permission: Permission) -> Result<AgencyScope> {
        self.principal.agency_scope(permission)
    }
    pub fn can(&self, tenant: TenantId, permission: Permission) -> bool {
        self.principal.can(tenant, permission)
    }
    /// A connection to read with.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn read(&self) -> Result<Conn> {
        self.state.product.db.read().await
    }
    /// A transaction in their name.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn begin(&self) -> Result<Tx> {
        self.state.product.db.begin(self.principal.actor().clone()).await
    }

    /// What surrounds a page.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn shell(&self, conn: &mut Conn, title: impl Into<String>, place: Place) -> Result<Shell> {
        let mut shell = self.shell_without_rail(conn, title, place).await?;
        if !self.principal.is_staff() {
            // The client's own people have their own rail on every page, also on those that both have.
            shell.client = Some(client::rail(self, conn, None, "").await?);
        }
        Ok(shell)
    }

    /// The same, for a page that brings the rail itself.
    ///
    /// # Errors
    /// `Storage`.
    pub(crate) async fn shell_without_rail(
        &self,
        conn: &mut Conn,
        title: impl Into<String>,
        place: Place,
    ) -> Result<Shell> {
        let around = read_models::shell::around(conn, &self.principal, self.now).await?;
        let shell = Shell {
            agency: around.agency,
            person: Some(self.person()),
            waiting: u64::try_from(around.waiting).unwrap_or(0),
            unread: u64::try_from(around.unread).unwrap_or(0),
            alarm: around.alarm.map(str::to_owned),
            csrf: self.csrf.clone(),
            flash: self.flash.clone(),
            theme: self.theme,
            since: self.since,
            ..Shell::default()
        };
        let own = Topic::notices(self.principal.user());
        Ok(shell.titled(title, place).listening(&Topic::queue()).listening(&own))
    }

    fn person(&self) -> Person {
        let roles = self.principal.grants().iter().map(|grant| grant.role);
        // The table of roles begins with the one that may most.
        let role = people::Role::ALL.iter().copied().find(|known| roles.clone().any(|own| own == *known));
        Person {
            id: self.principal.user().to_string(),
            name: self.principal.name().to_owned(),
            email: self.principal.email().to_owned(),
            role: role.map_or_else(String::new, |role| crate::ui::states::label(role.as_str())),
            manages: self.principal.can_in_agency(Permission::ManageUsers),
        }
    }

    /// A page for this person. The one-time message that it shows is taken away.
    ///
    /// # Errors
    /// `Internal`, when a template fails, which is a defect.
    pub fn page(self, view: &impl Template) -> Answer {
        Ok((self.jar, app::page(view)?).into_response())
    }
    /// The form again with what is wrong beside its fields.
    ///
    /// # Errors
    /// As [`Viewer::page`].
    pub fn form_again(self, view: &impl Template) -> Answer {
        Ok((self.jar, app::form_again(view)?).into_response())
    }
    /// Answers a form: say what happened, go there.
    pub fn done(&self, flash: Flash, to: &str) -> Response {
        flash.redirect(&self.state.signer, to)
    }
}

/// Somebody who is not signed in: what the sign-in page and the first run need.
pub struct Guest {
    pub state: AppState,
    pub now: Timestamp,
    pub jar: CookieJar,
    /// The address that they come from, as far as it can be believed.
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub flash: Option<Flash>,
    csrf: CsrfToken,
    theme: Theme,
}

impl Guest {
    fn of(state: &AppState, parts: &mut Parts, jar: CookieJar) -> Self {
        let theme = Theme::of(&jar);
        let (flash, jar) = flash::take(&state.signer, jar);
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            now: state.product.db.clock().now(),
            address: address(&state.settings, parts),
            user_agent: user_agent.map(str::to_owned),
            csrf: parts.extensions.get::<CsrfToken>().cloned().unwrap_or_default(),
            state: state.clone(),
            theme,
            flash,
            jar,
        }
    }
    /// What a sign-in is to know of the browser.
    pub fn browser(&self) -> people::Browser {
        people::Browser {
            address: self.address.clone(),
            user_agent: self.user_agent.clone(),
            previous: session_secret(&self.jar),
        }
    }
    /// Who is signed in all the same, on a page that is open to everybody.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn signed_in(&self) -> Result<Option<people::SignedIn>> {
        by_cookie(&self.state, &self.jar).await
    }
    /// What surrounds a page of the agency's that whoever comes sees: in its name, with its logo and its colour.
    ///
    /// # Errors
    /// `NotFound` before the first run; `Storage`.
    pub async fn branded(&self, title: &str) -> Result<Shell> {
        let mut conn = self.state.product.db.read().await?;
        let agency = people::queries::agency(&mut conn).await?.name;
        let brand = crate::branding::brand(&mut conn).await?;
        Ok(Shell { brand, ..self.shell(agency, title) })
    }
    /// What surrounds a page without a rail.
    pub fn shell(&self, agency: String, title: &str) -> Shell {
        Shell { agency, csrf: self.csrf.clone(), flash: self.flash.clone(), theme: self.theme, ..Shell::default() }
            .titled(title, Place::Nowhere)
    }
}

impl FromRequestParts<AppState> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let jar = CookieJar::from_headers(&parts.headers);
        Ok(Self::of(state, parts, jar))
    }
}

/// The peer, or what a trusted proxy says of it: the last address in the chain that is not a trusted proxy itself.
fn address(settings: &WebSettings, parts: &Parts) -> Option<String> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
    if !settings.trusted_proxies.contains(&peer) {
        return Some(peer.to_string());
    }
    let chain = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = chain.flat_map(|text| text.split(',')).map(str::trim).collect();
    let client = chain
        .into_iter()
        .rev()
        .filter_map(|text| std::net::IpAddr::from_str(text).ok())
        .find(|ip| !settings.trusted_proxies.contains(ip));
    Some(client.unwrap_or(peer).to_string())
}

/// Ids of a path. One that is none names nothing, so it is not found rather than a bad request.
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for At<T> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, WebError> {
        // No name holds this character, and PostgreSQL takes no text with it.
        if parts.uri.path().contains("%00") {
            return Err(Error::not_found("page").into());
        }
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(ids)) => Ok(Self(ids)),
            Err(_) => Err(Error::not_found("page").into()),
        }
    }
}

/// Where a list goes on, in a page's address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    pub after: Option<aos_kernel::Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_staffs_faces_are_told_from_the_rest() {
        for face in ["/portal", "/portal/clients", "/manage/users", "/reference/design"] {
            assert!(is_staff_face(face), "{face}");
        }
        for open in ["/", "/account", "/client/1", "/sign-in", "/portals", "/join/x", "/managed"] {
            assert!(!is_staff_face(open), "{open}");
        }
    }
}
