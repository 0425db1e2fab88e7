//! What the real program survives: being killed anywhere, the loss of a worker, and the loss of its machine.
//!
//! Nothing is simulated here but the website and what is published on: processes are started, killed with SIGKILL and started
//! again on the same data. `cargo xtask chaos` runs the same stories for longer, and on a real WordPress.

mod installation;
mod keeps;
mod kills;
mod places;
mod social;
mod workers;
