//! What the tests of the whole product share.

mod clock;

pub use clock::SteppingClock;
