//! The registry room against a real PostgreSQL.
