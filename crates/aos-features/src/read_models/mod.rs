//! Screens that join slices: each file reads what one screen shows, from any table, and writes none.
//!
//! Every function takes a [`TenantScope`](aos_kernel::TenantScope) or an [`AgencyScope`](aos_kernel::AgencyScope) and
//! restricts itself to it; lists page by key and join, so that their cost does not grow with the number of clients.

pub mod shell;
