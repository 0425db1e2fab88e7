//! aos-web
