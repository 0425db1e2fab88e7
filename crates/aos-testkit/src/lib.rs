//! aos-testkit
