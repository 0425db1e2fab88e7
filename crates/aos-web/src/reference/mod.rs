//! The reference: the design gallery.

pub mod views;
