//! The room's SQL. The router's, the claim's and the completion's statements are hot paths and use sqlx directly; what
//! customers and administrators ask for runs in their scope's transaction.

use sqlx::PgPool;

pub(super) mod admin;
pub(super) mod attempts;
pub(super) mod claim;
pub(super) mod complete;
pub(super) mod endpoints;
pub(super) mod publish;
pub(super) mod route;
pub(super) mod shelf;
pub(super) mod sweep;

/// The circuit's statements look rows up by key. A plan made while the queue was empty would read the whole of it, and
/// is kept long after it has filled; so connections opened from now on are told to use indexes where there are any, and
/// to plan once.
pub(super) fn prefer_indexes(pool: &PgPool) {
    let options = pool.connect_options().as_ref().clone();
    pool.set_connect_options(options.options([
        ("enable_seqscan", "off"),
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
    ]));
}
