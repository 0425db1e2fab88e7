//! Stories of pipelines, on both databases, with steps and subjects that are toys: they do nothing but can fail, and
//! remember what they were asked.

#[path = "../../../../aos-testkit/src/clock.rs"]
mod clock;
mod decisions;
mod lifecycle;
mod pipelines;
mod policy;
mod stalled;
mod templates;
mod toys;
