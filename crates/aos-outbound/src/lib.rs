//! aos-outbound
