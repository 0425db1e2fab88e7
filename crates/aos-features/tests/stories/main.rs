//! The slices' stories, on both databases: each test reads as sentences of the vocabulary.

mod channels;
mod channels_score;
mod channels_tokens;
// The one file of the testkit that a slice's story needs; the whole of it would build the faces too.
#[path = "../../../aos-testkit/src/clock.rs"]
mod clock;
mod content;
mod doctor;
mod identity;
mod invitations;
mod mail;
mod media;
mod notices;
mod people;
mod providers;
mod publishing;
mod publishing_twice;
mod revising;
mod strategy;
mod strategy_rules;
mod studio;
mod support;
mod tenants;
