//! aos-platforms
