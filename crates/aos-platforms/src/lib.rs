//! Vendors' clients, one folder each, behind the traits of `aos-capabilities`.
//!
//! A client has no state and no storage: the account comes with each call. What a platform can do is in its
//! [`Descriptor`](aos_capabilities::Descriptor) and nowhere else; what it can't do it answers with `None`, never with
//! a success that did nothing. `tests/conformance` holds every platform to the same cases.
//!
//! * [`wordpress`]: WordPress sites over their REST API.
//! * [`webflow`]: articles as items of a Webflow collection.
//! * [`linkedin`]: LinkedIn pages.
//! * [`x`]: accounts on X.
//! * [`tiktok`]: accounts on TikTok.
//! * [`google_business`]: local posts and the profile on Google.
//! * [`search_console`], [`ga4`], [`google_ads`]: connecting what is measured at Google.
//! * [`oidc`]: signing people in with OpenID Connect; no platform of a client's, but a protocol of the outside too.
//! * [`smtp`]: mail servers.
//! * [`facebook`], [`instagram`], [`meta_ads`]: Meta's platforms over the Graph API.
//! * [`mailchimp`], [`klaviyo`]: campaigns to audiences that a mail platform keeps.
//! * [`Vendor`]: how the platforms of vendors are reached, themselves or simulated.
//! * [`memory`]: a site that exists in memory only, for tests and demonstrations.

mod evidence;
pub mod facebook;
mod failure;
pub mod ga4;
mod google;
pub mod google_ads;
pub mod google_business;
pub mod instagram;
pub mod klaviyo;
pub mod linkedin;
pub mod mailchimp;
mod mailing;
pub mod memory;
mod meta;
pub mod meta_ads;
pub mod oidc;
#[cfg(test)]
mod prompter;
#[cfg(test)]
mod rehearsal;
pub mod search_console;
pub mod smtp;
mod social;
pub mod tiktok;
mod vendor;
mod verb;
pub mod webflow;
pub mod wordpress;
pub mod x;

pub use facebook::Facebook;
pub use ga4::Ga4;
pub use google_ads::GoogleAds;
pub use google_business::GoogleBusiness;
pub use instagram::Instagram;
pub use klaviyo::Klaviyo;
pub use linkedin::LinkedIn;
pub use mailchimp::Mailchimp;
pub use memory::Memory;
pub use meta_ads::MetaAds;
pub use oidc::OpenIdConnect;
pub use search_console::SearchConsole;
pub use smtp::Smtp;
pub use tiktok::TikTok;
pub use vendor::Vendor;
pub use webflow::Webflow;
pub use wordpress::WordPress;
pub use x::X;
