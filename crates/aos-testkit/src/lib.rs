//! What the tests of the whole product share.

mod app;
mod clock;

pub use app::{REGISTERED, REGISTERED_SECRET, TestApp};
pub use clock::SteppingClock;
