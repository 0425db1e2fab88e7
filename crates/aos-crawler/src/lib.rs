//! aos-crawler
