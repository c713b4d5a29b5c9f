//! Readings and their keys: the commit that makes one durable, and what pages and API read of the last seven days.
//!
//! Main types: [`commit::Committer`], which intake calls, and the queries of [`store`]. The router reads here as well.

pub mod archive;
pub mod commit;
pub mod observation;
mod partitions;
pub mod retention;
mod rows;
pub mod store;

pub use partitions::make_partitions;
