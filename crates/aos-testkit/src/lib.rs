//! What the tests of the whole product share.

mod app;
mod clock;

pub use app::TestApp;
pub use clock::SteppingClock;
