//! The product: one folder per slice. No slice sees axum, a template or an HTTP client; the outside comes in as
//! capabilities. Slices call downwards only, in the order of this list; what goes up travels as events.

pub mod activities;
