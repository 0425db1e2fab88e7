//! Every address a page links or sends a form to, in one place; the router uses the same.
//!
//! | what | method and path | fields (all forms carry `_csrf` first) |
//! |---|---|---|
//! | sign in | POST [`SIGN_IN`] | `email`, `password`, `next` |
//! | sign out | POST [`SIGN_OUT`] | |
//! | code of the second factor | POST [`SIGN_IN_CODE`] | `code`, `next` |
//! | forgot the password | POST [`FORGOT`] | `email` |
//! | choose a new one | POST `/reset/{token}` | `password` |
//! | join by invitation | POST `/join/{token}` | `name`, `password`; signed in: nothing |
//! | own password | POST [`PASSWORD`] | `current`, `password` |
//! | own account | POST `/account/name`, `/account/email`, `/account/email/{token}` | `name`; `email`, `current` |
//! | own sessions | POST `/account/sessions/{session}/end`, `/account/sessions/end` | |
//! | own second factor | POST `/account/two-factor/start`, `…/confirm`, `…/codes`, `…/off` | `code` |
//! | first run | POST [`FIRST_RUN`] | `agency`, `time_zone`, `name`, `email`, `password` |
//! | decide from the queue | POST [`QUEUE_DECIDE`] | `approval` = `id:hash` (repeated), `decision` = `approve`/`reject`, `notes`; a row's own button instead sends `one` = `approve:id:hash` |
//! | approve | POST `{approval}/approve` | `hash`; a post: `mode` = `now`/`draft`/`schedule`, `at` (local), `channel` |
//! | reject | POST `{approval}/reject` | `hash`, `notes` |
//! | decide briefs | POST `{approval}/requests` | `hash`, `request` (repeated; none: all), `decision` = `approve`/`approve_all`/`reject`, `notes`; a brief's own button instead sends `one` = `approve:request` |
//! | edit a post | POST `{approval}/edit` or `{item}/edit` | `base_version`, `title`, `slug`, `excerpt`, `markdown`, `categories`, `tags` |
//! | new client | POST [`NEW_CLIENT`] | `name`, `website`, `time_zone` |
//! | crawl | POST `{client}/crawl`, `{client}/crawl/cancel`, `{client}/crawl/resume` | |
//! | edit a strategy | POST `{client}/strategies/{id}/edit` | `summary`, `rationale`, `goals.N.*`, `deliverables.N.*` |
//! | edit a brief | POST `{request}/edit` | the same, `base_version` |
//! | look at what is typed | POST `{item}/preview` | as for an edit |
//! | comment on a post | POST `{item}/comments`; `{item}/comments/{comment}` | `quote`, `prefix`, `suffix`, `body`, `back`; `do` = `answer`/`resolve`/`reopen` |
//! | an older version again | POST `{item}/restore` | `version`, `based_on` |
//! | ad-hoc request | POST `{client}/requests` | [`crate::content::views::RequestForm`] |
//! | onboarding step | POST `{client}/onboarding/{step}`, `launch` too | the step's form |
//! | save context | POST `{client}/context` | `base_version`, `markdown` |
//! | an older context again | POST `{client}/context/restore` | `version`, `based_on` |
//! | connect WordPress | POST `{client}/channels` | `site`, `user`, `password`, `channel` (reconnect), `next` = `channels`/`onboarding` |
//! | documents | POST `{client}/documents` (multipart), `{client}/documents/{id}/remove` | `file` (repeated) |
//! | media, on both faces | POST `{client}/media` (multipart), `{client}/media/{id}/alt`, `…/remove` | `alt`, `file`; `alt` |
//! | check / score / disconnect | POST `{client}/channels/{id}/check`, `…/score`, `…/disconnect` | |
//! | consent | POST `{client}/channels/consents`; `{client}/channels/consents/{visit}` | `platform`, `channel` (reconnect), `next` = `onboarding`; `target` (repeated) |
//! | platform application | POST `/manage/credentials/applications/{platform}`, `…/test`, `…/remove` | `client_id`, `client_secret` |
//! | activity | POST `/portal/activities/{id}/retry`, `…/complete`, `…/cancel` | `notes`, `why` |
//! | publication | POST `{item}/publication/check`, `…/retry`, `…/without-image` | |
//! | move what is planned | POST `{item}/reschedule`, `{request}/reschedule` | `date`, `time` (empty: as it was), `zone`, `back`, `panel`; Undo: `to` |
//! | run | POST `{run}/cancel`, `{run}/retry` | |
//! | users | POST [`USERS`], `{user}/profile`, `{user}/roles`, `{user}/roles/remove`, `{user}/disable`, `{user}/enable`, `{user}/password`, `{user}/reset`, `{user}/two-factor`, `{user}/sign-out`, `{user}/unlink`, `{user}/tokens/{token}/revoke` | `name`, `email`, `role`, `client`; reset: `how` = `mail`/`link` |
//! | invitations | POST [`INVITATIONS`], `{invitation}/send`, `{invitation}/link`, `{invitation}/revoke` | `email`, `role` (repeated), `member` = client (repeated), `admin` = client (repeated), `how` = `mail`/`link` |
//! | agency | POST [`SETTINGS`], `/manage/settings/security`, [`SETTINGS_SIGN_IN`], `…/remove`, `…/check` | `name`, `time_zone`; `two_factor`, `office_networks`; the provider's form |
//! | models | POST [`MODELS`], `{provider}/test`, `{provider}/remove` | [`crate::agents::views::ProviderForm`] |
//! | budget | POST `/manage/models/budget`, `/manage/models/default-budget` | `client`, `remove` (the default counts); `monthly` (empty: no limit), `per_run` |
//! | skill | POST `/manage/skills/{name}` | `based_on`, `text` |
//! | template | POST `/manage/templates/{key}` | `based_on`, `json` |
//! | branding | POST [`BRANDING`], `…/logo` (multipart), `…/logo/remove` | `accent`; `logo` |
//! | client's settings | POST `{client}/settings`, `…/approval`, `…/archive`, `…/restore` | `name`, `website`, `time_zone`; `route`, `decides` (repeated), `own_work` |
//! | client's people, on both faces | POST `…/settings/invitations`, `…/invitations/{invitation}/send`, `…/link`, `…/revoke`, `…/people/{user}/role`, `…/remove` | `email`, `role` = `admin`/`member`, `how` = `mail`/`link` |
//! | on the client dashboard | as in the Portal below `/client/{tenant}`: channels, onboarding, documents | |
//! | decide there | POST `/client/{tenant}/approvals/{id}/approve`, `…/reject`, `…/requests` | `hash`, `notes`; `mode`, `at` when the planned time has passed |
//! | do what is asked there | POST `/client/{tenant}/tasks/{activity}` | `notes` |
//! | request there | POST `/client/{tenant}/requests`, `…/requests/{id}`, `…/close` | `title`, `brief`, `audience`, `notes`, `base_version` |
//! | dead letters | POST `/manage/queues/dead/{id}/retry`, `…/discard`, `/manage/queues/dead/retry-all` | |
//! | mail | POST [`MAIL`], `/manage/mail/remove`, `…/test`, `…/patience`, `…/sent/{id}/again` | [`crate::notices::views::MailForm`] and `password` |
//! | notifications | POST `/notifications/read-all`, `/notifications/{id}/read`, `…/unread` | |
//! | what I am told | POST [`NOTICE_CHOICES`] | `in_app.KIND`, `mail.KIND`, [`crate::notices::views::HoursForm`] |
//! | decide from a mail | POST `/a/{token}` | `approval` = `id:hash` (repeated), `decision` = `approve`/`reject`, `notes` |
//! | saved views | POST [`SAVED_VIEWS`], `{view}`, `{view}/remove` | `place`, `query`, `name`, `shared` |
//! | tokens | POST [`TOKENS`], `{token}/revoke` | `name`, `access` = `write`/`read`, `expires_days` |

use std::fmt::Display;

use crate::layout::ClientTab;

pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_OUT: &str = "/sign-out";
/// Where somebody with a one-time password chooses their own.
pub const PASSWORD: &str = "/password";
/// The second step of signing in.
pub const SIGN_IN_CODE: &str = "/sign-in/code";
/// Sends somebody to the provider.
pub const SIGN_IN_PROVIDER: &str = "/sign-in/provider";
/// Where the provider sends them back to; registered there.
pub const PROVIDER_CALLBACK: &str = "/sign-in/provider/callback";
pub const FORGOT: &str = "/forgot";
pub const ACCOUNT: &str = "/account";
pub const TWO_FACTOR: &str = "/account/two-factor";
pub const FIRST_RUN: &str = "/first-run";
pub const LIVE: &str = "/portal/live";
pub const QUEUE: &str = "/portal";
pub const QUEUE_DECIDE: &str = "/portal/queue/decide";
pub const CLIENTS: &str = "/portal/clients";
pub const NEW_CLIENT: &str = "/portal/clients/new";
pub const CONTENT: &str = "/portal/content";
pub const CALENDAR: &str = "/portal/calendar";
pub const RUNS: &str = "/portal/runs";
pub const USERS: &str = "/manage/users";
pub const INVITATIONS: &str = "/manage/invitations";
/// The agency's own settings.
pub const SETTINGS: &str = "/manage/settings";
/// The provider that people sign in with.
pub const SETTINGS_SIGN_IN: &str = "/manage/settings/sign-in";
pub const MODELS: &str = "/manage/models";
pub const SKILLS: &str = "/manage/skills";
pub const TEMPLATES: &str = "/manage/templates";
/// Filters of lists that people keep under a name.
pub const SAVED_VIEWS: &str = "/portal/views";
/// The secrets that are kept, without their values.
pub const CREDENTIALS: &str = "/manage/credentials";
pub const QUEUES: &str = "/manage/queues";
pub const SEARCH: &str = "/portal/search";
/// Connections of all clients that need somebody.
pub const CHANNELS: &str = "/portal/channels";
/// Where the platforms send people back to after their consent.
pub const CHANNELS_RETURN: &str = aos_features::channels::RETURN;
/// The agency's applications at the platforms.
pub const PLATFORM_APPS: &str = "/manage/credentials/applications";
/// The palette's list for what is typed.
pub const PALETTE: &str = "/portal/search/palette";
/// Names of clients for what is typed into a filter.
pub const CLIENT_NAMES: &str = "/portal/search/clients";
pub const NOTIFICATIONS: &str = "/notifications";
pub const NOTICE_CHOICES: &str = "/account/notifications";
pub const SYSTEM: &str = "/manage/system";
pub const MAIL: &str = "/manage/mail";
pub const AUDIT: &str = "/manage/audit";
/// How the agency shows itself to its clients.
pub const BRANDING: &str = "/manage/settings/branding";
/// Where the client's own people begin: their client, or the choice among several.
pub const CLIENT_FACE: &str = "/client";
pub const TOKENS: &str = "/portal/tokens";
pub const DESIGN: &str = "/reference/design";
pub const API_REFERENCE: &str = "/api";

pub fn join(token: &str) -> String {
    format!("/join/{token}")
}
pub fn reset(token: &str) -> String {
    format!("/reset/{token}")
}
/// Confirms a new e-mail address.
pub fn confirm_email(token: &str) -> String {
    format!("{ACCOUNT}/email/{token}")
}
pub fn user(id: impl Display) -> String {
    format!("{USERS}/{id}")
}
pub fn search(typed: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
    format!("{SEARCH}?{query}")
}
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
pub fn activity(id: impl Display) -> String {
    format!("/portal/activities/{id}")
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
