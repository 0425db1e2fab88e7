//! The words every other crate shares: typed ids, who acts, whose data, what went wrong, how much, when.
//!
//! Nothing here does I/O, is async or knows a feature. A type belongs here only when two crates that must not see
//! each other both need it.

// `text_enum!` names this crate by its name, also when it is used in here.
extern crate self as aos_kernel;

mod actor;
mod error;
mod event;
mod hash;
mod id;
mod money;
mod page;
mod scope;
mod secret;
mod states;
mod time;

pub use actor::Actor;
pub use error::{Error, ErrorKind, Result, Retry};
pub use event::{NewEvent, NewJob, Subject};
pub use hash::ContentHash;
pub use id::*;
pub use money::MicroUsd;
pub use page::{Cursor, Page, PageSize};
pub use scope::{AgencyScope, TenantScope};
pub use secret::Secret;
pub use time::{Clock, Month, SystemClock, TimeRange, Timestamp};

#[doc(hidden)]
pub use serde as __serde;
