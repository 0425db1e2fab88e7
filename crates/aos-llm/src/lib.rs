//! aos-llm
