//! The people who use this installation: the agency's first administrator, users, what each may do, their sign-ins and
//! API tokens, and the audit log.
//!
//! Owns: `agency`, `agency_branding`, `user_account`, `session`, `membership`, `api_token`, `sign_in_throttle`,
//! `audit_entry`, `idempotency_key`, `invitation`, `invitation_grant`, `account_link`, `two_factor`, `recovery_code`,
//! `pending_sign_in`, `identity_provider`, `external_identity`, `provider_visit`, `saved_view`.
//!
//! Invariants:
//! - There is one agency, and at any time at least one administrator who can sign in.
//! - A right is checked in one table ([`Role::may`]); a [`TenantScope`](aos_kernel::TenantScope) is made from a
//!   [`Principal`] only.
//! - A password is kept as an Argon2id hash, the secret of a session, a token or a link as SHA-256; neither is ever shown
//!   again. What has to be read back (a second factor, a provider's secret) lies in an envelope.
//! - An address counts as somebody's when they came in by a link that was sent there, an administrator says so, or a
//!   provider verified it; nobody can claim one.
//! - Whether an e-mail address has an account can't be learned by signing in: the words, the work and the throttle are
//!   the same.

pub mod api_tokens;
pub mod audit;
pub mod branding;
pub mod client_people;
pub mod commands;
pub mod emails;
pub mod idempotency;
pub mod invitations;
mod links;
mod model;
mod office;
mod passwords;
mod principal;
pub mod providers;
pub mod queries;
pub mod resets;
pub mod saved_views;
pub mod sessions;
pub mod settings;
mod store;
mod throttle;
mod tokens;
mod totp;
pub mod two_factor;
mod workflow;

pub use audit::{AuditEntry, AuditFilter, NewAuditEntry};
pub use model::{Access, Agency, ApiToken, Email, Grant, Membership, Permission, Role, Session, User, UserSummary};
pub(crate) use model::{known_zone, plain_name};
pub use office::OfficeNetworks;
pub use passwords::{HashedPassword, SHORTEST as SHORTEST_PASSWORD};
pub use principal::Principal;
pub use queries::UserFilter;
pub use sessions::{Browser, Entry, NewSession, PendingSignIn, SignIn, SignedIn};
pub(crate) use tokens::{digest as token_digest, random as random_token};
pub use workflow::{Sweep, put_schedules, register};

pub const MIGRATIONS: &[aos_storage::Migration] = &[
    aos_storage::Migration {
        number: 200,
        name: "people",
        sqlite: include_str!("../../migrations/sqlite/0200_people.sql"),
        postgres: include_str!("../../migrations/postgres/0200_people.sql"),
    },
    aos_storage::Migration {
        number: 205,
        name: "people_api",
        sqlite: include_str!("../../migrations/sqlite/0205_people_api.sql"),
        postgres: include_str!("../../migrations/postgres/0205_people_api.sql"),
    },
    aos_storage::Migration {
        number: 300,
        name: "people_identity",
        sqlite: include_str!("../../migrations/sqlite/0300_people_identity.sql"),
        postgres: include_str!("../../migrations/postgres/0300_people_identity.sql"),
    },
    aos_storage::Migration {
        number: 331,
        name: "people_branding",
        sqlite: include_str!("../../migrations/sqlite/0331_people_branding.sql"),
        postgres: include_str!("../../migrations/postgres/0331_people_branding.sql"),
    },
    aos_storage::Migration {
        number: 363,
        name: "people_saved_views",
        sqlite: include_str!("../../migrations/sqlite/0363_people_saved_views.sql"),
        postgres: include_str!("../../migrations/postgres/0363_people_saved_views.sql"),
    },
];
