//! aos-sandbox
