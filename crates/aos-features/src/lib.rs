//! aos-features
