//! What the real program survives: being killed anywhere, and the loss of a worker.
//!
//! Nothing is simulated here but the website and the WordPress: processes are started, killed with SIGKILL and started
//! again on the same data. `cargo xtask chaos` runs the same stories for longer, and on a real WordPress.

mod installation;
mod kills;
mod places;
mod workers;
