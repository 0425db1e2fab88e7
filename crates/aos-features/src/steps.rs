//! The face that slices below and beside `activities` see of it: what they implement to be a step of a pipeline, to be
//! approved, and to ask an agent. They import it from here and never reach into the slice itself.

pub use crate::activities::{
    Accepted, AgentAnswer, AgentRunner, AgentTask, Approvable, Fingerprint, PutOff, Rework, ReworkItem, ShowAgain,
    StepContext, StepHandler, StepRegistry, Work,
};
