//! Every address a page links or sends a form to, in one place; the router uses the same.
//!
//! | what | method and path | fields (all forms carry `_csrf` first) |
//! |---|---|---|
//! | sign in | POST [`SIGN_IN`] | `email`, `password`, `next` |
//! | sign out | POST [`SIGN_OUT`] | |
//! | own password | POST [`PASSWORD`] | `current`, `password` |
//! | first run | POST [`FIRST_RUN`] | `agency`, `time_zone`, `name`, `email`, `password` |
//! | decide from the queue | POST [`QUEUE_DECIDE`] | `approval` = `id:hash` (repeated), `decision` = `approve`/`reject`, `notes`; a row's own button instead sends `one` = `approve:id:hash` |
//! | approve | POST `{approval}/approve` | `hash`; a post: `mode` = `now`/`draft`/`schedule`, `at` (local), `channel` |
//! | reject | POST `{approval}/reject` | `hash`, `notes` |
//! | decide briefs | POST `{approval}/requests` | `hash`, `request` (repeated; none: all), `decision` = `approve`/`approve_all`/`reject`, `notes`; a brief's own button instead sends `one` = `approve:request` |
//! | edit a post | POST `{approval}/edit` or `{item}/edit` | `base_version`, `title`, `slug`, `excerpt`, `markdown`, `categories`, `tags` |
//! | new client | POST [`NEW_CLIENT`] | `name`, `website`, `time_zone` |
//! | crawl | POST `{client}/crawl`, `{client}/crawl/cancel`, `{client}/crawl/resume` | |
//! | edit a strategy | POST `{client}/strategies/{id}/edit` | `summary`, `rationale`, `goals.N.*`, `deliverables.N.*` |
//! | ad-hoc request | POST `{client}/requests` | [`crate::content::views::RequestForm`] |
//! | onboarding step | POST `{client}/onboarding/{step}`, `launch` too | the step's form |
//! | save context | POST `{client}/context` | `base_version`, `markdown` |
//! | connect WordPress | POST `{client}/channels` | `site`, `user`, `password`, `channel` (reconnect), `next` = `channels`/`onboarding` |
//! | documents | POST `{client}/documents` (multipart), `{client}/documents/{id}/remove` | `file` (repeated) |
//! | check / disconnect | POST `{client}/channels/{id}/check`, `…/disconnect` | |
//! | activity | POST `/portal/activities/{id}/retry`, `…/complete` | `notes` |
//! | publication | POST `{item}/publication/check`, `…/retry` | |
//! | run | POST `{run}/cancel`, `{run}/retry` | |
//! | users | POST [`USERS`], `{user}/roles`, `{user}/roles/remove`, `{user}/disable`, `{user}/enable`, `{user}/password` | `name`, `email`, `role` (repeated), `client` |
//! | models | POST [`MODELS`], `{provider}/test`, `{provider}/remove` | [`crate::agents::views::ProviderForm`] |
//! | budget | POST `/manage/models/budget` | `client`, `monthly` (empty: no limit), `per_run` |
//! | skill | POST `/manage/skills/{name}` | `based_on`, `text` |
//! | template | POST `/manage/templates/{key}` | `based_on`, `json` |
//! | branding | POST [`BRANDING`], `…/logo` (multipart), `…/logo/remove` | `accent`; `logo` |
//! | client's settings | POST `{client}/settings`, `…/approval`, `…/archive`, `…/restore`, `…/people/{user}/remove` | `name`, `website`, `time_zone`; `route`, `decides` (repeated), `own_work` |
//! | on the client dashboard | as in the Portal below `/client/{tenant}`: channels, onboarding, documents | |
//! | decide there | POST `/client/{tenant}/approvals/{id}/approve`, `…/reject`, `…/requests` | `hash`, `notes`; `mode`, `at` when the planned time has passed |
//! | request there | POST `/client/{tenant}/requests`, `…/requests/{id}`, `…/close` | `title`, `brief`, `audience`, `notes`, `base_version` |
//! | dead letters | POST `/manage/queues/dead/{id}/retry`, `…/discard`, `/manage/queues/dead/retry-all` | |
//! | tokens | POST [`TOKENS`], `{token}/revoke` | `name`, `access` = `write`/`read`, `expires_days` |

use std::fmt::Display;

use crate::layout::ClientTab;

pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_OUT: &str = "/sign-out";
/// Where somebody with a one-time password chooses their own.
pub const PASSWORD: &str = "/password";
pub const FIRST_RUN: &str = "/first-run";
pub const LIVE: &str = "/portal/live";
pub const QUEUE: &str = "/portal";
pub const QUEUE_DECIDE: &str = "/portal/queue/decide";
pub const CLIENTS: &str = "/portal/clients";
pub const NEW_CLIENT: &str = "/portal/clients/new";
pub const CONTENT: &str = "/portal/content";
pub const RUNS: &str = "/portal/runs";
pub const USERS: &str = "/manage/users";
pub const MODELS: &str = "/manage/models";
pub const SKILLS: &str = "/manage/skills";
pub const TEMPLATES: &str = "/manage/templates";
pub const QUEUES: &str = "/manage/queues";
pub const AUDIT: &str = "/manage/audit";
/// How the agency shows itself to its clients.
pub const BRANDING: &str = "/manage/settings/branding";
/// Where the client's own people begin: their client, or the choice among several.
pub const CLIENT_FACE: &str = "/client";
pub const TOKENS: &str = "/portal/tokens";
pub const DESIGN: &str = "/reference/design";
pub const API_REFERENCE: &str = "/api";

pub fn approval(id: impl Display) -> String {
    format!("/portal/approvals/{id}")
}
pub fn client(id: impl Display) -> String {
    format!("{CLIENTS}/{id}")
}
pub fn client_tab(id: impl Display, tab: ClientTab) -> String {
    match tab.slug() {
        "" => client(id),
        slug => format!("{CLIENTS}/{id}/{slug}"),
    }
}
pub fn onboarding_step(client: impl Display, step: &str) -> String {
    format!("{CLIENTS}/{client}/onboarding/{step}")
}
pub fn strategy(client: impl Display, id: impl Display) -> String {
    format!("{CLIENTS}/{client}/strategies/{id}")
}
pub fn request(client: impl Display, id: impl Display) -> String {
    format!("{CLIENTS}/{client}/requests/{id}")
}
pub fn item(client: impl Display, id: impl Display) -> String {
    format!("{CLIENTS}/{client}/items/{id}")
}
pub fn run(id: impl Display) -> String {
    format!("{RUNS}/{id}")
}
pub fn skill(name: &str) -> String {
    format!("{SKILLS}/{name}")
}
pub fn template(key: &str) -> String {
    format!("{TEMPLATES}/{key}")
}
pub fn media(client: impl Display, id: impl Display) -> String {
    format!("{CLIENTS}/{client}/media/{id}")
}
/// The home page as a crawl saw it.
pub fn screenshot(client: impl Display, crawl: impl Display) -> String {
    format!("{CLIENTS}/{client}/screenshots/{crawl}")
}
