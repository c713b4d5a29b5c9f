//! The room's SQL. The router's, the claim's and the completion's statements are hot paths and use sqlx directly; what
//! customers and administrators ask for runs in their scope's transaction.

pub(super) mod admin;
pub(super) mod attempts;
pub(super) mod claim;
pub(super) mod complete;
pub(super) mod endpoints;
pub(super) mod publish;
pub(super) mod route;
pub(super) mod shelf;
pub(super) mod sweep;
