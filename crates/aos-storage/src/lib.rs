//! aos-storage
