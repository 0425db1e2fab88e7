//! aos-capabilities
