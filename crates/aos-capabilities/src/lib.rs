//! What the outside can do for us, as traits and neutral types. No HTTP, no vendor's word.
//!
//! A capability is absent or real: a platform answers `None` for what it can't do, never a success that did nothing.

pub mod campaign;
pub mod connect;
pub mod crawl;
pub mod documents;
pub mod drafts;
pub mod evidence;
pub mod images;
pub mod mail;
pub mod model;
pub mod platform;
pub mod post;
pub mod publish;
pub mod sign_in;
pub mod text;

pub use platform::{Account, Capability, Descriptor, Platform, PlatformError, PlatformErrorKind, PlatformRegistry};
