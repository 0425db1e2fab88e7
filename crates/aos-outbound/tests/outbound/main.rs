//! What the way out promises, against servers on this machine.

mod failures;
mod guard;
mod limits;
mod recording;
mod redirects;
mod secrets;
mod server;
