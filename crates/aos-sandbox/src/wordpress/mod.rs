//! A WordPress site with its REST API (contract: `cms.md` §1), its public pages and a consent page for application
//! passwords. State is in memory; with a folder it is kept there as JSON with the uploaded files beside it.

mod auth;
mod consent;
mod discovery;
mod media;
mod post_write;
mod posts;
mod rest;
mod routes;
mod shape;
mod state;
mod store;
mod terms;
mod text;
mod theme;
mod users;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aos_kernel::Clock;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State as Extract},
    http::{Response, StatusCode, Uri},
    middleware,
};
use serde_json::{Value, json};

pub use state::{AppPassword, Login, Media, Post, PostKind, Role, Settings, Status, Term, User};

use crate::{
    console::{self, Console},
    faults::{Faults, Service},
    html::escape,
    log::RequestLog,
    observe::{self, Watch},
};
use routes::Arrived;
use state::State;

/// Handle of the simulated site: what tests look at and set up. Cloning shares the site.
#[derive(Clone)]
pub struct WordPress {
    site: Arc<Site>,
}

struct Site {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    origin: String,
    folder: Option<PathBuf>,
}

impl WordPress {
    /// Opens the site kept in the folder, or a fresh one.
    pub(crate) fn open(clock: Arc<dyn Clock>, origin: String, folder: Option<PathBuf>) -> io::Result<Self> {
        let mut state = match &folder {
            Some(folder) => store::load(folder)?,
            None => None,
        }
        .unwrap_or_else(|| State::fresh(clock.now()));
        state.origin.clone_from(&origin);
        Ok(Self { site: Arc::new(Site { state: Mutex::new(state), clock, origin, folder }) })
    }

    /// Address of the site: `http://127.0.0.1:PORT/`.
    pub fn url(&self) -> String {
        format!("{}/", self.site.origin)
    }

    /// Login and application password of the account with a role.
    pub fn login(&self, role: Role) -> Login {
        let state = self.lock();
        let user = state.users.iter().find(|user| user.role == role);
        let secret = user.and_then(|user| user.passwords.first()).map_or("", |password| password.secret.as_str());
        let groups: Vec<&str> =
            (0..secret.len()).step_by(4).filter_map(|at| secret.get(at..(at + 4).min(secret.len()))).collect();
        Login { user: role.as_str().to_owned(), password: groups.join(" ") }
    }

    /// All posts (not pages) by id, after publishing what is due.
    pub fn posts(&self) -> Vec<Post> {
        self.of_kind(PostKind::Post)
    }
    pub fn pages(&self) -> Vec<Post> {
        self.of_kind(PostKind::Page)
    }
    /// Posts that the public can read.
    pub fn published(&self) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.status == Status::Publish).collect()
    }
    pub fn post(&self, id: u64) -> Option<Post> {
        self.current().posts.get(&id).cloned()
    }
    /// Where the public reads a post.
    pub fn link(&self, post: &Post) -> String {
        self.lock().permalink(post)
    }
    pub fn media(&self) -> Vec<Media> {
        self.lock().media.values().cloned().collect()
    }
    pub fn terms(&self) -> Vec<Term> {
        self.lock().terms.values().cloned().collect()
    }
    pub fn users(&self) -> Vec<User> {
        self.lock().users.clone()
    }
    /// Changes how the site is set up: `wordpress.configure(|settings| settings.pretty_permalinks = false)`.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.lock().settings);
    }
    /// Removes a post behind everyone's back, as a person in the admin pages would.
    pub fn delete_post(&self, id: u64) -> bool {
        self.lock().posts.remove(&id).is_some()
    }
    /// Revokes every application password of a role's account, as its owner would in the profile.
    pub fn revoke(&self, role: Role) {
        for user in self.lock().users.iter_mut().filter(|user| user.role == role) {
            user.passwords.clear();
        }
    }

    fn of_kind(&self, kind: PostKind) -> Vec<Post> {
        self.current().posts.values().filter(|post| post.kind == kind).cloned().collect()
    }
    fn lock(&self) -> MutexGuard<'_, State> {
        self.site.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The state with everything published that is due.
    fn current(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.publish_due(self.site.clock.now());
        state
    }
    fn keep(&self, state: &State) {
        if let Some(folder) = &self.site.folder
            && let Err(error) = store::save(folder, state)
        {
            tracing::warn!(%error, "the sandbox WordPress could not be kept; it goes on in memory");
        }
    }
}

/// Everything that the site answers, behind the log and the faults, with the console beside it.
pub(crate) fn router(wordpress: WordPress, faults: Faults, log: RequestLog) -> Router {
    let watch = Watch {
        service: Service::WordPress,
        faults: faults.clone(),
        log: log.clone(),
        path_of: |uri| rest_route(uri).map_or_else(|| uri.path().to_owned(), |route| format!("/wp-json{route}")),
        refusal,
    };
    let shown = wordpress.clone();
    let console = Console::new(Service::WordPress, faults, log, Arc::new(move || summary(&shown)));
    Router::new()
        .fallback(serve)
        .with_state(wordpress)
        .merge(console::router(console))
        .layer(middleware::from_fn_with_state(watch, observe::observe))
}

async fn serve(Extract(wordpress): Extract<WordPress>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // The layer before us has read the body already, so this can't fail on size or on the network.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let form = media::read_form(&parts, &body).await;
    let reading = observe::is_reading(&parts.method);
    let now = wordpress.site.clock.now();
    let mut state = wordpress.current();
    let rest_uses_path = parts.uri.path().starts_with("/wp-json");
    let response = match rest_route(&parts.uri) {
        Some(route) if state.settings.pretty_permalinks || !rest_uses_path => {
            routes::serve(&mut state, Arrived { parts, body, form, now }, route)
        }
        _ if parts.uri.path() == "/wp-admin/authorize-application.php" => {
            consent::serve(&mut state, &parts, &body, now)
        }
        _ => theme::serve(&state, &parts),
    };
    if !reading {
        wordpress.keep(&state);
    }
    response
}

/// The REST route that an address names, in any of the forms that WordPress understands: `/wp-json/wp/v2/posts`,
/// `/index.php/wp-json/wp/v2/posts`, `/?rest_route=/wp/v2/posts`.
fn rest_route(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let rest = path.strip_prefix("/index.php").unwrap_or(path);
    if let Some(route) = rest.strip_prefix("/wp-json") {
        return match route {
            "" => Some("/".to_owned()),
            route if route.starts_with('/') => Some(route.to_owned()),
            _ => None,
        };
    }
    url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .find(|(name, _)| name == "rest_route")
        .map(|(_, route)| if route.starts_with('/') { route.into_owned() } else { format!("/{route}") })
}

fn refusal(status: StatusCode) -> Value {
    let (code, message) = match status.as_u16() {
        401 => ("rest_not_logged_in", "You are not currently logged in."),
        403 => ("rest_forbidden", "Sorry, you are not allowed to do that."),
        404 => ("rest_no_route", "No route was found matching the URL and request method."),
        409 => ("sandbox_conflict", "The sandbox simulates a conflict."),
        429 => ("too_many_requests", "The sandbox simulates a host's rate limit."),
        _ => ("internal_server_error", "The sandbox simulates a failure of the site."),
    };
    json!({"code": code, "message": message, "data": {"status": status.as_u16()}})
}

fn summary(wordpress: &WordPress) -> String {
    let state = wordpress.current();
    let rows: String = state
        .posts
        .values()
        .rev()
        .map(|post| {
            format!(
                "<tr><td>{}</td><td><a href=\"{}\">{}</a></td><td>{}</td><td>{}</td></tr>",
                post.id,
                escape(&state.permalink(post)),
                escape(&post.title),
                post.status,
                post.date.format("%Y-%m-%d %H:%M UTC")
            )
        })
        .collect();
    format!(
        "<p>{} posts, {} files, {} terms, {} accounts.</p><table><thead><tr><th>Id</th><th>Post</th><th>Status</th>\
         <th>Date</th></tr></thead><tbody>{rows}</tbody></table>",
        state.posts.len(),
        state.media.len(),
        state.terms.len(),
        state.users.len()
    )
}
