//! The parts that pages are made of. Each is plain data that renders itself: put it in a view struct, write `{{ it }}`.

mod chart;
mod diff;
pub mod filters;
mod frames;
mod graph;
mod handed_in;
pub mod merge;
pub mod moment;
pub mod number;
mod parts;
mod progress;
pub mod states;

pub use chart::{Bar, Chart};
pub use diff::{Diff, DiffRow, LineKind, Piece};
pub use frames::{Cut, Frames};
pub use graph::{Graph, GraphNode};
pub use handed_in::{HandedField, HandedIn, HandedPart};
pub use moment::Moment;
pub use parts::{Choice, Choices, Gap, Source, Timeline, TimelineEvent, VersionRow};
pub use progress::Progress;
