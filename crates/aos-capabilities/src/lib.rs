//! What the outside can do for us, as traits and neutral types. No HTTP, no vendor's word.
//!
//! A capability is absent or real: a platform answers `None` for what it can't do, never a success that did nothing.

pub mod crawl;
pub mod documents;
pub mod drafts;
pub mod mail;
pub mod model;
pub mod platform;
pub mod publish;
pub mod sign_in;

pub use platform::{Account, Capability, Descriptor, Platform, PlatformError, PlatformErrorKind, PlatformRegistry};
