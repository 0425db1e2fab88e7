//! aos-workflow
