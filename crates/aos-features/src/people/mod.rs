//! The people who use this installation: the agency's first administrator, users, what each may do, their sign-ins and
//! API tokens, and the audit log.
//!
//! Owns: `agency`, `agency_branding`, `user_account`, `session`, `membership`, `api_token`, `sign_in_throttle`, `audit_entry`,
//! `idempotency_key`.
//!
//! Invariants:
//! - There is one agency, and at any time at least one administrator who can sign in.
//! - A right is checked in one table ([`Role::may`]); a [`TenantScope`](aos_kernel::TenantScope) is made from a
//!   [`Principal`] only.
//! - A password is kept as an Argon2id hash, a session's or an API token's secret as SHA-256; neither is ever shown again.
//! - Whether an e-mail address has an account can't be learned by signing in: the words, the work and the throttle are
//!   the same.

pub mod api_tokens;
pub mod audit;
pub mod branding;
pub mod commands;
pub mod idempotency;
mod model;
mod passwords;
mod principal;
pub mod queries;
pub mod sessions;
mod store;
mod throttle;
mod tokens;
mod workflow;

pub use audit::{AuditEntry, AuditFilter, NewAuditEntry};
pub use model::{Access, Agency, ApiToken, Email, Grant, Membership, Permission, Role, Session, User, UserSummary};
pub(crate) use model::{known_zone, plain_name};
pub use passwords::{HashedPassword, SHORTEST as SHORTEST_PASSWORD};
pub use principal::Principal;
pub use sessions::{NewSession, SignIn, SignedIn};
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
        number: 331,
        name: "people_branding",
        sqlite: include_str!("../../migrations/sqlite/0331_people_branding.sql"),
        postgres: include_str!("../../migrations/postgres/0331_people_branding.sql"),
    },
];
