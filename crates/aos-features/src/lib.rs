//! The product: one folder per slice. No slice sees axum, a template or an HTTP client; the outside comes in as
//! capabilities. Slices call downwards only, in the order of this list; what goes up travels as events.

pub mod people;
pub mod tenants;

pub mod channels;
pub mod website;

pub mod onboarding;
pub mod strategy;

pub mod activities;
pub mod agents;
pub mod content;
pub mod notices;

mod cancellation;
pub mod doctor;
pub mod markdown;
pub mod product;
pub mod reactions;
pub mod read_models;
pub mod steps;

use aos_storage::Migrations;

/// The migrations of all slices. Those of the engine and of storage are their crates' own.
pub fn migrations() -> Migrations {
    [
        people::MIGRATIONS,
        tenants::MIGRATIONS,
        channels::MIGRATIONS,
        website::MIGRATIONS,
        onboarding::MIGRATIONS,
        strategy::MIGRATIONS,
        activities::MIGRATIONS,
        content::MIGRATIONS,
        agents::MIGRATIONS,
        notices::MIGRATIONS,
        read_models::search::MIGRATIONS,
    ]
    .into_iter()
    .fold(Migrations::default(), |sum, steps| sum.and(Migrations::new(steps)))
}
